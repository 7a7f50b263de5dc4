"""What may go for its age, and its going: bodies, logs and files of the archive, only after an export has them.

Everything is taken away a month at a time, in a transaction that sees the month's fingerprint and its rows alike:
what has come since the export keeps its month here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from pipeline.warehouse.tables import ARCHIVE_REMOVED

# A story's age is counted from the last that was heard of it.
_OLD_STORY = "greatest(a.fetched_at, coalesce(a.published_at, a.first_seen_at)) < :before"
_MONTH = "coalesce(to_char({at}, 'YYYY-MM'), 'undated')"
_BODIES = f"""
from news.article a join news.article_version v using (story_id) join news.article_body b on b.version_id = v.version_id
where {_OLD_STORY}
"""
# Bytes of the archive have a row as long as they are there; so has the request of which a story is made.
_NO_BYTES = """(p.archive_object is null
    or exists (select from ops.archive_removed r where r.object = p.archive_object))"""
_POLLS = f"from ops.feed_poll p where p.polled_at < :before and {_NO_BYTES}"
_FETCHES = f"""from ops.fetch p where p.fetched_at < :before and {_NO_BYTES}
    and not exists (select from ops.ledger l
                    where l.feed_id = p.feed_id and l.entry_key = p.entry_key and l.fetch_id = p.fetch_id)
    and not exists (select from ops.revisit v where v.fetch_id = p.fetch_id)"""  # noqa: S608  # constants of ours
_SUMS = f"""
with gone as (
    delete from ops.feed_poll p where p.polled_at < :before and {_NO_BYTES}
    and to_char(p.polled_at, 'YYYY-MM') = :month
    returning feed_id, polled_at, outcome, entries, new_entries, entered_entries, body_bytes
), summed as (
    insert into ops.feed_poll_sum as held (feed_id, month, polls, failed, entries, new_entries, entered_entries, body_bytes)
    select feed_id, to_date(:month, 'YYYY-MM'), count(*), count(*) filter (where outcome = 'failed'),
           sum(entries), sum(new_entries), sum(entered_entries), sum(body_bytes)
    from gone group by feed_id
    on conflict (feed_id, month) do update set
        polls = held.polls + excluded.polls, failed = held.failed + excluded.failed,
        entries = held.entries + excluded.entries, new_entries = held.new_entries + excluded.new_entries,
        entered_entries = held.entered_entries + excluded.entered_entries, body_bytes = held.body_bytes + excluded.body_bytes
)
select count(*) from gone
"""  # noqa: S608  # constants of ours
_COUNTS = {
    "bodies": f"select {_MONTH.format(at='a.published_at')} as month, count(*) as rows, sum(octet_length(b.body)) as bytes {_BODIES} group by 1",
    "polls": f"select to_char(p.polled_at, 'YYYY-MM') as month, count(*) as rows, 0 as bytes {_POLLS} group by 1",
    "fetches": f"select to_char(p.fetched_at, 'YYYY-MM') as month, count(*) as rows, 0 as bytes {_FETCHES} group by 1",
}
_DELETES = {
    "bodies": f"""with gone as (
        delete from news.article_body where version_id in (
            select v.version_id {_BODIES} and {_MONTH.format(at="a.published_at")} = :month) returning 1
        ) select count(*) from gone""",  # noqa: S608  # constants of ours
    "polls": _SUMS,
    "fetches": f"""with gone as (
        delete from ops.fetch where fetch_id in (
            select p.fetch_id {_FETCHES} and to_char(p.fetched_at, 'YYYY-MM') = :month) returning 1
        ) select count(*) from gone""",  # noqa: S608  # constants of ours
}
DATASETS = tuple(_COUNTS)
"""What retention takes rows of, by the names of the export."""

# A file of the archive stays while an entry waits for what it holds, while a story that was read from it is in no
# export, and while a younger record that stays refers to a body in it.
_LEFT = "not (p.archive_object = any(cast(:gone as text[]))) and p.archive_object <> :object"
_NEEDED = text(f"""
select coalesce(
    (select 'entries that are still pending were read from it' from ops.ledger l
     left join ops.fetch p on p.fetch_id = l.fetch_id
     where l.state in ('discovered', 'fetched', 'waiting') and :object in (l.feed_object, p.archive_object) limit 1),
    (select 'its stories of ' || told.month || ' are in no current export'
     from (select {_MONTH.format(at="a.published_at")} as month from news.article a
           where exists (select from news.article_version v where v.story_id = a.story_id and v.archive_object = :object)
           or exists (select from ops.ledger l where l.story_id = a.story_id and l.state = 'loaded' and l.feed_object = :object)
          ) told
     where not told.month = any(cast(:months as text[])) limit 1),
    (select 'a later answer refers to a body in it' from ops.feed_poll old
     join ops.feed_poll p on p.feed_id = old.feed_id and p.archive_digest = old.archive_digest
     where old.archive_object = :object and p.polled_at > old.polled_at and {_LEFT} limit 1),
    (select 'a later answer refers to a body in it' from ops.fetch old
     join ops.fetch p on p.feed_id = old.feed_id and p.entry_key = old.entry_key and p.archive_digest = old.archive_digest
     where old.archive_object = :object and p.fetched_at > old.fetched_at and {_LEFT} limit 1)
)
""")  # noqa: S608  # constants of ours


@dataclass(frozen=True, slots=True)
class Aged:
    """Rows of one month that are old enough to go."""

    dataset: str
    """As in the export: ``bodies``, ``polls`` or ``fetches``."""
    month: str
    rows: int
    size_bytes: int
    """Of bodies, before the database packs them; 0 of the log."""


def aged(connection: Connection, dataset: str, before: datetime) -> list[Aged]:
    """What of a dataset is older than that, by month."""
    found = connection.execute(text(f"{_COUNTS[dataset]} order by 1"), {"before": before})
    return [Aged(dataset, row.month, row.rows, int(row.bytes)) for row in found]


def take_away(connection: Connection, dataset: str, month: str, before: datetime) -> int:
    """Deletes the rows of a month that are older than that; returns how many. Polls are summed, feed by feed."""
    gone: int = connection.execute(text(_DELETES[dataset]), {"month": month, "before": before}).scalar_one()
    return gone


def needed_for(
    connection: Connection, name: str, months: Collection[str], gone: Collection[str]
) -> str | None:
    """Why a file of the archive has to stay, in words; None: it may go.

    Args:
        connection: to the warehouse.
        name: of the file.
        months: those of which every story is in a current export.
        gone: the files that have gone already, or will.
    """
    asked: dict[str, Any] = {"object": name, "months": list(months), "gone": list(gone)}
    why: str | None = connection.execute(_NEEDED, asked).scalar_one()
    return why


def removed(connection: Connection) -> set[str]:
    """The files of the archive that were taken away, or are about to be."""
    return set(connection.execute(text("select object from ops.archive_removed")).scalars())


def say_removed(connection: Connection, name: str, size_bytes: int, now: datetime) -> None:
    """Says that a file of the archive goes: from here on nobody looks for it."""
    row = {"object": name, "size_bytes": size_bytes, "removed_at": now}
    connection.execute(insert(ARCHIVE_REMOVED).values(row).on_conflict_do_nothing())
