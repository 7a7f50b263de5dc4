select * from {{ source('news', 'article_body') }}
