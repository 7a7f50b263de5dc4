"""One round of a watcher: the feeds that are due now, and a trace of the round for whoever looks."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from pipeline.flow.context import Context
from pipeline.flow.run import poll_shard
from pipeline.warehouse.due import Share, is_any_due
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.watchers import Round, Trouble, record_round, record_trouble


def watch_round(context: Context, *, shard: int, of: int) -> dict[str, Any]:
    """Polls what is due in the shard; returns ``shard``, ``feeds`` polled, ``failed``, and ``new`` entries.

    Most rounds find nothing due: they are one connection and two statements.

    Raises:
        DatelineError: the warehouse is away, or is not at this code's revision.
    """
    begun, at = time.monotonic(), context.clock()
    with transaction(context.engine) as connection:
        is_idle = not is_any_due(connection, Share(at, at, shard, of))
        if is_idle:
            record_round(connection, Round(shard, of, at, time.monotonic() - begun))
    if is_idle:
        return {"shard": shard, "feeds": 0, "failed": 0, "new": 0}
    lines = poll_shard(context, shard=shard, of=of, slack=timedelta(0))
    failed = sum(line.outcome == "failed" for line in lines)
    new = sum(line.new for line in lines)
    told = Round(shard, of, at, time.monotonic() - begun, len(lines), failed, new)
    with transaction(context.engine) as connection:
        record_round(connection, told)
    return {"shard": shard, "feeds": told.feeds, "failed": failed, "new": new}


def tell_trouble(context: Context, *, shard: int, of: int, trouble: Trouble) -> None:
    """Keeps that rounds failed where others see it.

    Raises:
        DatelineError: the warehouse is away, or refuses it.
    """
    with transaction(context.engine) as connection:
        record_trouble(connection, shard, of, trouble)
