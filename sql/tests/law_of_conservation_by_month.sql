-- The same for each feed and month of which polls were taken away by age and only their sums are kept.
with seen as (
    select feed_id, month, sum(new_entries) as seen
    from (
        select feed_id, month, new_entries from {{ ref('stg_feed_poll_sums') }}
        union all
        select feed_id, date_trunc('month', polled_at at time zone 'UTC')::date, new_entries
        from {{ ref('stg_feed_polls') }}
    ) as polls
    group by feed_id, month
),

held as (
    select feed_id, date_trunc('month', discovered_at at time zone 'UTC')::date as month, count(*) as entries
    from {{ ref('stg_ledger_entries') }}
    group by 1, 2
)

select feed_id, month, seen.seen, coalesce(held.entries, 0) as entries
from {{ ref('stg_feed_poll_sums') }}
join seen using (feed_id, month)
left join held using (feed_id, month)
where seen.seen <> coalesce(held.entries, 0)
