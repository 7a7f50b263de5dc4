"""The desk: a planned story becomes copy, edition by edition, with all that stands around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from pipeline.records import Image, Link

from .clocks import local
from .prose import Pen, Text, compose, revise, table, upper
from .schedule import Story

_DATELINED = 0.7


@dataclass(frozen=True, slots=True)
class Filed:
    """The truth about a dateline."""

    raw: str
    """As printed, without the blank that follows."""
    place: str
    """The city as the language names it, in small letters."""
    zone: str
    agency: str | None
    filed_on: date | None


@dataclass(frozen=True, slots=True)
class Take:
    """One edition of a story."""

    version: int
    at: datetime
    headline: str
    summary: str
    paragraphs: tuple[str, ...]
    """The dateline stands in the first."""
    headings: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Copy:
    """A story as written, without its layout."""

    subject: str
    place: str
    takes: tuple[Take, ...]
    authors: tuple[str, ...]
    keywords: tuple[str, ...]
    dateline: Filed | None
    images: tuple[Image, ...]
    """The lead image first."""
    related: tuple[Link, ...]
    read_more: Mapping[int, Link]
    """By the paragraph that they follow."""
    teasers: Mapping[int, tuple[Link, Image]]
    """A link with its picture, by the paragraph that they stand before."""

    def take(self, at: datetime) -> Take:
        """The edition that stands at an instant."""
        return [take for take in self.takes if take.at <= at or take.version == 1][-1]


def write(story: Story, seed: int, *, scheme: str, original: Copy | None = None) -> Copy:
    """The copy of a story; with ``original`` the wire's text, else one of its own."""
    random = Random(f"{seed}:{story.number}")
    house = story.publisher
    filed = _dateline(story, random)
    chrome = house.style == "chrome"
    if original is None:
        place = house.city if filed is None else filed.place
        text = compose(house.language, random, place=place, headings=chrome)
        subject, keywords = text.subject, text.keywords
        takes = _takes(story, text, filed, random, place)
    else:
        wire = original
        subject, place, filed, keywords = wire.subject, wire.place, wire.dateline, wire.keywords
        takes = (_reprint(story, wire, random),)
    pen = Pen(house.language, random, {"place": place})
    names = table(house.language)["names"]
    root = f"{scheme}://{house.domain}"
    inside = range(1, len(takes[0].paragraphs))
    spots = random.sample(inside, 5) if chrome else []
    return Copy(
        subject=subject,
        place=place,
        takes=takes,
        authors=() if chrome else tuple(random.sample(names, random.choice((0, 1, 1, 1, 2)))),
        keywords=keywords,
        dateline=filed,
        images=tuple(
            _image(root, story, shot, random, pen) for shot in range(1 if chrome else random.randrange(3))
        ),
        related=tuple(_link(root, random, pen, "related") for _ in range(4)),
        read_more={spot: _link(root, random, pen, "read_more") for spot in sorted(spots[:3])},
        teasers={
            spot: (_link(root, random, pen, "teaser"), _image(root, story, 10 + spot, random, pen))
            for spot in sorted(spots[3:])
        },
    )


def _takes(story: Story, text: Text, filed: Filed | None, random: Random, place: str) -> tuple[Take, ...]:
    takes = []
    for version, at in enumerate((story.published_at, *story.edited_at), start=1):
        if version > 1:
            text = revise(text, story.publisher.language, random, place=place)
        first = text.paragraphs[0] if filed is None else filed.raw + _joint(filed) + text.paragraphs[0]
        paragraphs = (first, *text.paragraphs[1:])
        takes.append(Take(version, at, text.headline, text.summary, paragraphs, text.headings))
    return tuple(takes)


def _joint(filed: Filed) -> str:
    return "" if filed.raw.endswith(("】", "）")) else " "


def _reprint(story: Story, wire: Copy, random: Random) -> Take:
    """The wire's first edition; every second house puts a headline of its own above it."""
    take = wire.takes[0]
    pen = Pen(story.publisher.language, random, {"subject": wire.subject, "place": wire.place})
    headline = take.headline if random.random() < 0.5 else pen.draw("headlines")
    return Take(1, story.published_at, headline, take.summary, take.paragraphs, {})


def _dateline(story: Story, random: Random) -> Filed | None:
    house, phrases = story.publisher, table(story.publisher.language)
    # A house that tells no zone files from its own zone: there the dateline's place completes its clock.
    towns = [
        city.split("|")
        for city in phrases["cities"]
        if house.registered_zone or house.clock != "naive" or city.endswith(f"|{house.zone}")
    ]
    if random.random() > _DATELINED:
        return None
    city, zone = random.choice(towns)
    pattern = random.choice(phrases["datelines"])
    day = local(story.published_at, house.zone)
    fields = {
        "city": city,
        "City": city,
        "CITY": upper(city, house.language),
        "agency": house.agency,
        "day": day.day,
        "mon": phrases["short_months"][day.month - 1],
        "month": phrases["months"][day.month - 1],
    }
    return Filed(
        raw=pattern.format(**fields).rstrip(),
        place=city,
        zone=zone,
        agency=house.agency if "{agency}" in pattern else None,
        filed_on=day.date() if "{day}" in pattern and ("{mon" in pattern or "日" in pattern) else None,
    )


def _image(root: str, story: Story, shot: int, random: Random, pen: Pen) -> Image:
    house = story.publisher
    credit = f"© {house.name}/ {random.choice(table(house.language)['names'])}"
    return Image(f"{root}/images/{story.number}-{shot}.jpg", pen.draw("summaries"), credit)


def _link(root: str, random: Random, pen: Pen, kind: str) -> Link:
    return Link(pen.draw("headlines"), f"{root}/archive/{random.randrange(10_000, 99_999)}", kind)
