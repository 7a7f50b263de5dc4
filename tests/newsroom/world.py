"""The test world: publishers, stories and time, as pure functions of a seed and a moment.

Nothing here reads a clock or keeps state that shows: the same world asked twice about the same
moment gives the same bytes. ``truth`` and ``expected`` say what a perfect pipeline makes of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from . import web
from .chrome import text_dump
from .clocks import Printed, print_clock, print_day
from .desk import Copy, write
from .faults import distorted
from .feeds import Document, document
from .layout import Page
from .listing import Listing, belongs, item, listing
from .prose import table
from .publishers import REGISTRY, FeedSpec, Publisher
from .publishers import publishers as houses
from .routes import answer_of
from .schedule import Story, plan
from .truth import Expectation, Truth, first_pass, truth_of

START = datetime(2025, 3, 27, tzinfo=UTC)
"""Europe's clocks go forward on the fourth day of a world that starts here."""
_FRONT_PAGE_STORIES = 12


class World:
    """A world of ``publishers`` houses that publish ``stories`` stories in ``days`` days from ``start``.

    >>> world = World(seed=7, publishers=3, stories=20)
    >>> world.truth(world.end) == World(seed=7, publishers=3, stories=20).truth(world.end)
    True
    """

    def __init__(
        self,
        seed: int = 7,
        *,
        publishers: int = len(REGISTRY),
        stories: int = 200,
        start: datetime = START,
        days: float = 5,
        scheme: str = "http",
    ) -> None:
        self.seed = seed
        self.scheme = scheme
        self.start = start.astimezone(UTC)
        self.publishers = houses(publishers)
        self.stories = plan(self.publishers, stories, self.start, days, Random(f"{seed}:plan"))
        latest = max((moment for story in self.stories for moment in _moments(story)), default=self.start)
        self._end = max(latest + timedelta(minutes=1), self.start + timedelta(days=days))
        self._houses = {house.domain: house for house in self.publishers}
        self._pages = {(story.host, path): story for story in self.stories for path in _paths(story)}
        self._by_house: dict[str, list[Story]] = {house.domain: [] for house in self.publishers}
        for story in self.stories:
            self._by_house[story.publisher.domain].append(story)
        # What was made before, to be quick: it would come out the same again.
        self._copies: dict[int, Copy] = {}
        self._answers: dict[str, tuple[datetime, web.Answer]] = {}

    # -- the truth ------------------------------------------------------------------

    @property
    def end(self) -> datetime:
        """The moment when all is published and every edit is made; aware, UTC."""
        return self._end

    def copy(self, story: Story) -> Copy:
        """What the desk wrote for a story; written when first asked for."""
        if story.number not in self._copies:
            original = None if story.copy_of is None else self.copy(self.stories[story.copy_of])
            self._copies[story.number] = write(story, self.seed, scheme=self.scheme, original=original)
        return self._copies[story.number]

    def truth(self, until: datetime) -> list[Truth]:
        """Every story published until then, as it stood then, in order of publication."""
        return [
            truth_of(story, self.copy(story), self._printed(story), tuple(self._urls(story)), until)
            for story in self.stories
            if story.published_at <= until
        ]

    def expected(self, *polls: datetime) -> list[Expectation]:
        """The ledger after a fresh run at each of these moments: one line for each entry of each feed."""
        seen: dict[tuple[str, str], None] = {}
        met: set[int] = set()
        found = []
        for house, spec in self._feeds():
            for listed in [one for at in polls for one in self.listed(house, spec, at)]:
                key = (self.feed_url(house, spec), listed.url)
                if key in seen or spec.fault in {"html", "unreachable"}:
                    continue
                seen[key] = None
                story = listed.story
                state, settled, reason = first_pass(story.kind, repeated=story.number in met)
                met.add(story.number)
                found.append(
                    Expectation(key[0], listed.url, listed.guid, story.number, state, settled, reason)
                )
        return found

    def feed_faults(self) -> dict[str, str]:
        """Feeds that give nothing, with the reason: ``not_a_feed`` or ``connect``."""
        reasons = {"html": "not_a_feed", "unreachable": "connect"}
        return {
            self.feed_url(house, spec): reasons[spec.fault]
            for house, spec in self._feeds()
            if spec.fault is not None and spec.fault in reasons
        }

    # -- feeds ----------------------------------------------------------------------

    def _feeds(self) -> Iterator[tuple[Publisher, FeedSpec]]:
        for house in self.publishers:
            for spec in house.feeds:
                yield house, spec

    def feed_url(self, house: Publisher, spec: FeedSpec) -> str:
        """Address of a feed."""
        host = f"offline.{house.domain}" if spec.fault == "unreachable" else house.domain
        return f"{self.scheme}://{host}{spec.path}"

    def listed(self, house: Publisher, spec: FeedSpec, at: datetime) -> list[Listing]:
        """What a feed lists at a moment, newest first."""
        stories = self._by_house[house.domain]
        out = bisect_right(stories, at, key=_published_at)
        found = (
            listing(stories[n], spec, self.scheme)
            for n in range(out - 1, -1, -1)
            if belongs(stories[n], spec)
        )
        return list(islice(found, spec.window))

    def feed_document(self, house: Publisher, spec: FeedSpec, at: datetime) -> Document:
        """A feed's bytes at a moment."""
        items = [item(found, spec, self.copy(found.story), at) for found in self.listed(house, spec, at)]
        made = document(house, spec, self.feed_url(house, spec), items)
        return distorted(made, spec.fault, house)

    # -- pages ----------------------------------------------------------------------

    def _printed(self, story: Story, at: datetime | None = None) -> Printed | None:
        """The date of a story, or with ``at`` of an edit of it, as its house prints it."""
        house = story.publisher
        moment = at or story.published_at
        match story.dating:
            case "none":
                return None
            case "day":
                return print_day(moment, house.zone, house.language)
            case "full":
                return print_clock(moment, house.zone, house.language, house.clock)

    def _urls(self, story: Story) -> list[str]:
        """Every address of a story that a feed lists, the canonical one first."""
        root = f"{self.scheme}://{story.host}"
        listed = [
            listing(story, spec, self.scheme).url for spec in story.publisher.feeds if belongs(story, spec)
        ]
        return list(dict.fromkeys([root + story.path, *listed]))

    def page(self, story: Story, at: datetime, *, second: bool = False) -> Page:
        """The page of a story at a moment, ready to be laid out."""
        copy = self.copy(story)
        take, root = copy.take(at), f"{self.scheme}://{story.host}"
        url = root + (story.second_path if second else story.path)
        return Page(
            publisher=story.publisher,
            url=url,
            canonical_url=url if second and story.second_is_silent else root + story.path,
            section=table(story.publisher.language)["sections"][story.section],
            copy=copy,
            take=take,
            published=self._printed(story),
            modified=self._printed(story, take.at) if take.version > 1 else None,
        )

    def text_dumps(self, at: datetime) -> list[tuple[Truth, str]]:
        """Articles of the houses whose style is ``chrome``, each with its page saved as plain text.

        Only those with a full date and section headings: the shape of a page that is hard to read.
        """
        return [
            (truth, text_dump(self.page(self.stories[truth.number], at)))
            for truth in self.truth(at)
            if truth.kind == "article"
            and truth.headings
            and truth.printed
            and truth.printed.precision == "minute"
        ]

    # -- the site -------------------------------------------------------------------

    def hosts(self) -> Iterable[str]:
        """The houses' domains."""
        return list(self._houses)

    def offline_hosts(self) -> Iterable[str]:
        """A host of each house where nobody listens."""
        return [f"offline.{domain}" for domain in self._houses]

    def sources(self) -> list[dict[str, Any]]:
        """The houses as ``sources.yaml`` lists them."""
        return [
            {
                "name": house.name,
                "domain": house.domain,
                "country": house.country,
                "language": house.language,
                **({"zone": house.zone} if house.registered_zone else {}),
                "feeds": [self.feed_url(house, spec) for spec in house.feeds],
            }
            for house in self.publishers
        ]

    def answer(self, request: web.Request, at: datetime, earlier: int) -> web.Answer:
        """The answer to a request at a moment; ``earlier`` counts those for the same URL before it."""
        house = self._houses.get(request.host)
        return answer_of(self, house, request, at, earlier) if house else web.not_found()

    def feed_answer(self, house: Publisher, spec: FeedSpec, at: datetime) -> web.Answer:
        """A feed with its validators; the last one made is kept while time stands."""
        url = self.feed_url(house, spec)
        made = self._answers.get(url)
        if made is None or made[0] != at:
            made = self._answers[url] = (at, self._made_feed(house, spec, at))
        return made[1]

    def _made_feed(self, house: Publisher, spec: FeedSpec, at: datetime) -> web.Answer:
        made = self.feed_document(house, spec, at)
        changes = [self.copy(listed.story).take(at).at for listed in self.listed(house, spec, at)]
        answer = web.Answer(200, {"Content-Type": made.content_type}, made.body)
        return web.validated(answer, max(changes, default=self.start), house.validators)

    def story_at(self, host: str, target: str) -> Story | None:
        """The story with a page at this path and query of a host; None: there is none."""
        return self._pages.get((host, target))

    def front(self, house: Publisher, at: datetime) -> list[tuple[str, str]]:
        """Address and headline of the newest stories of a house, newest first."""
        stories = self._by_house[house.domain]
        shown = stories[: bisect_right(stories, at, key=_published_at)]
        return [
            (f"{self.scheme}://{story.host}{story.path}", self.copy(story).take(at).headline)
            for story in shown[-_FRONT_PAGE_STORIES:][::-1]
        ]


def _published_at(story: Story) -> datetime:
    return story.published_at


def _moments(story: Story) -> tuple[datetime, ...]:
    return (story.published_at, *story.edited_at)


def _paths(story: Story) -> tuple[str, ...]:
    return (story.path, story.second_path) if story.second_section else (story.path,)
