{{ config(materialized='steady_view', post_hook='{{ write_view_state() }}') }}

select
    story_id,
    position,
    keyword,
    lower(keyword) as keyword_key
from {{ ref('stg_article_keywords') }}
