"""What goes over a connection, whatever version of HTTP it speaks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Origin = tuple[str, str, int]
"""Scheme, host and port."""
Headers = list[tuple[bytes, bytes]]


class Request(NamedTuple):
    """A request, ready to be written."""

    origin: Origin
    target: bytes
    """Path and query."""
    headers: Headers
    """``host`` among them."""
    seconds: float
    """How long it may take, from the resolver's first question to the last byte; whoever sends it sees to that."""
    content: bytes | None = None
    """The body of a POST; None: it is a GET."""

    @property
    def method(self) -> bytes:
        """``GET`` or ``POST``."""
        return b"GET" if self.content is None else b"POST"


async def nothing() -> None:
    """What there is to do where there is nothing to do."""


@dataclass(slots=True)
class Reply:
    """An answer whose body is still to come."""

    status: int
    headers: Headers
    body: AsyncGenerator[bytes, None]
    """Read to its end, the connection can serve again; given up earlier, it is closed."""
    finish: Callable[[], Awaitable[None]] = nothing
    """Tells the server that no more is wanted, where it can be told."""
    give_back: Callable[[], Awaitable[None]] = nothing
    """Frees the connection."""

    async def aclose(self) -> None:
        """Ends it, read or not; to be called once."""
        try:
            await self.body.aclose()
            await self.finish()
        finally:
            await self.give_back()


class Connection(Protocol):
    """An open connection to one origin."""

    is_multiplexed: bool
    """True: several requests may use it at once."""

    @property
    def is_idle(self) -> bool:
        """True if it waits for a request and its server still listens."""
        ...

    async def send(self, request: Request) -> Reply:
        """The answer to ``request``.

        Raises:
            httpcore2.ConnectionNotAvailable: it takes no more requests.
            httpcore2.ProtocolError, httpcore2.NetworkError: what went wrong.
        """
        ...

    async def aclose(self) -> None:
        """Closes it."""
        ...
