select * from {{ source('news', 'article_heading') }}
