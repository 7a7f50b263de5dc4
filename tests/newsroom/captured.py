"""Captured pages and feeds, served at their own host names."""

from __future__ import annotations

import gzip
import json
import re
import tarfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from . import web
from .feeds import Item, document
from .publishers import FeedSpec, Publisher

_FEED_PATH = "/captured-stories/{name}.xml"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """One page as it was received."""

    url: str
    body: bytes | Path
    """A path is read when asked for; one that ends in ``.gz`` is unpacked."""
    content_type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    domain: str = ""
    """Its publisher; empty: its host without ``www``."""

    def read(self) -> bytes:
        """The bytes of the page."""
        if isinstance(self.body, bytes):
            return self.body
        raw = self.body.read_bytes()
        return gzip.decompress(raw) if self.body.suffix == ".gz" else raw

    @property
    def publisher(self) -> str:
        """The registered domain it belongs to."""
        return self.domain or (urlsplit(self.url).hostname or "").removeprefix("www.")


class Captured:
    """A site of captured pages behind feeds that are made from their URLs alone.

    One feed a publisher, at the host of its first page; or, with ``groups``, that many feeds at
    ``captured.example``, to which every page then belongs.
    """

    def __init__(self, pages: Iterable[CapturedPage], *, groups: int | None = None) -> None:
        self.pages = tuple(pages)
        self._pages = {_key(page.url): page for page in self.pages}
        self._feeds = _grouped(self.pages, groups) if groups else _by_publisher(self.pages)
        self._documents = {_key(url): _feed(url, listed) for url, (_, listed) in self._feeds.items()}

    @classmethod
    def from_gold(cls, folder: Path, *, limit: int | None = None, groups: int | None = None) -> Captured:
        """The pages ``<id>.html.gz`` of a folder with the addresses that its ``gold.jsonl`` gives.

        Of several pages with one address the first is served; the ``limit`` counts pages served.
        """
        pages: dict[str, CapturedPage] = {}
        for line in (folder / "gold.jsonl").read_text(encoding="utf-8").strip().split("\n"):
            row = json.loads(line)
            path = folder / f"{row['id']}.html.gz"
            if row.get("url") and path.is_file():
                pages.setdefault(
                    _sendable(row["url"]), CapturedPage(_sendable(row["url"]), path, domain=row["domain"])
                )
        return cls(list(pages.values())[:limit], groups=groups)

    @property
    def end(self) -> datetime:
        """Any moment will do: captured pages do not change."""
        return _EPOCH

    @property
    def feeds(self) -> dict[str, tuple[CapturedPage, ...]]:
        """Address of each feed and the pages that it lists."""
        return {url: listed for url, (_, listed) in self._feeds.items()}

    def hosts(self) -> Iterable[str]:
        """Every host of a page or a feed."""
        return sorted(
            {urlsplit(url).hostname or "" for url in [page.url for page in self.pages] + list(self._feeds)}
        )

    def offline_hosts(self) -> Iterable[str]:
        """None."""
        return []

    def sources(self) -> list[dict[str, Any]]:
        """One source a feed or group; nothing but the domain is known of it."""
        return [{"name": name, "domain": name, "feeds": [url]} for url, (name, _) in self._feeds.items()]

    def answer(self, request: web.Request, at: datetime, earlier: int) -> web.Answer:
        """The captured answer to a request, or a 404; the scheme is not looked at."""
        del at, earlier
        key = _key(f"http://{request.host}{request.target}")
        if key in self._documents:
            found = web.Answer(
                200, {"Content-Type": "application/rss+xml; charset=utf-8"}, self._documents[key]
            )
        elif key in self._pages:
            page = self._pages[key]
            found = web.Answer(200, {"Content-Type": page.content_type, **page.headers}, page.read())
        else:
            return web.not_found()
        return web.revalidated(web.validated(found, _EPOCH, "etag"), request)


