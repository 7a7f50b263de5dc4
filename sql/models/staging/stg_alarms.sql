select * from {{ source('ops', 'alarm') }}
