-- Which publishers print clocks without a zone, and what gave their stories one?
-- The first three columns count stories by the prints found in page and feed, one by one; the others say
-- what became of those stories' instants.
-- days = 0.25: how far back from the newest story, by when we saw it
with article as materialized (
    select story_id, source_domain, published_at, published_zone_from
    from marts.fct_articles
    where first_seen_at between (
        select max(first_seen_at) - news.asked('days', '0.25')::float * interval '1 day' from marts.fct_articles
    ) and (select max(first_seen_at) from marts.fct_articles)
),

prints as (
    select story_id, bool_or(is_zoned) as has_zoned, not bool_and(is_zoned) as has_zoneless
    from article
    join staging.stg_article_timestamps as print using (story_id)
    cross join lateral (
        select print.instant is not null and not print.flags && array['source_zone', 'dateline_zone'] as is_zoned
    ) as read
    where print.precision in ('second', 'minute', 'hour') and print.role = 'published'
    group by story_id
)

select
    article.source_domain,
    count(*) as articles_with_clock,
    count(*) filter (where prints.has_zoneless) as with_zoneless_print,
    count(*) filter (where not prints.has_zoned) as without_any_zone,
    count(*) filter (where prints.has_zoneless and article.published_zone_from = 'printed')
        as zone_from_agreeing_print,
    count(*) filter (where prints.has_zoneless and article.published_zone_from = 'registered')
        as zone_from_registration,
    count(*) filter (where prints.has_zoneless and article.published_zone_from = 'dateline')
        as zone_from_dateline,
    count(*) filter (where prints.has_zoneless and article.published_at is null) as without_instant
from article
join prints using (story_id)
group by article.source_domain
order by with_zoneless_print desc, article.source_domain
