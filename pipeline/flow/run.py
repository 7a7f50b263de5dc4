"""One share of a run, for the command line and for Airflow alike: which feeds, live or from the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.flow.context import Context
from pipeline.flow.polling import PollLine, Progress, poll_feeds, silent
from pipeline.flow.window import enter_window
from pipeline.warehouse import schema
from pipeline.warehouse.due import Share

if TYPE_CHECKING:
    # Whoever polls, a task or the triggerer, has no use for all that reads pages: a third of the import's time.
    from pipeline.flow.ingesting import IngestReport

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
    if not isinstance(report, list):
        return asdict(report)
    outcomes: dict[str, int] = {}
    for line in report:
        outcomes[line.outcome] = outcomes.get(line.outcome, 0) + 1
    return {"feeds": len(report), "new": sum(line.new for line in report), **outcomes}
