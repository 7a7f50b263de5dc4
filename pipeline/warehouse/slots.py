"""Politeness and robots.txt shared by all workers: what ``fetch`` asks for, kept in PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.fetch.robots import CachedRobots
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.tables import HOST_SLOT, ROBOTS

_NEAR_SECONDS = 60.0
"""What another worker learned is known here after so long."""


class WarehouseSlots:
    """One queue a host for all processes: each request starts no sooner than the last one's delay after it.

    The database's clock counts, so workers whose own clocks differ agree.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def reserve(self, host: str, delay_seconds: float) -> float:
        """Takes the host's next slot; returns how many seconds to wait for it."""
        if delay_seconds <= 0:
            return 0.0
        return await asyncio.to_thread(self._reserve, host, delay_seconds)

    def _reserve(self, host: str, delay_seconds: float) -> float:
        delay, now = timedelta(seconds=delay_seconds), func.clock_timestamp()
        statement = insert(HOST_SLOT).values(host=host, next_at=now + delay)
        statement = statement.on_conflict_do_update(
            index_elements=[HOST_SLOT.c.host],
            set_={"next_at": func.greatest(HOST_SLOT.c.next_at, now) + delay},
        )
        wait = func.extract("epoch", HOST_SLOT.c.next_at - delay - now)
        with transaction(self._engine) as connection:
            return max(0.0, float(connection.execute(statement.returning(wait)).scalar_one()))


class WarehouseRobots:
    """robots.txt of each host as last read; for a minute from this process's memory, up to ``max_characters`` of it."""

    def __init__(
        self,
        engine: Engine,
        *,
        max_characters: int = 20_000_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock`` gives seconds that never run backwards."""
        self._engine = engine
        self._room = max_characters
        self._clock = clock
        self._near: OrderedDict[str, tuple[float, CachedRobots]] = OrderedDict()

    async def get(self, origin: str) -> CachedRobots | None:
        """What is kept for ``origin``, fresh or not; None: it was never asked."""
        read_at, kept = self._near.get(origin, (None, None))
        if read_at is not None and self._clock() - read_at < _NEAR_SECONDS:
            return kept
        kept = await asyncio.to_thread(self._get, origin)
        if kept is not None:
            self._keep_near(origin, kept)
        return kept

    async def put(self, origin: str, cached: CachedRobots) -> None:
        """Keeps ``cached`` in place of what was there."""
        # PostgreSQL holds no NUL in a text.
        text = cached.text.replace("\x00", "") if cached.text is not None else None
        plain = replace(cached, text=text)
        await asyncio.to_thread(self._put, origin, plain)
        self._keep_near(origin, plain)

    def _keep_near(self, origin: str, cached: CachedRobots) -> None:
        if (before := self._near.pop(origin, None)) is not None:
            self._room += _cost(origin, before[1])
        self._near[origin] = (self._clock(), cached)
        self._room -= _cost(origin, cached)
        while self._room < 0:
            oldest, (_, forgotten) = self._near.popitem(last=False)
            self._room += _cost(oldest, forgotten)

    def _get(self, origin: str) -> CachedRobots | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(ROBOTS).where(ROBOTS.c.origin == origin)).first()
        return CachedRobots(row.body, row.expires_at, row.unreachable_since) if row else None

    def _put(self, origin: str, cached: CachedRobots) -> None:
        values = {
            "body": cached.text,
            "expires_at": cached.expires_at,
            "unreachable_since": cached.unreachable_since,
        }
        statement = insert(ROBOTS).values(origin=origin, **values)
        with transaction(self._engine) as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=[ROBOTS.c.origin], set_=values))


def _cost(origin: str, cached: CachedRobots) -> int:
    """Characters that an entry takes, itself included."""
    return 500 + len(origin) + len(cached.text or "")
