"""Where the archive has a body already, so that the same bytes again are a reference to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, Text, Uuid, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.records import ArchiveRef
from pipeline.warehouse.tables import FEED_POLL, FETCH

_RECENT = 8
"""So many of the latest bodies are looked at: a server that says something else each time costs no more."""

EntryKey = tuple[uuid.UUID, str]
"""A feed and the key of an entry in it."""
Columns = Mapping[str, tuple[list[Any], type[Any]]]
"""By the names of columns: values, one a row, and their type."""


def copies_of_feeds(connection: Connection, digests: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, ArchiveRef]:
    """By feed: where a body of that digest was archived of it lately; a feed without one is left out."""
    columns: Columns = {"feed_id": ([*digests], Uuid), "digest": ([*digests.values()], Text)}
    return {row.feed_id: _ref(row) for row in _copies(connection, FEED_POLL, "polled_at", columns)}


def copies_of_pages(connection: Connection, digests: Mapping[EntryKey, str]) -> dict[EntryKey, ArchiveRef]:
    """By entry: where a body of that digest was archived of its page lately; one without it is left out."""
    columns: Columns = {
        "feed_id": ([feed for feed, _ in digests], Uuid),
        "entry_key": ([key for _, key in digests], Text),
        "digest": ([*digests.values()], Text),
    }
    rows = _copies(connection, FETCH, "fetched_at", columns)
    return {(row.feed_id, row.entry_key): _ref(row) for row in rows}


def _copies(connection: Connection, table: Table, at: str, columns: Columns) -> Sequence[Any]:
    """Rows of ``table``, the latest of a key last."""
    if not columns["digest"][0]:
        return []
    arrays: list[Any] = [bindparam(name, values, ARRAY(kind)) for name, (values, kind) in columns.items()]
    wanted = func.unnest(*arrays).table_valued(*(column(name, kind) for name, (_, kind) in columns.items()))
    wanted = wanted.render_derived(name="wanted")
    keys = [name for name in columns if name != "digest"]
    recent = (
        select(table)
        .where(*(table.c[name] == wanted.c[name] for name in keys), table.c.archive_object.is_not(None))
        .order_by(table.c[at].desc())
        .limit(_RECENT)
        .lateral()
    )
    copies = (
        select(recent)
        .select_from(wanted.join(recent, true()))
        .where(recent.c.archive_digest == wanted.c.digest)
        .order_by(recent.c[at])
    )
    return connection.execute(copies).all()


def _ref(row: Any) -> ArchiveRef:
    return ArchiveRef(row.archive_object, row.archive_offset, row.archive_length, row.archive_digest)
