select * from {{ source('news', 'article_dateline') }}
