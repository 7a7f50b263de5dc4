"""The captures of stories read again, and held against what stands of them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from pipeline.errors import ArchiveDamaged
from pipeline.flow import differing
from pipeline.flow.context import Context
from pipeline.flow.differing import Difference
from pipeline.flow.ingesting import read_claimed
from pipeline.records import Article
from pipeline.warehouse.claims import Claim
from pipeline.warehouse.engine import Engine, transaction
from pipeline.warehouse.rereading import Standing, Told, Unit, captured_at, standings
from pipeline.warehouse.rows import Loadable, StoryRows, story_rows
from pipeline.warehouse.stored import Stored, stored

Articles = Mapping[tuple[uuid.UUID, str, datetime], Article]
"""By feed, key of the entry and time of capture: what is read of a capture now."""

_EXAMPLES = 5
"""Differences of each field that are kept as examples."""


class Damage(NamedTuple):
    """A capture that cannot be read: its story stays as it is."""

    url: str
    reason: str


@dataclass(slots=True)
class Comparison:
    """What today's code reads otherwise."""

    captures: int = 0
    """Read again."""
    units: int = 0
    """Stories, and entries that were rejected, that they belong to."""
    differing: list[Unit] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """By field: in how many stories it differs."""
    examples: list[Difference] = field(default_factory=list)
    """The first few of each field."""
    damaged: list[Damage] = field(default_factory=list)

    def add(self, other: Comparison) -> None:
        """Takes in what another part of the window showed."""
        self.captures += other.captures
        self.units += other.units
        self.differing += other.differing
        self.counts += other.counts
        self.damaged += other.damaged
        kept = Counter(one.field for one in self.examples)
        for one in other.examples:
            if kept[one.field] < _EXAMPLES:
                kept[one.field] += 1
                self.examples.append(one)

    def note(self, unit: Unit, differences: Sequence[Difference]) -> None:
        """Counts what differs in a story."""
        if differences:
            self.differing.append(unit)
            self.counts.update({one.field for one in differences})
            self.examples += differences


class Piece(NamedTuple):
    """A part of a window's stories."""

    since: datetime
    until: datetime
    units: tuple[Unit, ...]


def compare_piece(context: Context, piece: Piece) -> Comparison:
    """What differs in a part of a window."""
    found = Comparison()
    with transaction(context.engine) as connection:
        standing = standings(connection, piece.units)
    put_aside: list[tuple[Unit, StoryRows]] = []
    for one in standing:
        found.units += 1
        within = [claim for claim in one.captures() if piece.since <= captured_at(claim) < piece.until]
        found.captures += len(within)
        try:
            articles = articles_of(context, within)
        except ArchiveDamaged as damage:
            found.damaged.append(Damage(name_of(one), str(damage)))
            continue
        _compare(found, one, articles, put_aside)
    _tell_fields(context.engine, found, put_aside)
    return found


def articles_of(context: Context, claims: Iterable[Claim]) -> Articles:
    """What today's code reads of these captures.

    Raises:
        ArchiveDamaged: the bytes of one of them are not there, or not those that were archived.
        ArchiveAway: the archive does not answer.
    """
    return {
        (claim.feed_id, claim.entry_key, captured_at(claim)): read_claimed(context, claim) for claim in claims
    }


def name_of(standing: Standing) -> str:
    """The address by which people know it."""
    claim = standing.told[0].claim
    return claim.url or claim.entry_key


# -- one story ----------------------------------------------------------------------


class Shown(NamedTuple):
    """A reading that the story it belongs to may show; of several the greatest is shown."""

    at: datetime
    version_id: uuid.UUID
    content_hash: str
    rows: StoryRows


