"""A feed that is an index of sitemaps: its newest sitemaps are asked within the same poll, one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pipeline.errors import ArchiveDamaged
from pipeline.fetch import Visit, fetch_feed
from pipeline.fetch.warcwriting import digest_of
from pipeline.flow.context import Context
from pipeline.poll import parse_feed
from pipeline.poll.recent import recent
from pipeline.poll.sitemapindex import (
    MOST_REQUESTS,
    MOST_SITEMAPS,
    SitemapMemory,
    belongs,
    is_rested,
    is_unchanged,
    likeliest,
    may_be_conditional,
)
from pipeline.records import Failure, ParsedFeed, Response, SitemapLink
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import RegisteredFeed
from pipeline.warehouse.sitemaps import remembered

CHOICE = 4 * MOST_SITEMAPS
"""So many of an index's sitemaps are looked at: where one is refused, the next may have its place."""
_ASKS_FOR_PATIENCE = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap that an index lists, and what its server answered."""

    url: str
    answer: Response | Failure
    document: ParsedFeed | None = None
    """What is to be entered of it; None: nothing, as after a 304 or the same bytes again."""
    left_out: int = 0
    """Entries of it that are no news."""
    memory: SitemapMemory | None = None
    is_conditional: bool = False


@dataclass(slots=True)
class Listed:
    """What was asked of an index's sitemaps, and what was not."""

    sitemaps: list[Sitemap] = field(default_factory=list)
    """In the order of the requests."""
    links: list[SitemapLink] = field(default_factory=list)
    """Those that count as the feed's document, asked now or not."""
    listed: int = 0
    """All that the index and those below it list."""
    unchanged: int = 0
    """Not asked: the index says that they are as they were."""
    foreign: int = 0
    """Not asked: they are of another site, or are registered as feeds."""
    deep: int = 0
    """Indexes below an index below the feed's: they are kept, and not followed."""


def read(answer: Response) -> tuple[ParsedFeed, int]:
    """The document in an answer, and how many of its entries are left out because they are no news."""
    document = parse_feed(answer.body, url=answer.final_url, headers=answer.headers)
    return recent(document, answer.fetched_at)


def read_sitemap(
    feed: RegisteredFeed,
    url: str,
    answer: Response | Failure,
    memory: SitemapMemory | None = None,
    *,
    is_conditional: bool = False,
) -> Sitemap:
    """What ``url`` answered, read; what is no sitemap, or came from another site, is a failure with its bytes."""
    found = Sitemap(url, answer, memory=memory, is_conditional=is_conditional)
    if isinstance(answer, Failure) or answer.status == 304:
        return found
    if not belongs(answer.final_url, index=url, domain=feed.source.domain, others=()):
        return replace(found, answer=_fault(answer, "foreign_feed", f"it leads to {answer.final_url}"))
    is_same = memory is not None and memory.body is not None and memory.body.digest == digest_of(answer.body)
    if is_same and memory is not None and not memory.is_index:
        return found
    document, left_out = read(answer)
    if document.format is None:
        return replace(found, answer=_fault(answer, "not_a_feed", document.fault or ""))
    return replace(found, document=document, left_out=left_out)


async def ask_sitemaps(
    context: Context, visit: Visit, feed: RegisteredFeed, index: Response, document: ParsedFeed
) -> Listed:
    """What the newest sitemaps of ``index`` answer; those of an index among them are asked too, and no deeper."""
    return await _Asking(context, visit, feed, index).run(document)


class _Asking:
    def __init__(self, context: Context, visit: Visit, feed: RegisteredFeed, index: Response) -> None:
        self._context = context
        self._visit = visit
        self._feed = feed
        self._index = index.final_url
        self._began = self._last = index.fetched_at
        self._been = {index.url, index.final_url}
        self._memories: dict[str, SitemapMemory] = {}
        self._found = Listed()

    async def run(self, document: ParsedFeed) -> Listed:
        waiting = deque((link, 1) for link in await asyncio.to_thread(self._choose, document))
        while waiting and len(self._found.sitemaps) < MOST_REQUESTS:
            link, level = waiting.popleft()
            sitemap = await self._ask(link.url)
            self._found.sitemaps.append(sitemap)
            if isinstance(sitemap.answer, Failure) and sitemap.answer.status in _ASKS_FOR_PATIENCE:
                break
            below = sitemap.document
            if below is None or below.format != "sitemapindex":
                continue
            if level > 1:
                self._found.deep += 1
            else:
                waiting.extend((one, 2) for one in await asyncio.to_thread(self._choose, below))
        return self._found

    def _choose(self, document: ParsedFeed) -> list[SitemapLink]:
        """The sitemaps to ask of those that ``document`` lists; each is asked once, whoever lists it."""
        feed, now, found = self._feed, self._began, self._found
        own = [
            link
            for link in document.sitemaps
            if belongs(link.url, index=self._index, domain=feed.source.domain, others=feed.source.feeds)
        ]
        found.listed += len(document.sitemaps)
        found.foreign += len(document.sitemaps) - len(own)
        choice = likeliest([link for link in own if link.url not in self._been], now=now, most=CHOICE)
        with transaction(self._context.engine) as connection:
            known = remembered(connection, feed.feed_id, [link.url for link in choice], now)
        self._memories |= known
        chosen = [link for link in choice if is_rested(known.get(link.url), now)][:MOST_SITEMAPS]
        found.links += chosen
        self._been |= {link.url for link in chosen}
        asked = [link for link in chosen if not is_unchanged(link, known.get(link.url), now)]
        found.unchanged += len(chosen) - len(asked)
        return asked

    async def _ask(self, url: str) -> Sitemap:
        memory = self._memories.get(url)
        etag, last_modified = await asyncio.to_thread(self._validators, memory)
        answer = await fetch_feed(
            url,
            source=self._feed.source,
            visit=self._visit,
            max_bytes=self._context.settings.feed_max_bytes,
            etag=etag,
            last_modified=last_modified,
        )
        # A row of its own for each, and so a moment of its own, whatever the clock.
        self._last = max(answer.fetched_at or self._last, self._last + timedelta(microseconds=1))
        answer = replace(answer, fetched_at=self._last)
        is_conditional = bool(etag or last_modified)
        return await asyncio.to_thread(
            read_sitemap, self._feed, url, answer, memory, is_conditional=is_conditional
        )

    def _validators(self, memory: SitemapMemory | None) -> tuple[str | None, str | None]:
        """Those of the latest document: they lie beside it, in the archive."""
        if memory is None or memory.body is None or not may_be_conditional(memory, self._began):
            return None, None
        try:
            headers = self._context.archive.read(memory.body).headers
        except ArchiveDamaged:
            return None, None
        return headers.get("etag"), headers.get("last-modified")


def _fault(answer: Response, reason: str, detail: str) -> Failure:
    return Failure(
        answer.url,
        "permanent",
        reason,
        detail,
        status=answer.status,
        fetched_at=answer.fetched_at,
        final_url=answer.final_url,
        response=answer,
    )
