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
)
select (day at time zone 'UTC')::date as day, coalesce(documents, 0) as documents, coalesce(gaps, 0) as gaps,
       coalesce(entries, 0)::bigint as entries,
       coalesce(pages, 0) as pages, coalesce(stories, 0) as stories
from generate_series(cast(:since as timestamptz), cast(:until as timestamptz) - interval '1 day', interval '1 day') as day
left join documents using (day) left join pages using (day) left join stories using (day)
order by 1 desc
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


@dataclass(frozen=True, slots=True)
class History:
    """How far back the log goes, and its last days."""

    first_at: datetime | None
    """None: nothing was polled yet."""
    last_at: datetime | None
    days: tuple[Day, ...]
    """The latest first, those without anything among them."""


def history(connection: Connection, now: datetime, *, days: int = 30) -> History:
    """The last ``days`` days with today."""
    until = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    window = {"since": until - timedelta(days=days), "until": until}
    reach = connection.execute(_REACH).one()
    rows = connection.execute(_DAYS, window).mappings()
    return History(reach.first_at, reach.last_at, tuple(Day(**row) for row in rows))
