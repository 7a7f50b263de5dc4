select * from {{ source('news', 'article_version') }}
