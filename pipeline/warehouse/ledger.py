"""The ledger: entries come in by polls, are claimed by workers, and end in exactly one state."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    any_,
    bindparam,
    case,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from pipeline.records import ArchiveRef, Entry, Failure, Response
from pipeline.urls import canonical_url
from pipeline.warehouse.claims import Claim
from pipeline.warehouse.tables import FETCH, LEDGER

MOST_TRIES = 8
_SLICE = 1000
"""Rows of one statement: a statement takes 65,535 values at most."""
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)


def discover(
    connection: Connection,
    *,
    feed_id: uuid.UUID,
    source_id: uuid.UUID,
    entries: Sequence[Entry],
    feed_only: bool,
    received_at: datetime,
    archived: ArchiveRef | None,
) -> int:
    """Enters what a feed's document holds; returns how many entries were not known.

    An entry of a feed-only source, or one without a link, is ``fetched`` at once: its bytes are the
    document's.
    """
    rows = [
        {
            "feed_id": feed_id,
            "entry_key": entry.key,
            "source_id": source_id,
            "url": entry.url,
            "canonical_url": canonical_url(entry.url) if entry.url else None,
            "entry": _plain(asdict(entry)),
            "discovered_at": received_at,
            "feed_object": archived.object if archived else None,
            "feed_offset": archived.offset if archived else None,
            "state": "fetched" if feed_only or not entry.url else "discovered",
        }
        for entry in sorted(entries, key=lambda entry: entry.key)
    ]
    return sum(_enter(connection, rows[start : start + _SLICE]) for start in range(0, len(rows), _SLICE))


def _enter(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    statement = insert(LEDGER).values(rows)
    excluded = statement.excluded
    # An older document that comes later (a backfill) tells when the entry was really seen first.
    # What was settled by the younger one is settled again, from the archive.
    settled = LEDGER.c.state.in_(("loaded", "duplicate"))
    unread = and_(LEDGER.c.fetch_id.is_(None), excluded.state == "discovered")
    reopened = case((and_(settled, unread), "discovered"), (settled, "fetched"), else_=LEDGER.c.state)
    earlier = {name: excluded[name] for name in ("discovered_at", "entry", "feed_object", "feed_offset")}
    statement = statement.on_conflict_do_update(
        index_elements=[LEDGER.c.feed_id, LEDGER.c.entry_key],
        set_={**earlier, "state": reopened, "story_id": None, "duplicate_method": None},
        where=excluded.discovered_at < LEDGER.c.discovered_at,
    )
    is_new: ColumnElement[bool] = literal_column(
        "xmax = 0"
    )  # PostgreSQL's sign of a row that this statement inserted
    return sum(connection.execute(statement.returning(is_new)).scalars())


def known_keys(connection: Connection, feed_id: uuid.UUID, keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` that the ledger has for the feed."""
    query = select(LEDGER.c.entry_key).where(
        LEDGER.c.feed_id == feed_id, LEDGER.c.entry_key == any_(bindparam("keys", list(keys), ARRAY(Text)))
    )
    return set(connection.execute(query).scalars())


def record_fetch(
    connection: Connection,
    claim: Claim,
    answer: Response | Failure,
    archived: ArchiveRef | None,
    now: datetime,
) -> None:
    """Writes what became of a request: ``fetched``, ``waiting`` for another try, or ``rejected``."""
    at = answer.fetched_at or now
    fetch_id = write_fetch(connection, claim, answer, archived, at)
    tries = claim.tries + 1
    values: dict[str, Any] = {
        "tries": tries,
        "lease_worker": None,
        "lease_until": None,
        "waiting_until": None,
    }
    if isinstance(answer, Response):
        values |= {"state": "fetched", "fetch_id": fetch_id, "reason": None, "detail": None}
    elif answer.kind == "transient" and tries < MOST_TRIES:
        wait = timedelta(seconds=answer.retry_after_seconds or 0)
        wait = max(wait, min(_FIRST_WAIT * 2 ** (tries - 1), _LONGEST_WAIT))
        values |= {
            "state": "waiting",
            "waiting_until": at + wait,
            "reason": answer.reason,
            "detail": answer.detail,
        }
    else:
        values |= {"state": "rejected", "reason": answer.reason, "detail": answer.detail, "settled_at": at}
    # A worker whose lease ran out may come late: what has been done since then stands.
    waits = LEDGER.c.state.in_(("discovered", "waiting"))
    connection.execute(update(LEDGER).where(_is(claim), waits).values(**values))


def write_fetch(
    connection: Connection,
    claim: Claim,
    answer: Response | Failure,
    archived: ArchiveRef | None,
    at: datetime,
) -> uuid.UUID:
    """Writes the row of a request for an entry's page; returns its id."""
    fetch_id = uuid.uuid5(claim.feed_id, f"fetch:{claim.entry_key}:{claim.tries}:{at.isoformat()}")
    row = _fetch_row(claim, answer, archived, fetch_id, at)
    connection.execute(insert(FETCH).values(row).on_conflict_do_nothing())
    return fetch_id


def ask_again(connection: Connection, claim: Claim, reason: str, detail: str, now: datetime) -> None:
    """Sends an entry whose archived bytes are gone back to be fetched; rejects it after its last try."""
    if claim.archived is None or claim.tries >= MOST_TRIES:
        reject(connection, claim, reason, detail, now)
        return
    values = {"state": "waiting", "waiting_until": now, "reason": reason, "detail": detail, "fetch_id": None}
    fetched = LEDGER.c.state == "fetched"
    connection.execute(
        update(LEDGER).where(_is(claim), fetched).values(**values, lease_worker=None, lease_until=None)
    )


def reject(connection: Connection, claim: Claim, reason: str, detail: str, now: datetime) -> None:
    """Ends an entry that cannot be a story, with its reason."""
    values = {"state": "rejected", "reason": reason, "detail": detail, "settled_at": now}
    fetched = LEDGER.c.state == "fetched"
    connection.execute(
        update(LEDGER).where(_is(claim), fetched).values(**values, lease_worker=None, lease_until=None)
    )


def _is(claim: Claim) -> ColumnElement[bool]:
    return and_(LEDGER.c.feed_id == claim.feed_id, LEDGER.c.entry_key == claim.entry_key)


def _fetch_row(
    claim: Claim, answer: Response | Failure, archived: ArchiveRef | None, fetch_id: uuid.UUID, at: datetime
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "fetch_id": fetch_id,
        "feed_id": claim.feed_id,
        "entry_key": claim.entry_key,
        "url": claim.url,
        "status": answer.status,
        "fetched_at": at,
    }
    if isinstance(answer, Failure):
        return row | {"reason": answer.reason, "detail": answer.detail}
    row |= {
        "final_url": answer.final_url,
        "duration_seconds": answer.duration_seconds,
        "redirects": [list(hop) for hop in answer.redirects],
        "content_type": answer.headers.get("content-type"),
        "body_bytes": len(answer.body),
    }
    if archived:
        row |= {
            "archive_object": archived.object,
            "archive_offset": archived.offset,
            "archive_length": archived.length,
            "archive_digest": archived.digest,
        }
    return row


def _plain(value: Any) -> Any:
    """JSON without the NUL that PostgreSQL cannot hold in a text."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
