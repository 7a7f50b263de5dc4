"""One connection that speaks HTTP/2: httpcore's, on our own wire."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import httpcore2

from pipeline.fetch.message import Origin, Reply, Request
from pipeline.fetch.wire import Wire


class Http2:
    """Asks many things at once."""

    is_multiplexed = True

    def __init__(self, wire: Wire, origin: Origin) -> None:
        scheme, host, port = origin
        self._origin = origin
        self._wire = wire
        self._inner = httpcore2.AsyncHTTP2Connection(
            httpcore2.Origin(scheme.encode(), host.encode("ascii"), port), _Stream(wire)
        )

    @property
    def is_idle(self) -> bool:
        """True if it waits for a request and its server still listens."""
        return self._inner.is_idle() and self._inner.is_available() and self._wire.is_open

    async def send(self, request: Request) -> Reply:
        """The answer, its body still to come.

        Raises:
            httpcore2.ConnectionNotAvailable: the server takes no more on this connection.
            httpcore2.ProtocolError, httpcore2.NetworkError, h2.exceptions.H2Error: what went wrong.
        """
        scheme, host, port = self._origin
        url = httpcore2.URL(
            scheme=scheme.encode(), host=host.encode("ascii"), port=port, target=request.target
        )
        answer = await self._inner.handle_async_request(
            httpcore2.Request(request.method, url, headers=request.headers, content=request.content)
        )
        return Reply(answer.status, answer.headers, _body(answer), answer.aclose)

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._inner.aclose()


async def _body(answer: httpcore2.Response) -> AsyncGenerator[bytes, None]:
    async for piece in answer.aiter_stream():
        yield piece


class _Stream(httpcore2.AsyncNetworkStream):
    """A wire as the library wants it. Its time limits stand around the whole request."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 -- the library's signature
        return await self._wire.read()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 -- the library's signature
        await self._wire.write(buffer)

    async def aclose(self) -> None:
        await self._wire.aclose()

    def get_extra_info(self, info: str) -> Any:
        return not self._wire.is_quiet if info == "is_readable" else None
