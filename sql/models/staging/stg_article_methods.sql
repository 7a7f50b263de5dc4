select * from {{ source('news', 'article_method') }}
