"""One round of a watcher: the feeds that are due now, and a trace of the round for whoever looks."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from pipeline.flow.context import Context
from pipeline.flow.run import poll_shard
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.watchers import Round, record_round


def watch_round(context: Context, *, shard: int, of: int) -> dict[str, Any]:
    """Polls what is due in the shard; returns ``shard``, ``feeds`` polled, ``failed``, and ``new`` entries.

    Raises:
        DatelineError: the warehouse is away, or is not at this code's revision.
    """
    begun, at = time.monotonic(), context.clock()
    lines = poll_shard(context, shard=shard, of=of, slack=timedelta(0))
    failed = sum(line.outcome == "failed" for line in lines)
    told = Round(
        shard=shard,
        of=of,
        began_at=at,
        seconds=time.monotonic() - begun,
        feeds=len(lines),
        failed=failed,
        new=sum(line.new for line in lines),
    )
    with transaction(context.engine) as connection:
        record_round(connection, told)
    return {"shard": shard, "feeds": told.feeds, "failed": failed, "new": told.new}
