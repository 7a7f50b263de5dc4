"""Which stories a feed lists, under which address, and how an entry states them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape

from .clocks import print_feed_date
from .desk import Copy
from .feeds import Item
from .publishers import FeedSpec, Publisher
from .schedule import Story

MOVED = "/go"
"""Begins the old address of a story of the kind ``moved``, the one that feeds still list."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One story as one feed lists it."""

    story: Story
    url: str
    guid: str | None


def belongs(story: Story, spec: FeedSpec) -> bool:
    """Whether a feed of the story's house lists it."""
    if spec.section is None:
        return True
    # A page that answers 503 once stands in one feed alone: which request is its first is then certain.
    return story.kind != "unavailable" and spec.section in {story.section, story.second_section}


def listing(story: Story, spec: FeedSpec, scheme: str) -> Listing:
    """The story in a feed: its address there, with the feed's tracking, and its GUID."""
    second = spec.section is not None and spec.section == story.second_section
    old = MOVED if story.kind == "moved" else ""
    url = f"{scheme}://{story.host}{old}{story.second_path if second else story.path}"
    opaque = f"tag:{story.publisher.domain},2025:{story.number}{'/2' if second else ''}"
    guid = {"permalink": url, "opaque": opaque, "none": None}[spec.guids]
    if spec.tracking:
        url = f"{url}{'&' if '?' in url else '?'}{spec.tracking}"
    return Listing(story, url, guid)


def untracked(target: str, house: Publisher) -> str:
    """A path and query without what the house's feeds add to it."""
    for spec in house.feeds:
        if spec.tracking:
            target = target.removesuffix(f"?{spec.tracking}").removesuffix(f"&{spec.tracking}")
    return target


def item(listed: Listing, spec: FeedSpec, copy: Copy, at: datetime) -> Item:
    """The entry as the feed states it at a moment."""
    story, take = listed.story, copy.take(at)
    dates = [
        None
        if story.dating == "none"
        else print_feed_date(moment, story.publisher.zone, spec.format, spec.dates)
        for moment in (story.published_at, take.at)
    ]
    content = "\n".join(f"<p>{escape(text)}</p>" for text in take.paragraphs)
    return Item(
        url=listed.url,
        guid=listed.guid,
        headline=take.headline,
        summary=take.summary,
        content=content if spec.content else None,
        authors=copy.authors,
        published=dates[0],
        updated=dates[1],
        keywords=copy.keywords,
        image=copy.images[0].url if copy.images else None,
    )
