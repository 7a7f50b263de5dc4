-- The rows of a publisher follow each other without a gap, and the last of them is the current one.
select *
from (
    select
        source_id,
        valid_from,
        valid_to,
        is_current,
        lead(valid_from) over (partition by source_id order by valid_from) as next_from
    from {{ ref('dim_sources') }}
) as rows
where valid_to is distinct from next_from or is_current <> (next_from is null)