def _compare(
    found: Comparison,
    standing: Standing,
    articles: Articles,
    put_aside: list[tuple[Unit, StoryRows]],
) -> None:
    """Notes what differs in one story, or puts its differing rows aside, to be held against all that stands of it."""
    shown: list[Shown] = []
    identity: list[Difference] = []
    texts: list[Difference] = []
    for one in standing.told:
        article = articles.get((*one.entry, captured_at(one.claim)))
        if article is None:
            continue
        rows = _rows(one.claim, article, standing)
        identity += _tells_otherwise(one, article, rows)
        if rows:
            texts += _dated_otherwise(one, rows)
            if rows.telling.story_id == standing.unit:
                shown.append(_as_shown(one.shown_at, rows))
    shown += [_as_shown(captured_at(claim), rows) for claim, rows in _looks(standing, articles)]
    if rest := None if identity else _differing(standing, shown):
        put_aside.append((standing.unit, rest))
    else:
        found.note(standing.unit, identity or texts)


def _differing(standing: Standing, shown: Sequence[Shown]) -> StoryRows | None:
    """A reading that is not what stands, the one that the story shows before others; None: all are."""
    latest = max(
        (one for one in shown if one.at == standing.fetched_at), default=None, key=lambda one: one[:3]
    )
    if latest and latest.content_hash != standing.content_hash:
        return latest.rows
    for one in shown:
        version = one.rows.version
        known = standing.versions.get(one.version_id)
        is_first = known is not None and known[0] == version["captured_at"]
        if known is None or (is_first and known[1] != version["published_at"]):
            return one.rows
    return None


def _looks(standing: Standing, articles: Articles) -> Iterator[tuple[Claim, StoryRows]]:
    """What later captures show of the story; an address that leads to it was found to tell it."""
    for claim in standing.looks:
        article = articles.get((claim.feed_id, claim.entry_key, captured_at(claim)))
        rows = _rows(claim, article, standing) if article else None
        if article and rows and rows.telling.story_id in standing.aliases:
            assert isinstance(standing.unit, uuid.UUID)
            rows = _rows(claim, article, standing, of=standing.unit)
        if rows and rows.telling.story_id == standing.unit:
            yield claim, rows


def _as_shown(at: datetime, rows: StoryRows) -> Shown:
    return Shown(at, rows.article["version_id"], rows.article["content_hash"], rows)


def _rows(
    claim: Claim, article: Article, standing: Standing, *, of: uuid.UUID | None = None
) -> StoryRows | None:
    """The rows of a reading, as if the parser that read what stands had made them; None: it is no story."""
    if article.status != "article":
        return None
    version = standing.extractor_version or article.extractor_version
    return story_rows(Loadable(claim, replace(article, extractor_version=version), captured_at(claim)), of=of)


def _tells_otherwise(one: Told, article: Article, rows: StoryRows | None) -> list[Difference]:
    """Whether the entry tells a story now, and which."""
    url = one.claim.url or one.claim.entry_key
    if rows is None or one.reason:
        after = article.status if rows is None else "article"
        return differing.of_identity(url, "status", one.reason or "article", after)
    return differing.of_identity(url, "story", one.story_id, rows.telling.story_id)


def _dated_otherwise(one: Told, rows: StoryRows) -> list[Difference]:
    """What the ledger keeps of a telling, whether its story shows it or not."""
    url, telling = one.claim.url or one.claim.entry_key, rows.telling
    return [
        *differing.of_identity(url, "text_hash", one.text_hash, telling.text_hash),
        *differing.of_identity(url, "told_at", one.told_at, telling.dated_at),
    ]


def _tell_fields(engine: Engine, found: Comparison, put_aside: Sequence[tuple[Unit, StoryRows]]) -> None:
    with transaction(engine) as connection:
        known = stored(connection, {rows.telling.story_id for _, rows in put_aside})
    for unit, rows in put_aside:
        if rows.telling.story_id in known:  # else somebody has taken it back since
            found.note(unit, _fields(known[rows.telling.story_id], rows))


def _fields(known: Stored, rows: StoryRows) -> list[Difference]:
    url, version = rows.claim.url or rows.claim.entry_key, rows.version
    if rows.article["fetched_at"] == known.article["fetched_at"]:
        return differing.of_shown(url, known, rows)
    capture = (version["captured_at"], version["archive_object"], version["archive_offset"])
    return differing.of_version(url, known.versions.get(capture), rows)
