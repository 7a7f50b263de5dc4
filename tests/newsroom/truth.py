"""What is true of the world: what a perfect pipeline would put into the warehouse."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipeline.records import Image, Link

from .clocks import Printed
from .desk import Copy, Filed, Take
from .faults import REJECTIONS
from .prose import table
from .schedule import Kind, Story

ZoneEvidence = Literal["printed", "feed", "registered", "dateline", "none"]
"""What completes the printed clock: an offset printed with it, the feed's date, the zone that the
publisher is registered with, the dateline's place, or nothing."""
LedgerState = Literal["loaded", "duplicate", "rejected", "waiting"]


@dataclass(frozen=True, slots=True)
class Truth:
    """One story at a moment, as the newsroom knows it."""

    number: int
    publisher: str
    """Its domain."""
    kind: Kind
    outcome: Literal["loaded", "rejected", "waiting"]
    """What becomes of it once every retry is done; ``waiting`` never ends."""
    reason: str | None
    """Why it is rejected or waits."""
    url: str
    urls: tuple[str, ...]
    """Every address under which a feed lists it, the canonical one first."""
    canonical_url: str
    headline: str
    summary: str
    authors: tuple[str, ...]
    paragraphs: tuple[str, ...]
    """The dateline stands in the first."""
    headings: tuple[str, ...]
    section: str | None
    """As readers see it; None: its page prints none."""
    keywords: tuple[str, ...]
    language: str
    images: tuple[Image, ...]
    related: tuple[Link, ...]
    """Kinds ``related``, ``read_more`` and ``teaser``."""
    dateline: Filed | None
    published_at: datetime
    """Aware, UTC, to the minute: when it did appear, printed or not."""
    printed: Printed | None
    """The date on its page; None: the page has none, nor has the feed."""
    zone_evidence: ZoneEvidence
    readable_at: datetime | None
    """The instant that can be known from page, feed and registration; None: it cannot be."""
    modified_at: datetime | None
    version: int
    takes: tuple[Take, ...] = field(repr=False)
    """Every edition so far."""
    copy_of: int | None
    """Number of the wire's story with the same text."""

    @property
    def body(self) -> str:
        """Paragraphs with their headings, joined by blank lines."""
        headings = self.takes[-1].headings
        blocks = [
            block
            for number, text in enumerate(self.paragraphs)
            for block in ([headings[number], text] if number in headings else [text])
        ]
        return "\n\n".join(blocks)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the ledger should say of one entry of one feed."""

    feed: str
    url: str
    guid: str | None
    story: int
    state: LedgerState
    """After one pass. Of several entries of one story the first in the order of feeds is called
    ``loaded`` and the others ``duplicate``; which of them a run loads is its own affair."""
    settled: LedgerState
    """After every retry."""
    reason: str | None


def zone_evidence(story: Story, printed: Printed | None, filed: Filed | None) -> ZoneEvidence:
    """What completes the clock of a story's page, by the order of the design's decision 11."""
    if printed is None:
        return "none"
    if printed.offset_minutes is not None:
        return "printed"
    house = story.publisher
    if any(spec.dates in {"offset", "gmt", "label"} for spec in house.feeds):
        return "feed"
    if printed.precision == "day" and all(spec.dates == "none" for spec in house.feeds):
        return "none"
    if house.registered_zone:
        return "registered"
    return "dateline" if filed else "none"


def outcome(kind: Kind) -> tuple[Literal["loaded", "rejected", "waiting"], str | None]:
    """What becomes of a story of a kind in the end, and why if it is not loaded."""
    if kind == "unreachable":
        return "waiting", "connect"
    return ("rejected", REJECTIONS[kind]) if kind in REJECTIONS else ("loaded", None)


def first_pass(kind: Kind, *, repeated: bool) -> tuple[LedgerState, LedgerState, str | None]:
    """State after one pass, state in the end, and the reason, of an entry."""
    end, reason = outcome(kind)
    settled: LedgerState = "duplicate" if end == "loaded" and repeated else end
    if kind == "unavailable":
        return "waiting", settled, "http_503"
    return settled, settled, reason


def images(copy: Copy) -> tuple[Image, ...]:
    """The pictures of a page in their order, those of teasers included."""
    return (*copy.images, *(image for _, image in copy.teasers.values()))


def links(copy: Copy) -> tuple[Link, ...]:
    """The links of a page to other stories."""
    return (*copy.related, *copy.read_more.values(), *(link for link, _ in copy.teasers.values()))


def truth_of(story: Story, copy: Copy, printed: Printed | None, urls: tuple[str, ...], at: datetime) -> Truth:
    """The truth about a story as it stands at ``at``."""
    house, take = story.publisher, copy.take(at)
    end, reason = outcome(story.kind)
    evidence = zone_evidence(story, printed, copy.dateline)
    return Truth(
        number=story.number,
        publisher=house.domain,
        kind=story.kind,
        outcome=end,
        reason=reason,
        url=urls[0],
        urls=urls,
        canonical_url=urls[0],
        headline=take.headline,
        summary=take.summary,
        authors=copy.authors,
        paragraphs=take.paragraphs,
        headings=tuple(text for _, text in sorted(take.headings.items())),
        section=None if house.style == "hatom" else table(house.language)["sections"][story.section],
        keywords=copy.keywords,
        language=house.language,
        images=images(copy),
        related=links(copy),
        dateline=copy.dateline,
        published_at=story.published_at,
        printed=printed,
        zone_evidence=evidence,
        readable_at=None if evidence == "none" else story.published_at,
        modified_at=take.at if take.version > 1 else None,
        version=take.version,
        takes=tuple(edition for edition in copy.takes if edition.at <= at or edition.version == 1),
        copy_of=story.copy_of,
    )
