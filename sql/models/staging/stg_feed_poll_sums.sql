select * from {{ source('ops', 'feed_poll_sum') }}