def _key(url: str) -> str:
    """A page's address without what clients may write in another way."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return unquote(f"{parts.hostname}{parts.path or '/'}{query}")


def _sendable(url: str) -> str:
    """The address in ASCII and without its fragment."""
    return quote(url.partition("#")[0], safe="%/:=&?~+!$,;'@()*[]|")


def _by_publisher(pages: tuple[CapturedPage, ...]) -> dict[str, tuple[str, tuple[CapturedPage, ...]]]:
    houses: dict[str, list[CapturedPage]] = {}
    for page in pages:
        houses.setdefault(page.publisher, []).append(page)
    return {_feed_url(listed[0].url, name): (name, tuple(listed)) for name, listed in houses.items()}


def _feed_url(url: str, name: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{_FEED_PATH.format(name=name)}"


def _grouped(pages: tuple[CapturedPage, ...], groups: int) -> dict[str, tuple[str, tuple[CapturedPage, ...]]]:
    names = [f"group{number}.captured.example" for number in range(groups)]
    return {
        _feed_url(f"http://{name}", name): (name, pages[number::groups]) for number, name in enumerate(names)
    }


def _feed(url: str, pages: tuple[CapturedPage, ...]) -> bytes:
    """A feed with nothing but links: what a story is must come from its page."""
    house = Publisher("Captured", "", "", "en", "UTC", "", "plain", "iso", "", (), "")
    items = [Item(page.url, page.url, None, None, None, (), None, None, (), None) for page in pages]
    return document(house, FeedSpec(urlsplit(url).path, "rss20", len(items)), url, items).body


class FeedReplay:
    """Real feeds as they were day by day: ``<feed>/<YYYYMMDDTHHMMSS>.xml``; the clock picks the snapshot."""

    def __init__(self, folder: Path) -> None:
        self._snapshots = {
            f"{_label(feed.name)}.feeds.example": sorted(
                (datetime.strptime(path.stem, "%Y%m%dT%H%M%S").replace(tzinfo=UTC), path)
                for path in feed.glob("*.xml")
            )
            for feed in sorted(folder.iterdir())
            if feed.is_dir()
        }

    @property
    def days(self) -> list[datetime]:
        """The last moment of each day on which a snapshot was taken; aware, UTC."""
        moments = {moment for taken in self._snapshots.values() for moment, _ in taken}
        return sorted({moment.replace(hour=23, minute=59, second=59) for moment in moments})

    @property
    def end(self) -> datetime:
        """The last of the days."""
        return self.days[-1]

    def hosts(self) -> Iterable[str]:
        """One invented host a feed: where the feeds once lived is not recorded."""
        return list(self._snapshots)

    def offline_hosts(self) -> Iterable[str]:
        """None."""
        return []

    def sources(self) -> list[dict[str, Any]]:
        """One feed-only source a feed: its pages were not captured."""
        return [
            {
                "name": host.partition(".")[0],
                "domain": host,
                "feeds": [f"http://{host}/feed.xml"],
                "feed_only": True,
            }
            for host in self._snapshots
        ]

    def snapshot(self, host: str, at: datetime) -> Path | None:
        """The file that stands at a moment; None: the feed was not yet seen."""
        taken = self._snapshots.get(host, [])
        place = bisect_right(taken, at, key=_moment)
        return taken[place - 1][1] if place else None

    def answer(self, request: web.Request, at: datetime, earlier: int) -> web.Answer:
        """The snapshot that stands at a moment."""
        del earlier
        path = self.snapshot(request.host, at) if request.target == "/feed.xml" else None
        if path is None:
            return web.not_found()
        answer = web.Answer(200, {"Content-Type": "application/xml"}, path.read_bytes())
        return web.revalidated(web.validated(answer, at, "etag"), request)


def _moment(taken: tuple[datetime, Path]) -> datetime:
    return taken[0]


def _label(name: str) -> str:
    """A name that may stand in a host name."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")


def unpack(archive: Path, folder: Path) -> Path:
    """``folder``, with the snapshots of a ``.tar.zst`` unpacked into it: files ``<feed>/<time>.xml`` alone."""
    from backports import zstd

    with zstd.open(archive, "rb") as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            parts = Path(member.name).parts
            content = (
                tar.extractfile(member) if member.isfile() and len(parts) == 2 and ".." not in parts else None
            )
            if content:
                (folder / parts[0]).mkdir(parents=True, exist_ok=True)
                (folder / parts[0] / parts[1]).write_bytes(content.read())
    return folder
