"""What the newsroom pages ask of the warehouse: how it is read for them, and the overview.

Every question is bounded: by a window of time with an index, by a page of rows, or by a number of rows.
``pages_feeds``, ``pages_stories``, ``pages_ledger`` and ``pages_history`` have those of the other pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, text

from pipeline.warehouse.engine import transaction

PENDING = ("discovered", "fetched", "waiting")
"""The states of an entry that is still to be worked on, in the order of the work."""

_HOURS = text("""
with told as (
    select source_id, date_trunc('hour', published_at, 'UTC') as hour, count(*) as stories
    from news.article where published_at >= :since and published_at < :until group by 1, 2
), ranked as (
    select source_id, row_number() over (order by sum(stories) desc, source_id) as place from told group by 1
)
select told.hour, case when ranked.place <= :most then s.name end as source, sum(told.stories)::bigint as stories
from told join ranked using (source_id) join news.source s using (source_id)
group by 1, 2
""")

_PENDING = text("""
select state, count(*) as entries, min(discovered_at) as oldest_at
from ops.ledger where state in ('discovered', 'fetched', 'waiting') group by state
""")

_GAPS = text("""
select p.feed_id, s.name as source, f.url, p.polled_at, p.new_entries
from ops.feed_poll p join news.feed f using (feed_id) join news.source s using (source_id)
where p.is_gap and p.polled_at >= :since
order by p.polled_at desc limit :most
""")

_PLACES = text("""
select p.name, p.country, p.lat, p.lon, count(*) as stories
from news.article a join news.article_place p using (story_id)
where a.published_at >= :since and a.published_at < :until
    and p.rel = 'located' and p.lat is not null and p.lon is not null
group by p.name, p.country, p.lat, p.lon
order by stories desc, p.name limit :most
""")

_WATCHERS = text("""
select shard, began_at, seconds, polled_at, feeds, failed, new, failed_rounds, failed_at, last_error from ops.watcher
where "of" = (select "of" from ops.watcher order by greatest(began_at, failed_at) desc nulls last limit 1)
order by shard
""")


@dataclass(frozen=True, slots=True)
class HourCount:
    """Stories that one publisher published in one hour."""

    hour: datetime
    """Begin of the hour, UTC."""
    source: str | None
    """None: all publishers that are not among those with the most stories."""
    stories: int


@dataclass(frozen=True, slots=True)
class PendingCount:
    """Entries in one of the states of ``PENDING``."""

    state: str
    entries: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """A poll in which nothing was known any more: stories before it may be lost."""

    feed_id: str
    source: str
    url: str
    polled_at: datetime
    new_entries: int


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """A place from which stories were filed."""

    name: str
    country: str | None
    lat: float
    lon: float
    stories: int


@dataclass(frozen=True, slots=True)
class Watcher:
    """A watcher of feeds in the triggerer, as its last rounds left it."""

    shard: int
    began_at: datetime | None
    """Begin of its last round that came to an end, UTC; None: none has."""
    seconds: float | None
    """Time that this round took."""
    polled_at: datetime | None
    """Begin of its last round in which feeds were due; None: there was none yet."""
    feeds: int
    """Feeds polled in that one."""
    failed: int
    new: int
    """Entries that it brought."""
    failed_rounds: int
    """Rounds that did not come to an end, ever."""
    failed_at: datetime | None
    """When the last of them failed; None: none has."""
    last_error: str | None
    """Why that one did."""

    @property
    def is_failing(self) -> bool:
        """True where its last round failed."""
        return self.failed_at is not None and (self.began_at is None or self.failed_at > self.began_at)


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the newsroom at one moment."""

    since: datetime
    until: datetime
    hours: tuple[HourCount, ...]
    pending: tuple[PendingCount, ...]
    gaps: tuple[Gap, ...]
    """The latest of the last day."""
    places: tuple[PlaceCount, ...]
    """Those with the most stories first."""
    watchers: tuple[Watcher, ...]
    """By shard, of the watchers that work now; of those before their number was changed nothing."""


@contextmanager
def reading(engine: Engine, *, seconds: float = 15.0) -> Iterator[Connection]:
    """A read-only transaction that sees one moment; a statement that takes longer than ``seconds`` is ended.

    Raises:
        WarehouseDown: the database does not answer.
        WarehouseRefused: it refused a statement, or ended one that took too long.
    """
    with transaction(engine) as connection:
        connection.exec_driver_sql("set transaction isolation level repeatable read, read only")
        connection.exec_driver_sql(f"set local statement_timeout = {round(seconds * 1000)}")
        # Compiling pays for queries of seconds; these take milliseconds.
        connection.exec_driver_sql("set local jit = off")
        yield connection


def overview(connection: Connection, now: datetime, *, hours: int = 48, sources: int = 6) -> Overview:
    """The last ``hours`` by publication, the ``sources`` with the most stories apart; what is pending; gaps; places."""
    until = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since = until - timedelta(hours=hours)
    window = {"since": since, "until": until}
    day = {"since": now - timedelta(days=1), "most": 6}
    return Overview(
        since=since,
        until=until,
        hours=tuple(
            HourCount(**row) for row in connection.execute(_HOURS, {**window, "most": sources}).mappings()
        ),
        pending=tuple(PendingCount(**row) for row in connection.execute(_PENDING).mappings()),
        gaps=tuple(
            Gap(**{**row, "feed_id": str(row["feed_id"])})
            for row in connection.execute(_GAPS, day).mappings()
        ),
        places=tuple(
            PlaceCount(**row) for row in connection.execute(_PLACES, {**window, "most": 150}).mappings()
        ),
        watchers=tuple(Watcher(**row) for row in connection.execute(_WATCHERS).mappings()),
    )


def containing(words: str) -> str | None:
    r"""A pattern for ``like`` that ``words`` stand in, meaning nothing but themselves; None: there are none.

    >>> containing("50%_off"), containing(" ")
    ('%50\\%\\_off%', None)
    """
    plain = "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in words.strip())
    return f"%{plain}%" if plain else None
