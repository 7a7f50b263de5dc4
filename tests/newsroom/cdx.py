"""An archive on the web with a CDX server: captures of the houses' pages and feeds, and their original bytes.

As the Wayback Machine's (github.com/internetarchive/wayback, wayback-cdx-server): ``matchType``, ``from``, ``to``,
``filter``, ``collapse``, ``fl``, ``limit``, ``showResumeKey`` and ``resumeKey``, ``page``; plain text and JSON.
"""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from . import web
from .publishers import FeedSpec, Publisher

if TYPE_CHECKING:
    from .past import Past

HOST = "web.archive.example"
SEARCH = "/cdx/search/cdx"
FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_EVERY = timedelta(days=15)
"""Between two captures of a feed."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One line of the index."""

    urlkey: str
    timestamp: str
    original: str
    mimetype: str
    statuscode: str
    digest: str
    length: str

    def row(self, fields: Iterable[str]) -> list[str]:
        """The named fields."""
        return [getattr(self, name) for name in fields]


def answer_of(past: Past, request: web.Request, at: datetime) -> web.Answer:
    """The answer of the archive."""
    parts = urlsplit(request.target)
    if parts.path == SEARCH:
        return _search(past, parse_qs(parts.query), at)
    found = re.fullmatch(r"/web/(\d{14})id_/(.*)", request.target)
    return _replay(past, found[1], found[2], at) if found else web.not_found()


def feed_captures(past: Past, house: Publisher, spec: FeedSpec, at: datetime) -> list[Capture]:
    """Captures of a feed, at regular times."""
    if spec.fault == "unreachable" or house.feeds.index(spec) > 0:
        return []
    found, moment = [], past.world.start + timedelta(days=1)
    while moment <= min(at, past.end):
        body = past.world.feed_document(house, spec, moment).body
        kind = "text/html" if spec.fault == "html" else "text/xml"
        found.append(_capture(past.world.feed_url(house, spec), moment, kind, "200", body))
        moment += _EVERY
    return found


def page_captures(past: Past, house: Publisher, at: datetime) -> list[Capture]:
    """Captures of a house's stories and, once a month, of its front page; each second story has a second one."""
    from .past import captured_at

    found = []
    for story in past.listed("wayback", house, at):
        moment, body = captured_at(story), story.path.encode()
        found.append(_capture(past.address(story), moment, "text/html", "200", body))
        if story.number % 2 and moment + timedelta(days=40) <= at:
            status = "404" if past.is_gone(story, moment + timedelta(days=40)) else "200"
            found.append(
                _capture(past.address(story), moment + timedelta(days=40), "text/html", status, body)
            )
    moment = past.world.start
    while moment <= at and moment < past.end:
        root = f"{past.world.scheme}://{house.domain}"
        found.append(_capture(f"{root}/", moment, "text/html", "200", str(moment).encode()))
        found.append(_capture(f"{root}/logo.png", moment, "image/png", "200", b"png"))
        moment += timedelta(days=30)
    return found


def _capture(url: str, moment: datetime, kind: str, status: str, body: bytes) -> Capture:
    parts = urlsplit(url)
    key = ",".join(reversed((parts.hostname or "").split("."))) + ")" + parts.path.lower()
    key += f"?{parts.query}" if parts.query else ""
    digest = base64.b32encode(hashlib.sha1(body).digest()).decode()
    return Capture(key, f"{moment:%Y%m%d%H%M%S}", url, kind, status, digest, str(len(body)))


def _all(past: Past, host: str, at: datetime) -> list[Capture]:
    house = past.houses.get(host.removeprefix("www."))
    if house is None:
        return []
    kept = past.captures.get(house.domain)
    if kept is None or kept[0] != at:
        found = [one for spec in house.feeds for one in feed_captures(past, house, spec, at)]
        found += page_captures(past, house, at)
        found.sort(key=lambda one: (one.urlkey, one.timestamp))
        kept = past.captures[house.domain] = (at, found)
    return kept[1]


def _search(past: Past, query: dict[str, list[str]], at: datetime) -> web.Answer:
    if "url" not in query:
        return web.html("The url parameter is required", 400)
    rows = _matching(past, query, at)
    fields = query["fl"][0].split(",") if "fl" in query else list(FIELDS)
    begin = int(query["resumeKey"][0]) if "resumeKey" in query else 0
    limit = int(query.get("limit", ["150000"])[0])
    if "page" in query:
        begin = int(query["page"][0]) * 50
        limit = 50
        if begin and begin >= len(rows):
            return web.Answer(400, {"Content-Type": "text/plain"}, b"Page out of range\n")
    shown = [one.row(fields) for one in rows[begin : begin + limit]]
    more = str(begin + limit) if begin + limit < len(rows) and "showResumeKey" in query else None
    if query.get("output") == ["json"]:
        table = [fields, *shown] if shown else []
        table += [[], [more]] if more else []
        return web.Answer(200, {"Content-Type": "application/json"}, json.dumps(table).encode())
    lines = [" ".join(row) for row in shown] + (["", more] if more else [])
    return web.Answer(200, {"Content-Type": "text/plain"}, "".join(f"{line}\n" for line in lines).encode())


def _matching(past: Past, query: dict[str, list[str]], at: datetime) -> list[Capture]:
    url = query["url"][0]
    parts = urlsplit(url if "//" in url else f"http://{url}")
    kind = query.get("matchType", ["exact"])[0]
    wanted = _capture(f"http://{parts.netloc}{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
                      at, "", "", b"").urlkey  # fmt: skip
    rows = []
    for one in _all(past, parts.hostname or "", at):
        key = one.urlkey
        fits = {"exact": key == wanted, "prefix": key.startswith(wanted)}.get(kind, True)
        since, until = query.get("from", ["0"])[0], query.get("to", ["9"])[0]
        if fits and one.timestamp >= since and one.timestamp[: len(until)] <= until:
            rows.append(one)
    for text in query.get("filter", []):
        name, _, pattern = text.removeprefix("!").partition(":")
        negative = text.startswith("!")
        rows = [one for one in rows if bool(re.fullmatch(pattern, getattr(one, name))) != negative]
    for text in query.get("collapse", []):
        name, _, length = text.partition(":")
        kept: list[Capture] = []
        for one in rows:
            value = getattr(one, name)[: int(length) if length else None]
            if not kept or getattr(kept[-1], name)[: int(length) if length else None] != value:
                kept.append(one)
        rows = kept
    return rows


def _replay(past: Past, stamp: str, url: str, at: datetime) -> web.Answer:
    """The bytes of a capture; another moment is sent to the nearest one, as the Wayback Machine does."""
    captures = [one for one in _all(past, urlsplit(url).hostname or "", at) if one.original == url]
    exact = next((one for one in captures if one.timestamp == stamp), None)
    if exact is None:
        if not captures:
            return web.not_found()
        place = min(bisect_left([one.timestamp for one in captures], stamp), len(captures) - 1)
        return web.redirect(f"http://{HOST}/web/{captures[place].timestamp}id_/{url}")
    moment = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    made = past.world.answer(web.Request("GET", parts.hostname or "", target), moment, 1)
    kept = {name: text for name, text in made.headers.items() if fnmatch.fnmatch(name, "Content-*")}
    stamped = {**kept, "Memento-Datetime": f"{moment:%a, %d %b %Y %H:%M:%S} GMT"}
    return web.Answer(int(exact.statuscode), stamped, made.body)
