"""Sockets for the HTTP library, opened only to what the guard lets through."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore2

from pipeline.fetch.guard import Guard, Unreachable

_ADDRESSES_TRIED = 4
_ATTEMPT_SECONDS = 3.0
"""For each address but the last: TCP has then asked twice. RFC 8305 would ask the next one sooner."""
_FLOOD_BYTES = 250_000
"""What may come before an answer's header is whole: twice the library's cap, and one read of the body."""


class HeaderFlood(httpcore2.RemoteProtocolError):
    """The server talks and talks, and no answer's header comes."""


class HeaderRoom:
    """How much may still be read until the header of an answer is there.

    The library caps one header, but takes any number of interim answers (1xx) before it.
    """

    def __init__(self) -> None:
        self._left: float = _FLOOD_BYTES

    def take(self, count: int) -> None:
        """Counts what was read.

        Raises:
            HeaderFlood: it is too much.
        """
        self._left -= count
        if self._left < 0:
            message = f"over {_FLOOD_BYTES} bytes of interim answers and no header"
            raise HeaderFlood(message)

    def lift(self) -> None:
        """Ends the counting: the header has come, and the body has a cap of its own."""
        self._left = float("inf")


HEADER_ROOM: ContextVar[HeaderRoom | None] = ContextVar("HEADER_ROOM", default=None)
"""That of the request that the current task waits for."""


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens sockets for the HTTP library, only to what the guard lets through."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to one of the checked addresses, tried in order.

        Raises:
            ForbiddenAddress, UnknownHost, Unreachable: each a ``httpcore2.ConnectError``.
        """
        endpoints = (await self._guard.addresses(host, port))[:_ADDRESSES_TRIED]
        faults = []
        for number, (address, target_port) in enumerate(endpoints, 1):
            try:
                stream = await self._inner.connect_tcp(
                    address,
                    target_port,
                    timeout=_patience(timeout, len(endpoints) - number),
                    local_address=local_address,
                    socket_options=socket_options,
                )
                return _Stream(stream)
            except httpcore2.ConnectTimeout:
                faults.append(f"{address} does not answer")
            except httpcore2.ConnectError as error:
                faults.append(f"{address}: {error}")
        message = f"no connection to {host}:{port} ({'; '.join(faults)})"
        raise Unreachable(message)


class _Stream(httpcore2.AsyncNetworkStream):
    """A connection that counts what comes before an answer, and is closed when its handshake is given up.

    The library's own closes on an error, not on the cancellation that ends our whole-request time.
    """

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        tls = inner.get_extra_info("ssl_object")
        # Over HTTP/2 the task that reads may read for others, and the library drops 1xx unparsed.
        self._counts = tls is None or tls.selected_alpn_protocol() != "h2"

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 -- the library's signature
        data = await self._inner.read(max_bytes, timeout)
        room = HEADER_ROOM.get()
        if self._counts and room is not None:
            room.take(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 -- the library's signature
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's signature
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return _Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await self._inner.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _patience(timeout: float | None, left: int) -> float | None:
    """Seconds for one address while ``left`` others wait for their turn."""
    if not left:
        return timeout
    return _ATTEMPT_SECONDS if timeout is None else min(_ATTEMPT_SECONDS, timeout / (left + 1))
