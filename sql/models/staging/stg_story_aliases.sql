select * from {{ source('news', 'story_alias') }}
