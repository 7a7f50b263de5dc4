"""Which stories are copies of one: clusters that any split and any order of arrival leads to.

A pair of texts is looked at when they share keys (``is_candidate``) and judged by ``check.compare``:
both depend on the two texts and their dates alone. So the edges are a function of the texts, whenever
they came, and the clusters a function of the edges:

- an edge ``same`` joins its two stories;
- an edge ``contains`` joins them as well, unless the longer text has taken over another text at another
  place. Such a page is a round-up: none of its ``contains`` edges joins anything;
- a cluster is named after its earliest story (``rank``).

More texts bring more edges and never take one away; a page may turn out to be a round-up, and stays one.
What a batch can change lies in the clusters that it touches, so those are all that is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Protocol

from pipeline.dedup.check import CHECK_VERSION, Reason, Scores, decide, measure
from pipeline.dedup.fingerprint import fingerprint, keys
from pipeline.dedup.union import Union

Id = Hashable
"""A uuid or a string; ids are compared as they are printed."""

NEAR_DAYS = 7
"""Within so many days one shared key is reason enough to look at a pair …"""
WINDOW_DAYS = 30
"""… and within so many days two are. Both days are included."""
FINGERPRINTS_KEPT = 1 << 13
"""In memory at a time: about 12 kB each for a story of 350 words."""
AT_ONCE = 500
"""Texts that are added and then looked up: what the one reads of an index, the other finds still in memory."""
OVERLAP = 0.1
"""Two passages that have less than this share of the shorter in common stand at different places."""


@dataclass(frozen=True, slots=True)
class Text:
    """One version of a story, as far as copies go."""

    id: Id
    story: Id
    dated_at: datetime | None
    """The story's date, the same for all its versions; None: unknown."""
    headline: str | None
    body: str | None


class Link(NamedTuple):
    """What of an edge decides on clusters."""

    kind: Literal["same", "contains"]
    part_story: Id
    whole_story: Id
    whole: Id
    span: tuple[float, float] | None
    """As ``Scores`` says."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two texts that were found to have a story in common."""

    kind: Literal["same", "contains"]
    part: Id
    """The text of which the greater share is in common; where the shares are equal, the smaller id."""
    whole: Id
    part_story: Id
    whole_story: Id
    reason: Reason
    scores: Scores
    hours_apart: float | None
    check_version: str = CHECK_VERSION

    @property
    def link(self) -> Link:
        return Link(self.kind, self.part_story, self.whole_story, self.whole, self.scores.span)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that shares keys with one that was asked about."""

    text: Id
    """The one asked about."""
    other: Id
    other_story: Id
    other_dated_at: datetime | None
    shared_keys: int


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """All that is held of some stories' clusters."""

    dated: Mapping[Id, datetime | None]
    """Every story in a cluster of one of the stories asked about, with its date."""
    links: Collection[Link]
    """Of every edge that has one of those stories at one of its ends."""


class KeyIndex(Protocol):
    """What remembers texts from one batch to the next: the warehouse, or ``memory.MemoryIndex``."""

    def add(self, texts: Sequence[Text], keys: Mapping[Id, tuple[int, ...]]) -> None:
        """Remembers texts under their keys, each story new to it as a cluster of its own. Again changes nothing."""

    def candidates(self, texts: Sequence[Text]) -> Iterable[Candidate]:
        """For each text every other text that shares a key and for which ``is_candidate`` holds.

        More may be given; texts of the same story, and one pair from both its sides, too.
        """

    def texts(self, ids: Collection[Id]) -> Iterable[Text]:
        """The texts with these ids, in any order."""

    def neighbourhood(self, stories: Collection[Id]) -> Neighbourhood:
        """The clusters of these stories, entire."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a batch has brought."""

    edges: tuple[Edge, ...]
    """Every edge of its texts, those known before among them."""
    clusters: Mapping[Id, Id]
    """Each story of a cluster that was touched, and the story after which its cluster is named."""

    @property
    def aliases(self) -> dict[Id, Id]:
        """For each story that names no cluster, or names none any more, the cluster in which it is.

        As a cluster is named after one of its stories, this resolves every id that a cluster ever had.
        """
        return {story: cluster for story, cluster in self.clusters.items() if story != cluster}


def assign(new: Sequence[Text], index: KeyIndex) -> Assignment:
    """The edges and clusters of new texts among those held; the index is told of the texts, not of the result.

    The same texts in other batches, in another order, or again, lead to the same edges and clusters.
    Where several workers share an index, each calls the two halves: ``find_edges``, in which they do
    not disturb each other, and ``regroup``, which one at a time may do until its result is recorded.
    """
    edges = find_edges(new, index)
    return Assignment(edges, regroup({text.story for text in new}, edges, index))


