-- How long after publication do we have a story?
-- From the instant of publication to the feed document that first held it. Stories dated ahead or without an instant are
-- left out; a publisher whose feed comes late shows here, and so does one that we poll too seldom.
-- days = 1: how far back from the newest story, by when we saw it
select
    source_domain,
    count(*) as articles,
    round((percentile_cont(0.5) within group (order by discovery_seconds))::numeric / 60, 1) as median_minutes,
    round((percentile_cont(0.95) within group (order by discovery_seconds))::numeric / 60, 1) as p95_minutes
from marts.fct_articles as article
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '1')::float * interval '1 day' from marts.fct_articles
)
    and discovery_seconds >= 0
group by source_domain
order by median_minutes desc, source_domain
