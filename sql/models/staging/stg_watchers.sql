select * from {{ source('ops', 'watcher') }}
