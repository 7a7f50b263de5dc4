"""Our own archive as a source of the past: the feed documents received in a window, byte for byte."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.poll.sitemapindex import read_index
from pipeline.records import ArchiveRef, ParsedFeed, Response

Record = tuple[ArchiveRef, Response]

LONGEST_POLL = timedelta(hours=1)
"""An index of sitemaps and the last of its sitemaps came within so long: ten requests, each after a minute's turn."""


class Archive(Protocol):
    """What is needed of the archive."""

    def scan(self, kind: str, since: datetime, until: datetime) -> Iterator[Record]:
        """The archived responses of a kind, received from ``since`` to before ``until``."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """A feed document, and where it is an index of sitemaps those that were asked with it."""

    ref: ArchiveRef
    response: Response
    index: ParsedFeed | None = None
    """What it lists; None: it is no index."""
    sitemaps: list[Record] = field(default_factory=list)
    """In the order of receipt."""


def received_feeds(
    archive: Archive, since: datetime, until: datetime, *, registered: Collection[str] = ()
) -> Iterator[Received]:
    """The feed documents received in ``[since, until)``, in the order of receipt within each segment.

    They take the path of a live poll from here on, so a window that was lived through before
    changes nothing, and one that the warehouse has lost comes back. What a server sent in place of a
    document, with a status of 400 or more, is none. Sitemaps are of the window that their index was received in;
    an address in ``registered`` is a feed of its own, whatever index lists it.
    """
    records = archive.scan("feed", since - LONGEST_POLL, until + LONGEST_POLL)
    documents = (one for one in records if one[1].status < 400)
    for one in _grouped(documents, registered):
        if since <= one.response.fetched_at < until:
            yield one


def _grouped(records: Iterable[Record], registered: Collection[str]) -> Iterator[Received]:
    """Each index with the sitemaps behind it: a poll writes them one after the other into the same file."""
    index: Received | None = None
    listed: set[str] = set()
    for ref, response in records:
        below = read_index(response)
        if index and response.url in listed and _follows(index, ref, response):
            index.sitemaps.append((ref, response))
            listed |= _listed(below, {index.response.url, *registered})
            continue
        if index:
            yield index
        index, listed = None, _listed(below, {response.url, *registered})
        if below:
            index = Received(ref, response, below)
        else:
            yield Received(ref, response)
    if index:
        yield index


def _follows(index: Received, ref: ArchiveRef, response: Response) -> bool:
    return ref.object == index.ref.object and response.fetched_at - index.response.fetched_at < LONGEST_POLL


def _listed(index: ParsedFeed | None, registered: Collection[str]) -> set[str]:
    return {link.url for link in index.sitemaps if link.url not in registered} if index else set()
