select * from {{ source('news', 'article_date_candidate') }}
