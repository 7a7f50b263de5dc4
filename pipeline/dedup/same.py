"""Which entries tell one story: a decision over values, the same in any order of arrival.

A story is known by its publisher and canonical key. Two tellings are one story when the keys are
the same, or when the same publisher printed the same text under two keys. Of one story, the
earliest telling is loaded and the others are duplicates of it. The same text at another publisher
is another story: it is grouped, never dropped.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.dedup.union import Union
from pipeline.urls import canonical_url, host

NAMESPACE = uuid.UUID("0c6a7a5e-5f0e-5d0a-9d6b-6f2f5b1a3c11")

EntryId = tuple[uuid.UUID, str]
"""A feed's id and the entry's key in it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One entry's claim to be a story."""

    entry: EntryId
    source_id: uuid.UUID
    story_id: uuid.UUID
    text_hash: str | None
    dated_at: datetime
    """The story's date: as published, else when first received."""
    discovered_at: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of an entry: it is the story (``method`` None), or repeats it."""

    entry: EntryId
    story_id: uuid.UUID
    method: str | None


def source_id(domain: str) -> uuid.UUID:
    """The id of the publisher that was first registered under ``domain``."""
    return uuid.uuid5(NAMESPACE, f"source:{domain}")


def story_id(source: uuid.UUID, key: str) -> uuid.UUID:
    """The id of a publisher's story with that canonical key."""
    return uuid.uuid5(source, f"story:{key}")


def version_id(
    story: uuid.UUID, headline: str | None, body: str | None, published_local: datetime | None
) -> uuid.UUID:
    """The id of a story's text: the same headline, body and printed date, the same version."""
    printed = published_local.isoformat() if published_local else ""
    return uuid.uuid5(story, f"version:{printed}\n{headline or ''}\n{body or ''}")


def story_key(final_url: str, rel_canonical: str | None) -> str:
    """The canonical key of a page: its own claim where that is of the same site, else where it answered.

    A claim that points to the front page, or to another publisher whose copy this is, is no key.

    >>> story_key("https://www.example.com/a?id=1&ref=x", "https://example.com/a?id=1")
    'https://example.com/a?id=1'
    >>> story_key("https://example.com/a", "https://agency.example/wire/9")
    'https://example.com/a'
    """
    answered = canonical_url(final_url)
    if not rel_canonical:
        return answered
    claimed = canonical_url(rel_canonical, base=final_url)
    here, there = host(answered), host(claimed)
    same_site = bool(there) and (here == there or here.endswith("." + there) or there.endswith("." + here))
    is_front_page = claimed.partition("//")[2].partition("/")[2] == ""
    return claimed if same_site and not is_front_page else answered


def settle(
    held: Sequence[Telling], new: Sequence[Telling], aliases: Mapping[uuid.UUID, uuid.UUID]
) -> tuple[list[Settlement], dict[uuid.UUID, uuid.UUID]]:
    """What becomes of each telling, and which story ids are merged into which.

    Args:
        held: every telling read so far under the ids and texts of ``new``, and under theirs in turn.
        new: what is to be loaded.
        aliases: ids merged earlier, each with the story it went into.

    Returns:
        A settlement for every telling, held ones too (theirs may change), and the merges.
    """
    tellings = {telling.entry: telling for telling in (*held, *new)}
    groups = _components(tellings.values(), aliases)
    settlements: list[Settlement] = []
    merges: dict[uuid.UUID, uuid.UUID] = {}
    for group in groups:
        owners: dict[uuid.UUID, Telling] = {}
        dates: dict[uuid.UUID, datetime] = {}
        for telling in sorted(group, key=lambda one: (one.discovered_at, one.entry)):
            owners.setdefault(telling.story_id, telling)
            dates[telling.story_id] = min(dates.get(telling.story_id, telling.dated_at), telling.dated_at)
        # By the earliest of its dates, so that another telling of a story can only bring it forward.
        first = owners[min(owners, key=lambda story: (dates[story], story))]
        for telling in group:
            repeated = "story" if telling.story_id == first.story_id else "text"
            settlements.append(
                Settlement(telling.entry, first.story_id, None if telling is first else repeated)
            )
        merges |= {merged: first.story_id for merged in owners if merged != first.story_id}
    return settlements, merges


def _components(tellings: Iterable[Telling], aliases: Mapping[uuid.UUID, uuid.UUID]) -> list[list[Telling]]:
    union = Union()
    tellings = list(tellings)
    for telling in tellings:
        node = ("entry", telling.entry)
        union.join(node, ("story", telling.story_id))
        if telling.story_id in aliases:
            union.join(node, ("story", aliases[telling.story_id]))
        if telling.text_hash:
            union.join(node, ("text", telling.source_id, telling.text_hash))
    groups: dict[Hashable, list[Telling]] = defaultdict(list)
    for telling in tellings:
        groups[union.root(("entry", telling.entry))].append(telling)
    return list(groups.values())
