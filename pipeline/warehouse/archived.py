"""Every place where a row refers to the archive: made to follow a compaction, listed to be checked, looked up."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.fetch.archive import Move, Reference, Scope
from pipeline.fetch.location import day_folder
from pipeline.urls import canonical_url
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.tables import (
    ARCHIVE_REMOVED,
    ARTICLE_VERSION,
    FEED,
    FEED_POLL,
    FETCH,
    LEDGER,
    TOMBSTONE,
)

# The ledger last: of these its rows alone are in the hands of workers.
_PLACES: tuple[tuple[Table, str], ...] = (
    (FETCH, "archive"),
    (FEED_POLL, "archive"),
    (ARTICLE_VERSION, "archive"),
    (TOMBSTONE, "archive"),
    (LEDGER, "feed"),
)
_ROWS = 5000
_ALONE = 0x6461_7465_6C69_6E65  # an advisory lock of our own


@dataclass(frozen=True, slots=True)
class Capture:
    """An archived answer, as the warehouse knows it."""

    object: str
    offset: int
    at: datetime
    url: str
    status: int | None
    """Of the answer; None: it is a document, read before its entry was."""

    @property
    def is_refusal(self) -> bool:
        """True where it is a page that says why not."""
        return self.status is not None and self.status >= 400


@dataclass(frozen=True, slots=True)
class Received:
    """What was received of a kind in a month."""

    month: str
    """``2026/03``."""
    kind: str
    responses: int
    body_bytes: int
    """Of the bodies, decoded."""


@contextmanager
def alone(engine: Engine) -> Iterator[bool]:
    """True for the only one that may work on the archive's files; False where another does already."""
    # No transaction: it would stay open for hours, and nothing could be vacuumed meanwhile.
    with transaction(engine.execution_options(isolation_level="AUTOCOMMIT")) as connection:
        is_ours = bool(connection.execute(select(func.pg_try_advisory_lock(_ALONE))).scalar_one())
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.execute(select(func.pg_advisory_unlock(_ALONE)))


def repoint(connection: Connection, moves: Sequence[Move]) -> int:
    """Makes every row that refers to moved bytes refer to where they are now; returns how many did.

    Lengths and digests stay: the bytes are the same. It waits for no worker longer than a moment.

    Raises:
        WarehouseRefused: (by ``transaction``) a worker had one of the rows in hand.
    """
    # Less than PostgreSQL's deadlock_timeout: if two wait for each other, we give way and no worker does.
    connection.execute(text("set local lock_timeout = '800ms'"))
    columns = {
        "object": ([move.object for move in moves], Text),
        "start": ([move.offset for move in moves], BigInteger),
        "length": ([move.length for move in moves], BigInteger),
        "new_object": ([move.new_object for move in moves], Text),
        "new_start": ([move.new_offset for move in moves], BigInteger),
    }
    arrays: list[Any] = [bindparam(name, values, ARRAY(kind)) for name, (values, kind) in columns.items()]
    move = func.unnest(*arrays).table_valued(
        *(column(name, kind) for name, (_, kind) in columns.items()), name="move"
    )
    move = move.render_derived()
    changed = 0
    for table, prefix in _PLACES:
        name, offset = _at(table, prefix)
        statement = (
            update(table)
            .where(
                name == move.c.object,
                offset >= move.c.start,
                offset < move.c.start + move.c.length,
            )
            .values({name: move.c.new_object, offset: offset - move.c.start + move.c.new_start})
        )
        changed += connection.execute(statement).rowcount
    return changed


def references(connection: Connection, scope: Scope) -> Iterator[Reference]:
    """What rows refer to in the folders of those days; by object in the order of code points, then by offset.

    Not what retention took away: rows may refer to it for ever.
    """
    found = union_all(*(_references(table, prefix) for table, prefix in _PLACES)).subquery()
    name = found.c.object.collate("C")
    query = select(found).order_by(name, found.c.offset).execution_options(yield_per=_ROWS)
    removed = exists().where(ARCHIVE_REMOVED.c.object == found.c.object)
    query = query.where(~removed)
    if not scope.is_whole:
        query = query.where(name >= day_folder(scope.since), name < day_folder(scope.until))
    for row in connection.execute(query):
        yield Reference(row.object, row.offset, row.length, row.digest, row.table)


