select * from {{ source('ops', 'warc_file') }}
