"""Alarms as rows of ``ops.alarm``: found, still there, gone again; and who was told of them when.

The rules for feeds are the view ``ops.feed_alarm``. A review compares it with the rows; telling takes the rows
that nobody was told of. Both may run in several processes at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text, tuple_, update

from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.tables import ALARM

LATE_RUN = "late_run"

# One open row for each feed and kind: what lasts keeps its row, what is over gets its end, what returns a new row.
_REVIEW = text("""
with found as materialized (
    select feed_id, kind, since, words from ops.feed_alarm
), ended as (
    update ops.alarm a set resolved_at = :now
    where a.resolved_at is null and a.feed_id is not null
        and not exists (select from found where found.feed_id = a.feed_id and found.kind = a.kind)
)
insert into ops.alarm as a (subject, kind, first_seen_at, last_seen_at, since, words, feed_id)
select feed_id::text, kind, :now, :now, since, words, feed_id from found
on conflict (subject, kind) where resolved_at is null
    do update set last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at), words = excluded.words
""")
_LATE = text("""
insert into ops.alarm as a (subject, kind, first_seen_at, last_seen_at, since, words)
values (:dag, 'late_run', :now, :now, :since, :words)
on conflict (subject, kind) where resolved_at is null
    do update set last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at), words = excluded.words
""")
_ENDED = text("""
update ops.alarm set resolved_at = :now where subject = :dag and kind = 'late_run' and resolved_at is null
""")
_UNTOLD = text("""
select a.subject, a.kind, a.first_seen_at, a.since, a.words, s.name as source, f.url as feed
from ops.alarm a left join news.feed f using (feed_id) left join news.source s using (source_id)
where a.told_at is null and a.resolved_at is null
order by s.name nulls first, f.url, a.kind
for update of a skip locked
""")


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """Something that somebody should look at."""

    subject: str
    """The feed's id; of a late run, the DAG's."""
    kind: str
    """A kind of ``ops.feed_alarm``, or ``late_run``."""
    first_seen_at: datetime
    since: datetime | None
    """None: it was never otherwise."""
    words: str
    source: str | None
    """Name of the publisher; None: it is about no feed."""
    feed: str | None
    """The feed's registered address."""


def review(connection: Connection, now: datetime) -> None:
    """Makes the rows about feeds what ``ops.feed_alarm`` says; the same again changes nothing but ``last_seen_at``."""
    lock_names(connection, ["alarms"])
    # Compiling would pay for queries of seconds.
    connection.exec_driver_sql("set local jit = off")
    connection.execute(_REVIEW, {"now": now})


def note_late_run(connection: Connection, late: OpenAlarm) -> None:
    """Notes a late run; while one of its DAG is noted, another only says it anew."""
    connection.execute(
        _LATE, {"dag": late.subject, "words": late.words, "since": late.since, "now": late.first_seen_at}
    )


def note_ended_run(connection: Connection, dag: str, now: datetime) -> None:
    """Notes that a run of ``dag`` has come to its end: whichever was late, the DAG works."""
    connection.execute(_ENDED, {"dag": dag, "now": now})


def untold(connection: Connection) -> tuple[OpenAlarm, ...]:
    """The lasting alarms of which nobody was told, locked until the transaction ends; what another process has, is left to it."""
    return tuple(OpenAlarm(**row) for row in connection.execute(_UNTOLD).mappings())


def mark_told(connection: Connection, told: Sequence[OpenAlarm], now: datetime) -> None:
    """Notes that somebody was told of them."""
    keys = [(alarm.subject, alarm.kind, alarm.first_seen_at) for alarm in told]
    key = tuple_(ALARM.c.subject, ALARM.c.kind, ALARM.c.first_seen_at)
    connection.execute(update(ALARM).where(key.in_(keys)).values(told_at=now))
