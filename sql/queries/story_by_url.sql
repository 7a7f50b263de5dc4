-- What do we know of the story at an address?
-- The address is compared as a canonical URL: without tracking parameters, as in news.article.canonical_url.
-- url = that of the newest story
select
    article.headline,
    article.source_domain,
    article.published_at,
    article.published_source_local,
    article.place,
    article.versions,
    cluster.copies,
    cluster.first_source_domain,
    article.story_id
from news.article as known
join marts.fct_articles as article using (story_id)
join marts.dim_story_clusters as cluster using (cluster_id)
where known.canonical_url = coalesce(
    news.asked('url'),
    (select canonical_url from news.article order by first_seen_at desc, story_id desc limit 1)
)
