"""The bytes of one connection, as they come and go."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import Self, cast

import httpcore2

_HELD_BYTES = 262_144
"""So much waits to be read, and one read of the socket more: then the server has to wait."""


class Wire(asyncio.Protocol):
    """A connection to one address. Whoever uses it puts a time limit around what it awaits.

    asyncio's own streams cost three times as much, and do not say whether anything came unasked.
    """

    def __init__(self) -> None:
        """See ``open``."""
        self._transport: asyncio.Transport
        self._come: deque[bytes] = deque()
        self._held = 0
        self._is_over = False
        self._fault: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._is_full = False

    @classmethod
    async def open(cls, address: str, port: int) -> Self:
        """A connection in the clear.

        Raises:
            OSError: the address does not take it.
        """
        _, wire = await asyncio.get_running_loop().create_connection(cls, address, port)
        return wire

    async def start_tls(self, context: ssl.SSLContext, host: str) -> str | None:
        """Goes on in secret with the server that proves to be ``host``; returns the protocol that it chose by ALPN.

        The connection is closed where that fails.

        Raises:
            httpcore2.ConnectError: no secure connection; the cause is its argument.
        """
        loop = asyncio.get_running_loop()
        try:
            secure = await loop.start_tls(self._transport, self, context, server_hostname=host)
        except OSError as error:
            self._transport.abort()
            raise httpcore2.ConnectError(error) from error
        except BaseException:
            self._transport.abort()
            raise
        self._transport = cast("asyncio.Transport", secure)
        chosen: str | None = self._transport.get_extra_info("ssl_object").selected_alpn_protocol()
        return chosen

    @property
    def is_open(self) -> bool:
        """True until the server ends or the connection breaks."""
        return not self._is_over

    @property
    def is_quiet(self) -> bool:
        """True while the connection stands and nothing waits to be read: only then may it serve another request."""
        return self.is_open and not self._come

    async def read(self) -> bytes:
        """What came next; empty: the server has ended.

        Raises:
            httpcore2.ReadError: the connection broke.
        """
        if not self._come and not self._is_over:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if self._come:
            data = self._come.popleft()
            self._held -= len(data)
            if self._is_full and self._held < _HELD_BYTES:
                self._is_full = False
                self._transport.resume_reading()
            return data
        if self._fault is not None:
            raise httpcore2.ReadError(self._fault) from self._fault
        return b""

    async def write(self, data: bytes) -> None:
        """Sends ``data``; waits while the server does not take what was sent before.

        Raises:
            httpcore2.WriteError: the connection is closed.
        """
        if self._transport.is_closing():
            raise httpcore2.WriteError(self._fault)
        self._transport.write(data)
        if self._drained is not None:
            await asyncio.shield(self._drained)

    async def aclose(self) -> None:
        """Closes at once; again is harmless."""
        self._transport.abort()
        await asyncio.sleep(0)  # for the loop to close the socket

    # -- what the loop calls -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._come.append(data)
        self._held += len(data)
        if self._held >= _HELD_BYTES and not self._is_full:
            self._is_full = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._is_over = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over = True
        self._fault = exc
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        self._drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
