"""Entries that repeat an earlier one of their publisher: held back, then settled without a request."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline.warehouse.leases import unleased
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.tables import LEDGER

_AT_ONCE = 500
"""Entries settled in one transaction: each of their publishers is locked, and locks are not without number."""


def repeats_another() -> ColumnElement[bool]:
    """True of a ledger row whose story an earlier entry has told, or may still tell."""
    earlier = LEDGER.alias("earlier")
    may_tell = earlier.c.state != "rejected"
    return select(literal(1)).where(_same_address(earlier), may_tell, _precedes(earlier)).exists()


def settle_repeats(connection: Connection, now: datetime) -> int:
    """Marks entries whose story the publisher's earlier entry has told already; returns how many.

    Told by the same canonical address: no request is spent on them.
    """
    found = _found(LEDGER.alias("other")).subquery()
    sources: set[uuid.UUID] = set(connection.execute(select(found.c.source_id).distinct()).scalars())
    if not sources:
        return 0
    # A load of the publisher may be moving the very story that is about to be pointed at.
    lock_names(connection, (f"source:{source}" for source in sources))
    statement = (
        update(LEDGER)
        .where(LEDGER.c.feed_id == found.c.feed_id, LEDGER.c.entry_key == found.c.entry_key)
        # Once more on the row itself: a worker may have claimed it since it was found.
        .where(LEDGER.c.state.in_(("discovered", "waiting")), unleased(LEDGER))
        .where(LEDGER.c.source_id.in_(sources))
        .values(state="duplicate", story_id=found.c.story_id, settled_at=now)
        .values(duplicate_method="canonical_url", waiting_until=None, reason=None, detail=None)
        .values(lease_worker=None, lease_until=None)
    )
    return connection.execute(statement).rowcount


def _found(other: Any) -> Select[Any]:
    first = func.array_agg(aggregate_order_by(other.c.story_id, other.c.discovered_at))[1]
    return (
        select(LEDGER.c.feed_id, LEDGER.c.entry_key, LEDGER.c.source_id, first.label("story_id"))
        .join(other, _same_address(other))
        .where(LEDGER.c.state.in_(("discovered", "waiting")), unleased(LEDGER))
        .where(other.c.state.in_(("loaded", "duplicate")), _precedes(other))
        .group_by(LEDGER.c.feed_id, LEDGER.c.entry_key)
        .order_by(LEDGER.c.feed_id, LEDGER.c.entry_key)
        .limit(_AT_ONCE)
    )


def _same_address(other: Any) -> ColumnElement[bool]:
    return and_(other.c.source_id == LEDGER.c.source_id, LEDGER.c.canonical_url == other.c.canonical_url)


def _precedes(other: Any) -> ColumnElement[bool]:
    """True where ``other`` was discovered before the ledger's row; feed and key break ties."""
    return tuple_(other.c.discovered_at, other.c.feed_id, other.c.entry_key) < tuple_(
        LEDGER.c.discovered_at, LEDGER.c.feed_id, LEDGER.c.entry_key
    )
