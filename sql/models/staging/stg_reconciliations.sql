select * from {{ source('ops', 'reconciliation') }}
