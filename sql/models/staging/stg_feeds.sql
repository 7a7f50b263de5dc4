select * from {{ source('news', 'feed') }}
