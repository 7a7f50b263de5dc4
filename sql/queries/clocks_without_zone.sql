-- Which publishers print clocks without a zone, and what gave their stories one?
-- The first three columns count stories by the prints found in page and feed, one by one; the others say
-- what became of those stories' instants.
with prints as (
    select
        story_id,
        bool_or(instant is not null and not flags && array['source_zone', 'dateline_zone']) as has_zoned,
        bool_or(instant is null or flags && array['source_zone', 'dateline_zone']) as has_zoneless
    from staging.stg_article_timestamps
    where precision in ('second', 'minute', 'hour') and role = 'published'
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
from marts.fct_articles as article
join prints using (story_id)
group by article.source_domain
order by with_zoneless_print desc, article.source_domain
