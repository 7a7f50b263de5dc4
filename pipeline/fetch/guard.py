"""Which machines may be spoken to: the check that stands between a URL and a socket.

A feed is written by strangers, so any address in it may point into our own network. The check is
made where the socket is opened, on the very addresses that the name resolved to, and the socket
goes to one of those: a name that answers differently the next time ("rebinding") gains nothing,
and a redirect is checked because it opens a socket too.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import httpcore2

from pipeline.fetch.addresses import Endpoint, is_literal, is_public, normal

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives every address of a host; raises ``OSError`` where there is none."""

PORTS = frozenset({80, 443, 8000, 8008, 8080, 8443, 8888})
"""Where web servers of publishers are found; any other needs an entry in the allowed set."""


class ForbiddenAddress(httpcore2.ConnectError):
    """The address, or its port, may not be spoken to."""


class UnknownHost(httpcore2.ConnectError):
    """The name has no address, or the resolver does not answer."""


class Unreachable(httpcore2.ConnectError):
    """No address of the host takes a connection."""


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Every address that the system's resolver knows, in its order of preference."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


class Guard:
    """What may be reached: public addresses at the usual ports, and the allowed exceptions."""

    def __init__(
        self,
        allowed: Iterable[Endpoint] = (),
        *,
        table: Mapping[Endpoint, Endpoint] | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        """``allowed``: hosts or addresses, each with a port, that may be reached though not public.

        ``table`` says where a host is found instead of asking ``resolver``; a target that is not
        in ``allowed`` is refused.
        """
        self._allowed = frozenset((normal(host), port) for host, port in allowed)
        self._table = dict(table or {})
        self._resolver = resolver

    async def addresses(self, host: str, port: int) -> list[Endpoint]:
        """The endpoints that a socket for ``host`` may go to, each of them checked.

        One forbidden address among several refuses the host: nobody honest publishes such a mix.

        Raises:
            ForbiddenAddress: the port, or an address, may not be spoken to.
            UnknownHost: the name does not resolve.
        """
        host = normal(host)
        target = self._table.get((host, port))
        if target is None and not is_literal(host):
            target = self._table.get(("*", port))
        if target is not None:
            if target in self._allowed:
                return [target]
            message = (
                f"{host}:{port} is mapped to {target[0]}:{target[1]}, which DATELINE_ALLOWED_ADDRESSES lacks"
            )
            raise ForbiddenAddress(message)
        try:
            found = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"{host} cannot be resolved: {reason}"
            raise UnknownHost(message) from error
        if not found:
            message = f"{host} has no address"
            raise UnknownHost(message)
        self._check(host, port, found)
        return [(address, port) for address in found]

    def _check(self, host: str, port: int, found: Iterable[str]) -> None:
        if (host, port) in self._allowed:
            return
        for address in found:
            if (normal(address), port) in self._allowed:
                continue
            if not is_public(address):
                message = (
                    f"{host} leads to {address}, which is not a public address; "
                    f"DATELINE_ALLOWED_ADDRESSES={host}:{port} would allow it"
                )
                raise ForbiddenAddress(message)
            if port not in PORTS:
                message = f"port {port} of {host} is not one that pages are fetched from"
                raise ForbiddenAddress(message)
