-- How fast does a text spread from whoever had it first?
-- A row a publisher that others follow: texts of it that others carry, and when the copies appeared. Copies without a
-- certain instant are left out, for when we saw them says how often we look.
-- days = 3: how far back from the newest story, by when we saw it
select
    first.source_domain as first_source_domain,
    count(distinct first.story_id) as texts,
    count(*) as copies,
    round((percentile_cont(0.5) within group (order by delay.minutes))::numeric) as median_minutes,
    round((percentile_cont(0.9) within group (order by delay.minutes))::numeric) as p90_minutes,
    round(100.0 * count(*) filter (where delay.minutes <= 15) / count(*)) as percent_within_15_minutes,
    round(100.0 * count(*) filter (where delay.minutes <= 60) / count(*)) as percent_within_an_hour
from marts.fct_articles as article
join marts.fct_articles as first on first.story_id = article.cluster_id
cross join lateral (
    select extract(epoch from article.published_at - first.published_at)::double precision / 60 as minutes
) as delay
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '3')::float * interval '1 day' from marts.fct_articles
)
    and article.is_copy
    and article.source_id <> first.source_id
    and delay.minutes >= 0
group by first.source_domain
order by copies desc, first_source_domain
limit 50
