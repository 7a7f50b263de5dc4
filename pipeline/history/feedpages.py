"""Older pages of a publisher's feeds: archived and paged feeds (RFC 5005, JSON Feed), and pages by number or offset.

A feed that links to its older part is followed link by link. Others have pages that only their address
tells: ``?paged=2`` (WordPress), ``?page=2``, or what the setting's pattern says. Those can be leapt over: where the
first page is in the order of publication, the first page of a window is sought by halves, so one of ten years ago
takes a dozen requests and not thousands.

The walk ends with what is older than the window, or where there is nothing more: no such page, an empty one,
one that came before, ``MOST_PAGES``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pipeline.history import cursors
from pipeline.history.found import Get, Listed, Window
from pipeline.history.when import newest, published, sift
from pipeline.poll.formats import parse_feed
from pipeline.records import Failure, HistoryPlace, ParsedFeed, Source

MOST_PAGES = 2_000
"""Of one feed: with ten entries each, as WordPress has them, ten years of a house with five stories a day."""
KNOWN = ("paged={page}", "page={page}")
"""Queries by which publishing systems know the pages of a feed; WordPress has the first."""
_MOST_FAILED = 3
"""Pages in a row that fail before the rest is given up: the host is down."""
_NO_MORE = frozenset({400, 404, 410})
_REMEMBERED = 8
"""Digests of the latest pages, which tell a circle."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The document to be read next."""

    url: str
    seen: tuple[str, ...]
    """Digests of the first page and the latest ones."""
    pattern: str | None = None
    """Where pages are known by number; None: each links to the next."""
    page: int = 2
    size: int = 0
    """Entries of the first page: what an offset is counted in."""
    done: int = 1
    failed: int = 0

    def at(self, page: int) -> _Step:
        """The same for another page."""
        offset = (page - 1) * self.size
        return replace(self, page=page, url=(self.pattern or "").format(page=page, offset=offset))


@dataclass(frozen=True, slots=True)
class FeedPages:
    """The pages of a source's feeds, newest first; a ``Discover``."""

    setting: HistoryPlace

    async def __call__(
        self, source: Source, window: Window, get: Get, *, cursor: str | None = None
    ) -> AsyncIterator[Listed]:
        """The feeds in their order, each with the pages behind it that may list stories of the window."""
        feeds = (self.setting.url,) if self.setting.url else source.feeds
        facts = cursors.read(cursor)
        begin = feeds.index(facts["feed"]) if facts.get("feed") in feeds else 0
        step = _step(facts)
        for place, feed in enumerate(feeds[begin:], start=begin):
            after = cursors.written(feed=feeds[place + 1]) if place + 1 < len(feeds) else None
            if step is None:
                document = await _read(get, feed)
                if isinstance(document, Failure):
                    yield Listed(feed, failure=document, cursor=after)
                    continue
                second = await self._second(document, feed, window, source, get)
                step = second if isinstance(second, _Step) else None
                if isinstance(second, Failure):
                    yield Listed(second.url, failure=second, cursor=cursors.written(feed=feed))
                yield _listed(feed, document, window, source, _cursor(feed, step, after))
            while step:
                url, document = step.url, await _read(get, step.url)
                if isinstance(document, Failure):
                    if document.status in _NO_MORE and step.pattern:
                        break
                    step = _past_failure(step)
                    yield Listed(url, failure=document, cursor=_cursor(feed, step, after))
                    continue
                if _mark(document, step) in step.seen or not (document.entries or _onward(document)):
                    break
                step = _following(step, document, window, source)
                yield _listed(url, document, window, source, _cursor(feed, step, after))
            step = None

    async def _second(
        self, first: ParsedFeed, url: str, window: Window, source: Source, get: Get
    ) -> _Step | Failure | None:
        """What is to be read after the feed itself; None: nothing. A failure: whether there is anything cannot be known."""
        begun = _Step(url, (_digest(first),), size=len(first.entries))
        if self.setting.pattern:
            return await _sought(replace(begun, pattern=self.setting.pattern), first, window, source, get)
        step = _following(begun, first, window, source)
        is_sitemap = "sitemap" in (first.format or "")
        if step or is_sitemap or first.is_complete or not first.entries or _is_older(first, window, source):
            return step
        for query in KNOWN:
            numbered = replace(begun, pattern=_with_query(url, query))
            page = await _read(get, numbered.at(2).url)
            if isinstance(page, Failure) and page.kind == "transient":
                return page
            if isinstance(page, ParsedFeed) and page.entries and _keys(page) - _keys(first):
                return await _sought(numbered, first, window, source, get)
        return None


