"""Sockets for the HTTP library, opened only to what the guard lets through."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2

from pipeline.fetch.guard import Guard, Unreachable

_ADDRESSES_TRIED = 4


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
        share = timeout / len(endpoints) if timeout is not None else None
        faults = []
        for address, target_port in endpoints:
            try:
                stream = await self._inner.connect_tcp(
                    address,
                    target_port,
                    timeout=share,
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
    """A connection that is closed when its TLS handshake is given up.

    The library's own closes on an error, not on the cancellation that ends our whole-request time.
    """

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 -- the library's signature
        return await self._inner.read(max_bytes, timeout)

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
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._inner.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
