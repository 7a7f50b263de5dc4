"""Turns at a host: so many requests at once, so much time between two starts, more where it is slow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol
from weakref import WeakValueDictionary

AT_ONCE = 2
"""Requests under way at one host, from one process."""
LONGEST_DELAY_SECONDS = 60.0
"""The most that a slow host, or a crawl-delay, gets: a batch of its pages must end within its lease."""

_SWEEP = 1024
_REMEMBERED = 10_000


class Slots(Protocol):
    """Hands out start times, shared by all who ask the same hosts."""

    async def reserve(self, host: str, delay_seconds: float) -> float:
        """Seconds to wait before the request; the next start at ``host`` is then ``delay_seconds`` later.

        Starts at one host never run backwards, whoever reserves them.
        """
        ...


class LocalSlots:
    """Slots of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds that never run backwards."""
        self._clock = clock
        self._free_at: dict[str, float] = {}
        self._sweep_at = _SWEEP

    async def reserve(self, host: str, delay_seconds: float) -> float:
        """See ``Slots``."""
        now = self._clock()
        start = max(now, self._free_at.get(host, now))
        self._free_at[host] = start + delay_seconds
        if len(self._free_at) >= self._sweep_at:
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
            self._sweep_at = max(_SWEEP, 2 * len(self._free_at))
        return start - now


def next_delay(
    delay_seconds: float,
    latency_seconds: float,
    *,
    well: bool,
    least: float,
    most: float = LONGEST_DELAY_SECONDS,
) -> float:
    """Seconds between this start at a host and the next, after an answer that took ``latency_seconds``.

    Scrapy's AutoThrottle with one request at a time: as long as the answer took, reached by halves on
    the way down and at once on the way up. An answer that was not ``well`` never shortens the delay:
    errors are often quicker than pages. Always within ``least`` and ``most``; ``least`` wins.

    >>> next_delay(1.0, 8.0, well=True, least=1.0), next_delay(8.0, 0.2, well=True, least=1.0)
    (8.0, 4.1)
    >>> next_delay(8.0, 0.2, well=False, least=1.0)
    8.0
    """
    wanted = max(latency_seconds, (delay_seconds + latency_seconds) / 2)
    if not well:
        wanted = max(wanted, delay_seconds)
    return max(min(wanted, most), least)


class Turns:
    """Lets requests to a host pass one after the other, and slows down with it.

    The starts are shared through ``slots``. What a host's answers took is remembered here: a process
    that has not asked it yet begins with the least delay and learns from its own first answer.
    """

    def __init__(
        self,
        slots: Slots,
        *,
        at_once: int = AT_ONCE,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._slots = slots
        self._at_once = at_once
        self._sleep = sleep
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._delays: dict[str, float] = {}
        """Of the hosts that get more than the least, the one that answered last at the end."""

    @asynccontextmanager
    async def turn(self, host: str, delay_seconds: float) -> AsyncIterator[Callable[[float, bool], None]]:
        """Holds one of the host's turns; entered once its time has come.

        ``delay_seconds`` is the least; 0 switches delays off, a slow host's too. What it yields is to be
        told how long the answer took, and whether it was well.
        """
        lane = self._lanes.setdefault(host, asyncio.Semaphore(self._at_once))
        async with lane:
            learned = self._delays.get(host, 0.0) if delay_seconds else 0.0
            wait = await self._slots.reserve(host, max(delay_seconds, learned))
            if wait > 0:
                await self._sleep(wait)
            yield partial(self._note, host, delay_seconds)

    def _note(self, host: str, least: float, latency_seconds: float, well: bool) -> None:
        delay = next_delay(self._delays.pop(host, least), latency_seconds, well=well, least=least)
        if delay > least > 0:
            self._delays[host] = delay
        if len(self._delays) > _REMEMBERED:
            del self._delays[next(iter(self._delays))]
