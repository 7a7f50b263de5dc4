-- Entries seen = pending + loaded + duplicates + rejected, for each feed and hour of discovery. The left
-- side comes from the log of polls, the right one from the ledger: an entry lost between the two shows here.
select feed_id, discovered_hour, seen, entries, pending, loaded, duplicates, rejected
from {{ ref('fct_ingest_ledger') }}
where seen <> entries
    or entries <> pending + loaded + duplicates + rejected
