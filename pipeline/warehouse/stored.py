"""The rows of stories as they stand, in the form in which they were made."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.warehouse.bridges import Row
from pipeline.warehouse.bulk import among
from pipeline.warehouse.tables import ARTICLE, ARTICLE_BODY, ARTICLE_VERSION, BRIDGES

Capture = tuple[datetime, str | None, int | None]
"""When bytes were received, and where they lie."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A story with its parts."""

    article: Row
    body: str
    """Of the version that it shows."""
    bridges: Mapping[str, list[Row]]
    """By the full name of the table, in the order of its key."""
    versions: Mapping[Capture, Row]
    """Rows of the versions, each with its body, by their first capture."""


def stored(connection: Connection, stories: Collection[uuid.UUID]) -> dict[uuid.UUID, Stored]:
    """All that stands of these stories; one that is no more is left out."""
    if not stories:
        return {}
    articles = connection.execute(select(ARTICLE).where(among(ARTICLE.c.story_id, stories))).mappings().all()
    versions = _versions(connection, stories)
    bridges = {table.fullname: _parts(connection, table, stories) for table in BRIDGES}
    return {
        row["story_id"]: Stored(
            article=dict(row),
            body=next(
                one["body"]
                for one in versions[row["story_id"]].values()
                if one["version_id"] == row["version_id"]
            ),
            bridges={name: rows[row["story_id"]] for name, rows in bridges.items()},
            versions=versions[row["story_id"]],
        )
        for row in articles
    }


def _versions(connection: Connection, stories: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[Capture, Row]]:
    query = (
        select(ARTICLE_VERSION, ARTICLE_BODY.c.body)
        .join(ARTICLE_BODY, ARTICLE_BODY.c.version_id == ARTICLE_VERSION.c.version_id)
        .where(among(ARTICLE_VERSION.c.story_id, stories))
    )
    found: dict[uuid.UUID, dict[Capture, Row]] = defaultdict(dict)
    for row in connection.execute(query).mappings():
        place = (row["captured_at"], row["archive_object"], row["archive_offset"])
        found[row["story_id"]][place] = dict(row)
    return found


def _parts(connection: Connection, table: Any, stories: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Row]]:
    query = select(table).where(among(table.c.story_id, stories)).order_by(*table.primary_key.columns)
    found: dict[uuid.UUID, list[Row]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        found[row["story_id"]].append(dict(row))
    return found
