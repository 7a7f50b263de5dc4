-- A story without an entry came from nowhere.
select story_id
from {{ ref('fct_articles') }} as article
where not exists (
    select from {{ ref('stg_ledger_entries') }} as entry
    where entry.story_id = article.story_id
)
