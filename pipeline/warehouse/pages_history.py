"""Day by day what was received, asked for and published: where a day is missing, history has a hole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

_DAYS = text("""
with documents as (
    select date_trunc('day', polled_at, 'UTC') as day, count(*) as documents,
           count(*) filter (where is_gap) as gaps, sum(new_entries) as entries
    from ops.feed_poll where outcome = 'changed' and polled_at >= :since and polled_at < :until group by 1
), pages as (
    select date_trunc('day', fetched_at, 'UTC') as day, count(*) as pages
    from ops.fetch where fetched_at >= :since and fetched_at < :until group by 1
), stories as (
    select date_trunc('day', published_at, 'UTC') as day, count(*) as stories
    from news.article where published_at >= :since and published_at < :until group by 1
), replayed as (
    -- Windows may overlap, as those of an hourly run and of a day do: a moment counts once.
    select range_agg(tstzrange(since, until)) as moments from (
        select since, until from ops.replay where until > :since and since < :until
        group by since, until, "of" having count(*) = "of"
    ) whole
)
select (day at time zone 'UTC')::date as day, coalesce(documents, 0) as documents, coalesce(gaps, 0) as gaps,
       coalesce(entries, 0)::bigint as entries,
       coalesce(pages, 0) as pages, coalesce(stories, 0) as stories,
       coalesce((
           select sum(extract(epoch from upper(part) - lower(part)))::float / 3600
           from unnest((select moments from replayed) * tstzmultirange(tstzrange(day, day + interval '1 day'))) as part
       ), 0) as replayed_hours
from generate_series(cast(:since as timestamptz), cast(:until as timestamptz) - interval '1 day', interval '1 day') as day
left join documents using (day) left join pages using (day) left join stories using (day)
order by 1 desc
""")
_BACKFILL = text("""
select count(*) as windows, count(*) filter (where shards = "of") as complete, min(since) as first_at, max(until) as last_at,
       sum(documents)::bigint as documents, sum(new)::bigint as new, max(replayed_at) as at
from (
    select since, until, "of", count(*) as shards, sum(documents) as documents, sum(new) as new,
           max(replayed_at) as replayed_at
    from ops.replay where replayed_at >= :since group by since, until, "of"
) of_window
""")
_REACH = text("select min(polled_at) as first_at, max(polled_at) as last_at from ops.feed_poll")


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC."""

    day: date
    documents: int
    """Polls that brought a document, each kept in the archive and entered in the ledger."""
    gaps: int
    entries: int
    """Entries that those documents brought."""
    pages: int
    """Requests for stories' pages."""
    stories: int
    """Stories published on the day, whenever they were received."""
    replayed_hours: float
    """Of its 24, those that a backfill has entered again from the archive, every share of the publishers."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """What was replayed lately."""

    windows: int
    complete: int
    """Of them, those of which every share is done; of the others some are under way, or failed."""
    first_at: datetime
    """Begin of the earliest window, UTC."""
    last_at: datetime
    documents: int
    new: int
    """Entries that the ledger did not know."""
    at: datetime
    """When the last of them was replayed."""


@dataclass(frozen=True, slots=True)
class History:
    """How far back the log goes, and its last days."""

    first_at: datetime | None
    """None: nothing was polled yet."""
    last_at: datetime | None
    days: tuple[Day, ...]
    """The latest first, those without anything among them."""
    backfill: Backfill | None
    """Of the last 24 hours; None: nothing was replayed in them."""


def history(connection: Connection, now: datetime, *, days: int = 30) -> History:
    """The last ``days`` days with today."""
    until = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    window = {"since": until - timedelta(days=days), "until": until}
    reach = connection.execute(_REACH).one()
    rows = connection.execute(_DAYS, window).mappings()
    replayed = connection.execute(_BACKFILL, {"since": now - timedelta(days=1)}).mappings().one()
    return History(
        reach.first_at,
        reach.last_at,
        tuple(Day(**row) for row in rows),
        Backfill(**replayed) if replayed["windows"] else None,
    )
