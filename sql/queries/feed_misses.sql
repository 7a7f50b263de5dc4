-- Which feeds lose stories between two polls, or did not answer?
-- gaps are documents in which nothing was known although the feed had been read before: what stood between the two is
-- lost to us, unless dateline backfill finds it. lost are entries that a document had and the ledger has not.
-- days = 1: how far back from the last poll
with poll as (
    select
        feed_id,
        count(*) as polls,
        count(reason) as failed,
        max(reason) as a_reason,
        count(*) filter (where is_gap) as gaps,
        count(*) filter (where is_false_304) as false_304,
        sum(entries - entered_entries) as lost,
        sum(new_entries) as new_entries
    from staging.stg_feed_polls
    where polled_at > (
        select max(polled_at) - news.asked('days', '1')::float * interval '1 day' from staging.stg_feed_polls
    )
    group by feed_id
)

select
    source.domain as source_domain,
    feed.url as feed_url,
    poll.polls,
    poll.failed,
    poll.a_reason,
    poll.gaps,
    poll.false_304,
    poll.lost,
    poll.new_entries
from poll
join staging.stg_feeds as feed using (feed_id)
join staging.stg_sources as source using (source_id)
where poll.failed + poll.gaps + poll.false_304 + poll.lost > 0
order by poll.lost desc, poll.gaps desc, poll.failed desc, feed.url
