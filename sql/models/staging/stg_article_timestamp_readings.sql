select * from {{ source('news', 'article_timestamp_reading') }}
