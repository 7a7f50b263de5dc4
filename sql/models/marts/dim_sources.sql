{{ config(indexes=[{'columns': ['source_id'], 'unique': true}]) }}

with source as (
    select * from {{ ref('stg_sources') }}
),

feeds as (
    select
        source_id,
        count(*) filter (where state = 'active') as active_feeds,
        count(*) as feeds
    from {{ ref('stg_feeds') }}
    group by source_id
),

-- One zone that this server does not know would fail every day of every publisher.
known_zones as materialized (
    select name from pg_timezone_names
)

select
    source_id,
    source.domain,
    source.name,
    source.country,
    source.language,
    known_zones.name as zone,
    source.is_feed_only,
    source.state,
    coalesce(feeds.active_feeds, 0) as active_feeds,
    coalesce(feeds.feeds, 0) as feeds
from source
left join feeds using (source_id)
left join known_zones on known_zones.name = source.zone
