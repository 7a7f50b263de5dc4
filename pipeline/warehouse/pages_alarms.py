"""Alarms for the newsroom pages: those that last or are just over, a page of them, and those of one feed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from pipeline.warehouse.pages import containing

PAGE = 50
LISTED_FOR = timedelta(days=7)
"""How long one that is over is still listed."""

_COLUMNS = """
select a.kind, a.subject, a.feed_id, s.name as source, f.url, a.since, a.first_seen_at, a.last_seen_at, a.words,
       a.told_at, a.resolved_at
from ops.alarm a left join news.feed f using (feed_id) left join news.source s using (source_id)
"""
_COUNTS = text("""
select kind, count(*) filter (where resolved_at is null) as lasting, count(*) filter (where resolved_at is not null) as over
from ops.alarm where resolved_at is null or resolved_at >= :since group by kind order by kind
""")
_CHOSEN = f"""{_COLUMNS}
where {{state}}
    and (cast(:kind as text) is null or a.kind = :kind)
    and (cast(:like as text) is null or s.name ilike :like or s.domain ilike :like or f.url ilike :like)
order by {{order}} desc, s.name, f.url, a.kind
limit :size offset :skipped
"""
_LASTING = text(_CHOSEN.format(state="a.resolved_at is null", order="a.first_seen_at"))
_OVER = text(_CHOSEN.format(state="a.resolved_at >= :since", order="a.resolved_at"))
_OF_FEED = text(f"""{_COLUMNS}
where a.subject = cast(:feed as text) and (a.resolved_at is null or a.resolved_at >= :since)
order by a.resolved_at desc nulls first, a.first_seen_at desc, a.kind
""")


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that somebody should look at, or should have."""

    kind: str
    subject: str
    """The feed's id; of a late run, the DAG's."""
    feed_id: uuid.UUID | None
    source: str | None
    url: str | None
    since: datetime | None
    """None: it was never otherwise."""
    first_seen_at: datetime
    last_seen_at: datetime
    words: str
    told_at: datetime | None
    """None: nobody was told yet."""
    resolved_at: datetime | None
    """None: it lasts."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which alarms are asked for."""

    kind: str | None = None
    words: str = ""
    """Part of the publisher's name, domain or the feed's address, in any letter case."""
    is_over: bool = False
    """True: those that ended in the last seven days."""
    page: int = 1


@dataclass(frozen=True, slots=True)
class AlarmList:
    """A page of alarms, the latest first."""

    alarms: tuple[Alarm, ...]
    lasting: dict[str, int]
    """How many there are of each kind, whatever was chosen."""
    over: dict[str, int]
    """How many ended in the last seven days."""


def alarm_list(connection: Connection, choice: Choice, now: datetime) -> AlarmList:
    """The alarms of a choice."""
    since = now - LISTED_FOR
    parameters = {
        "kind": choice.kind,
        "like": containing(choice.words),
        "size": PAGE,
        "skipped": (choice.page - 1) * PAGE,
    }
    if choice.is_over:
        rows = connection.execute(_OVER, parameters | {"since": since}).mappings()
    else:
        rows = connection.execute(_LASTING, parameters).mappings()
    alarms = tuple(Alarm(**row) for row in rows)
    counts = connection.execute(_COUNTS, {"since": since}).all()
    return AlarmList(
        alarms,
        {row.kind: row.lasting for row in counts if row.lasting},
        {row.kind: row.over for row in counts if row.over},
    )


def alarms_of_feed(connection: Connection, feed_id: uuid.UUID, now: datetime) -> tuple[Alarm, ...]:
    """The alarms about a feed, those that last first."""
    rows = connection.execute(_OF_FEED, {"feed": str(feed_id), "since": now - LISTED_FOR}).mappings()
    return tuple(Alarm(**row) for row in rows)