def find_edges(
    new: Sequence[Text], index: KeyIndex, made: Mapping[Any, tuple[int, ...]] | None = None
) -> tuple[Edge, ...]:
    """Adds texts to the index and gives the edges between them and all that it holds.

    Of two workers the later one sees the texts of both, if each adds its own before it looks.
    ``made`` holds keys of texts that the caller has made already, before he took a lock.
    """
    made = made or {}
    held = {text.id: text for text in new}
    pairs: dict[tuple[Id, Id], None] = {}
    for at in range(0, len(new), AT_ONCE):
        batch = new[at : at + AT_ONCE]
        index.add(
            batch,
            {text.id: made[text.id] if text.id in made else keys(text.headline, text.body) for text in batch},
        )
        for found in index.candidates(batch):
            text = held[found.text]
            if text.story != found.other_story and is_candidate(
                found.shared_keys, text.dated_at, found.other_dated_at
            ):
                one, other = sorted((text.id, found.other), key=str)
                pairs[one, other] = None
    missing = {id_ for pair in pairs for id_ in pair} - held.keys()
    held |= {text.id: text for text in index.texts(missing)}

    judge = _Judge()
    judged = (judge.edge(held[one], held[other]) for one, other in pairs)
    return tuple(edge for edge in judged if edge)


def regroup(stories: Collection[Id], edges: Collection[Edge], index: KeyIndex) -> dict[Id, Id]:
    """For each story of the clusters that these stories and new edges touch, the story that names its cluster."""
    touched = set(stories)
    for edge in edges:
        touched |= {edge.part_story, edge.whole_story}
    held = index.neighbourhood(touched)
    return partition(held.dated, [*held.links, *(edge.link for edge in edges)])


def is_candidate(shared_keys: int, one: datetime | None, other: datetime | None) -> bool:
    """Whether two texts with so many keys in common are looked at. A text without a date is far from all."""
    if one is None or other is None:
        return shared_keys >= 2
    days = abs((one - other).total_seconds()) / 86_400
    return days <= NEAR_DAYS or (days <= WINDOW_DAYS and shared_keys >= 2)


def partition(dated: Mapping[Id, datetime | None], links: Collection[Link]) -> dict[Id, Id]:
    """For each of these stories the earliest of its cluster; links that lead elsewhere join nothing.

    A link may be given twice.
    """
    pages = round_ups(links)
    ordered = sorted(dated, key=lambda story: rank(story, dated[story]))
    places = {story: place for place, story in enumerate(ordered)}
    union = Union()
    for link in links:
        if link.kind == "same" or link.whole_story not in pages:
            part, whole = places.get(link.part_story), places.get(link.whole_story)
            if part is not None and whole is not None:
                union.join(part, whole)
    first: dict[Hashable, Id] = {}
    return {story: first.setdefault(union.root(place), story) for place, story in enumerate(ordered)}


def rank(story: Id, dated_at: datetime | None) -> tuple[bool, float, str]:
    """The order in which stories name a cluster: by date, then by id; stories without a date last."""
    return dated_at is None, dated_at.timestamp() if dated_at else 0.0, str(story)


def round_ups(links: Iterable[Link]) -> set[Id]:
    """The stories of which some text has taken over two others, at different places."""
    taken: dict[tuple[Id, Id], set[tuple[bool, tuple[float, float]]]] = defaultdict(set)
    for link in links:
        if link.span:
            taken[link.whole_story, link.whole].add((link.kind == "contains", link.span))
    return {
        story
        for (story, _), spans in taken.items()
        if any(contains and any(_apart(span, other) for _, other in spans) for contains, span in spans)
    }


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return common < OVERLAP * min(one[1] - one[0], other[1] - other[0])


class _Judge:
    """Compares texts, each pair of contents once: the same wire copy comes from many publishers."""

    def __init__(self) -> None:
        self._print = lru_cache(maxsize=FINGERPRINTS_KEPT)(fingerprint)
        self._measure = lru_cache(maxsize=FINGERPRINTS_KEPT)(measure)

    def edge(self, left: Text, right: Text) -> Edge | None:
        """The edge between two texts, the smaller id being the left one; None where they are different."""
        apart = None
        if left.dated_at and right.dated_at:
            apart = abs((left.dated_at - right.dated_at).total_seconds()) / 3600
        scores, side = self._measure(
            self._print(left.headline, left.body), self._print(right.headline, right.body)
        )
        kind, reason = decide(scores, apart)
        if kind == "different":
            return None
        part, whole = (right, left) if side == "left" else (left, right)
        return Edge(kind, part.id, whole.id, part.story, whole.story, reason, scores, apart)
