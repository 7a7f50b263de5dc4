select * from {{ source('news', 'article_live_post') }}
