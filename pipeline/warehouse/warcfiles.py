"""How far news WARCs have been read, and what of them enters the ledger."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import EntryId
from pipeline.records import ArchiveRef, Entry, Response
from pipeline.warehouse import ledger
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.remaking import claims_of
from pipeline.warehouse.sightings import Document, place
from pipeline.warehouse.tables import FEED_POLL, WARC_FILE
from pipeline.warehouse.tombstones import erased, marks_of


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A file, and what is looked for in it."""

    file: str
    since: datetime
    until: datetime
    hosts_digest: str


@dataclass(slots=True)
class Reading:
    """How far a file has been read."""

    next_offset: int = 0
    is_done: bool = False
    records: int = 0
    """Pages of the hosts and the window."""
    entered: int = 0
    """Those that the ledger did not know."""
    skipped: Counter[str] = field(default_factory=Counter)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture on its way into the ledger."""

    feed_id: uuid.UUID
    source_id: uuid.UUID
    entry: Entry
    response: Response
    archived: ArchiveRef
    copy: Mapping[str, str]
    """Where it comes from: ``url`` and ``archive``."""

    @property
    def key(self) -> EntryId:
        return self.feed_id, self.entry.key


def reading_of(connection: Connection, one: WarcFile) -> Reading:
    """How far that file has been read for that window and those hosts; from the beginning where it was not."""
    row = connection.execute(select(WARC_FILE).where(_is(one))).first()
    if row is None:
        return Reading()
    return Reading(row.next_offset, row.is_done, row.records, row.entered, Counter(row.skipped), row.fault)


def record_reading(connection: Connection, one: WarcFile, reading: Reading, now: datetime) -> None:
    """Keeps how far a file has been read."""
    values = {
        "next_offset": reading.next_offset,
        "is_done": reading.is_done,
        "records": reading.records,
        "entered": reading.entered,
        "skipped": dict(sorted(reading.skipped.items())),
        "fault": reading.fault,
        "read_at": now,
    }
    keys = {"file": one.file, "since": one.since, "until": one.until, "hosts_digest": one.hosts_digest}
    statement = insert(WARC_FILE).values(**keys, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[*keys], set_=values))


def enter_captures(connection: Connection, captures: Sequence[Captured]) -> int:
    """Enters captures as entries whose pages have been received already; returns how many are new.

    An erased story's are left out. Whoever enters captures of the same publishers meanwhile waits.
    """
    lock_names(connection, {f"feed:{one.feed_id}" for one in captures})
    marks = {one.key: marks_of(one.source_id, one.feed_id, one.entry.key, one.entry) for one in captures}
    gone = erased(connection, {mark for of_entry in marks.values() for mark in of_entry})
    known = claims_of(connection, set(marks))
    new = {one.key: one for one in captures if one.key not in known and not marks[one.key] & gone}
    if not new:
        return 0
    ledger.enter_rows(connection, [_row(one) for _, one in sorted(new.items())])
    claims = claims_of(connection, set(new))
    for key, one in sorted(new.items()):
        claim, _ = claims[key]
        ledger.record_fetch(
            connection, claim, one.response, one.archived, one.response.fetched_at, copy=one.copy
        )
    _count(connection, list(new.values()))
    return len(new)


def _row(one: Captured) -> dict[str, Any]:
    document = Document(one.feed_id, one.source_id, False, one.response.fetched_at, None)
    (row,) = place(document, [one.entry], {}).rows
    return row


def _count(connection: Connection, new: Sequence[Captured]) -> None:
    """Counts new entries among those seen, in the hour of their capture: a row a feed and hour."""
    hours: Counter[tuple[uuid.UUID, datetime]] = Counter(
        (one.feed_id, one.response.fetched_at.replace(minute=0, second=0, microsecond=0)) for one in new
    )
    for (feed_id, hour), count in sorted(hours.items()):
        row = insert(FEED_POLL).values(
            feed_id=feed_id,
            polled_at=hour,
            outcome="changed",
            is_gap=False,
            entries=count,
            new_entries=count,
            entered_entries=count,
        )
        more = {
            name: FEED_POLL.c[name] + row.excluded[name]
            for name in ("entries", "new_entries", "entered_entries")
        }
        connection.execute(
            row.on_conflict_do_update(index_elements=[FEED_POLL.c.feed_id, FEED_POLL.c.polled_at], set_=more)
        )


def _is(one: WarcFile) -> Any:
    table = WARC_FILE.c
    return and_(
        table.file == one.file,
        table.since == one.since,
        table.until == one.until,
        table.hosts_digest == one.hosts_digest,
    )
