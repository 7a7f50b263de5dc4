-- A publication that lies after its story was first seen, and after its page was fetched, is flagged as such.
select story_id, published_at, first_seen_at, fetched_at, published_flags
from {{ ref('fct_articles') }}
where is_dated_ahead
    and published_at > fetched_at + interval '15 minutes'
    and not published_flags && array['after_fetch', 'future']