def captures(connection: Connection, wanted: str) -> list[Capture]:
    """What was archived of a story (its id), a page or a feed (its address), refusals too; the newest first."""
    try:
        query = _of_story(uuid.UUID(wanted))
    except ValueError:
        query = _of_address(wanted)
    found = query.subquery()
    rows = connection.execute(select(found).order_by(found.c.at.desc(), found.c.offset.desc()))
    return [Capture(row.object, row.offset, row.at, row.url, row.status) for row in rows]


def received(connection: Connection) -> list[Received]:
    """The responses that rows refer to and the bytes of their bodies, by month and kind."""
    each = union_all(
        *(select(table.c.archive_object, table.c.body_bytes) for table in (FETCH, FEED_POLL))
    ).subquery()
    month = func.left(each.c.archive_object, 7)
    kind = func.split_part(func.split_part(each.c.archive_object, "/", 4), "-", 1)
    query = (
        select(
            month.label("month"),
            kind.label("kind"),
            func.count().label("responses"),
            cast(func.sum(each.c.body_bytes), BigInteger).label("body_bytes"),
        )
        .where(each.c.archive_object.is_not(None))
        .group_by(month, kind)
        .order_by(month, kind)
    )
    return [Received(row.month, row.kind, row.responses, row.body_bytes) for row in connection.execute(query)]


def _at(table: Table, prefix: str) -> tuple[Column[Any], Column[Any]]:
    return table.c[f"{prefix}_object"], table.c[f"{prefix}_offset"]


def _references(table: Table, prefix: str) -> Select[Any]:
    name, offset = _at(table, prefix)
    has_both = f"{prefix}_digest" in table.c
    return (
        select(
            name.label("object"),
            offset.label("offset"),
            (table.c[f"{prefix}_length"] if has_both else cast(null(), BigInteger)).label("length"),
            (table.c[f"{prefix}_digest"] if has_both else cast(null(), Text)).label("digest"),
            literal(table.fullname).label("table"),
        )
        .where(name.is_not(None))
        .distinct()
    )


def _of_story(story: uuid.UUID) -> Select[Any]:
    """The pages of its entries, and the documents of those that have none."""
    entry = or_(LEDGER.c.story_id == story, LEDGER.c.told_story_id == story)
    pages = _pages().where(entry)
    documents = select(
        LEDGER.c.feed_object.label("object"),
        LEDGER.c.feed_offset.label("offset"),
        LEDGER.c.discovered_at.label("at"),
        FEED.c.url.label("url"),
        cast(null(), Integer).label("status"),
    ).join_from(LEDGER, FEED, FEED.c.feed_id == LEDGER.c.feed_id)
    documents = documents.where(entry, LEDGER.c.fetch_id.is_(None), LEDGER.c.feed_object.is_not(None))
    return select(union_all(pages, documents).subquery())


def _of_address(url: str) -> Select[Any]:
    pages = _pages().where(LEDGER.c.canonical_url == canonical_url(url))
    documents = select(
        FEED_POLL.c.archive_object.label("object"),
        FEED_POLL.c.archive_offset.label("offset"),
        FEED_POLL.c.polled_at.label("at"),
        FEED.c.url.label("url"),
        FEED_POLL.c.status.label("status"),
    ).join_from(FEED_POLL, FEED, FEED.c.feed_id == FEED_POLL.c.feed_id)
    documents = documents.where(FEED.c.url == url, FEED_POLL.c.archive_object.is_not(None))
    return select(union_all(pages, documents).subquery())


def _pages() -> Select[Any]:
    same_entry = (FETCH.c.feed_id == LEDGER.c.feed_id) & (FETCH.c.entry_key == LEDGER.c.entry_key)
    return (
        select(
            FETCH.c.archive_object.label("object"),
            FETCH.c.archive_offset.label("offset"),
            FETCH.c.fetched_at.label("at"),
            FETCH.c.url.label("url"),
            FETCH.c.status.label("status"),
        )
        .join_from(FETCH, LEDGER, same_entry)
        .where(FETCH.c.archive_object.is_not(None))
    )
