select * from {{ source('ops', 'replay') }}
