"""Sitemaps as a source of the past: an index lists all that a site ever published, a file for each month or thousand.

What is not asked for, and why nothing of the window is lost by it:

- a sitemap whose address says a day, month or year outside of the window: that is what it is cut by. A number is
  a date only where all its siblings have one too, for ``sitemap-2017.xml`` may be the two thousandth;
- one whose ``lastmod`` in the index lies before the window: it cannot list what did not exist yet. Not believed
  where the address says otherwise, nor where all sitemaps of an index have the same.

``lastmod`` of a page says when it changed and never when it appeared. So a page with a date in its address belongs
there, whatever changed on it; one without belongs anywhere before its ``lastmod``, and is handed on where that lies
in or after the window. What certainly is no story, such as the list of a tag, is left out.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pipeline.history import cursors
from pipeline.history.found import Get, Listed, Window
from pipeline.history.storylinks import is_no_story, is_of_site
from pipeline.history.when import Span, in_file_name, of_date, sift
from pipeline.poll.discovery import robots_sitemaps
from pipeline.poll.formats import parse_feed
from pipeline.poll.recent import changed_by
from pipeline.poll.sitemapindex import belongs
from pipeline.records import Failure, HistoryPlace, ParsedFeed, Response, SitemapLink, Source

DEEPEST = 4
"""Documents on the way to a sitemap. sitemaps.org allows an index and its sitemaps; publishers nest once more."""
USUAL = ("/sitemap.xml", "/sitemap_index.xml")
"""Where a sitemap is looked for if robots.txt names none."""
_DONE = ("",)
_MARGIN = timedelta(days=1)
"""How far a server's clock may be behind."""
_ANY_TIME = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sitemaps:
    """A source's sitemaps, from the top down, in the order in which they are listed; a ``Discover``."""

    setting: HistoryPlace

    async def __call__(
        self, source: Source, window: Window, get: Get, *, cursor: str | None = None
    ) -> AsyncIterator[Listed]:
        """The sitemaps that may list stories of the window; of an index, what it lists itself: nothing."""
        trail = tuple(cursors.read(cursor).get("trail", ()))
        starts: tuple[str, ...] = (self.setting.url,) if self.setting.url else ()
        for origin in () if starts else _origins(source):
            answer = await get(f"{origin}/robots.txt")
            if isinstance(answer, Failure) and answer.kind == "transient":
                yield Listed(f"{origin}/robots.txt", failure=answer, cursor=cursors.written(trail=trail))
            starts += _named(origin, answer)
        starts = tuple(dict.fromkeys(starts))
        walk = _Walk(source, window, get, starts)
        async for listed in walk.below(starts, (), trail):
            yield listed


@dataclass(frozen=True, slots=True)
class _Walk:
    source: Source
    window: Window
    get: Get
    starts: tuple[str, ...]
    """A sitemap that an index lists and that is a start itself is read as a start alone."""

    async def below(
        self, urls: Iterable[str], above: tuple[str, ...], trail: tuple[str, ...]
    ) -> AsyncIterator[Listed]:
        """The documents at ``urls`` and what they list; ``trail`` leads to the index that was read last before.

        Of a sitemap that is no index it leads behind it: the last part is empty.
        """
        urls = tuple(urls)
        first = urls.index(trail[0]) if trail and trail[0] in urls else 0
        trail = trail if trail and trail[0] in urls else ()
        if trail[1:] == _DONE:
            first, trail = first + 1, ()
        for url in urls[first:]:
            way = (*above, url)
            answer = await self._read(url)
            is_index = isinstance(answer, ParsedFeed) and bool(answer.sitemaps) and len(way) < DEEPEST
            if not trail:
                yield self._listed(url, answer, cursors.written(trail=way if is_index else (*way, *_DONE)))
            elif isinstance(answer, Failure):
                yield self._listed(url, answer, cursors.written(trail=(*above, *trail)))
            if isinstance(answer, ParsedFeed) and is_index:
                children = [one for one in self._wanted(answer, url) if one not in way]
                async for listed in self.below(children, way, trail[1:]):
                    yield listed
            trail = ()

    async def _read(self, url: str) -> ParsedFeed | Failure:
        answer = await self.get(url)
        if isinstance(answer, Failure):
            return answer
        document = parse_feed(answer.body, url=answer.final_url, headers=answer.headers)
        if document.format is None:
            return Failure(url, "permanent", "not_a_feed", document.fault or "", status=answer.status)
        return document

    def _listed(self, url: str, answer: ParsedFeed | Failure, cursor: str) -> Listed:
        if isinstance(answer, Failure):
            return Listed(url, failure=answer, cursor=cursor)
        stories = [entry for entry in answer.entries if not is_no_story(entry.url or "")]
        found, outside = sift(stories, self.window, self.source)
        return Listed(url, found, outside, cursor=cursor)

    def _wanted(self, index: ParsedFeed, url: str) -> list[str]:
        links = [
            link
            for link in index.sitemaps
            if belongs(link.url, index=url, domain=self.source.domain, others=self.starts)
        ]
        return [link.url for link in worth_asking(links, self.window, self.source.zone)]


def worth_asking(links: Iterable[SitemapLink], window: Window, zone: str | None) -> list[SitemapLink]:
    """The sitemaps of an index that may list stories of the window, in its order.

    >>> december = Window(datetime(2017, 12, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC))
    >>> names = {"/2017-11.xml": None, "/2017-12.xml": "2017-11-05", "/x1.xml": "2017-11-05", "/x2.xml": "2026-11-25"}
    >>> [link.url for link in worth_asking([SitemapLink("https://a.example" + url, at) for url, at in names.items()], december, "UTC")]
    ['https://a.example/2017-12.xml', 'https://a.example/x2.xml']
    """
    links = list(links)
    spans = _spans([link.url for link in links], zone)
    told = {link.modified_raw for link in links}
    wanted = []
    for link in links:
        span = spans[link.url]
        changed = changed_by(link.modified_raw, _ANY_TIME) if len(told) > 1 else None
        is_old = changed is not None and changed + _MARGIN < window.since
        if span.meets(window) if span else not is_old:
            wanted.append(link)
    return wanted


def _spans(urls: list[str], zone: str | None) -> dict[str, Span | None]:
    """What the addresses say, each as coarsely as the coarsest of its siblings: ``-2017-10`` is no month beside ``-2017-1``."""
    dates = {url: in_file_name(url) for url in urls}
    coarsest: dict[str, int] = {}
    for url, found in dates.items():
        shape = _shape(url)
        coarsest[shape] = min(coarsest.get(shape, 3), len(found or ()))
    cut = {url: (found or ())[: coarsest[_shape(url)]] for url, found in dates.items()}
    return {url: of_date(parts, zone) if parts else None for url, parts in cut.items()}


def _shape(url: str) -> str:
    """The address without what its numbers are: siblings have the same."""
    return re.sub(r"\d+", "#", url)


def _named(origin: str, robots: Response | Failure) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, else where sitemaps usually are."""
    text = "" if isinstance(robots, Failure) else robots.body.decode("utf-8", "replace")
    return robots_sitemaps(text, url=f"{origin}/robots.txt") or tuple(origin + path for path in USUAL)


def _origins(source: Source) -> list[str]:
    """The publisher's own hosts, as its feeds name them."""
    split = [urlsplit(url) for url in source.feeds if is_of_site(url, source.domain)]
    found = [f"{parts.scheme}://{parts.netloc}" for parts in split]
    return list(dict.fromkeys(found)) or [f"https://{source.domain}"]
