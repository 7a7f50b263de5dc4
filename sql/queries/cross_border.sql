-- Whose news do publishers of other countries carry?
-- A row a pair of countries: texts first told by a publisher of the one and carried by a publisher of the other.
-- days = 1: how far back from the newest story, by when we saw it
with publisher as (
    select source_id, country from marts.dim_sources where is_current and country is not null
)

select
    teller.country as from_country,
    carrier.country as to_country,
    count(distinct cluster.cluster_id) as texts,
    count(*) as articles,
    count(distinct article.source_id) as publishers
from marts.fct_articles as article
join marts.dim_story_clusters as cluster using (cluster_id)
join publisher as teller on teller.source_id = cluster.first_source_id
join publisher as carrier on carrier.source_id = article.source_id
where article.first_seen_at between (
    select max(first_seen_at) - news.asked('days', '1')::float * interval '1 day' from marts.fct_articles
) and (select max(first_seen_at) from marts.fct_articles)
    and article.is_copy
    and teller.country <> carrier.country
group by teller.country, carrier.country
order by texts desc, articles desc, from_country, to_country
