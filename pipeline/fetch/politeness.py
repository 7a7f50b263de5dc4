"""Turns at a host: so many requests at once, so much time between two starts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol
from weakref import WeakValueDictionary

AT_ONCE = 2
"""Requests under way at one host, from one process."""

_SWEEP = 1024


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


class Turns:
    """Lets requests to a host pass one after the other."""

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

    @asynccontextmanager
    async def turn(self, host: str, delay_seconds: float) -> AsyncIterator[None]:
        """Holds one of the host's turns; entered once its time has come."""
        lane = self._lanes.setdefault(host, asyncio.Semaphore(self._at_once))
        async with lane:
            wait = await self._slots.reserve(host, delay_seconds)
            if wait > 0:
                await self._sleep(wait)
            yield
