select * from {{ source('news', 'article_place_namesake') }}
