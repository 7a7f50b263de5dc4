-- How long do stories stay where they were published?
-- By what the last second look showed: gone is 404 or 410, moved is an address that leads to another page.
-- hours_to_gone is the mean time from publication to the look that missed the page: looks are a day and a week after.
-- days = 1: how far back from the newest story, by when we saw it
select
    source_domain,
    count(*) as articles,
    count(gone_at) as gone,
    count(moved_at) as moved,
    round(100.0 * (count(gone_at) + count(moved_at)) / count(*), 1) as percent_lost,
    round(avg(extract(epoch from gone_at - coalesce(published_at, first_seen_at))) / 3600, 1) as hours_to_gone
from marts.fct_articles as article
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '1')::float * interval '1 day' from marts.fct_articles
)
group by source_domain
order by percent_lost desc, source_domain
