"""Pages that list a publisher's stories of a day, a month or a year, found by the pattern of their address.

``https://a.example/archive/{yyyy}/{mm}/{dd}``; also ``{yy}``, ``{m}``, ``{d}``, the English names ``{month}`` (december) and
``{mon}`` (dec), and ``{page}`` from 1. The finest part of a date in it says what a page is of.

What stands on every such page is not of its day. So each is compared with the one before: a link counts as often as
it stands there more often, which keeps a story of today that the margin of every page lists as well.
"""

from __future__ import annotations

import re
import string
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urldefrag, urlsplit

from pipeline.extract.charset import decode_page
from pipeline.extract.document import Element, parse_page, text_of
from pipeline.history import cursors
from pipeline.history.found import Get, Listed, Window
from pipeline.history.storylinks import is_of_site, may_be_story
from pipeline.history.when import calendar_days, sift
from pipeline.history_fields import places_in
from pipeline.poll.identity import identified
from pipeline.poll.texts import absolute
from pipeline.records import Entry, Failure, HistoryPlace, ParsedFeed, Response, Source
from pipeline.urls import canonical_url

MOST_PAGES = 500
"""Of one day, month or year."""
_BACK = 3
"""Days, months or years before the first that are tried for a page to compare it with."""
_MONTHS = "january february march april may june july august september october november december".split()
_NO_MORE = frozenset({400, 404, 410})
_LONGEST_HEADLINE = 400


@dataclass(frozen=True, slots=True)
class _Link:
    url: str
    headline: str | None
    """The longest text that links there; None: pictures do, or nothing."""
    times: int


_Links = dict[str, _Link]
"""By canonical address, in the order of the page."""


@dataclass(frozen=True, slots=True)
class _At:
    """The page to be read next."""

    period: date
    """The first day of what it is of."""
    page: int = 1
    before: str | None = None
    """The page to compare it with; None: there was none."""
    seen: tuple[str, ...] = ()
    """Digests of the first and the latest page of the same period."""


@dataclass(frozen=True, slots=True)
class ArchivePages:
    """A publisher's archive pages, the oldest first; a ``Discover``."""

    setting: HistoryPlace

    async def __call__(
        self, source: Source, window: Window, get: Get, *, cursor: str | None = None
    ) -> AsyncIterator[Listed]:
        """The pages of the days, months or years that have a part in the window."""
        walk = _Walk(self.setting.pattern or "", source, window, get)
        at: _At | None = _at(cursor) or await walk.begin()
        read: dict[str | None, _Links] = {}
        while at:
            url = walk.address(at.period, at.page)
            answer = await get(url)
            if isinstance(answer, Failure):
                told = at.page == 1 or answer.status not in _NO_MORE
                at = walk.next_period(at, compared_with=at.before)
                if told:
                    yield Listed(url, failure=answer, cursor=_cursor(at))
                continue
            links = walk.links(answer)
            digest = cursors.digest(links)
            if at.before not in read:
                read = {at.before: await walk.links_at(at.before)}
            found = [] if digest in at.seen else walk.fresh(links, read[at.before])
            is_first = at.page == 1
            if is_first:
                read[url] = links
            at = walk.after(at, digest, is_last=not found)
            if found or is_first:
                yield walk.listed(url, found, _cursor(at))


