"""Places of a publisher's past: what they list stands in the ledger under a feed of theirs that is never polled."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.records import ArchiveRef, Entry, Failure, Response, Source
from pipeline.warehouse import ledger
from pipeline.warehouse.bulk import among
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.tables import FEED, FEED_POLL, LEDGER

GONE = ("http_404", "http_410", "dns")
"""Reasons for which a copy is asked in place of the page."""


@dataclass(frozen=True, slots=True)
class PlaceFeed:
    """The feed under which a place's entries stand."""

    feed_id: uuid.UUID
    source_id: uuid.UUID
    source: Source


@dataclass(frozen=True, slots=True)
class PastDocument:
    """A document of the past that was received: what its entries refer to."""

    polled_at: datetime
    """Its row in ``ops.feed_poll``."""
    received_at: datetime
    archived: ArchiveRef | None


def place_feed(connection: Connection, source_id: uuid.UUID, domain: str, place: str) -> uuid.UUID:
    """The feed of a publisher's place, made when it is first asked for; its state is ``past``."""
    feed_id = uuid.uuid5(source_id, f"past:{place}")
    row = {
        "feed_id": feed_id,
        "source_id": source_id,
        "url": f"history:{domain}/{place}",
        "state": "past",
    }
    connection.execute(insert(FEED).values(row).on_conflict_do_nothing())
    return feed_id


def record_document(
    connection: Connection,
    feed: PlaceFeed,
    answer: Response | Failure,
    archived: ArchiveRef | None,
    *,
    url: str,
    now: datetime,
) -> PastDocument:
    """Writes the request for a document of the past; its entries are counted when they are entered."""
    at = answer.fetched_at or now
    page = answer if isinstance(answer, Response) else answer.response
    failure = answer if isinstance(answer, Failure) else None
    row: dict[str, Any] = {
        "feed_id": feed.feed_id,
        "polled_at": _own_moment(connection, feed.feed_id, at),
        "outcome": "failed" if failure else "changed",
        "status": answer.status,
        "reason": failure.reason if failure else None,
        "detail": failure.detail if failure else None,
        "is_gap": False,
        "asked_url": url,
        "final_url": answer.final_url if answer.final_url != url else None,
        "retry_after_seconds": failure.retry_after_seconds if failure else None,
        "body_bytes": len(page.body) if page else 0,
        "duration_seconds": page.duration_seconds if page else 0.0,
    }
    if archived:
        row |= {
            "archive_object": archived.object,
            "archive_offset": archived.offset,
            "archive_length": archived.length,
            "archive_digest": archived.digest,
        }
    connection.execute(insert(FEED_POLL).values(row))
    return PastDocument(row["polled_at"], at, archived)


def _own_moment(connection: Connection, feed_id: uuid.UUID, at: datetime) -> datetime:
    """``at``, or the first moment after it that no other document of the place has."""
    lock_names(connection, [f"feed:{feed_id}"])
    later = select(func.max(FEED_POLL.c.polled_at)).where(
        FEED_POLL.c.feed_id == feed_id, FEED_POLL.c.polled_at >= at
    )
    last: datetime | None = connection.execute(later).scalar_one()
    return last + timedelta(microseconds=1) if last else at


def received_since(
    connection: Connection, feed_id: uuid.UUID, url: str, since: datetime
) -> PastDocument | None:
    """The document at ``url`` as it was received last, not before ``since``; None: it was not, or is not archived."""
    query = (
        select(FEED_POLL)
        .where(FEED_POLL.c.asked_url == url, FEED_POLL.c.feed_id == feed_id, FEED_POLL.c.polled_at >= since)
        .where(FEED_POLL.c.outcome == "changed", FEED_POLL.c.archive_object.is_not(None))
        .order_by(FEED_POLL.c.polled_at.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    ref = ArchiveRef(row.archive_object, row.archive_offset, row.archive_length, row.archive_digest)
    return PastDocument(row.polled_at, row.polled_at, ref)


def enter(connection: Connection, feed: PlaceFeed, document: PastDocument, entries: Iterable[Entry]) -> int:
    """Enters what a document lists; returns by how many rows the ledger grew. What is known stays as it is."""
    listed = list({entry.key: entry for entry in entries}.values())
    if not listed:
        return 0
    # A document that is read once more, for another window, is older than what has been entered since.
    seen = select(LEDGER.c.entry_key).where(
        LEDGER.c.feed_id == feed.feed_id,
        among(LEDGER.c.entry_key, [entry.key for entry in listed]),
        LEDGER.c.discovered_at > document.received_at,
    )
    later: set[str] = set(connection.execute(seen).scalars())
    new = ledger.discover(
        connection,
        feed_id=feed.feed_id,
        source_id=feed.source_id,
        entries=[entry for entry in listed if entry.key not in later],
        feed_only=feed.source.feed_only,
        received_at=document.received_at,
        archived=document.archived,
    )
    # Counted in the ledger itself, after the fact: an entry lost on the way would be missing here.
    entered = len(ledger.known_keys(connection, feed.feed_id, [entry.key for entry in listed]))
    row = (FEED_POLL.c.feed_id == feed.feed_id, FEED_POLL.c.polled_at == document.polled_at)
    counts = {
        "entries": FEED_POLL.c.entries + len(listed),
        "new_entries": FEED_POLL.c.new_entries + new,
        "entered_entries": FEED_POLL.c.entered_entries + entered,
    }
    connection.execute(update(FEED_POLL).where(*row).values(counts))
    return new


def note_copies(
    connection: Connection, feed_id: uuid.UUID, copies: Mapping[str, Sequence[Mapping[str, str]]]
) -> None:
    """Keeps, by the key of the entry, where copies of its page are; one whose page was gone is tried once more."""
    if not copies:
        return
    columns = (LEDGER.c.entry_key, LEDGER.c.copies, LEDGER.c.state, LEDGER.c.reason)
    mine = (LEDGER.c.feed_id == feed_id, among(LEDGER.c.entry_key, copies))
    query = select(*columns).where(*mine).order_by(LEDGER.c.entry_key).with_for_update()
    for row in connection.execute(query).all():
        held = list(row.copies or ())
        known = {one["url"] for one in held}
        more = [dict(one) for one in copies[row.entry_key] if one["url"] not in known]
        if not more:
            continue
        values: dict[str, Any] = {"copies": held + more}
        if row.state == "rejected" and row.reason in GONE:
            values |= {"state": "discovered", "reason": None, "detail": None, "settled_at": None}
        entry = (LEDGER.c.feed_id == feed_id, LEDGER.c.entry_key == row.entry_key)
        connection.execute(update(LEDGER).where(*entry).values(values))
