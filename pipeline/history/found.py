"""What the sources of the past hand on: entries, document by document, and where a copy of a page can still be had."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.records import Entry, Failure, Response, Source

Get = Callable[[str], Awaitable[Response | Failure]]
"""Asks for a document, politely and within the limits of the run; what came is archived before it is handed on."""


@dataclass(frozen=True, slots=True)
class Window:
    """The instants of ``[since, until)``; both aware.

    >>> from datetime import UTC
    >>> december = Window(datetime(2017, 12, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC))
    >>> december.holds(datetime(2017, 12, 31, 23, 59, tzinfo=UTC)), december.holds(december.until)
    (True, False)
    """

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Whether the instant ``at`` lies in the window."""
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Copy:
    """A page as an archive on the web keeps it."""

    url: str
    """Where the archive answers with the original bytes."""
    captured_at: datetime
    """When the archive received them; aware, UTC."""
    archive: str
    """Name of the archive's host or collection: the provenance of what is read from it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the past."""

    entry: Entry
    dated_at: datetime | None = None
    """When the finding document says that it was published or changed; None: it does not, the page will tell."""
    copies: tuple[Copy, ...] = ()
    """To be asked, in this order, where the page itself is gone."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What one document of the past lists."""

    url: str
    """Of the document; it names the place of the entries in the ledger."""
    found: tuple[Found, ...] = ()
    outside: int = 0
    """Entries that it lists as well, dated outside of the window."""
    failure: Failure | None = None
    """Why it could not be read; ``found`` is empty then."""
    cursor: str | None = None
    """Given to ``discover`` again, it goes on after this document; None: this was the last."""


class Discover(Protocol):
    """One source of the past."""

    def __call__(
        self, source: Source, window: Window, get: Get, *, cursor: str | None = None
    ) -> AsyncIterator[Listed]:
        """The documents that may list stories of the window, in an order that depends on nothing but them."""
        ...
