-- Without request headers: they are the operator's affair.
select
    source_id,
    domain,
    name,
    country,
    language,
    zone,
    is_feed_only,
    state,
    obeys_robots_for_feeds,
    delay_seconds
from {{ source('news', 'source') }}
