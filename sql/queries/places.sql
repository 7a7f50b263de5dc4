-- Where were the stories filed from, and who files from there?
-- A text that several publishers carry counts once.
-- days = 1: how far back from the newest story, by when we saw it
select
    place_country,
    place,
    count(distinct cluster_id) as texts,
    count(*) as articles,
    count(distinct source_id) as publishers,
    array_agg(distinct source_domain order by source_domain) as source_domains,
    max(day) as last_day
from marts.fct_articles as article
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '1')::float * interval '1 day' from marts.fct_articles
)
    and place is not null
group by place_country, place_geoname_id, place
order by texts desc, articles desc, place_country, place, place_geoname_id
