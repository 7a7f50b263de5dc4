"""Answers gathered into batches: many together cost little, and none waits long for the others."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Batches(Generic[Item]):
    """Takes items from many lanes and gives them, in batches, to one that works on them."""

    def __init__(self, *, most: int, most_bytes: int, seconds: float) -> None:
        """A batch is full with ``most`` items or ``most_bytes``, and is given ``seconds`` after its first item anyway."""
        self._most = most
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._items: list[Item] = []
        self._bytes = 0
        self._is_closed = False
        self._changed = asyncio.Condition()

    async def put(self, item: Item, size: int) -> None:
        """Adds an item of ``size`` bytes; waits while the batch is full: what is held is bounded."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._is_full)
            self._items.append(item)
            self._bytes += size
            if self._is_full or len(self._items) == 1:
                self._changed.notify_all()

    async def close(self) -> None:
        """No item will come any more."""
        async with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    async def take(self) -> list[Item]:
        """The next batch, once it is due; empty: all have been taken, and no more will come."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._items) or self._is_closed)
            try:
                async with asyncio.timeout(self._seconds):
                    await self._changed.wait_for(lambda: self._is_full or self._is_closed)
            except TimeoutError:
                pass
            batch, self._items, self._bytes = self._items, [], 0
            self._changed.notify_all()
            return batch

    @property
    def _is_full(self) -> bool:
        return len(self._items) >= self._most or self._bytes >= self._most_bytes
