select * from {{ source('news', 'article_link') }}
