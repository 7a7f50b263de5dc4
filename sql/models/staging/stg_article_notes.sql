select * from {{ source('news', 'article_note') }}
