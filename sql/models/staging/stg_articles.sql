select * from {{ source('news', 'article') }}
