"""A web archive with a CDX server: the snapshots of a publisher's feeds, then its pages.

Nobody is asked but where a source's settings name it. A snapshot of a feed is a poll of the past: each that differs is
read once, in its original bytes (``id_``), up to the first one behind the window that lists nothing of it any more. Pages come
out of the index: those of the publisher that were first received between the beginning of the window and
``WITHIN`` after its end. Each has the address of its copy, for the story may be gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pipeline.history import cursors
from pipeline.history.cdx import FIELDS, Capture, Index, query, read_index
from pipeline.history.found import Copy, Found, Get, Listed, Window
from pipeline.history.storylinks import is_of_site, may_be_story
from pipeline.history.when import published, sift
from pipeline.poll.formats import parse_feed
from pipeline.poll.identity import identified
from pipeline.records import Entry, Failure, HistoryPlace, ParsedFeed, Response, Source
from pipeline.urls import canonical_url

WITHIN = timedelta(days=30)
"""So long after its publication a page is received by an archive for the first time, as a rule."""
MOST_LINES = 5_000
"""Of one answer."""
_NO_MORE = frozenset({400, 404})


@dataclass(frozen=True, slots=True)
class Wayback:
    """A publisher in a web archive; a ``Discover``."""

    setting: HistoryPlace
    endpoint: str
    """Of the CDX server."""

    async def __call__(
        self, source: Source, window: Window, get: Get, *, cursor: str | None = None
    ) -> AsyncIterator[Listed]:
        """Snapshots of the feeds, feed by feed in the order of time; then the index of pages, part by part."""
        facts = cursors.read(cursor)
        walk = _Walk(self.setting, self.endpoint, source, window, get)
        if "part" not in facts:
            feeds = list(source.feeds)
            begin = feeds.index(facts["feed"]) if facts.get("feed") in feeds else 0
            passed = str(facts.get("passed", ""))
            for feed in feeds[begin:]:
                async for listed in walk.snapshots(feed, passed):
                    yield listed
                passed = ""
        async for listed in walk.pages(facts.get("part"), str(facts.get("before", ""))):
            yield listed


@dataclass(frozen=True, slots=True)
class _Walk:
    setting: HistoryPlace
    endpoint: str
    source: Source
    window: Window
    get: Get

    # -- feeds ------------------------------------------------------------------------

    async def snapshots(self, feed: str, passed: str) -> AsyncIterator[Listed]:
        """The snapshots of a feed after the one of the stamp ``passed``."""
        url = self._ask(feed, filter="statuscode:200", collapse="digest")
        answer = await self.get(url)
        if isinstance(answer, Failure):
            yield Listed(url, failure=answer, cursor=cursors.written(feed=feed, passed=passed))
            return
        seen: set[str] = set()
        for capture in sorted(read_index(answer.body).captures, key=_stamp):
            is_known = bool(capture.digest) and capture.digest in seen
            seen.add(capture.digest)
            if is_known or capture.timestamp <= passed:
                continue
            listed, document = await self._snapshot(capture, feed)
            yield listed
            if document and capture.at >= self.window.until and self._is_behind(document):
                return

    async def _snapshot(self, capture: Capture, feed: str) -> tuple[Listed, ParsedFeed | None]:
        url = self._replay(capture)
        cursor = cursors.written(feed=feed, passed=capture.timestamp)
        answer = await self.get(url)
        if isinstance(answer, Failure):
            return Listed(url, failure=answer, cursor=cursor), None
        document = parse_feed(answer.body, url=capture.original, headers=answer.headers)
        if document.format is None:
            fault = Failure(url, "permanent", "not_a_feed", document.fault or "", status=answer.status)
            return Listed(url, failure=fault, cursor=cursor), None
        found, outside = sift(document.entries, self.window, self.source)
        return Listed(url, found, outside, cursor=cursor), document

    def _is_behind(self, document: ParsedFeed) -> bool:
        """Whether all that a feed lists was published after the window: so are the snapshots after it."""
        spans = [published(entry, self.source) for entry in document.entries]
        return bool(spans) and all(span and span.since >= self.window.until for span in spans)

    # -- pages ------------------------------------------------------------------------

    async def pages(self, part: str | int | None, before: str) -> AsyncIterator[Listed]:
        """The parts of the index of pages from ``part`` on: a key of the server's, a number, or None: from the first.

        ``before`` is the digest of the part before: a server that does not know parts gives the same for ever.
        """
        while True:
            url = self._ask_for_pages(part)
            answer = await self.get(url)
            if isinstance(answer, Failure):
                if not (isinstance(part, int) and part and answer.status in _NO_MORE):
                    yield Listed(url, failure=answer, cursor=cursors.written(part=part, before=before))
                return
            index = read_index(answer.body)
            this = cursors.digest(f"{one.urlkey} {one.timestamp}" for one in index.captures)
            if this == before and part != 0:
                return
            following = _following(part, index)
            cursor = None if following is None else cursors.written(part=following, before=this)
            yield self._listed(url, index, answer, cursor)
            if following is None:
                return
            part, before = following, this

    def _listed(self, url: str, index: Index, answer: Response, cursor: str | None) -> Listed:
        if index.broken and not index.captures:
            fault = f"{index.broken} lines that are no captures, the first of {len(answer.body)} bytes"
            return Listed(url, failure=Failure(url, "permanent", "not_an_index", fault), cursor=cursor)
        captures: dict[str, list[Capture]] = {}
        for one in index.captures:
            if is_of_site(one.original, self.source.domain) and may_be_story(one.original):
                captures.setdefault(canonical_url(one.original), []).append(one)
        entries = tuple(
            Entry("", None, ones[0].original, position=place) for place, ones in enumerate(captures.values())
        )
        keyed = identified(ParsedFeed(entries, None), url=url)
        found, outside = sift(keyed, self.window, self.source)
        return Listed(url, tuple(self._with_copies(one, captures) for one in found), outside, cursor=cursor)

    def _with_copies(self, found: Found, captures: dict[str, list[Capture]]) -> Found:
        archive = urlsplit(self.endpoint).hostname or ""
        ones = sorted(captures[canonical_url(found.entry.url or "")], key=_stamp)
        return replace(found, copies=tuple(Copy(self._replay(one), one.at, archive) for one in ones))

    # -- addresses ----------------------------------------------------------------------

    def _replay(self, capture: Capture) -> str:
        """Where the original bytes of a capture are: beside the index, unless the setting says where."""
        if self.setting.replay:
            return self.setting.replay.format(timestamp=capture.timestamp, url=capture.original)
        address = self.endpoint.partition("?")[0]
        root = address.removesuffix("/cdx/search/cdx")
        folder = f"{root}/web" if root != address else root.rpartition("/")[0]
        return f"{folder}/{capture.timestamp}id_/{capture.original}"

    def _ask(self, url: str, **more: str | int | tuple[str, ...]) -> str:
        since, until = _printed(self.window.since), _printed(self.window.until + WITHIN)
        asked = {"from": since, "to": until, "fl": ",".join(FIELDS), "output": "json", **more}
        return query(self.endpoint, url, **asked)

    def _ask_for_pages(self, part: str | int | None) -> str:
        url = self.setting.url or self.source.domain
        more: dict[str, str | int | tuple[str, ...]] = {
            "matchType": "prefix" if self.setting.url else "domain",
            "filter": ("statuscode:200", "mimetype:text/html"),
            "collapse": "urlkey",
        }
        if isinstance(part, int):
            return self._ask(url, **more, page=part)
        more |= {"limit": MOST_LINES, "showResumeKey": "true"}
        return self._ask(url, **more, **({"resumeKey": part} if part else {}))


def _following(part: str | int | None, index: Index) -> str | int | None:
    """What is asked for next; None: the index is at its end.

    A server that gives as much as was asked for and no key to go on knows parts by their number, if any; it is
    asked again from the first.
    """
    if isinstance(part, int):
        return part + 1 if index.lines else None
    if index.resume_key:
        return index.resume_key if index.resume_key != part else None
    return 0 if index.lines >= MOST_LINES else None


def _stamp(capture: Capture) -> str:
    return capture.timestamp


def _printed(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S")