async def _sought(step: _Step, first: ParsedFeed, window: Window, source: Source, get: Get) -> _Step | None:
    """The first page that may list stories of the window, the pages before it being too new."""
    if not first.entries or _is_older(first, window, source):
        return None
    if not (_is_by_date(first, source) and _is_newer(first, window, source)):
        return step.at(2)
    low, high = 1, 2
    while high <= MOST_PAGES and await _is_passed(step.at(high), window, source, get):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if await _is_passed(step.at(middle), window, source, get):
            low = middle
        else:
            high = middle
    return step.at(low + 1)


async def _is_passed(step: _Step, window: Window, source: Source, get: Get) -> bool:
    """Whether a page is there and lists nothing but what is newer than the window."""
    document = await _read(get, step.url)
    if isinstance(document, Failure) or not document.entries or _digest(document) in step.seen:
        return False
    return _is_newer(document, window, source)


def _is_newer(document: ParsedFeed, window: Window, source: Source) -> bool:
    spans = [published(entry, source) for entry in document.entries]
    return all(span and span.since >= window.until for span in spans)


def _is_older(document: ParsedFeed, window: Window, source: Source) -> bool:
    """Whether all of it was published and changed before the window, as far as that is printed."""
    latest = newest(document.entries, source)
    return latest is not None and latest < window.since


def _is_by_date(document: ParsedFeed, source: Source) -> bool:
    """Whether the entries stand in the order of their publication; one of no date, or pinned to the top, denies it."""
    spans = [published(entry, source) for entry in document.entries]
    dates = [span.since for span in spans if span]
    return len(dates) == len(spans) and dates == sorted(dates, reverse=True)


def _following(step: _Step, document: ParsedFeed, window: Window, source: Source) -> _Step | None:
    """What is to be read after a document; None: what follows is too old, or nothing does."""
    if _is_older(document, window, source) or document.is_complete or step.done >= MOST_PAGES:
        return None
    latest = _mark(document, step)
    seen = tuple(dict.fromkeys((*step.seen[:1], *step.seen[1:][-_REMEMBERED:], latest)))
    onward = replace(step, seen=seen, done=step.done + 1, failed=0)
    if step.pattern:
        return onward.at(step.page + 1)
    url = _onward(document)
    return replace(onward, url=url) if url else None


def _onward(document: ParsedFeed) -> str | None:
    """Where a document links to for what is older: to its archive, which stays as it is, before a page of the feed."""
    return document.prev_archive_url or document.next_url


def _past_failure(step: _Step) -> _Step | None:
    """The next page by number, unless too many failed; what a link would have named cannot be known."""
    if step.pattern is None or step.failed + 1 >= _MOST_FAILED:
        return None
    return replace(step, done=step.done + 1, failed=step.failed + 1).at(step.page + 1)


async def _read(get: Get, url: str) -> ParsedFeed | Failure:
    answer = await get(url)
    if isinstance(answer, Failure):
        return answer
    document = parse_feed(answer.body, url=answer.final_url, headers=answer.headers)
    if document.format is None:
        return Failure(url, "permanent", "not_a_feed", document.fault or "", status=answer.status)
    return document


def _listed(url: str, document: ParsedFeed, window: Window, source: Source, cursor: str | None) -> Listed:
    found, outside = sift(document.entries, window, source)
    return Listed(url, found, outside, cursor=cursor)


def _cursor(feed: str, step: _Step | None, after: str | None) -> str | None:
    return cursors.written(feed=feed, step=asdict(step)) if step else after


def _step(facts: dict[str, Any]) -> _Step | None:
    step = facts.get("step")
    return _Step(**{**step, "seen": tuple(step["seen"])}) if step else None


def _keys(document: ParsedFeed) -> set[str]:
    return {entry.key for entry in document.entries}


def _digest(document: ParsedFeed) -> str:
    return cursors.digest(_keys(document))


def _mark(document: ParsedFeed, step: _Step) -> str:
    """What tells that a document came before: what it lists, or where it is if that is nothing."""
    return _digest(document) if document.entries else cursors.digest([step.url])


def _with_query(url: str, query: str) -> str:
    """The address, as a pattern, with a query more.

    >>> _with_query("https://a.example/rss?x={1}", "page={page}")
    'https://a.example/rss?x={{1}}&page={page}'
    """
    joint = "&" if urlsplit(url).query else "?"
    return url.replace("{", "{{").replace("}", "}}") + joint + query
