"""Our own archive as a source of the past: the feed documents received in a window, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from pipeline.records import ArchiveRef, Response


class Archive(Protocol):
    """What is needed of the archive."""

    def scan(self, kind: str, since: datetime, until: datetime) -> Iterator[tuple[ArchiveRef, Response]]:
        """The archived responses of a kind, received from ``since`` to before ``until``."""
        ...


def received_feeds(
    archive: Archive, since: datetime, until: datetime
) -> Iterator[tuple[ArchiveRef, Response]]:
    """The feed documents received in ``[since, until)``, in the order of receipt within each segment.

    They take the path of a live poll from here on, so a window that was lived through before
    changes nothing, and one that the warehouse has lost comes back. What a server sent in place of a
    document, with a status of 400 or more, is none.
    """
    return (one for one in archive.scan("feed", since, until) if one[1].status < 400)
