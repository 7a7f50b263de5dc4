"""Connections kept for the next request to the same origin.

The library's own pool asks the socket of every idle connection, at each request, whether its server has hung up: with
sixteen of them that is a third of what a request costs. Here only the one that is lent out is asked.
"""

from __future__ import annotations

import ssl
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from functools import partial
from typing import cast

import httpcore2

Key = tuple[bytes, bytes, int]
"""Scheme, host and port."""


class Connections:
    """Sends requests over HTTP/1.1 or 2, on a connection that waits for its origin or on a new one."""

    def __init__(
        self,
        backend: httpcore2.AsyncNetworkBackend,
        ssl_context: ssl.SSLContext,
        *,
        keep: int,
        idle_seconds: float,
    ) -> None:
        """``keep``: how many may wait at once, the one that has waited longest is closed first."""
        self._backend = backend
        self._ssl_context = ssl_context
        self._keep = keep
        self._idle_seconds = idle_seconds
        self._waiting: OrderedDict[httpcore2.AsyncHTTPConnection, tuple[Key, float]] = OrderedDict()
        self._of: dict[Key, list[httpcore2.AsyncHTTPConnection]] = {}
        self._users: Counter[httpcore2.AsyncHTTPConnection] = Counter()
        self._shared: dict[Key, httpcore2.AsyncHTTPConnection] = {}
        """Under way over HTTP/2, or about to be: several requests may use it at once."""

    def __len__(self) -> int:
        """How many connections there are, lent or waiting."""
        return len(self._waiting) + len(self._users)

    async def handle_async_request(self, request: httpcore2.Request) -> httpcore2.Response:
        """The answer, its body still to come; the connection is free once the answer is closed."""
        origin = request.url.origin
        key = (origin.scheme, origin.host, origin.port)
        while True:
            connection = self._shared.get(key) or await self._waiting_for(key) or self._new(key, origin)
            self._users[connection] += 1
            try:
                answer = await connection.handle_async_request(request)
            except httpcore2.ConnectionNotAvailable:
                # It was hoped to speak HTTP/2 and does not, or takes no more at once.
                self._unshare(key, connection)
                await self._back(key, connection)
                continue
            except BaseException:
                await self._back(key, connection)
                raise
            if not connection.can_multiplex():
                self._unshare(key, connection)
            body = cast("AsyncIterable[bytes]", answer.stream)
            lent = _Lent(body, partial(self._back, key, connection))
            return httpcore2.Response(
                answer.status, headers=answer.headers, content=lent, extensions=answer.extensions
            )

    async def aclose(self) -> None:
        """Closes all of them, those under way too."""
        for connection in [*self._waiting, *self._users]:
            if connection in self._waiting:
                self._take(connection)
            await connection.aclose()

    async def _back(self, key: Key, connection: httpcore2.AsyncHTTPConnection) -> None:
        """Keeps a connection whose last answer was read to its end, closes any other that nobody uses."""
        self._users[connection] -= 1
        if self._users[connection]:
            return
        del self._users[connection]
        self._unshare(key, connection)
        if not connection.is_idle() or connection.has_expired():
            await connection.aclose()
            return
        now = time.monotonic()
        self._waiting[connection] = key, now
        self._of.setdefault(key, []).append(connection)
        while self._waiting:
            oldest, (_, since) = next(iter(self._waiting.items()))
            if len(self._waiting) <= self._keep and now - since <= self._idle_seconds:
                return
            self._take(oldest)
            await oldest.aclose()

    async def _waiting_for(self, key: Key) -> httpcore2.AsyncHTTPConnection | None:
        while waiting := self._of.get(key):
            connection = waiting[-1]
            self._take(connection)
            # Expired is also one that its server has closed: only the socket tells.
            if not connection.has_expired() and connection.is_available():
                if connection.can_multiplex():
                    self._shared[key] = connection
                return connection
            await connection.aclose()
        return None

    def _unshare(self, key: Key, connection: httpcore2.AsyncHTTPConnection) -> None:
        if self._shared.get(key) is connection:
            del self._shared[key]

    def _take(self, connection: httpcore2.AsyncHTTPConnection) -> None:
        key, _ = self._waiting.pop(connection)
        same = self._of[key]
        same.remove(connection)
        if not same:
            del self._of[key]

    def _new(self, key: Key, origin: httpcore2.Origin) -> httpcore2.AsyncHTTPConnection:
        connection = httpcore2.AsyncHTTPConnection(
            origin,
            ssl_context=self._ssl_context,
            keepalive_expiry=self._idle_seconds,
            http2=True,
            network_backend=self._backend,
        )
        if origin.scheme == b"https":
            self._shared[key] = connection
        return connection


class _Lent:
    """The body of an answer; closed, it gives its connection back."""

    def __init__(self, body: AsyncIterable[bytes], back: Callable[[], Awaitable[None]]) -> None:
        self._body = body
        self._back = back
        self._is_open = True

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()

    async def aclose(self) -> None:
        if self._is_open:
            self._is_open = False
            try:
                await self._body.aclose()  # type: ignore[attr-defined]
            finally:
                await self._back()
