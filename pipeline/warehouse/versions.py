"""The texts that a story has had, and what each of them changed: a function of their order of capture."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import change
from pipeline.warehouse.bridges import Row
from pipeline.warehouse.rows import StoryRows
from pipeline.warehouse.tables import ARTICLE_BODY, ARTICLE_CHANGE, ARTICLE_VERSION


def write_versions(connection: Connection, told: Sequence[StoryRows]) -> None:
    """Adds what of these texts is new; one seen before keeps its earliest capture. Changes follow the order of capture.

    What another version of the parser reads of the same bytes replaces what was read of them: a
    version is of the publisher's making.
    """
    if not told:
        return
    for one in told:
        connection.execute(delete(ARTICLE_VERSION).where(_read_otherwise(one.version)))
    by_id = {one.version["version_id"]: one for one in sorted(told, key=_latest_capture_first)}
    statement = insert(ARTICLE_VERSION).values([one.version for one in by_id.values()])
    excluded = statement.excluded
    capture = ("captured_at", "archived_by", "archive_object", "archive_offset", "extractor_version")
    earliest = {name: excluded[name] for name in capture}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[ARTICLE_VERSION.c.version_id],
            set_=earliest,
            where=or_(
                excluded.captured_at < ARTICLE_VERSION.c.captured_at,
                and_(
                    excluded.captured_at == ARTICLE_VERSION.c.captured_at,
                    excluded.extractor_version.is_distinct_from(ARTICLE_VERSION.c.extractor_version),
                ),
            ),
        )
    )
    bodies = [{"version_id": version, "body": one.body} for version, one in by_id.items()]
    connection.execute(insert(ARTICLE_BODY).values(bodies).on_conflict_do_nothing())
    _write_changes(connection, {one.version["story_id"] for one in by_id.values()})


def _read_otherwise(version: Row) -> ColumnElement[bool]:
    """True of another reading of the same capture."""
    same = (
        ARTICLE_VERSION.c[name].is_not_distinct_from(version[name])
        for name in ("story_id", "captured_at", "archive_object", "archive_offset")
    )
    return and_(
        *same,
        ARTICLE_VERSION.c.version_id != version["version_id"],
        ARTICLE_VERSION.c.extractor_version.is_distinct_from(version["extractor_version"]),
    )


def _latest_capture_first(rows: StoryRows) -> float:
    return -float(rows.version["captured_at"].timestamp())


def _write_changes(connection: Connection, stories: Collection[uuid.UUID]) -> None:
    several = (
        select(ARTICLE_VERSION.c.story_id)
        .where(ARTICLE_VERSION.c.story_id.in_(stories))
        .group_by(ARTICLE_VERSION.c.story_id)
        .having(func.count() > 1)
    )
    query = (
        select(ARTICLE_VERSION, ARTICLE_BODY.c.body)
        .join(ARTICLE_BODY, ARTICLE_BODY.c.version_id == ARTICLE_VERSION.c.version_id)
        .where(ARTICLE_VERSION.c.story_id.in_(several))
        .order_by(ARTICLE_VERSION.c.captured_at, ARTICLE_VERSION.c.version_id)
    )
    histories: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        histories[row.story_id].append(row)
    rows = [
        row
        for history in histories.values()
        for before, after in pairwise(history)
        for row in _changes(before, after)
    ]
    versions = [row.version_id for history in histories.values() for row in history]
    connection.execute(delete(ARTICLE_CHANGE).where(ARTICLE_CHANGE.c.version_id.in_(versions)))
    if rows:
        connection.execute(insert(ARTICLE_CHANGE).values(rows))


def _changes(before: Any, after: Any) -> list[Row]:
    fields = {
        "headline": (before.headline, after.headline),
        "published": (_moment(before), _moment(after)),
        "body": (before.body, after.body),
    }
    found = {field: change(*texts) for field, texts in fields.items()}
    return [
        {
            "version_id": after.version_id,
            "previous_version_id": before.version_id,
            "field": field,
            "words_removed": one.words_removed,
            "words_added": one.words_added,
            "diff": one.diff,
        }
        for field, one in found.items()
        if one
    ]


def _moment(version: Any) -> str:
    """The date as one word: its instant, else its wall clock."""
    if version.published_at is not None:
        return f"{version.published_at:%Y-%m-%dT%H:%M:%SZ}"
    return f"{version.published_local:%Y-%m-%dT%H:%M:%S}" if version.published_local else ""
