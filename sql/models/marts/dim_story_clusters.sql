{{
    config(
        materialized='incremental',
        incremental_strategy='touched_clusters',
        post_hook='{{ write_position() }}',
        indexes=[
            {'columns': ['cluster_id'], 'unique': true},
            {'columns': ['first_at']},
            {'columns': ['publishers', 'first_at']},
        ]
    )
}}

-- depends_on: {{ ref('story_changes') }}

with
{%- if is_incremental() %}

-- Clusters that hold a changed story, and those whose number of stories is another. Which one a story has left is
-- not known any more, but there are fewer in it now; and if another story came for it, that one has changed.
touched as materialized (
    select cluster_id from {{ ref('fct_articles') }} where story_id in ({{ changed_stories() }})
    union
    select cluster_id
    from (select cluster_id, count(*) as stories from {{ ref('fct_articles') }} group by cluster_id) as now
    full join (select cluster_id, stories from {{ this }}) as before using (cluster_id)
    where now.stories is distinct from before.stories
),
{%- endif %}

members as (
    select story_id, cluster_id, source_id, published_at, first_seen_at, dated_at
    from {{ ref('fct_articles') }}
    {%- if is_incremental() %}
    where cluster_id in (select cluster_id from touched)
    {%- endif %}
),

spread as (
    select
        cluster_id,
        count(*) as stories,
        count(*) filter (where published_at is null) as without_instant,
        min(first_seen_at) as first_seen_at,
        min(dated_at) as first_at,
        max(dated_at) as last_at
    from members
    group by cluster_id
),

-- Few clusters have more than one story.
publishers as (
    select cluster_id, count(distinct source_id) as publishers
    from members
    where cluster_id in (select cluster_id from spread where stories > 1)
    group by cluster_id
),

-- A cluster has the id of its earliest story. One that came while the marts were built is not among them yet.
orphans as (
    select distinct on (cluster_id) cluster_id, story_id
    from members
    where cluster_id not in (select story_id from members)
    order by cluster_id, dated_at, story_id
)

select
    cluster_id,
    story.story_id as first_story_id,
    story.source_id as first_source_id,
    story.source_domain as first_source_domain,
    story.headline,
    story.language,
    story.dated_at as first_at,
    story.published_at is not null as is_first_at_published,
    story.published_at,
    spread.first_seen_at,
    spread.stories,
    spread.stories - 1 as copies,
    coalesce(publishers.publishers, 1) as publishers,
    spread.without_instant,
    spread.last_at,
    extract(epoch from spread.last_at - spread.first_at)::double precision / 3600 as spread_hours
from spread
{%- if is_incremental() %}
-- A cluster that is no more comes without stories.
right join touched using (cluster_id)
{%- endif %}
left join orphans using (cluster_id)
left join (
    -- A story's date is the one that clusters use: of its first version, else when it was first seen.
    select story_id, source_id, source_domain, headline, language, published_at, dated_at
    from {{ ref('fct_articles') }}
) as story on story.story_id = coalesce(orphans.story_id, cluster_id)
left join publishers using (cluster_id)
