{{ config(materialized='steady_view', post_hook='{{ write_view_state() }}') }}

select
    poll.feed_id,
    poll.polled_at,
    date_trunc('hour', poll.polled_at, 'UTC') as polled_hour,
    feed.source_id,
    source.domain as source_domain,
    feed.url as feed_url,
    poll.outcome,
    poll.outcome <> 'failed' as is_answered,
    poll.status,
    poll.reason,
    poll.format,
    poll.fault,
    poll.entries,
    poll.new_entries,
    poll.entered_entries,
    poll.is_gap,
    poll.is_conditional,
    poll.is_false_304,
    poll.body_bytes,
    poll.duration_seconds,
    poll.archive_object is not null as is_archived
from {{ ref('stg_feed_polls') }} as poll
join {{ ref('stg_feeds') }} as feed using (feed_id)
join {{ ref('stg_sources') }} as source using (source_id)
