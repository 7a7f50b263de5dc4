select * from {{ source('news', 'story_edge') }}
