"""Indexes of sitemaps: which of the sitemaps that one lists are worth a request.

An index lists all that a site ever published, a file for each month or thousand pages; what is new is in the few that
changed last. ``lastmod`` of an index is the sitemap's own (sitemaps.org), so it saves the request for one that
was read since. As everything that a server says it is believed for a day.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pipeline.poll.formats import parse_feed
from pipeline.poll.recent import changed_by
from pipeline.records import ArchiveRef, ParsedFeed, Response, SitemapLink

MOST_SITEMAPS = 5
"""Of one index, in one poll: today's, yesterday's, and those of a section or a language."""
MOST_REQUESTS = 10
"""Of one poll, with those for the sitemaps of an index that an index lists."""
BELIEVED_FOR = timedelta(days=1)
"""So long a ``lastmod`` that did not change, a "not modified" and a "not found" stand for a request."""
_INDEX = re.compile(rb"<(?:[\w.-]+:)?sitemapindex[\s>]", re.IGNORECASE)
_HEAD_BYTES = 4096
_GZIP = b"\x1f\x8b"
_NEWS = re.compile(r"news|google|latest|recent", re.IGNORECASE)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class SitemapMemory:
    """What is known of a sitemap from the polls before."""

    asked_at: datetime
    """Aware, UTC, as all of them."""
    status: int | None = None
    """Of the latest answer; None: there was none."""
    reason: str | None = None
    """Why the latest request failed; None: it did not."""
    read_at: datetime | None = None
    """When it was last found as it is, or read; None: not lately."""
    body_at: datetime | None = None
    body: ArchiveRef | None = None
    """Where its latest document lies; None: none was received lately."""
    is_index: bool = False
    entries: int = 0
    """Entries in the latest document that was read."""


def may_be_index(body: bytes) -> bool:
    """True if the document has to be read to know whether it lists sitemaps: its first bytes say so."""
    head = body[:_HEAD_BYTES]
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _HEAD_BYTES)
        except zlib.error:
            return False
    return _INDEX.search(head.replace(b"\0", b"")) is not None  # without those of UTF-16


def read_index(answer: Response) -> ParsedFeed | None:
    """The sitemaps that a document lists; None: it is no index of them."""
    if not may_be_index(answer.body):
        return None
    document = parse_feed(answer.body, url=answer.final_url, headers=answer.headers)
    return document if document.format == "sitemapindex" else None


def likeliest(
    links: Iterable[SitemapLink], *, now: datetime, most: int = MOST_SITEMAPS
) -> tuple[SitemapLink, ...]:
    """Up to ``most`` sitemaps in which news are looked for, the likeliest first.

    The latest ``lastmod`` first. Those without one: a news sitemap, by its name, before all others; the rest
    behind, from the end of the list, where most sites append.

    >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> names = {"/2024.xml": "2024-12-31", "/a.xml": None, "/b.xml": None, "/news.xml": None, "/2026.xml": "2026-11-25"}
    >>> [link.url for link in likeliest((SitemapLink(*one) for one in names.items()), now=noon)]
    ['/news.xml', '/2026.xml', '/2024.xml', '/b.xml', '/a.xml']
    """

    def rank(placed: tuple[int, SitemapLink]) -> tuple[bool, datetime, bool, int]:
        place, link = placed
        at = changed_by(link.modified_raw, now)
        is_news = _NEWS.search(urlsplit(link.url).path) is not None
        return is_news and at is None, at or _EARLIEST, is_news, place

    ranked = sorted(enumerate(links), key=rank, reverse=True)
    return tuple(link for _, link in ranked[:most])


def belongs(url: str, *, index: str, domain: str, others: Collection[str]) -> bool:
    """True if a sitemap may be listed by that index: it is of the same site, or of the publisher's ``domain``.

    sitemaps.org: an index lists sitemaps of its own site only. Those in ``others`` are feeds of their own.

    >>> belongs("https://maps.a.example/1.xml", index="https://www.a.example/i.xml", domain="a.example", others=())
    True
    >>> belongs("https://b.example/1.xml", index="https://www.a.example/i.xml", domain="a.example", others=())
    False
    """
    host = urlsplit(url).hostname or ""
    is_own = host == urlsplit(index).hostname or host == domain or host.endswith(f".{domain}")
    return is_own and url not in others


def is_rested(memory: SitemapMemory | None, now: datetime) -> bool:
    """False for a sitemap that was refused, or was none, within the day: another may have its place."""
    if memory is None or memory.reason is None or now - memory.asked_at >= BELIEVED_FOR:
        return True
    refused = memory.status is not None and 400 <= memory.status < 500 and memory.status not in _PASSING
    return not refused and memory.reason not in {"robots", "not_a_feed", "foreign_feed"}


def is_unchanged(link: SitemapLink, memory: SitemapMemory | None, now: datetime) -> bool:
    """True if the index says that the sitemap is as it was when it was read, and that was within the day."""
    at = changed_by(link.modified_raw, now)
    if memory is None or memory.read_at is None or memory.body_at is None or at is None:
        return False
    return memory.reason is None and at < memory.read_at and now - memory.body_at < BELIEVED_FOR


def may_be_conditional(memory: SitemapMemory | None, now: datetime) -> bool:
    """True if validators may be sent: not to an index, whose sitemaps change without it, nor for longer than a day."""
    if memory is None or memory.body is None or memory.body_at is None or memory.is_index:
        return False
    return now - memory.body_at < BELIEVED_FOR


def carried(
    memories: Mapping[str, SitemapMemory], links: Iterable[SitemapLink], read: Collection[str]
) -> int:
    """Entries that the sitemaps listed are known to hold still, those that were ``read`` anew apart."""
    held = {link.url: memories.get(link.url) for link in links if link.url not in read}
    return sum(max(one.entries, 1) for one in held.values() if one and one.read_at)
