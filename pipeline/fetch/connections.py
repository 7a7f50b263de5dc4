"""Connections kept for the next request to the same origin."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from functools import partial
from typing import Protocol
from weakref import WeakValueDictionary

import httpcore2

from pipeline.fetch.http1 import Gone
from pipeline.fetch.message import Connection, Origin, Reply, Request


class Opens(Protocol):
    """Where new connections come from."""

    async def open(self, origin: Origin, seconds: float) -> Connection:
        """See ``pipeline.fetch.opener.Opener``."""
        ...


class Connections:
    """Sends requests on a connection that waits for its origin, or on a new one."""

    def __init__(self, opener: Opens, *, keep: int, idle_seconds: float) -> None:
        """``keep``: how many may wait at once, the one that has waited longest is closed first."""
        self._opener = opener
        self._keep = keep
        self._idle_seconds = idle_seconds
        self._waiting: OrderedDict[Connection, tuple[Origin, float]] = OrderedDict()
        self._of: dict[Origin, list[Connection]] = {}
        self._users: Counter[Connection] = Counter()
        self._shared: dict[Origin, Connection] = {}
        """Under way over HTTP/2: several requests may use it at once."""
        self._opening: WeakValueDictionary[Origin, asyncio.Lock] = WeakValueDictionary()

    def __len__(self) -> int:
        """How many connections there are, lent or waiting."""
        return len(self._waiting) + len(self._users)

    async def send(self, request: Request) -> Reply:
        """The answer, its body still to come; the connection is free once the answer is closed.

        A connection that the server closed while it waited is no failure: the request goes out on another one.

        Raises:
            httpcore2.ProtocolError, httpcore2.NetworkError, h2.exceptions.H2Error: what went wrong.
        """
        origin = request.origin
        while True:
            kept = self._shared.get(origin) or await self._take_waiting(origin)
            connection = kept or await self._open(origin, request.seconds)
            self._users[connection] += 1
            try:
                reply = await connection.send(request)
            except httpcore2.ConnectionNotAvailable:
                self._unshare(origin, connection)
                await self._back(origin, connection)
                continue
            except Gone:
                await self._back(origin, connection)
                if kept is None or request.content is not None:
                    raise
                continue
            except BaseException:
                await self._back(origin, connection)
                raise
            reply.give_back = partial(self._back, origin, connection)
            return reply

    async def aclose(self) -> None:
        """Closes all of them, those under way too."""
        for connection in [*self._waiting, *self._users]:
            if connection in self._waiting:
                self._take(connection)
            await connection.aclose()

    async def _open(self, origin: Origin, seconds: float) -> Connection:
        if origin[0] == "http":
            return await self._opener.open(origin, seconds)
        # One after the other: if the first turns out to speak HTTP/2, it is enough for all.
        async with self._opening.setdefault(origin, asyncio.Lock()):
            if (shared := self._shared.get(origin)) is not None:
                return shared
            connection = await self._opener.open(origin, seconds)
            if connection.is_multiplexed:
                self._shared[origin] = connection
            return connection

    async def _back(self, origin: Origin, connection: Connection) -> None:
        """Keeps a connection whose last answer was read to its end, closes any other that nobody uses."""
        self._users[connection] -= 1
        if self._users[connection]:
            return
        del self._users[connection]
        self._unshare(origin, connection)
        if not connection.is_idle:
            await connection.aclose()
            return
        now = time.monotonic()
        self._waiting[connection] = origin, now
        self._of.setdefault(origin, []).append(connection)
        while self._waiting:
            oldest, (_, since) = next(iter(self._waiting.items()))
            if len(self._waiting) <= self._keep and now - since <= self._idle_seconds:
                return
            self._take(oldest)
            await oldest.aclose()

    async def _take_waiting(self, origin: Origin) -> Connection | None:
        while waiting := self._of.get(origin):
            connection = waiting[-1]
            _, since = self._waiting[connection]
            self._take(connection)
            if connection.is_idle and time.monotonic() - since <= self._idle_seconds:
                if connection.is_multiplexed:
                    self._shared[origin] = connection
                return connection
            await connection.aclose()
        return None

    def _unshare(self, origin: Origin, connection: Connection) -> None:
        if self._shared.get(origin) is connection:
            del self._shared[origin]

    def _take(self, connection: Connection) -> None:
        origin, _ = self._waiting.pop(connection)
        same = self._of[origin]
        same.remove(connection)
        if not same:
            del self._of[origin]
