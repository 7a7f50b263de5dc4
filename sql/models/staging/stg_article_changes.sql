select * from {{ source('news', 'article_change') }}
