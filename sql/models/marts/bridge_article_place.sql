{{
    config(
        materialized='incremental',
        incremental_strategy='changed_stories',
        post_hook='{{ write_position() }}',
        indexes=[{'columns': ['story_id', 'rel', 'position'], 'unique': true}, {'columns': ['place_id']}]
    )
}}

select
    story_id,
    rel,
    position,
    {{ place_id('place') }} as place_id,
    method
from {{ ref('stg_article_places') }} as place
join {{ ref('fct_articles') }} as article using (story_id)
where {{ of_changed_stories() }}
