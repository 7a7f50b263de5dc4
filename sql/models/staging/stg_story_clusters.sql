select * from {{ source('news', 'story_cluster') }}
