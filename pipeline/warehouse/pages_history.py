"""Day by day what was received, asked for and published: where a day is missing, history has a hole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, RowMapping, text

MOST_WINDOWS = 40

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
_WALKS = text("""
select since, until, count(*) filter (where state = 'done') as done, count(*) filter (where state = 'failed') as failed,
       count(*) filter (where state = 'waiting') as waiting,
       count(*) filter (where state in ('planned', 'under_way')) as "left",
       sum(documents)::bigint as documents, sum(found)::bigint as found, sum(outside)::bigint as outside,
       sum(new)::bigint as new, sum(requests)::bigint as requests,
       min(waiting_until) as waiting_until, min(started_at) as started_at, max(finished_at) as finished_at,
       bool_or(state = 'under_way' and lease_until > :now) as is_at_work
from ops.backfill group by since, until
order by bool_or(finished_at is null) desc, greatest(max(started_at), max(finished_at)) desc nulls first, since desc
limit :most
""")
_PLACES = text("""
select kind as place, count(*) as walks, count(*) filter (where state in ('done', 'failed')) as finished,
       sum(documents)::bigint as documents, sum(found)::bigint as found, sum(new)::bigint as new,
       sum(requests)::bigint as requests, sum(failures)::bigint as failures
from (select *, split_part(b.place, ' ', 1) as kind from ops.backfill b) b
group by kind order by kind
""")
_MISSES = text("""
select s.name as source, s.domain, r.since, r.until, r.stories, r.by_feeds, r.missed, r.missed_share, r.unsettled
from ops.reconciliation r join news.source s using (source_id)
where r.until = (select max(until) from ops.reconciliation)
order by r.missed_share desc nulls last, r.missed desc, s.domain limit :most
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
class Progress:
    """A window of the past, and how many of its places have been walked: one is a place of one publisher."""

    since: datetime
    until: datetime
    done: int
    failed: int
    waiting: int
    left: int
    """Not begun, or under way."""
    documents: int
    found: int
    outside: int
    new: int
    requests: int
    waiting_until: datetime | None
    """When the first of those that wait may go on; None: none waits."""
    started_at: datetime | None
    finished_at: datetime | None
    """When the last of those finished was; None: none is."""
    is_at_work: bool
    seconds_left: float | None
    """By the pace so far, without what waits; None: nobody is at work, or none is done yet."""


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """What one kind of place gave in all backfills."""

    place: str
    walks: int
    finished: int
    documents: int
    found: int
    new: int
    requests: int
    failures: int


@dataclass(frozen=True, slots=True)
class Misses:
    """What the feeds of a publisher missed in the last window that was reconciled."""

    source: str
    domain: str
    since: datetime
    until: datetime
    stories: int
    by_feeds: int
    missed: int
    missed_share: float | None
    """0 to 1; None: no stories."""
    unsettled: int


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
    windows: tuple[Progress, ...] = ()
    """Of backfills, the unfinished first, then the latest."""
    places: tuple[PlaceCount, ...] = ()
    misses: tuple[Misses, ...] = ()
    """The worst first."""


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
        backfill_progress(connection, now),
        tuple(PlaceCount(**row) for row in connection.execute(_PLACES).mappings()),
        tuple(Misses(**row) for row in connection.execute(_MISSES, {"most": MOST_WINDOWS}).mappings()),
    )


def backfill_progress(connection: Connection, now: datetime) -> tuple[Progress, ...]:
    """The windows of backfills, at most ``MOST_WINDOWS``: the unfinished first, then the latest."""
    rows = connection.execute(_WALKS, {"now": now, "most": MOST_WINDOWS}).mappings()
    return tuple(Progress(**row, seconds_left=_seconds_left(row, now)) for row in rows)


def _seconds_left(row: RowMapping, now: datetime) -> float | None:
    walked = row["done"] + row["failed"]
    if not (row["is_at_work"] and row["started_at"] and walked and row["left"]):
        return None
    seconds: float = (now - row["started_at"]).total_seconds()
    left: int = row["left"]
    return seconds / int(walked) * left
