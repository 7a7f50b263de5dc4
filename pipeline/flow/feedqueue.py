"""The feeds that a poller has in hand: handed out so that no slow host holds up the lanes."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection
from typing import Generic, TypeVar

Feed = TypeVar("Feed")

LANES_A_HOST = 2
"""Feeds of one host under way at once: what its turns let through."""
MOST = 2048
"""Feeds in hand at once, of slow hosts most of them."""


class FeedQueue(Generic[Feed]):
    """Takes feeds from a source when none can be begun, and gives them to the lanes, host by host."""

    def __init__(
        self, claim: Callable[[Collection[str]], Awaitable[list[Feed]]], host: Callable[[Feed], str]
    ) -> None:
        """``claim`` gets the hosts that feeds are in hand of and returns feeds of others, none if there are none."""
        self._claim = claim
        self._host = host
        self._ready: dict[str, deque[Feed]] = {}
        self._under_way: Counter[str] = Counter()
        self._changed = asyncio.Condition()
        self._is_dry = False
        """True: the source had none for the hosts that are free, and no other host has come free since."""

    async def next(self) -> Feed | None:
        """A feed to begin with; None: all are done. ``done`` must be told of each."""
        async with self._changed:
            while True:
                if (feed := self._startable()) is not None:
                    return feed
                if not self._is_dry and self._in_hand() < MOST and await self._more():
                    continue
                if not self._under_way and not self._ready:
                    self._changed.notify_all()
                    return None
                await self._changed.wait()

    async def done(self, feed: Feed) -> None:
        """The lane that had ``feed`` has finished with it."""
        async with self._changed:
            host = self._host(feed)
            self._under_way[host] -= 1
            if not self._under_way[host]:
                del self._under_way[host]
                self._is_dry = False
            self._changed.notify_all()

    async def drop(self, hosts: Collection[str]) -> list[Feed]:
        """The feeds of these hosts that were not begun: they are in hand no more."""
        async with self._changed:
            dropped = [feed for host in hosts for feed in self._ready.pop(host, ())]
            self._is_dry = False
            self._changed.notify_all()
            return dropped

    def _startable(self) -> Feed | None:
        for host, waiting in self._ready.items():
            if self._under_way[host] < LANES_A_HOST:
                feed = waiting.popleft()
                # The host goes to the end: its next feed is begun after the others' first.
                del self._ready[host]
                if waiting:
                    self._ready[host] = waiting
                self._under_way[host] += 1
                return feed
        return None

    async def _more(self) -> bool:
        claimed = await self._claim({*self._ready, *self._under_way})
        for feed in claimed:
            self._ready.setdefault(self._host(feed), deque()).append(feed)
        self._is_dry = not claimed
        return bool(claimed)

    def _in_hand(self) -> int:
        return sum(map(len, self._ready.values())) + self._under_way.total()
