"""Watches feeds from the triggerer: polls what is due, round after round, and rings once a round that found news.

Entries are in the ledger before the bell rings, so a bell that is lost or rung twice loses and doubles
nothing: whoever wakes drains all that is pending, and ``news_hourly`` does so every hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

if TYPE_CHECKING:
    from pipeline.warehouse.watchers import Trouble

LONGEST_WAIT_SECONDS = 300.0
"""Between two rounds that failed: the warehouse may be away for long, and is asked again for ever."""
_LONGEST_ERROR = 500


class FeedWatcher(BaseEventTrigger):
    """Watches the feeds of one shard. Everything that it knows is in the warehouse.

    Two of them on one shard (two triggerers, or a restart) share the work: a feed is leased while it
    is polled. It never returns and never raises, for Airflow would start it anew every two seconds:
    what goes wrong is logged, kept in ``ops.watcher`` as soon as the warehouse is there, and tried again,
    later and later.
    """

    def __init__(self, shard: int, of: int, round_seconds: float = 10.0) -> None:
        """``round_seconds`` lie between the begins of two rounds; a long round delays the next."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.shard, self.of, self.round_seconds = shard, of, round_seconds
        self._untold: Trouble | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and the arguments, by which Airflow knows this watcher from others."""
        arguments = {"shard": self.shard, "of": self.of, "round_seconds": self.round_seconds}
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event for each round that brought entries."""
        failures, loop = 0, asyncio.get_running_loop()
        # A thread of its own, with a loop of its own: the triggerer's loop and its few threads belong to all.
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"dateline-watcher-{self.shard}")
        try:
            while True:
                begun = loop.time()
                told = await loop.run_in_executor(thread, self._round)
                if told is None:
                    failures += 1
                    await asyncio.sleep(min(self.round_seconds * 2**failures, LONGEST_WAIT_SECONDS))
                    continue
                failures = 0
                if told["new"]:
                    yield TriggerEvent(told)  # type: ignore[no-untyped-call]
                await asyncio.sleep(max(0.0, begun + self.round_seconds - loop.time()))
        finally:
            thread.shutdown(wait=False)

    def _round(self) -> dict[str, Any] | None:
        """What a round brought; None: it failed, which is logged and told."""
        # Here and not above: every process of Airflow imports this module.
        from dateline_context import warehouse_context

        from pipeline.flow.watching import watch_round

        try:
            self._tell()
            return watch_round(warehouse_context(), shard=self.shard, of=self.of)
        except Exception as error:  # whatever it is, it must not end the watcher
            self.log.exception("Round of watcher failed", shard=self.shard)
            self._note(error)
        with suppress(Exception):  # the warehouse may be what is away: it is told when it is back
            self._tell()
        return None

    def _note(self, error: Exception) -> None:
        from pipeline.flow.context import utc_now
        from pipeline.warehouse.watchers import Trouble

        words = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
        before = self._untold.rounds if self._untold else 0
        self._untold = Trouble(before + 1, utc_now(), words)

    def _tell(self) -> None:
        from dateline_context import warehouse_context

        from pipeline.flow.watching import tell_trouble

        if self._untold is not None:
            tell_trouble(warehouse_context(), shard=self.shard, of=self.of, trouble=self._untold)
            self._untold = None
