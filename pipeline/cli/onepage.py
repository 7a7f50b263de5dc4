"""One page for a command: a file read, or an address fetched as production fetches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import Permanent, SettingsError, Transient
from pipeline.fetch import Client, LocalRobotsCache, LocalSlots, Robots, Turns, Visit, fetch_page
from pipeline.fetch.loop import run
from pipeline.flow.article import extract_article, extract_text
from pipeline.records import NO_HEADERS, Article, Failure, Response, Source
from pipeline.settings import Settings
from pipeline.sources import load_sources


@dataclass(frozen=True, slots=True)
class OnePage:
    """A page's bytes, where they came from, and when."""

    body: bytes
    url: str
    fetched_at: datetime | None = None
    """None for a file: when it was received is not known, and its own time may be that of a copy."""
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    address_known: bool = True
    """False: a file of which nobody said where it came from; ``url`` is the file's own."""

    @property
    def is_html(self) -> bool:
        """There are tags in it; else it is the text of a page."""
        return b"<" in self.body[:2000] and (b"</" in self.body or b"<!" in self.body[:2000])


def is_address(text: str) -> bool:
    """It is an address of the web, not a file's name."""
    return text.startswith(("http://", "https://"))


def read_file(path: Path, url: str) -> OnePage:
    """The saved page.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
    return OnePage(body, url or path.absolute().as_uri(), address_known=bool(url))


def fetch(url: str, source: Source | None, settings: Settings) -> OnePage:
    """The page at an address, within the guard and by the rules of its robots.txt.

    Raises:
        Transient, Permanent: it cannot be had, and why.
    """
    answer = run(_fetched(url, source or Source(url, _host(url)), settings))
    if isinstance(answer, Failure):
        error = Transient if answer.kind == "transient" else Permanent
        raise error(f"{url}: {answer.reason}: {answer.detail}".rstrip(": "), url=url)
    return OnePage(answer.body, answer.final_url, answer.fetched_at, answer.headers)


async def _fetched(url: str, source: Source, settings: Settings) -> Response | Failure:
    async with Client.from_settings(settings) as client:
        visit = Visit(
            client=client,
            robots=Robots(client, LocalRobotsCache(), user_agent=settings.user_agent),
            turns=Turns(LocalSlots()),
            delay_seconds=settings.host_delay_seconds,
        )
        return await fetch_page(url, source=source, visit=visit, max_bytes=settings.page_max_bytes)


def registered(url: str, file: Path, *, required: bool) -> Source | None:
    """The publisher of an address by a sources file; None where it is not registered.

    Raises:
        SettingsError: the file is wrong, or not there although it is required.
    """
    if not required and not file.exists():
        return None
    host = _host(url)
    known = [one for one in load_sources(file) if host == one.domain or host.endswith(f".{one.domain}")]
    return max(known, key=lambda one: len(one.domain), default=None)


def article_of(page: OnePage, source: Source | None) -> Article:
    """The article of the page, as HTML or as text."""
    if page.is_html:
        return extract_article(
            page.body, url=page.url, headers=page.headers, source=source, fetched_at=page.fetched_at
        )
    text = page.body.decode("utf-8", "replace")
    return extract_text(text, url=page.url if page.address_known else None, source=source)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
