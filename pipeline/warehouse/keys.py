"""The texts of the warehouse by their keys, and the clusters by their stories: what new texts are compared with.

The keys of a text are an array in its row, under an inverted index. With a row for each key and a
B-tree a text took 1,380 bytes in place of 960, and looking up took twice the time.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    or_,
    select,
    text,
)

from pipeline.dedup import WINDOW_DAYS, Candidate, Edge, Link, Neighbourhood, Text, keys
from pipeline.warehouse.bulk import among, insert_rows
from pipeline.warehouse.tables import ARTICLE_BODY, ARTICLE_VERSION, STORY_CLUSTER, STORY_EDGE

_SCORES = (
    "shared_of_part",
    "shared_of_whole",
    "shared_words",
    "longest_passage",
    "numbers_kept",
    "numbers_replaced",
    "names_replaced",
    "words",
)
# Each text asks the index by itself (offset 0 keeps the planner from turning that round), so that the
# cost grows with the texts asked about and not with those held.
_CANDIDATES = text("""
select asked.version_id as text, found.version_id as other, found.story_id as other_story,
       found.dated_at as other_dated_at,
       (select count(*) from unnest(found.keys) key where key = any(asked.keys)) as shared_keys
from (select * from ops.story_text where version_id = any(cast(:ids as uuid[])) offset 0) asked
cross join lateral (select * from ops.story_text held where held.keys && asked.keys offset 0) found
where found.story_id <> asked.story_id
and found.dated_at between asked.dated_at - make_interval(hours => :hours) and asked.dated_at + make_interval(hours => :hours)
""")
_LINKS = select(
    STORY_EDGE.c.kind,
    STORY_EDGE.c.part_story_id,
    STORY_EDGE.c.whole_story_id,
    STORY_EDGE.c.whole_version_id,
    STORY_EDGE.c.span_start,
    STORY_EDGE.c.span_end,
)
# Each array of keys in print: read from JSON it takes four times as long.
_ADD = text("""
insert into ops.story_text (version_id, story_id, dated_at, keys)
select version_id, story_id, dated_at, cast(keys as bigint[])
from unnest(cast(:versions as uuid[]), cast(:stories as uuid[]), cast(:dates as timestamptz[]), cast(:keys as text[]))
    as added (version_id, story_id, dated_at, keys)
on conflict do nothing
""")
_SETTINGS = text("select current_setting('enable_seqscan') as seqscan, current_setting('jit') as jit")
_SET = text("select set_config('enable_seqscan', :seqscan, true), set_config('jit', :jit, true)")


class WarehouseIndex:
    """A ``dedup.KeyIndex`` in a transaction that holds the lock of the clusters; its ids are uuids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, texts: Sequence[Text], keys: Mapping[Any, tuple[int, ...]]) -> None:
        """Their stories are in ``story_cluster`` already."""
        if texts:
            self._connection.execute(
                _ADD,
                {
                    "versions": [one.id for one in texts],
                    "stories": [one.story for one in texts],
                    "dates": [one.dated_at for one in texts],
                    "keys": [f"{{{','.join(map(str, keys[one.id]))}}}" for one in texts],
                },
            )

    def candidates(self, texts: Sequence[Text]) -> list[Candidate]:
        if not texts:
            return []
        asked = {"ids": [one.id for one in texts], "hours": WINDOW_DAYS * 24}
        with _planned(self._connection):
            return [Candidate(**row) for row in self._connection.execute(_CANDIDATES, asked).mappings()]

    def texts(self, ids: Collection[Any]) -> list[Text]:
        if not ids:
            return []
        query = (
            select(
                ARTICLE_VERSION.c.version_id,
                ARTICLE_VERSION.c.story_id,
                STORY_CLUSTER.c.dated_at,
                ARTICLE_VERSION.c.headline,
                ARTICLE_BODY.c.body,
            )
            .join(ARTICLE_BODY, ARTICLE_BODY.c.version_id == ARTICLE_VERSION.c.version_id)
            .join(STORY_CLUSTER, STORY_CLUSTER.c.story_id == ARTICLE_VERSION.c.story_id)
            .where(among(ARTICLE_VERSION.c.version_id, ids))
        )
        rows: Sequence[Any] = self._connection.execute(query).all()
        return [Text(*row) for row in rows]

    def neighbourhood(self, stories: Collection[Any]) -> Neighbourhood:
        clusters = select(STORY_CLUSTER.c.cluster_id).where(among(STORY_CLUSTER.c.story_id, stories))
        members = select(STORY_CLUSTER.c.story_id, STORY_CLUSTER.c.dated_at).where(
            STORY_CLUSTER.c.cluster_id.in_(clusters.distinct())
        )
        dated: dict[Any, Any] = {
            row.story_id: row.dated_at for row in self._connection.execute(members.order_by("story_id"))
        }
        edges: Iterable[Any] = self._connection.execute(_LINKS.where(has_end_in(dated)))
        return Neighbourhood(
            dated,
            [
                Link(kind, part, whole_story, whole, None if start is None else (start, end))
                for kind, part, whole_story, whole, start, end in edges
            ],
        )


def add_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows that are not there yet; all have the same columns."""
    if rows:
        connection.execute(insert_rows(table, rows).on_conflict_do_nothing())


def make_keys(connection: Connection, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[int, ...]]:
    """The keys of versions; it needs no lock, because a version's text never changes."""
    query = (
        select(ARTICLE_VERSION.c.version_id, ARTICLE_VERSION.c.headline, ARTICLE_BODY.c.body)
        .join(ARTICLE_BODY, ARTICLE_BODY.c.version_id == ARTICLE_VERSION.c.version_id)
        .where(among(ARTICLE_VERSION.c.version_id, ids))
    )
    rows: Iterable[Any] = connection.execute(query)
    return {row.version_id: keys(row.headline, row.body) for row in rows}


@contextmanager
def _planned(connection: Connection) -> Iterator[None]:
    """By the index, however small the table is: the planner knows neither the keys nor how few share one."""
    before = connection.execute(_SETTINGS).one()
    connection.execute(_SET, {"seqscan": "off", "jit": "off"})
    yield
    connection.execute(_SET, {"seqscan": before.seqscan, "jit": before.jit})


def edge_row(edge: Edge) -> dict[str, Any]:
    """The row of ``news.story_edge`` for an edge."""
    span = edge.scores.span or (None, None)
    return {
        "part_version_id": edge.part,
        "part_story_id": edge.part_story,
        "whole_version_id": edge.whole,
        "whole_story_id": edge.whole_story,
        "kind": edge.kind,
        "reason": edge.reason,
        "hours_apart": edge.hours_apart,
        **{name: getattr(edge.scores, name) for name in _SCORES},
        "is_same_headline": edge.scores.same_headline,
        "span_start": span[0],
        "span_end": span[1],
        "check_version": edge.check_version,
    }


def edge_ends(connection: Connection, stories: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """These stories, and those at the other ends of their edges."""
    query = select(STORY_EDGE.c.part_story_id, STORY_EDGE.c.whole_story_id).where(has_end_in(stories))
    return {story for row in connection.execute(query) for story in row} | {*stories}


def has_end_in(stories: Iterable[uuid.UUID]) -> ColumnElement[bool]:
    """True of an edge that has one of these stories at one of its ends."""
    stories = list(stories)
    return or_(among(STORY_EDGE.c.part_story_id, stories), among(STORY_EDGE.c.whole_story_id, stories))
