-- What became of every entry that the feeds showed on a day?
-- A row a publisher; entries = pending + loaded + duplicates + rejected, and is_whole says that it is so and that the
-- log of polls counts as many (seen). The reasons are those of the rejected.
-- day = the newest: a day of UTC, such as 2026-03-01
with asked as materialized (
    select coalesce(news.asked('day')::timestamp at time zone 'UTC', date_trunc('day', max(discovered_hour), 'UTC')) as begins
    from marts.fct_ingest_ledger
),

counted as (
    select
        source_id,
        source_domain,
        sum(seen) as seen,
        sum(entries) as entries,
        sum(pending) as pending,
        sum(loaded) as loaded,
        sum(duplicates) as duplicates,
        sum(rejected) as rejected
    from marts.fct_ingest_ledger
    where discovered_hour >= (select begins from asked)
        and discovered_hour < (select begins + interval '1 day' from asked)
    group by source_id, source_domain
),

refused as (
    select source_id, string_agg(reason || ' ' || entries, ', ' order by entries desc, reason) as reasons
    from (
        select source_id, reason, count(*) as entries
        from staging.stg_ledger_entries
        where state = 'rejected'
            and discovered_at >= (select begins from asked)
            and discovered_at < (select begins + interval '1 day' from asked)
        group by source_id, reason
    ) as counted
    group by source_id
)

select
    source_domain,
    seen,
    entries,
    pending,
    loaded,
    duplicates,
    rejected,
    seen = entries and entries = pending + loaded + duplicates + rejected as is_whole,
    reasons
from counted
left join refused using (source_id)
order by entries desc, source_domain
