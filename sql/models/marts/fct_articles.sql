{{
    config(
        materialized='incremental',
        incremental_strategy='changed_stories',
        post_hook='{{ write_position() }}',
        indexes=[
            {'columns': ['story_id'], 'unique': true},
            {'columns': ['published_at']},
            {'columns': ['first_seen_at']},
            {'columns': ['source_id', 'day']},
            {'columns': ['day']},
            {'columns': ['cluster_id']},
        ]
    )
}}

with article as (
    select * from {{ ref('stg_articles') }} where {{ of_changed_stories() }}
),

source as (
    select * from {{ ref('dim_sources') }} where is_current
),

versions as (
    select story_id, count(*) as versions
    from {{ ref('stg_article_versions') }}
    where {{ of_changed_stories() }}
    group by story_id
),

-- What the last second look at the page showed.
looks as (
    select distinct on (story_id) story_id, outcome, answered_at
    from {{ ref('stg_revisits') }}
    where outcome in ('unchanged', 'changed', 'moved', 'gone') and {{ of_changed_stories() }}
    order by story_id, answered_at desc, turn desc
),

authors as (
    select story_id, count(*) as authors
    from {{ ref('stg_article_authors') }}
    where {{ of_changed_stories() }}
    group by story_id
),

places as (
    select distinct on (story_id)
        story_id,
        name as place,
        country as place_country,
        geoname_id as place_geoname_id
    from {{ ref('stg_article_places') }}
    where rel = 'located' and {{ of_changed_stories() }}
    order by story_id, position
),

-- The publisher's own clock at publication: its registered zone, else the clock that it printed.
told as (
    select
        article.story_id,
        case
            when article.published_precision in ('month', 'year') then null
            when article.published_precision = 'day' then article.published_local
            else coalesce(article.published_at at time zone source.zone, article.published_local)
        end as published_source_local,
        (article.first_seen_at at time zone coalesce(source.zone, 'UTC'))::date as first_seen_date
    from article
    left join source using (source_id)
)

select
    article.story_id,
    article.version_id,
    article.source_id,
    source.domain as source_domain,
    cluster.cluster_id,
    cluster.cluster_id <> article.story_id as is_copy,
    cluster.dated_at,
    article.final_url as url,
    article.canonical_url,
    article.headline,
    article.byline,
    coalesce(authors.authors, 0) as authors,
    article.description,
    article.section,
    article.language,
    article.word_count,
    article.word_count > 0 as has_body,
    article.is_free_access,
    places.place,
    places.place_country,
    places.place_geoname_id,
    article.published_at,
    article.published_local,
    article.published_utc_offset_minutes,
    article.published_zone,
    article.published_precision,
    article.published_method,
    article.published_flags,
    case
        when article.published_at is null then null
        when article.published_method like '%+source\_zone' then 'registered'
        when article.published_method like '%+dateline\_zone' then 'dateline'
        else 'printed'
    end as published_zone_from,
    told.published_source_local,
    told.published_source_local::date as published_date,
    case
        when article.published_precision in ('second', 'minute', 'hour')
            then extract(hour from told.published_source_local)::integer
    end as published_hour,
    coalesce(told.published_source_local::date, told.first_seen_date) as day,
    article.modified_at,
    article.first_seen_at,
    extract(epoch from article.first_seen_at - article.published_at)::double precision as discovery_seconds,
    article.published_at > article.first_seen_at + interval '15 minutes' as is_dated_ahead,
    article.fetched_at,
    coalesce(versions.versions, 0) as versions,
    case when looks.outcome = 'gone' then looks.answered_at end as gone_at,
    case when looks.outcome = 'moved' then looks.answered_at end as moved_at,
    article.extractor_version,
    article.loaded_at
from article
join told using (story_id)
left join source using (source_id)
left join {{ ref('stg_story_clusters') }} as cluster using (story_id)
left join versions using (story_id)
left join looks using (story_id)
left join authors using (story_id)
left join places using (story_id)
