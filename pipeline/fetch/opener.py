"""Connections opened, only to what the guard lets through."""

from __future__ import annotations

import asyncio
import ssl

from pipeline.fetch.guard import Guard, Unreachable
from pipeline.fetch.http1 import Http1
from pipeline.fetch.http2 import Http2
from pipeline.fetch.message import Connection, Origin
from pipeline.fetch.wire import Wire

_ADDRESSES_TRIED = 4
_ATTEMPT_SECONDS = 3.0
"""For each address but the last: TCP has then asked twice. RFC 8305 would ask the next one sooner."""


class Opener:
    """Opens connections to origins."""

    def __init__(self, guard: Guard, ssl_context: ssl.SSLContext) -> None:
        """``ssl_context`` says who is trusted; it is made to offer HTTP/2 and HTTP/1.1."""
        self._guard = guard
        self._ssl_context = ssl_context
        self._ssl_context.set_alpn_protocols(["h2", "http/1.1"])

    async def open(self, origin: Origin, seconds: float) -> Connection:
        """A connection that speaks the newest version of HTTP that both sides know.

        ``seconds`` are left for it: the first of several addresses gets a part of them. They are not kept to here.

        Raises:
            ForbiddenAddress, UnknownHost, Unreachable: each a ``httpcore2.ConnectError``.
            httpcore2.ConnectError: no secure connection; the cause is its argument.
        """
        scheme, host, port = origin
        wire = await self._wire(host, port, seconds)
        if scheme == "https" and await wire.start_tls(self._ssl_context, host) == "h2":
            return Http2(wire, origin)
        return Http1(wire)

    async def _wire(self, host: str, port: int, seconds: float) -> Wire:
        """To one of the checked addresses, tried in order."""
        endpoints = (await self._guard.addresses(host, port))[:_ADDRESSES_TRIED]
        faults = []
        for left, (address, target_port) in zip(range(len(endpoints) - 1, -1, -1), endpoints, strict=True):
            patience = min(_ATTEMPT_SECONDS, seconds / (left + 1)) if left else None
            try:
                async with asyncio.timeout(patience):
                    return await Wire.open(address, target_port)
            except TimeoutError:
                faults.append(f"{address} does not answer")
            except OSError as error:
                faults.append(f"{address}: {error.strerror or error}")
        message = f"no connection to {host}:{port} ({'; '.join(faults)})"
        raise Unreachable(message)
