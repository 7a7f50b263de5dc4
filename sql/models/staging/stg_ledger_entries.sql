-- Without the workers' leases, which change while one looks.
select
    feed_id,
    entry_key,
    source_id,
    url,
    canonical_url,
    entry,
    discovered_at,
    feed_object,
    feed_offset,
    state,
    reason,
    detail,
    waiting_until,
    tries,
    fetch_id,
    story_id,
    duplicate_method,
    settled_at
from {{ source('ops', 'ledger') }}
