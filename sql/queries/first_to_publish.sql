-- Who had a text first, who followed, and how long after?
-- A row a story that follows. is_certain is false where one of the two was printed without a certain instant: the order
-- is then that in which we saw them.
-- days = 1: how far back from the newest story, by when we saw it
-- most = 1000: rows
select
    cluster.cluster_id,
    cluster.headline,
    cluster.first_source_domain,
    cluster.first_at,
    follower.source_domain as follower_domain,
    coalesce(follower.published_at, follower.first_seen_at) as followed_at,
    round(extract(epoch from coalesce(follower.published_at, follower.first_seen_at) - cluster.first_at) / 60)
        as minutes_later,
    cluster.is_first_at_published and follower.published_at is not null as is_certain
from marts.fct_articles as follower
join marts.dim_story_clusters as cluster using (cluster_id)
where follower.first_seen_at between (
    select max(first_seen_at) - news.asked('days', '1')::float * interval '1 day' from marts.fct_articles
) and (select max(first_seen_at) from marts.fct_articles)
    and follower.is_copy
    and follower.source_id <> cluster.first_source_id
order by cluster.first_at, cluster.cluster_id, followed_at, follower.story_id
limit news.asked('most', '1000')::integer
