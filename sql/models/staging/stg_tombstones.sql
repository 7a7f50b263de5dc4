-- Without the reason: it is between whoever asked for the erasure and whoever did it.
select
    story_id,
    source_id,
    erased_at
from {{ source('ops', 'tombstone') }}
