"""The ledger: entries come in by polls, are claimed by workers, and end in exactly one state."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from pipeline.records import ArchiveRef, Entry, Failure, Response
from pipeline.urls import canonical_url
from pipeline.warehouse.claims import Claim, precedes
from pipeline.warehouse.leases import unleased
from pipeline.warehouse.tables import FETCH, LEDGER

MOST_TRIES = 8
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
    if not rows:
        return 0
    statement = insert(LEDGER).values(rows).on_conflict_do_nothing().returning(LEDGER.c.entry_key)
    return len(connection.execute(statement).all())


def known_keys(connection: Connection, feed_id: uuid.UUID, keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` that the ledger has for the feed."""
    query = select(LEDGER.c.entry_key).where(LEDGER.c.feed_id == feed_id, LEDGER.c.entry_key.in_(list(keys)))
    return set(connection.execute(query).scalars())


def settle_repeats(connection: Connection, now: datetime) -> int:
    """Marks entries whose story the publisher's earlier entry has told already; returns how many.

    Told by the same canonical address, or by the same GUID and headline in another of its feeds:
    no request is spent on them.
    """
    other = LEDGER.alias("other")
    same_guid = and_(
        LEDGER.c.entry_key == other.c.entry_key,
        LEDGER.c.entry["guid"].astext == other.c.entry["guid"].astext,
        LEDGER.c.entry["headline"].astext == other.c.entry["headline"].astext,
    )
    same_url = LEDGER.c.canonical_url == other.c.canonical_url
    first = func.array_agg(aggregate_order_by(other.c.story_id, other.c.discovered_at))[1]
    settled = 0
    for method, same in (("canonical_url", same_url), ("guid", same_guid)):
        found = (
            select(LEDGER.c.feed_id, LEDGER.c.entry_key, first.label("story_id"))
            .join(other, and_(other.c.source_id == LEDGER.c.source_id, same))
            .where(LEDGER.c.state.in_(("discovered", "waiting")), unleased())
            .where(other.c.state.in_(("loaded", "duplicate")), precedes(other))
            .group_by(LEDGER.c.feed_id, LEDGER.c.entry_key)
            .subquery()
        )
        statement = (
            update(LEDGER)
            .where(LEDGER.c.feed_id == found.c.feed_id, LEDGER.c.entry_key == found.c.entry_key)
            # Once more on the row itself: a worker may have claimed it since it was found.
            .where(LEDGER.c.state.in_(("discovered", "waiting")), unleased())
            .values(state="duplicate", story_id=found.c.story_id, duplicate_method=method, settled_at=now)
            .values(waiting_until=None, reason=None, detail=None, lease_worker=None, lease_until=None)
        )
        settled += connection.execute(statement).rowcount
    return settled


def record_fetch(
    connection: Connection,
    claim: Claim,
    answer: Response | Failure,
    archived: ArchiveRef | None,
    now: datetime,
) -> None:
    """Writes what became of a request: ``fetched``, ``waiting`` for another try, or ``rejected``."""
    at = answer.fetched_at or now
    fetch_id = uuid.uuid5(claim.feed_id, f"fetch:{claim.entry_key}:{at.isoformat()}")
    connection.execute(
        insert(FETCH).values(_fetch_row(claim, answer, archived, fetch_id, at)).on_conflict_do_nothing()
    )
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


def reject(connection: Connection, claim: Claim, reason: str, detail: str, now: datetime) -> None:
    """Ends an entry that cannot be a story, with its reason."""
    values = {"state": "rejected", "reason": reason, "detail": detail, "settled_at": now}
    fetched = LEDGER.c.state == "fetched"
    connection.execute(
        update(LEDGER).where(_is(claim), fetched).values(**values, lease_worker=None, lease_until=None)
    )


def count_pending(connection: Connection, now: datetime) -> int:
    """Entries that can be worked on at ``now``, leased ones included, waiting ones only when due."""
    ready = or_(
        LEDGER.c.state.in_(("discovered", "fetched")),
        and_(LEDGER.c.state == "waiting", LEDGER.c.waiting_until <= now),
    )
    return connection.execute(select(func.count()).select_from(LEDGER).where(ready)).scalar_one()


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
