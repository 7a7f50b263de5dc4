"""Claims: which entries a worker may take in hand, and what it needs to know of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, tuple_, update

from pipeline.records import ArchiveRef, Entry, Source
from pipeline.warehouse.leases import unleased
from pipeline.warehouse.registry import sources
from pipeline.warehouse.repeats import repeats_another
from pipeline.warehouse.tables import FETCH, LEDGER

LEASE = timedelta(hours=2)
"""Longer than any batch: a dead worker's claims are free at once, by its lock and not by the lease's end."""
_CHOICE = 16
"""Candidates for each place of a claim: workers that choose at the same moment do not all choose the same."""
_PER_SOURCE = 8
"""Pages of one publisher in a claim: others do not wait for it, and a batch ends within its lease."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry that this worker has in hand."""

    feed_id: uuid.UUID
    entry_key: str
    source_id: uuid.UUID
    source: Source
    entry: Entry
    url: str | None
    discovered_at: datetime
    tries: int
    fetch_id: uuid.UUID | None = None
    final_url: str | None = None
    fetched_at: datetime | None = None
    archived: ArchiveRef | None = None
    """Where the page's bytes are; None: the entry itself is the story."""


def claim_to_fetch(connection: Connection, worker: int, limit: int, now: datetime) -> list[Claim]:
    """Up to ``limit`` entries whose page is to be asked for, leased to ``worker``.

    An entry that may repeat an earlier one is left until that one is settled: then it is a duplicate
    without a request (``settle_repeats``), or its turn comes.
    """
    ready = or_(
        LEDGER.c.state == "discovered", and_(LEDGER.c.state == "waiting", LEDGER.c.waiting_until <= now)
    )
    return _claim(connection, worker, limit, and_(ready, ~repeats_another()))


def claim_to_load(connection: Connection, worker: int, limit: int) -> list[Claim]:
    """Up to ``limit`` entries whose bytes are archived and have to be read, leased to ``worker``."""
    return _claim(connection, worker, limit, LEDGER.c.state == "fetched")


def _claim(connection: Connection, worker: int, limit: int, ready: ColumnElement[bool]) -> list[Claim]:
    # Not what this worker's own lanes have in hand, even if its lock was lost with its connection.
    free_to_take = and_(unleased(LEDGER), LEDGER.c.lease_worker.is_distinct_from(worker))
    rank = func.row_number().over(
        partition_by=LEDGER.c.source_id, order_by=(LEDGER.c.discovered_at, LEDGER.c.entry_key)
    )
    free = (
        select(LEDGER.c.feed_id, LEDGER.c.entry_key, rank.label("turn")).where(ready, free_to_take).subquery()
    )
    chosen = (
        select(free.c.feed_id, free.c.entry_key)
        .where(free.c.turn <= max(_PER_SOURCE, limit // 4))
        .order_by(free.c.turn, free.c.feed_id, free.c.entry_key)
        .limit(limit * _CHOICE)
    )
    rows = tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key)
    # Checked again under the lock: between the choice and the lock another worker may have been here.
    locked = (
        select(LEDGER.c.feed_id, LEDGER.c.entry_key)
        .where(rows.in_(chosen), ready, free_to_take)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("locked")
    )
    statement = (
        update(LEDGER)
        .where(LEDGER.c.feed_id == locked.c.feed_id, LEDGER.c.entry_key == locked.c.entry_key)
        .values(lease_worker=worker, lease_until=func.now() + LEASE)
        .returning(LEDGER)
    )
    taken = connection.execute(statement).all()
    return as_claims(connection, taken)


def as_claims(connection: Connection, rows: Sequence[Any]) -> list[Claim]:
    """Ledger rows as claims, in the order of discovery."""
    if not rows:
        return []
    known = sources(connection, every=True, only={row.source_id for row in rows})
    wanted = [row.fetch_id for row in rows if row.fetch_id]
    fetches = {
        row.fetch_id: row for row in connection.execute(select(FETCH).where(FETCH.c.fetch_id.in_(wanted)))
    }
    ordered = sorted(rows, key=lambda row: (row.discovered_at, row.feed_id, row.entry_key))
    return [_as_claim(row, known[row.source_id], fetches.get(row.fetch_id)) for row in ordered]


def _as_claim(row: Any, source: Source, fetch: Any) -> Claim:
    archived = None
    if fetch is not None and fetch.archive_object:
        archived = ArchiveRef(
            fetch.archive_object, fetch.archive_offset, fetch.archive_length, fetch.archive_digest
        )
    return Claim(
        feed_id=row.feed_id,
        entry_key=row.entry_key,
        source_id=row.source_id,
        source=source,
        entry=_entry(row.entry),
        url=row.url,
        discovered_at=row.discovered_at,
        tries=row.tries,
        fetch_id=row.fetch_id,
        final_url=fetch.final_url if fetch is not None else None,
        fetched_at=fetch.fetched_at if fetch is not None else None,
        archived=archived,
    )


def _entry(values: dict[str, Any]) -> Entry:
    """The entry that the ledger keeps as JSON, its lists tuples again."""
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return Entry(**kept)
