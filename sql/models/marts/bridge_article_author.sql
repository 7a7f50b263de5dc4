{{
    config(
        materialized='incremental',
        incremental_strategy='changed_stories',
        post_hook='{{ write_position() }}',
        indexes=[{'columns': ['story_id', 'position'], 'unique': true}, {'columns': ['author_id']}]
    )
}}

select
    story_id,
    position,
    {{ author_id('article.source_id', 'author.name') }} as author_id,
    article.source_id,
    author.name
from {{ ref('stg_article_authors') }} as author
join {{ ref('fct_articles') }} as article using (story_id)
where {{ of_changed_stories() }}
