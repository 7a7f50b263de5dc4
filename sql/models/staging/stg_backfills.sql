select * from {{ source('ops', 'backfill') }}
