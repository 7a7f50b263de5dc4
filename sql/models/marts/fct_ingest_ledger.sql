{{ config(indexes=[{'columns': ['feed_id', 'discovered_hour'], 'unique': true}]) }}

-- Both sides are counted apart and in one statement, so that they speak of the same moment.
with seen as (
    select
        feed_id,
        date_bin('1 hour', polled_at, timestamptz '2000-01-01 00:00Z') as discovered_hour,
        sum(new_entries) as seen
    from {{ ref('stg_feed_polls') }}
    group by 1, 2
    having sum(new_entries) > 0
),

held as (
    select
        feed_id,
        date_bin('1 hour', discovered_at, timestamptz '2000-01-01 00:00Z') as discovered_hour,
        count(*) as entries,
        count(*) filter (where state in ('discovered', 'fetched', 'waiting')) as pending,
        count(*) filter (where state = 'waiting') as waiting,
        count(*) filter (where state = 'loaded') as loaded,
        count(*) filter (where state = 'duplicate') as duplicates,
        count(*) filter (where state = 'rejected') as rejected,
        max(settled_at) as last_settled_at
    from {{ ref('stg_ledger_entries') }}
    group by 1, 2
)

select
    feed.feed_id,
    source_id,
    source.domain as source_domain,
    feed.url as feed_url,
    discovered_hour,
    case when gone.feed_id is null then coalesce(seen.seen, 0) end as seen,
    coalesce(held.entries, 0) as entries,
    coalesce(held.pending, 0) as pending,
    coalesce(held.waiting, 0) as waiting,
    coalesce(held.loaded, 0) as loaded,
    coalesce(held.duplicates, 0) as duplicates,
    coalesce(held.rejected, 0) as rejected,
    held.last_settled_at
from seen
full join held using (feed_id, discovered_hour)
join {{ ref('stg_feeds') }} as feed on feed.feed_id = coalesce(seen.feed_id, held.feed_id)
join {{ ref('stg_sources') }} as source using (source_id)
-- Of such a month the log no longer tells the hours.
left join {{ ref('stg_feed_poll_sums') }} as gone
    on gone.feed_id = feed.feed_id
    and gone.month = date_trunc('month', discovered_hour at time zone 'UTC')::date
