select * from {{ source('news', 'article_keyword') }}
