-- Which feeds are silent for longer than is their habit, or do not answer?
-- Time ends with our last poll of any feed: a stop of ours makes no feed silent. The habit is the pause
-- between hours with something new that 95 of 100 do not exceed; NULL for a feed with fewer than two such
-- hours. Silence is unusual from twice the habit on.
with polled as (
    select
        feed_id,
        max(polled_at) as last_polled_at,
        max(polled_at) filter (where outcome <> 'failed') as last_answered_at,
        (array_agg(reason order by polled_at desc))[1] as last_reason
    from staging.stg_feed_polls
    group by feed_id
),

gaps as (
    select
        feed_id,
        discovered_hour - lag(discovered_hour) over (partition by feed_id order by discovered_hour) as gap
    from marts.fct_ingest_ledger
),

habits as (
    select feed_id, percentile_cont(0.95) within group (order by gap) as usual_gap
    from gaps
    group by feed_id
),

latest as (
    select feed_id, max(discovered_hour) as last_new_hour
    from marts.fct_ingest_ledger
    group by feed_id
)

select
    source.domain as source_domain,
    feed.url as feed_url,
    latest.last_new_hour,
    polled.last_answered_at,
    polled.last_reason,
    habits.usual_gap,
    (select max(last_polled_at) from polled) - latest.last_new_hour as silent_for,
    coalesce((select max(last_polled_at) from polled) - latest.last_new_hour > 2 * habits.usual_gap, false)
        as is_unusual
from staging.stg_feeds as feed
join marts.dim_sources as source using (source_id)
left join polled using (feed_id)
left join latest using (feed_id)
left join habits using (feed_id)
where feed.state = 'active' and source.state = 'active'
order by
    is_unusual desc,
    polled.last_reason is not null desc,
    silent_for desc nulls first,
    feed.url
