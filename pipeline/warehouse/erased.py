"""What is left of erased stories: bytes to be blanked, tombstones to be archived, documents that list them.

All of it can be asked for at any time, so that a crash after an erasure, or a worker that was late, leaves nothing behind.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.records import ArchiveRef
from pipeline.warehouse.bulk import among
from pipeline.warehouse.tables import FEED, FEED_POLL, FETCH, LEDGER, SOURCE, TOMBSTONE, TOMBSTONE_MARK
from pipeline.warehouse.tombstones import REASON

NO_ADDRESS = "urn:dateline:erased"
"""Stands in the log of requests where the address of an erased story did."""


def is_erased(connection: Connection, story: uuid.UUID) -> bool:
    """True where there is a tombstone of it."""
    query = select(TOMBSTONE.c.story_id).where(TOMBSTONE.c.story_id == story)
    return connection.execute(query).first() is not None


def places_left(connection: Connection) -> dict[uuid.UUID, ArchiveRef | None]:
    """The requests for pages of erased stories that are not forgotten yet, and where the archive has what came."""
    query = (
        select(FETCH)
        .join(LEDGER, and_(LEDGER.c.feed_id == FETCH.c.feed_id, LEDGER.c.entry_key == FETCH.c.entry_key))
        .where(LEDGER.c.state == "rejected", LEDGER.c.reason == REASON)
        .where(or_(FETCH.c.archive_object.is_not(None), FETCH.c.url != NO_ADDRESS))
        .order_by(FETCH.c.archive_object, FETCH.c.archive_offset)
    )
    return {row.fetch_id: ref_of(row) if row.archive_object else None for row in connection.execute(query)}


def forget(connection: Connection, requests: Collection[uuid.UUID]) -> None:
    """Takes out of the log of requests where those pages lay and what they were called; they have been blanked."""
    unknown = dict.fromkeys(
        (
            "final_url detail copy_url content_type archive_object archive_offset archive_length archive_digest"
        ).split()
    )
    connection.execute(
        update(FETCH).where(among(FETCH.c.fetch_id, requests)).values(**unknown, url=NO_ADDRESS, redirects=[])
    )


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is kept of an erased story, in the archive too."""

    story_id: uuid.UUID
    source_id: uuid.UUID
    erased_at: datetime
    why: str | None
    digests: tuple[str, ...]


def unarchived(connection: Connection) -> list[Tombstone]:
    """The tombstones that the archive does not have yet."""
    digests = func.array_agg(TOMBSTONE_MARK.c.digest)
    query = (
        select(TOMBSTONE, digests.label("digests"))
        .join(TOMBSTONE_MARK, TOMBSTONE_MARK.c.story_id == TOMBSTONE.c.story_id)
        .where(TOMBSTONE.c.archive_object.is_(None))
        .group_by(TOMBSTONE.c.story_id)
        .order_by(TOMBSTONE.c.story_id)
    )
    return [
        Tombstone(row.story_id, row.source_id, row.erased_at, row.why, tuple(sorted(row.digests)))
        for row in connection.execute(query)
    ]


def set_place(connection: Connection, story: uuid.UUID, place: ArchiveRef) -> None:
    """Says where the archive has the tombstone of a story."""
    values = {"archive_object": place.object, "archive_offset": place.offset}
    connection.execute(update(TOMBSTONE).where(TOMBSTONE.c.story_id == story).values(values))


def restore(connection: Connection, tombstone: Tombstone, place: ArchiveRef) -> bool:
    """Enters a tombstone that the archive has; False: it is known, or its publisher is not registered."""
    known = select(SOURCE.c.source_id).where(SOURCE.c.source_id == tombstone.source_id)
    if connection.execute(known).first() is None:
        return False
    row = {
        "story_id": tombstone.story_id,
        "source_id": tombstone.source_id,
        "erased_at": tombstone.erased_at,
        "why": tombstone.why,
        "archive_object": place.object,
        "archive_offset": place.offset,
    }
    statement = insert(TOMBSTONE).values(row).on_conflict_do_nothing()
    added = connection.execute(statement.returning(TOMBSTONE.c.story_id)).first()
    marks = [{"digest": one, "story_id": tombstone.story_id} for one in tombstone.digests]
    connection.execute(insert(TOMBSTONE_MARK).values(marks).on_conflict_do_nothing())
    return added is not None


@dataclass(frozen=True, slots=True)
class Listing:
    """An archived document of one of the publisher's feeds."""

    feed_id: uuid.UUID
    url: str
    place: ArchiveRef


def digests_of(connection: Connection, story: uuid.UUID) -> tuple[uuid.UUID, frozenset[str]]:
    """The publisher of an erased story, and the digests of what it is known by."""
    source = select(TOMBSTONE.c.source_id).where(TOMBSTONE.c.story_id == story)
    marks = select(TOMBSTONE_MARK.c.digest).where(TOMBSTONE_MARK.c.story_id == story)
    return connection.execute(source).scalar_one(), frozenset(connection.execute(marks).scalars())


def listings(connection: Connection, source_id: uuid.UUID) -> list[Listing]:
    """What the archive has of the publisher's feeds; the same document again and again lies together."""
    query = (
        select(FEED_POLL, FEED.c.url)
        .join(FEED, FEED.c.feed_id == FEED_POLL.c.feed_id)
        .where(FEED.c.source_id == source_id, FEED_POLL.c.archive_object.is_not(None))
        .order_by(FEED_POLL.c.feed_id, FEED_POLL.c.archive_digest, FEED_POLL.c.polled_at)
    )
    return [Listing(row.feed_id, row.url, ref_of(row)) for row in connection.execute(query)]


def forget_documents(connection: Connection, places: Sequence[ArchiveRef]) -> None:
    """Takes out of the rows where those documents lay; they have been blanked."""
    found = [(one.object, one.offset) for one in places]
    unknown = dict.fromkeys(("archive_object", "archive_offset", "archive_length", "archive_digest"))
    poll = tuple_(FEED_POLL.c.archive_object, FEED_POLL.c.archive_offset).in_(found)
    connection.execute(update(FEED_POLL).where(poll).values(**unknown))
    entry = tuple_(LEDGER.c.feed_object, LEDGER.c.feed_offset).in_(found)
    connection.execute(update(LEDGER).where(entry).values(feed_object=None, feed_offset=None))


def ref_of(row: Any) -> ArchiveRef:
    """The place that a row of a log names."""
    return ArchiveRef(row.archive_object, row.archive_offset, row.archive_length, row.archive_digest)
