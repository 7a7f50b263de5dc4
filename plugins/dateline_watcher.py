"""Watches feeds from the triggerer: polls what is due, round after round, and rings once a round that found news.

Entries are in the ledger before the bell rings, so a bell that is lost or rung twice loses and doubles
nothing: whoever wakes drains all that is pending, and ``news_hourly`` does so every hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

LONGEST_WAIT_SECONDS = 300.0
"""Between two rounds that failed: the warehouse may be away for long, and is asked again for ever."""


class FeedWatcher(BaseEventTrigger):
    """Watches the feeds of one shard. Everything that it knows is in the warehouse.

    Two of them on one shard (two triggerers, or a restart) share the work: a feed is leased while it
    is polled. It never returns and never raises, for Airflow would start it anew every two seconds:
    what goes wrong is logged, kept in ``ops.watcher`` and tried again, later and later.
    """

    def __init__(self, shard: int, of: int, round_seconds: float = 10.0) -> None:
        """``round_seconds`` lie between the begins of two rounds; a long round delays the next."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.shard, self.of, self.round_seconds = shard, of, round_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and the arguments, by which Airflow knows this watcher from others."""
        arguments = {"shard": self.shard, "of": self.of, "round_seconds": self.round_seconds}
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event for each round that brought entries."""
        failures, loop = 0, asyncio.get_running_loop()
        while True:
            begun = loop.time()
            try:
                # In a thread with a loop of its own: this one belongs to all triggers.
                told = await asyncio.to_thread(self._round)
            except Exception:  # whatever it is, it must not end the watcher
                failures += 1
                self.log.exception("Round of watcher failed", shard=self.shard, failures=failures)
                await asyncio.sleep(min(self.round_seconds * 2**failures, LONGEST_WAIT_SECONDS))
                continue
            failures = 0
            if told["new"]:
                yield TriggerEvent(told)  # type: ignore[no-untyped-call]
            await asyncio.sleep(max(0.0, begun + self.round_seconds - loop.time()))

    def _round(self) -> dict[str, Any]:
        # Here and not above: every process of Airflow imports this module.
        from dateline_context import warehouse_context

        from pipeline.flow.watching import watch_round

        return watch_round(warehouse_context(), shard=self.shard, of=self.of)
