"""A world with a past: every house has doors to its old stories, and an archive on the web keeps copies of them.

No door alone leads to all stories, and all together do. What stands behind a door is a function of the moment,
as all of the world is; ``World`` itself answers as it does without a past.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import cdx, doors, web
from .publishers import REGISTRY, Publisher
from .schedule import Kind, Story
from .world import World

START = datetime(2022, 1, 1, tzinfo=UTC)
DAYS = 1095
WITHOUT = {"sitemap": 3, "feed_pages": 4, "archive_pages": 7, "wayback": 8, "news_warc": 9}
"""Each door, and the last digit of the numbers of the stories that it has not."""
CAPTURED: frozenset[Kind] = frozenset({"article", "moved", "false_charset", "unavailable"})
"""Stories that can be read, if not at once: the archives keep them."""
_GONE_AFTER = timedelta(days=20)


class Past:
    """The houses of a world with their past; a site that ``serve`` can serve.

    >>> past = Past(World(publishers=2, stories=20, start=START, days=60))
    >>> sorted(past.found_by("sitemap", past.world.start, past.end) | past.found_by("wayback", past.world.start, past.end))
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    """

    def __init__(self, world: World | None = None, *, warcs: Path | None = None) -> None:
        """``warcs`` is the folder that ``warcs.write`` filled: ``sources`` then names it."""
        self.world = world or World(stories=900, start=START, days=DAYS)
        self.warcs = warcs
        self.houses = {house.domain: house for house in self.world.publishers}
        self.captures: dict[str, tuple[datetime, list[cdx.Capture]]] = {}
        """What the archive's index has of each domain, as last looked up: it would come out the same again."""
        self._stories: dict[str, list[Story]] = {domain: [] for domain in self.houses}
        for story in self.world.stories:
            self._stories[story.publisher.domain].append(story)

    # -- the truth ------------------------------------------------------------------

    def is_gone(self, story: Story, at: datetime) -> bool:
        """Whether the house has taken the story down: its page answers 404 or 410, and archives have a copy."""
        return story.kind == "article" and story.number % 6 == 5 and at - story.published_at > _GONE_AFTER

    def is_unlisted(self, story: Story, at: datetime) -> bool:
        """Whether no list of the house names it any more: half of those that are gone."""
        return self.is_gone(story, at) and story.number % 12 == 5

    def has(self, via: str, story: Story, at: datetime | None = None) -> bool:
        """Whether a door leads to a story at a moment (default: the end)."""
        at = at or self.end
        if story.number % 10 == WITHOUT[via]:
            return False
        if via in {"wayback", "news_warc"}:
            return story.kind in CAPTURED and captured_at(story) <= at
        return story.published_at <= at and not self.is_unlisted(story, at)

    def found_by(self, via: str, since: datetime, until: datetime) -> frozenset[int]:
        """Numbers of the stories published in ``[since, until)`` to which a door leads at the end."""
        return frozenset(
            story.number
            for story in self.world.stories
            if since <= story.published_at < until and self.has(via, story)
        )

    def address(self, story: Story) -> str:
        """The canonical address of a story."""
        return f"{self.world.scheme}://{story.host}{story.path}"

    # -- what the doors show ----------------------------------------------------------

    def listed(self, via: str, house: Publisher, at: datetime) -> list[Story]:
        """The stories of a house behind one of its doors at a moment, the oldest first."""
        return [story for story in self._stories[house.domain] if self.has(via, story, at)]

    def published(self, house: Publisher, at: datetime) -> list[Story]:
        """All that a house had published by a moment, the oldest first: what its feed's pages are counted in."""
        return [story for story in self._stories[house.domain] if story.published_at <= at]

    def capture(self, story: Story) -> web.Answer:
        """The page of a story as the archives received it."""
        request = web.Request("GET", story.host, story.path)
        return self.world.answer(request, captured_at(story), 1)

    # -- the site ---------------------------------------------------------------------

    @property
    def end(self) -> datetime:
        """When all is published, edited and captured."""
        return self.world.end + timedelta(days=2)

    def hosts(self) -> Iterable[str]:
        """The houses' domains and the web archive's."""
        return [*self.world.hosts(), cdx.HOST]

    def offline_hosts(self) -> Iterable[str]:
        """As the world's."""
        return self.world.offline_hosts()

    def sources(self) -> list[dict[str, Any]]:
        """The houses as ``sources.yaml`` lists them, each with all the doors of its past."""
        return [
            {**source, "history": self.history(self.houses[source["domain"]])}
            for source in self.world.sources()
        ]

    def history(self, house: Publisher) -> list[dict[str, Any]]:
        """The setting ``history`` of a house."""
        root = f"{self.world.scheme}://{house.domain}"
        found = [
            {"via": "archive"},
            {"via": "feed_pages", **doors.feed_setting(house, root)},
            {"via": "sitemap"},
            {"via": "archive_pages", "pattern": root + doors.archive_pattern(house)},
            {"via": "wayback", "endpoint": f"{self.world.scheme}://{cdx.HOST}{cdx.SEARCH}"},
        ]
        return [*found, {"via": "news_warc", "location": str(self.warcs)}] if self.warcs else found

    def answer(self, request: web.Request, at: datetime, earlier: int) -> web.Answer:
        """The answer to a request at a moment; ``earlier`` counts those for the same URL before it."""
        if request.host == cdx.HOST:
            return cdx.answer_of(self, request, at)
        house = self.houses.get(request.host)
        found = doors.answer_of(self, house, request, at) if house else None
        if found is not None:
            return found
        story = self.world.story_at(request.host, request.target)
        if story is not None and self.is_gone(story, at):
            status = 404 if self.is_unlisted(story, at) else 410
            return web.html(f"<!DOCTYPE html><title>{status}</title><h1>{status}</h1>", status)
        return self.world.answer(request, at, earlier)


def captured_at(story: Story) -> datetime:
    """When archives received the page of a story: a day after it appeared, all edits made."""
    return story.published_at + timedelta(days=1)


def place_of(house: Publisher) -> int:
    """The place of a house in the registry, by which the shapes of its doors are dealt."""
    domains = [one.domain.removesuffix(".example") for one in REGISTRY]
    stem = house.domain.removesuffix(".example")
    return domains.index(stem) if stem in domains else domains.index(stem.rpartition("-")[0])
