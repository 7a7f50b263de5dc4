"""At the end of a run: what is odd now, and telling whoever should know, once for as long as it lasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from pipeline.flow.context import Context
from pipeline.warehouse import alarms, schema
from pipeline.warehouse.alarms import OpenAlarm
from pipeline.warehouse.engine import transaction

Tell = Callable[[Sequence[OpenAlarm]], object]
"""Tells somebody of alarms, or raises: then they are told by the next run."""


def review_alarms(context: Context, tell: Tell, *, ended: str | None = None) -> int:
    """Looks at all feeds and tells of the alarms that are new; returns how many these are.

    ``ended`` is the DAG whose run does so as its last act: no run of it is late any more.

    Raises:
        SchemaMismatch: the warehouse is not at this code's revision.
        WarehouseDown: it does not answer.
    """
    schema.check(context.engine)
    with transaction(context.engine) as connection:
        now = context.clock()
        alarms.review(connection, now)
        if ended is not None:
            alarms.note_ended_run(connection, ended, now)
    return _tell_new(context, tell)


def late_run(dag: str, run: str, *, has_failed: bool, queued_at: datetime | None, now: datetime) -> OpenAlarm:
    """The alarm that a run of ``dag`` has not succeeded by its deadline, which was ``now``."""
    words = f"{run} has failed" if has_failed else f"{run} has not come to its end by its deadline"
    return OpenAlarm(dag, alarms.LATE_RUN, now, queued_at, words, source=None, feed=None)


def report_late_run(context: Context, late: OpenAlarm, tell: Tell) -> int:
    """Notes a late run and tells; returns how many alarms were told: none where the DAG is known to be late.

    Raises:
        WarehouseDown, WarehouseRefused: nothing was noted, and nobody told.
    """
    with transaction(context.engine) as connection:
        alarms.note_late_run(connection, late)
    return _tell_new(context, tell)


def _tell_new(context: Context, tell: Tell) -> int:
    # Within the transaction that marks them as told: whoever comes meanwhile does not see them, and if
    # telling fails they are as untold as before.
    with transaction(context.engine) as connection:
        new = alarms.untold(connection)
        if new:
            tell(new)
            alarms.mark_told(connection, new, context.clock())
    return len(new)


def as_text(told: Sequence[OpenAlarm]) -> str:
    """The alarms as lines for people, a line each.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> print(as_text([OpenAlarm("7", "gone", at, at, "it says 410", "The Herald", "https://herald.example/rss")]))
    gone: The Herald, https://herald.example/rss: it says 410 (since 2026-03-01 12:00 UTC)
    >>> print(as_text([OpenAlarm("news_hourly", "late_run", at, None, "it hangs", None, None)]))
    late_run: news_hourly: it hangs
    """
    return "\n".join(_line(alarm) for alarm in told)


def _line(alarm: OpenAlarm) -> str:
    about = f"{alarm.source}, {alarm.feed}" if alarm.feed else alarm.subject
    since = f" (since {alarm.since:%Y-%m-%d %H:%M} UTC)" if alarm.since else ""
    return f"{alarm.kind}: {about}: {alarm.words}{since}"
