-- Who had a text first, who followed, and how long after?
-- is_certain is false where one of the two was printed without a certain instant: the order is then
-- that in which we saw them.
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
from marts.dim_story_clusters as cluster
join marts.fct_articles as follower using (cluster_id)
where cluster.publishers > 1
    and follower.source_id <> cluster.first_source_id
order by cluster.first_at, cluster.cluster_id, followed_at, follower.story_id
