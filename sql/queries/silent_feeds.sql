-- Which feeds are silent for longer than is their habit, or do not answer?
-- Time ends with our last poll of any feed: a stop of ours makes no feed silent. The habit is the pause
-- between hours with something new that 95 of 100 do not exceed; NULL for a feed with fewer than two such
-- hours. Silence is unusual from twice the habit on.
-- days = 3: how far back the habit is learnt
with newest as materialized (
    select max(polled_at) as until, max(polled_at) - news.asked('days', '3')::float * interval '1 day' as since
    from staging.stg_feed_polls
),

gaps as (
    select
        feed_id,
        discovered_hour,
        discovered_hour - lag(discovered_hour) over (partition by feed_id order by discovered_hour) as gap
    from marts.fct_ingest_ledger
    where discovered_hour >= (select since from newest)
        and discovered_hour <= (select until from newest)
),

habits as (
    select
        feed_id,
        percentile_cont(0.95) within group (order by gap) as usual_gap,
        max(discovered_hour) as last_new_hour
    from gaps
    group by feed_id
)

select
    source.domain as source_domain,
    feed.url as feed_url,
    habits.last_new_hour,
    answered.polled_at as last_answered_at,
    last.reason as last_reason,
    habits.usual_gap,
    newest.until - habits.last_new_hour as silent_for,
    coalesce(newest.until - habits.last_new_hour > 2 * habits.usual_gap, false) as is_unusual
from staging.stg_feeds as feed
cross join newest
join marts.dim_sources as source on source.source_id = feed.source_id and source.is_current
left join habits using (feed_id)
left join lateral (
    select polled_at, reason from staging.stg_feed_polls as poll
    where poll.feed_id = feed.feed_id
    order by polled_at desc
    limit 1
) as last on true
left join lateral (
    select polled_at from staging.stg_feed_polls as poll
    where poll.feed_id = feed.feed_id and outcome <> 'failed'
    order by polled_at desc
    limit 1
) as answered on true
where feed.state = 'active' and source.state = 'active'
order by
    is_unusual desc,
    last.reason is not null desc,
    silent_for desc nulls first,
    feed.url
