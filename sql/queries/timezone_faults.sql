-- Which publishers have faults in their clocks and zones?
-- A row a publisher with any: an hour off (hour_slip, as when a summer time was missed), a whole offset off, a label of
-- the other season, a zone that is not clear, sources that contradict each other, dates later than when we saw the story.
-- docs/timestamps.md explains the flags.
-- days = 1: how far back from the newest story, by when we saw it
select
    source_domain,
    count(*) as articles,
    count(*) filter (where 'hour_slip' = any(published_flags)) as hour_slip,
    count(*) filter (where 'whole_offset_slip' = any(published_flags)) as whole_offset_slip,
    count(*) filter (where 'label_season_mismatch' = any(published_flags)) as label_of_other_season,
    count(*) filter (where 'ambiguous_zone' = any(published_flags)) as ambiguous_zone,
    count(*) filter (where 'conflict' = any(published_flags)) as conflict,
    count(*) filter (where is_dated_ahead) as dated_ahead,
    count(*) filter (where published_at is null and published_local is not null) as clock_without_zone
from marts.fct_articles as article
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '1')::float * interval '1 day' from marts.fct_articles
)
group by source_domain
having count(*) filter (
    where published_flags && array['hour_slip', 'whole_offset_slip', 'label_season_mismatch', 'ambiguous_zone', 'conflict']
        or is_dated_ahead
        or (published_at is null and published_local is not null)
) > 0
order by hour_slip desc, whole_offset_slip desc, label_of_other_season desc, dated_ahead desc, source_domain
