"""One share of a run, for the command line and for Airflow alike: which feeds, live or from the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pipeline.flow.context import Context
from pipeline.flow.ingesting import IngestReport
from pipeline.flow.polling import PollLine, Progress, poll_feeds, silent
from pipeline.flow.window import enter_window
from pipeline.warehouse import schema
from pipeline.warehouse.due import Share

DUE_SLACK = timedelta(minutes=10)
"""A feed due this soon is polled with the others: the next hourly run would be late for it."""


def poll_shard(
    context: Context,
    *,
    shard: int = 0,
    of: int = 1,
    every: bool = False,
    slack: timedelta = DUE_SLACK,
    progress: Progress = silent,
) -> list[PollLine]:
    """Polls this shard's feeds: those that are due within ``slack``, or ``every`` one.

    Raises:
        SchemaMismatch: the warehouse is not at this code's revision.
        WarehouseDown: it does not answer.
    """
    schema.check(context.engine)
    now = context.clock()
    return poll_feeds(context, Share(now, None if every else now + slack, shard, of), progress)


def poll_share(context: Context, share: Mapping[str, Any], progress: Progress = silent) -> list[PollLine]:
    """Polls or replays one share of a window, as a scheduler hands it out.

    ``share`` holds ``shard`` and ``of``, the window's ``since`` and ``until`` (ISO 8601), ``live``
    (True: the feeds themselves are asked; False: the archive), and ``every`` (True: due or not).
    """
    shard, of = int(share["shard"]), int(share["of"])
    if share["live"]:
        return poll_shard(context, shard=shard, of=of, every=bool(share["every"]), progress=progress)
    since, until = (datetime.fromisoformat(str(share[end])) for end in ("since", "until"))
    return enter_window(context, since, until, shard=shard, of=of, progress=progress)


def summary(report: list[PollLine] | IngestReport) -> dict[str, Any]:
    """A report in numbers that fit into an XCom."""
    if isinstance(report, IngestReport):
        return asdict(report)
    outcomes: dict[str, int] = {}
    for line in report:
        outcomes[line.outcome] = outcomes.get(line.outcome, 0) + 1
    return {"feeds": len(report), "new": sum(line.new for line in report), **outcomes}


def is_newest(window_end: datetime, now: datetime, length: timedelta) -> bool:
    """True for the newest complete window: only that one's feeds are still being served.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> is_newest(noon, noon + timedelta(minutes=5), timedelta(hours=1))
    True
    >>> is_newest(noon, noon + timedelta(hours=2), timedelta(hours=1))
    False
    """
    return window_end <= now < window_end + length
