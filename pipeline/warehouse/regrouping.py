"""Keys, edges and clusters of stories made again from the texts that are held."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, select

from pipeline.warehouse import clustering
from pipeline.warehouse.bulk import among
from pipeline.warehouse.keys import has_end_in
from pipeline.warehouse.tables import ARTICLE_VERSION, STORY_CLUSTER, STORY_EDGE, STORY_TEXT

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What differs after stories were compared with all others again: rows that were there, and rows that are."""

    keys: int
    """Texts whose keys differ."""
    edges: tuple[frozenset[Row], frozenset[Row]]
    """Pairs that went, and pairs that came: the two texts, kind and reason."""
    clusters: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID]]
    """By story: the cluster that it was in, and the one that it is in."""

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.keys or self.edges[0] or self.edges[1] or self.clusters)


def group_again(connection: Connection, stories: Collection[uuid.UUID], *, keep: bool) -> Regrouped:
    """Forgets by what these stories were found alike, and finds it again with today's rule.

    The clusters of others round them follow. With ``keep`` False all of it is taken back again: what would
    differ is told, and nothing is written.
    """
    trial = connection.begin_nested()
    around = {*stories} | clustering.hold(connection, stories)
    before = _held(connection, around)
    connection.execute(delete(STORY_EDGE).where(has_end_in(stories)))
    versions = select(ARTICLE_VERSION.c.version_id).where(among(ARTICLE_VERSION.c.story_id, stories))
    connection.execute(delete(STORY_TEXT).where(STORY_TEXT.c.version_id.in_(versions)))
    clustering.group(connection, around)
    found = _compared(before, _held(connection, around))
    if keep and found.differs:
        trial.commit()
    else:
        trial.rollback()
    return found


@dataclass(frozen=True, slots=True)
class _Held:
    keys: dict[uuid.UUID, Row]
    edges: frozenset[Row]
    clusters: dict[uuid.UUID, uuid.UUID]


def _held(connection: Connection, stories: Collection[uuid.UUID]) -> _Held:
    texts = connection.execute(_of(STORY_TEXT, stories)).all()
    edges = connection.execute(select(STORY_EDGE).where(has_end_in(stories))).all()
    clusters = connection.execute(_of(STORY_CLUSTER, stories)).all()
    return _Held(
        keys={row.version_id: (row.dated_at, tuple(row.keys)) for row in texts},
        edges=frozenset(tuple(row) for row in edges),
        clusters={row.story_id: row.cluster_id for row in clusters},
    )


def _of(table: Table, stories: Collection[uuid.UUID]) -> Any:
    return select(table).where(among(table.c.story_id, stories))


def _compared(before: _Held, after: _Held) -> Regrouped:
    texts = before.keys.keys() | after.keys.keys()
    moved = {
        story: (before.clusters.get(story, story), cluster)
        for story, cluster in after.clusters.items()
        if before.clusters.get(story) != cluster
    }
    return Regrouped(
        keys=sum(before.keys.get(one) != after.keys.get(one) for one in texts),
        edges=(before.edges - after.edges, after.edges - before.edges),
        clusters=moved,
    )
