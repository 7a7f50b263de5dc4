select * from {{ source('news', 'article_field_candidate') }}
