{{ config(indexes=[{'columns': ['cluster_id'], 'unique': true}]) }}

-- A story's date is the one that clusters use: of its first version, else when it was first seen.
with members as (
    select article.*, cluster.dated_at
    from {{ ref('fct_articles') }} as article
    join {{ ref('stg_story_clusters') }} as cluster using (story_id)
),

-- A cluster has the id of its earliest story.
first_told as (
    select
        cluster_id,
        story_id as first_story_id,
        source_id as first_source_id,
        source_domain as first_source_domain,
        headline,
        language,
        dated_at as first_at,
        published_at,
        published_at is not null as is_first_at_published
    from members
    where story_id = cluster_id
),

spread as (
    select
        cluster_id,
        count(*) as stories,
        count(*) - 1 as copies,
        count(distinct source_id) as publishers,
        count(*) filter (where published_at is null) as without_instant,
        min(first_seen_at) as first_seen_at,
        max(dated_at) as last_at,
        extract(epoch from max(dated_at) - min(dated_at))::double precision / 3600 as spread_hours
    from members
    group by cluster_id
)

select
    cluster_id,
    first_told.first_story_id,
    first_told.first_source_id,
    first_told.first_source_domain,
    first_told.headline,
    first_told.language,
    first_told.first_at,
    first_told.is_first_at_published,
    first_told.published_at,
    spread.first_seen_at,
    spread.stories,
    spread.copies,
    spread.publishers,
    spread.without_instant,
    spread.last_at,
    spread.spread_hours
from first_told
join spread using (cluster_id)