@dataclass(frozen=True, slots=True)
class _Walk:
    pattern: str
    source: Source
    window: Window
    get: Get

    async def begin(self) -> _At:
        """The first page, and the nearest one before its day that is there."""
        first, _ = calendar_days(self.window, self.source.zone)
        period = earlier = _first_day(first, self.pattern)
        for _ in range(_BACK):
            earlier = _first_day(earlier - timedelta(days=1), self.pattern)
            url = self.address(earlier, 1)
            if not isinstance(await self.get(url), Failure):
                return _At(period, before=url)
        return _At(period)

    def address(self, period: date, page: int) -> str:
        name = _MONTHS[period.month - 1]
        return self.pattern.format(
            yyyy=f"{period.year:04}",
            yy=f"{period.year % 100:02}",
            mm=f"{period.month:02}",
            m=period.month,
            dd=f"{period.day:02}",
            d=period.day,
            month=name,
            mon=name[:3],
            page=page,
        )

    def after(self, at: _At, digest: str, *, is_last: bool) -> _At | None:
        """What follows a page that was read, the last of its period or not; None: nothing."""
        if not is_last and "page" in places_in(self.pattern) and at.page < MOST_PAGES:
            return replace(at, page=at.page + 1, seen=(*at.seen[:1], digest))
        return self.next_period(at, compared_with=self.address(at.period, 1))

    def next_period(self, at: _At, *, compared_with: str | None) -> _At | None:
        _, last = calendar_days(self.window, self.source.zone)
        period = _first_day(_later(at.period, self.pattern), self.pattern)
        return _At(period, before=compared_with) if period <= last else None

    async def links_at(self, url: str | None) -> _Links:
        answer = await self.get(url) if url else None
        return {} if answer is None or isinstance(answer, Failure) else self.links(answer)

    def links(self, answer: Response) -> _Links:
        """Where a page links to that may be a story of the publisher."""
        tree = parse_page(decode_page(answer.body, answer.headers))
        host = urlsplit(self.pattern).hostname or ""
        listing = _shape(self.pattern)
        found: _Links = {}
        for url, text in () if tree is None else _anchors(tree, answer.final_url):
            if (
                not is_of_site(url, self.source.domain, host)
                or listing.fullmatch(url)
                or not may_be_story(url)
            ):
                continue
            key = canonical_url(url)
            known = found.get(key, _Link(url, None, 0))
            longest = max((known.headline or "", text), key=len) or None
            found[key] = _Link(known.url, longest, known.times + 1)
        return found

    def fresh(self, links: _Links, before: _Links) -> list[_Link]:
        """The links that stand there more often than on the page before."""
        return [link for key, link in links.items() if key not in before or link.times > before[key].times]

    def listed(self, url: str, links: list[_Link], cursor: str | None) -> Listed:
        entries = tuple(
            Entry("", None, link.url, link.headline, position=place) for place, link in enumerate(links)
        )
        found, outside = sift(identified(ParsedFeed(entries, None), url=url), self.window, self.source)
        return Listed(url, found, outside, cursor=cursor)


def _anchors(tree: Element, url: str) -> Iterator[tuple[str, str]]:
    """Each link's address, without its fragment, and its text."""
    base = next((absolute(element.get("href"), url) for element in tree.iter("base")), None) or url
    for element in tree.iter("a"):
        address = absolute(element.get("href"), base)
        if address:
            yield urldefrag(address).url, text_of(element, most=_LONGEST_HEADLINE)


def _shape(pattern: str) -> re.Pattern[str]:
    """Every address that the pattern makes."""
    parts = string.Formatter().parse(pattern)
    return re.compile("".join(re.escape(text) + (r"\w+" if name else "") for text, name, _, _ in parts))


def _first_day(day: date, pattern: str) -> date:
    """The first day of the day, month or year that a page is of."""
    found = places_in(pattern)
    if found & {"d", "dd"}:
        return day
    return day.replace(day=1) if found & {"m", "mm", "month", "mon"} else day.replace(month=1, day=1)


def _later(day: date, pattern: str) -> date:
    """A day of the next day, month or year."""
    found = places_in(pattern)
    days = 1 if found & {"d", "dd"} else 31 if found & {"m", "mm", "month", "mon"} else 366
    return day + timedelta(days=days)


def _cursor(at: _At | None) -> str | None:
    if at is None:
        return None
    return cursors.written(period=at.period.isoformat(), page=at.page, before=at.before, seen=at.seen)


def _at(cursor: str | None) -> _At | None:
    facts = cursors.read(cursor)
    if "period" not in facts:
        return None
    period = date.fromisoformat(facts["period"])
    return _At(period, facts["page"], facts["before"], tuple(facts["seen"]))
