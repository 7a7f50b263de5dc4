"""The past of the test world, and a ``Get`` that asks it without a network between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import pytest

from pipeline.history.found import Window
from pipeline.records import Failure, Response, Source
from pipeline.sources import parse_sources
from tests.newsroom import Past
from tests.newsroom.web import Answer, Request

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass
class Asked:
    """A ``Get`` that remembers what it was asked for; ``site`` answers a host, a path with its query."""

    site: object
    urls: list[str] = field(default_factory=list)

    async def __call__(self, url: str) -> Response | Failure:
        self.urls.append(url)
        at = url
        for _ in range(5):
            parts = urlsplit(at)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            answer = self.site(parts.hostname or "", target)
            if answer.status not in {301, 302}:
                break
            at = urljoin(at, answer.headers["Location"])
        return received(url, at, answer)


def received(url: str, final_url: str, answer: Answer) -> Response | Failure:
    headers = {name.lower(): text for name, text in answer.headers.items()}
    if answer.status >= 400:
        kind = "transient" if answer.status >= 500 else "permanent"
        return Failure(url, kind, f"http_{answer.status}", status=answer.status, fetched_at=NOW)
    return Response(url, final_url, answer.status, headers, answer.body, NOW)


def pages_of(pages: dict[str, Answer | bytes | str]):
    """A site of these addresses, each with its path and query; all else is not found."""

    def answer(host: str, target: str) -> Answer:
        found = pages.get(f"https://{host}{target}", Answer(404))
        if isinstance(found, Answer):
            return found
        return Answer(200, {}, found.encode() if isinstance(found, str) else found)

    return Asked(answer)


async def collected(walk: AsyncIterator) -> list:
    return [listed async for listed in walk]


@dataclass(frozen=True)
class Scene:
    past: Past
    sources: dict[str, Source]
    numbers: dict[str, int]
    """Of the stories, by each of their addresses."""

    def get(self) -> Asked:
        return Asked(lambda host, target: self.past.answer(Request("GET", host, target), self.past.end, 0))

    def told(self, documents: list) -> set[int]:
        """The stories that documents list."""
        return {
            self.numbers[found.entry.url]
            for listed in documents
            for found in listed.found
            if found.entry.url in self.numbers
        }

    def true(self, via: str, domain: str, window: Window) -> set[int]:
        stories = self.past.world.stories
        found = self.past.found_by(via, window.since, window.until)
        return {number for number in found if stories[number].publisher.domain == domain}


@pytest.fixture(scope="session")
def scene() -> Scene:
    import yaml

    past = Past()
    text = yaml.safe_dump({"sources": past.sources()}, allow_unicode=True)
    numbers = {url: truth.number for truth in past.world.truth(past.world.end) for url in truth.urls}
    return Scene(past, {source.domain: source for source in parse_sources(text)}, numbers)
