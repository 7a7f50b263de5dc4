{{
    config(
        materialized='incremental',
        incremental_strategy='changed_stories',
        post_hook='{{ write_position() }}',
        indexes=[
            {'columns': ['version_id'], 'unique': true},
            {'columns': ['story_id', 'version_number'], 'unique': true},
            {'columns': ['captured_at']},
        ]
    )
}}

with version as (
    select * from {{ ref('stg_article_versions') }} where {{ of_changed_stories() }}
),

changes as (
    select
        version_id,
        bool_or(field = 'headline') as is_headline_changed,
        bool_or(field = 'published') as is_published_changed,
        bool_or(field = 'body') as is_body_changed,
        coalesce(sum(words_removed) filter (where field = 'body'), 0) as words_removed,
        coalesce(sum(words_added) filter (where field = 'body'), 0) as words_added
    from {{ ref('stg_article_changes') }}
    where version_id in (select version_id from version)
    group by version_id
)

select
    version.version_id,
    story_id,
    article.source_id,
    article.source_domain,
    row_number() over versions as version_number,
    article.version_id = version.version_id as is_current,
    version.captured_at,
    lead(version.captured_at) over versions as replaced_at,
    version.headline,
    version.published_at,
    version.published_local,
    coalesce(changes.is_headline_changed, false) as is_headline_changed,
    coalesce(changes.is_published_changed, false) as is_published_changed,
    coalesce(changes.is_body_changed, false) as is_body_changed,
    coalesce(changes.words_removed, 0) as words_removed,
    coalesce(changes.words_added, 0) as words_added,
    version.extractor_version
from version
join {{ ref('fct_articles') }} as article using (story_id)
left join changes on changes.version_id = version.version_id
window versions as (partition by story_id order by version.captured_at, version.version_id)
