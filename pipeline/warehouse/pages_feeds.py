"""Feeds for the newsroom pages: their health in one word, a page of them, and one with its last polls."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, text

from pipeline.warehouse.pages import containing

HEALTHS = ("failing", "gone", "overdue", "silent", "gap", "new", "healthy", "off")
"""What a feed's health may be, the most urgent first; ``_KNOWN`` says when it is which."""
SORTS = {
    "health": "array_position(cast(:healths as text[]), health)",
    "source": "lower(source)",
    "news": "last_news_at",
    "next": "next_poll_at",
    "interval": "interval_seconds",
    "gaps": "gaps",
}
PAGE = 50
_POLLS = 60

_KNOWN = """
with known as (
    select f.feed_id, f.url, s.name as source, s.domain,
           fs.last_polled_at, fs.last_success_at, fs.last_news_at, fs.news_every_seconds, fs.next_poll_at,
           fs.interval_seconds, coalesce(fs.failures, 0) as failures, fs.last_reason, fs.gone_at, fs.adopted_url,
           coalesce(g.gaps, 0) as gaps, g.last_gap_at,
           case
               when f.state <> 'active' or s.state <> 'active' then 'off'
               when fs.gone_at is not null then 'gone'
               when fs.last_reason is not null then 'failing'
               when fs.last_polled_at is null then 'new'
               -- Nobody asks it: the watcher and the hourly run are both behind.
               when fs.next_poll_at < :now - interval '1 hour' then 'overdue'
               -- Far beyond its habit, and long enough that a night or a Sunday does not count.
               when fs.last_news_at
                   < :now - greatest(make_interval(secs => 4 * fs.news_every_seconds), interval '1 day') then 'silent'
               when g.last_gap_at >= :now - interval '1 day' then 'gap'
               else 'healthy'
           end as health
    from news.feed f
    join news.source s using (source_id)
    left join ops.feed_state fs using (feed_id)
    left join (
        select feed_id, count(*) as gaps, max(polled_at) as last_gap_at
        from ops.feed_poll where is_gap and polled_at >= :now - interval '7 days' group by feed_id
    ) g using (feed_id)
)
"""
_COUNTS = text(f"{_KNOWN} select health, count(*) as feeds from known group by health")  # noqa: S608 - both are constants
_PAGE = """
, chosen as (
    select *, count(*) over () as found from known
    where (cast(:health as text) is null or health = :health)
        and (cast(:like as text) is null or source ilike :like or domain ilike :like or url ilike :like)
    order by {order} {direction} nulls last, source, url
    limit :size offset :skipped
)
select chosen.*, p.detail, p.status
from chosen left join ops.feed_poll p on p.feed_id = chosen.feed_id and p.polled_at = chosen.last_polled_at
order by {order} {direction} nulls last, source, url
"""
_ONE = text(
    _KNOWN
    + """
select known.*, p.detail, p.status, 1 as found
from known left join ops.feed_poll p on p.feed_id = known.feed_id and p.polled_at = known.last_polled_at
where known.feed_id = :feed
"""
)
_LAST_POLLS = text("""
select polled_at, outcome, status, reason, detail, format, fault, entries, new_entries, is_gap, final_url,
       body_bytes, duration_seconds
from ops.feed_poll where feed_id = :feed order by polled_at desc limit :most
""")


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as it stands."""

    feed_id: uuid.UUID
    url: str
    source: str
    domain: str
    health: str
    """One of ``HEALTHS``."""
    last_polled_at: datetime | None
    last_success_at: datetime | None
    last_news_at: datetime | None
    news_every_seconds: float | None
    next_poll_at: datetime | None
    interval_seconds: float | None
    failures: float
    last_reason: str | None
    detail: str | None
    """The last failure in words; None: the last poll succeeded."""
    status: int | None
    gone_at: datetime | None
    adopted_url: str | None
    gaps: int
    """In the last seven days."""
    last_gap_at: datetime | None


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of a feed."""

    polled_at: datetime
    outcome: str
    status: int | None
    reason: str | None
    detail: str | None
    format: str | None
    fault: str | None
    entries: int
    new_entries: int
    is_gap: bool
    final_url: str | None
    body_bytes: int
    duration_seconds: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Which feeds are asked for, and in which order."""

    health: str | None = None
    words: str = ""
    """Part of the publisher's name, domain or the feed's address, in any letter case."""
    sort: str = "health"
    """A key of ``SORTS``."""
    direction: Literal["asc", "desc"] = "asc"
    page: int = 1


@dataclass(frozen=True, slots=True)
class FeedList:
    """A page of feeds."""

    feeds: tuple[Feed, ...]
    found: int
    """Feeds that the choice holds on all pages."""
    by_health: dict[str, int]
    """How many feeds there are of each health, whatever was chosen."""

    @property
    def pages(self) -> int:
        """How many pages the choice fills, 1 at least."""
        return max(1, -(-self.found // PAGE))


def feed_list(connection: Connection, choice: Choice, now: datetime) -> FeedList:
    """The feeds of a choice; one whose sort is unknown raises ``KeyError``."""
    # Names of ours alone: what a user sends is a parameter, or a key of SORTS.
    direction = "desc" if choice.direction == "desc" else "asc"
    query = _KNOWN + _PAGE.format(order=SORTS[choice.sort], direction=direction)
    parameters: dict[str, Any] = {
        "now": now,
        "health": choice.health,
        "like": containing(choice.words),
        "size": PAGE,
        "skipped": (choice.page - 1) * PAGE,
    }
    if choice.sort == "health":
        parameters["healths"] = list(HEALTHS)
    rows = connection.execute(text(query), parameters).mappings().all()
    feeds = tuple(_feed(row) for row in rows)
    return FeedList(feeds, rows[0]["found"] if rows else 0, healths(connection, now))


def healths(connection: Connection, now: datetime) -> dict[str, int]:
    """How many feeds there are of each health, the most urgent first; a health without any is left out."""
    counts = {row.health: row.feeds for row in connection.execute(_COUNTS, {"now": now})}
    return {health: counts[health] for health in HEALTHS if health in counts}


def feed_with_polls(
    connection: Connection, feed_id: uuid.UUID, now: datetime
) -> tuple[Feed, tuple[Poll, ...]] | None:
    """A feed and its last polls, the latest first; None: there is no such feed."""
    row = connection.execute(_ONE, {"feed": feed_id, "now": now}).mappings().one_or_none()
    if row is None:
        return None
    polls = connection.execute(_LAST_POLLS, {"feed": feed_id, "most": _POLLS}).mappings()
    return _feed(row), tuple(Poll(**poll) for poll in polls)


def _feed(row: RowMapping) -> Feed:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "found"}
    return Feed(**values)
