"""Which stories there are, when each appears and what is odd about it: a plan without words.

The plan is cheap, so a world of many thousand stories is made at once; words follow when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Literal, get_args

from .clocks import local
from .prose import base, table
from .publishers import Publisher

Kind = Literal[
    "article", "moved", "false_charset", "unavailable",  # stories, some of them hard to get
    "missing", "gone", "pdf", "empty", "index", "to_front", "consent",  # never a story
    "robots", "to_loopback", "to_private", "unreachable",  # not to be had
]  # fmt: skip
Dating = Literal["full", "day", "none"]

ODD_KINDS: tuple[Kind, ...] = get_args(Kind)[1:]
_ONE_ODD_IN = 10
_DATINGS: tuple[Dating, ...] = ("full",) * 20 + ("day", "none")
_SLUGS = ("quay", "lamp", "tide", "ledger", "bridge", "orchard", "signal", "copper", "meadow", "anchor",
          "lantern", "granite", "market", "ferry", "willow", "harvest", "beacon", "canal", "summit", "cinder")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """One story in the plan."""

    number: int
    publisher: Publisher
    published_at: datetime
    """Aware, UTC, to the minute; the truth, whatever is printed."""
    section: str
    path: str
    """Path and query of its canonical address."""
    kind: Kind = "article"
    dating: Dating = "full"
    second_section: str | None = None
    """Also listed there, under an address of that section."""
    second_is_silent: bool = False
    """The second address does not name the first as canonical: only the text tells."""
    copy_of: int | None = None
    """Number of the wire's story whose text it prints."""
    edited_at: tuple[datetime, ...] = ()

    @property
    def host(self) -> str:
        """The host of its page."""
        return f"offline.{self.publisher.domain}" if self.kind == "unreachable" else self.publisher.domain

    @property
    def second_path(self) -> str:
        """The path under its second section."""
        return f"/{self.second_section}{self.path}"


def plan(
    houses: tuple[Publisher, ...], count: int, start: datetime, days: float, random: Random
) -> tuple[Story, ...]:
    """``count`` stories in order of publication; ``copy_of`` counts by place in that order."""
    odd = cycle(ODD_KINDS)
    drafts: list[tuple[Story, Story | None]] = []
    while len(drafts) < count:
        house = houses[len(drafts) % len(houses)] if len(drafts) < 2 * len(houses) else random.choice(houses)
        published_at = start + timedelta(minutes=random.randrange(int(days * 24 * 60)))
        story = _draft(house, published_at, random)
        if len(drafts) % _ONE_ODD_IN == _ONE_ODD_IN - 1:
            story = _odd(story, next(odd))
        drafts.append((story, None))
        if house.wire and story.kind == "article":
            drafts += [(copy, story) for copy in _copies(story, houses, random)]
    drafts = drafts[:count]
    drafts.sort(key=lambda pair: pair[0].published_at)
    places = {id(story): number for number, (story, _) in enumerate(drafts)}
    return tuple(
        _numbered(story, number, None if original is None else places[id(original)], random)
        for number, (story, original) in enumerate(drafts)
    )


def _draft(house: Publisher, published_at: datetime, random: Random) -> Story:
    sections = list(table(house.language)["sections"])
    section = random.choice(sections)
    second = random.choice([None] * 9 + [name for name in sections if name != section])
    dating = random.choice(_DATINGS)
    if dating == "none" and "{y}" in house.path:
        dating = "day"  # the address itself would tell
    edits = random.choice((0, 0, 0, 0, 1, 1, 2))
    later = sorted(random.sample(range(20, 20 * 60), edits))
    return Story(
        number=-1,
        publisher=house,
        published_at=published_at,
        section=section,
        path="",
        dating=dating,
        second_section=second,
        second_is_silent=random.random() < 0.4,
        edited_at=tuple(published_at + timedelta(minutes=minutes) for minutes in later),
    )


def _odd(story: Story, kind: Kind) -> Story:
    return replace(story, kind=kind, dating="full", second_section=None, edited_at=())


def _copies(story: Story, houses: tuple[Publisher, ...], random: Random) -> list[Story]:
    """The story in other houses of its language; a wire sells to those that speak it."""
    spoken = base(story.publisher.language)
    takers = [house for house in houses if not house.wire and base(house.language) == spoken]
    chosen = random.sample(takers, min(len(takers), random.choice((0, 1, 1, 2, 3))))
    return [
        replace(
            _draft(house, story.published_at + timedelta(minutes=random.randint(4, 240)), random),
            second_section=None,
            edited_at=(),
        )
        for house in chosen
    ]


def _numbered(story: Story, number: int, copy_of: int | None, random: Random) -> Story:
    printed = local(story.published_at, story.publisher.zone)
    path = story.publisher.path.format(
        section=story.section,
        slug="-".join(random.sample(_SLUGS, 3)),
        id=100_000 + number,
        y=f"{printed:%Y}",
        m=f"{printed:%m}",
        d=f"{printed:%d}",
    )
    if story.kind == "robots":
        path = f"/private{path}"
    return replace(story, number=number, path=path, copy_of=copy_of)
