-- Without token and secret: whoever knows them may push in the hub's name.
select
    feed_id,
    state,
    hub,
    topic,
    asked,
    requested_at,
    verified_at,
    lease_until,
    pushed_at,
    pushes,
    repeated,
    refused,
    refused_reason,
    refused_at,
    failures,
    last_reason,
    looked_at
from {{ source('ops', 'subscription') }}
