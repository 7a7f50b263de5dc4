select * from {{ source('ops', 'revisit') }}
