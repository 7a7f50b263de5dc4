select * from {{ source('news', 'article_image') }}
