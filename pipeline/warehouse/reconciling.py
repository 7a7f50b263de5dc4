"""What a publisher's feeds missed, by its sitemaps and other doors: counted from stories, once they are loaded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, text

# Stories by the instant of their publication, whoever listed them: a page that turned out to be none counts nowhere.
_RECONCILE = text("""
with walked as (
    select distinct b.source_id from ops.backfill b
    where b.since = :since and b.until = :until and b.documents > 0
      and split_part(b.place, ' ', 1) = any(cast(:doors as text[]))
), told as (
    select a.source_id, a.story_id, exists (
        select from ops.ledger l join news.feed f using (feed_id)
        where l.story_id = a.story_id and f.state <> 'past') as is_listed
    from news.article a join walked using (source_id)
    where a.published_at >= :since and a.published_at < :until
)
insert into ops.reconciliation as r
    (since, until, source_id, stories, by_feeds, missed, missed_share, unsettled, reconciled_at)
select :since, :until, w.source_id, count(t.story_id), count(*) filter (where t.is_listed),
       count(*) filter (where not t.is_listed),
       count(*) filter (where not t.is_listed)::float / nullif(count(t.story_id), 0),
       (select count(*) from ops.ledger l join news.feed f using (feed_id)
        where f.source_id = w.source_id and f.state = 'past' and l.state in ('discovered', 'fetched', 'waiting')),
       :now
from walked w left join told t using (source_id) group by w.source_id
on conflict (since, until, source_id) do update set
    stories = excluded.stories, by_feeds = excluded.by_feeds, missed = excluded.missed,
    missed_share = excluded.missed_share, unsettled = excluded.unsettled, reconciled_at = excluded.reconciled_at
returning r.stories, r.missed
""")


def reconcile(
    connection: Connection,
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    doors: Collection[str],
) -> tuple[int, int]:
    """Counts the window's stories of each publisher that one of these ``doors`` was walked of; stories, and those missed.

    Counted again, a row says what holds now.
    """
    given = {"since": since, "until": until, "now": now, "doors": sorted(doors)}
    rows = connection.execute(_RECONCILE, given).all()
    return sum(row.stories for row in rows), sum(row.missed for row in rows)
