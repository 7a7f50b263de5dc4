{{
    config(
        indexes=[
            {'columns': ['source_version_id'], 'unique': true},
            {'columns': ['source_id', 'valid_from']},
        ]
    )
}}

with feeds as (
    select
        source_id,
        count(*) filter (where state = 'active') as active_feeds,
        count(*) filter (where state <> 'past') as feeds
    from {{ ref('stg_feeds') }}
    group by source_id
),

-- One zone that this server does not know would fail every day of every publisher.
known_zones as materialized (
    select name from pg_timezone_names
)

select
    source.dbt_scd_id as source_version_id,
    source_id,
    source.domain,
    source.name,
    source.country,
    source.language,
    known_zones.name as zone,
    source.is_feed_only,
    source.state,
    case when source.dbt_valid_to is null then coalesce(feeds.active_feeds, 0) end as active_feeds,
    case when source.dbt_valid_to is null then coalesce(feeds.feeds, 0) end as feeds,
    source.dbt_valid_from as valid_from,
    source.dbt_valid_to as valid_to,
    source.dbt_valid_to is null as is_current
from {{ ref('source_history') }} as source
left join feeds using (source_id)
left join known_zones on known_zones.name = source.zone
