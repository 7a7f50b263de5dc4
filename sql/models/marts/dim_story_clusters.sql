{{ config(indexes=[{'columns': ['cluster_id'], 'unique': true}]) }}

-- A story without an instant takes the moment at which it was first seen: the order that clusters use.
with members as (
    select *, coalesce(published_at, first_seen_at) as told_at
    from {{ ref('fct_articles') }}
    where cluster_id is not null
),

first_told as (
    select distinct on (cluster_id)
        cluster_id,
        story_id as first_story_id,
        source_id as first_source_id,
        source_domain as first_source_domain,
        headline,
        language,
        told_at as first_at,
        published_at is not null as is_first_at_published
    from members
    order by cluster_id, told_at, story_id
),

spread as (
    select
        cluster_id,
        count(*) as stories,
        count(*) - 1 as copies,
        count(distinct source_id) as publishers,
        count(*) filter (where published_at is null) as without_instant,
        max(told_at) as last_at,
        extract(epoch from max(told_at) - min(told_at))::double precision / 3600 as spread_hours
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
    spread.stories,
    spread.copies,
    spread.publishers,
    spread.without_instant,
    spread.last_at,
    spread.spread_hours
from first_told
join spread using (cluster_id)
