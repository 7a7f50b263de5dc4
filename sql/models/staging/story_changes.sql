{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='story_id',
        indexes=[{'columns': ['story_id'], 'unique': true}, {'columns': ['logged_at']}],
        post_hook='analyze {{ this }}',
    )
}}

-- depends_on: {{ ref('source_history') }}

with counted as (
    select story_id, count(*)::integer as versions
    from {{ source('news', 'article_version') }}
    group by story_id
)

{%- if is_incremental() %},

-- Stories that came or went, and those that lost a version without gaining one.
counted_otherwise as (
    select story_id
    from counted
    full join (select story_id, versions from {{ this }} where versions is not null) as logged using (story_id)
    where counted.versions is distinct from logged.versions
),

changed as (
    select story_id from counted_otherwise
    union
    select story_id from {{ source('news', 'article') }} as article
    where {{ written_since_last_look('article') }}
    union
    select story_id from {{ source('news', 'article_version') }} as version
    where {{ written_since_last_look('version') }}
    union
    select story_id from {{ source('news', 'story_cluster') }} as cluster
    where {{ written_since_last_look('cluster') }}
    union
    select story_id from {{ source('ops', 'revisit') }} as revisit
    where outcome is not null and {{ written_since_last_look('revisit') }}
    -- What is known of a publisher tells what its clocks mean.
    union
    select story_id from {{ source('news', 'article') }} as article
    where source_id in (
        select source_id from {{ ref('source_history') }} where dbt_valid_from > '{{ last_look().at }}'
    )
)
{%- endif %}

select
    story_id,
    counted.versions,
    {% if is_incremental() -%}
    greatest(now(), '{{ last_look().at }}'::timestamptz + interval '1 microsecond') as logged_at,
    {%- else -%}
    now() as logged_at,
    {%- endif %}
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon,
    pg_current_xact_id()::text::bigint as writer
from {% if is_incremental() %}changed left join counted using (story_id){% else %}counted{% endif %}
