"""Pages and feeds, asked for politely: robots, turns and client joined."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.errors import SettingsError
from pipeline.fetch.client import Client, Gate, Report
from pipeline.fetch.faults import fault
from pipeline.fetch.politeness import LONGEST_DELAY_SECONDS, Turns
from pipeline.fetch.robots import Robots
from pipeline.fetch.target import BadUrl, Target, without_credentials
from pipeline.records import Failure, Response, Source
from pipeline.settings import reveal

_PAGE_TYPES = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
_FEED_TYPES = (
    "application/rss+xml,application/atom+xml,application/feed+json,application/rdf+xml,"
    "application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,*/*;q=0.5"
)
_VALUE = re.compile(r"[!-~\x80-\xff](?:[ -~\x80-\xff]*[!-~\x80-\xff])?")
"""RFC 9110, section 5.5."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What every request of a run has in common."""

    client: Client
    robots: Robots
    turns: Turns
    delay_seconds: float
    """Least time between two requests to one host, where the source sets none."""


async def fetch_page(url: str, *, source: Source, visit: Visit, max_bytes: int) -> Response | Failure:
    """The page at ``url``, of whatever media type; robots.txt is obeyed at each redirect.

    A ``Failure`` has the reason ``robots`` where the host forbids the page.
    """
    return await _fetch(url, source, visit, max_bytes, {"accept": _PAGE_TYPES}, obey=True)


async def fetch_feed(
    url: str,
    *,
    source: Source,
    visit: Visit,
    max_bytes: int,
    etag: str | None = None,
    last_modified: str | None = None,
) -> Response | Failure:
    """The feed at ``url``, or a 304 with an empty body where both validators still hold.

    ``etag`` and ``last_modified`` are opaque: they go back as the last answer had them, both of
    them, never parsed or mended. None: ask without.
    """
    headers = {"accept": _FEED_TYPES}
    if etag and _sendable(etag):
        headers["if-none-match"] = etag
    if last_modified and _sendable(last_modified):
        headers["if-modified-since"] = last_modified
    return await _fetch(url, source, visit, max_bytes, headers, obey=source.obey_robots_for_feeds)


async def _fetch(
    url: str, source: Source, visit: Visit, max_bytes: int, headers: dict[str, str], *, obey: bool
) -> Response | Failure:
    try:
        own = (
            {name.lower(): reveal(value) for name, value in source.headers.items()}
            if _at_home(url, source)
            else {}
        )
    except SettingsError as error:
        return Failure(without_credentials(url), *fault("secret_missing", str(error)))
    delay = visit.delay_seconds if source.delay_seconds is None else source.delay_seconds
    gate = _gate(visit, delay, obey=obey)
    return await visit.client.get(url, headers=headers | own, max_bytes=max_bytes, gate=gate)


def _gate(visit: Visit, delay_seconds: float, *, obey: bool) -> Gate:
    @asynccontextmanager
    async def turn(url: str) -> AsyncIterator[Failure | Report]:
        async with visit.turns.turn(Target.parse(url).host_key, delay_seconds) as report:
            yield report

    @asynccontextmanager
    async def gate(url: str) -> AsyncIterator[Failure | Report]:
        asked = 0.0
        if obey:
            verdict = await visit.robots.check(url, gate=turn)
            if isinstance(verdict, Failure):
                yield verdict
                return
            asked = min(verdict.crawl_delay_seconds or 0.0, LONGEST_DELAY_SECONDS)
        async with visit.turns.turn(Target.parse(url).host_key, max(delay_seconds, asked)) as report:
            yield report

    return gate


def _at_home(url: str, source: Source) -> bool:
    """True where the source's own headers, which may be secrets, are meant to go."""
    if not source.headers:
        return False
    try:
        host = Target.parse(url).url.host
    except BadUrl:
        return False
    hosts = {urlsplit(feed).hostname for feed in source.feeds}
    return host in hosts or host == source.domain or host.endswith("." + source.domain)


def _sendable(value: str) -> bool:
    """False for a validator that no request header could carry: it was never one."""
    return _VALUE.fullmatch(value) is not None
