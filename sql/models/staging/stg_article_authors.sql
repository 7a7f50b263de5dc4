select * from {{ source('news', 'article_author') }}
