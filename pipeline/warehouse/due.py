"""Which feeds a poller may take in hand: those that are due, no host's too many, nobody's twice."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    all_,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.warehouse.feeds import RegisteredFeed, as_feeds, in_shard, registered_feeds
from pipeline.warehouse.leases import unleased
from pipeline.warehouse.tables import FEED, FEED_STATE, HOST_SLOT, SOURCE

LEASE = timedelta(hours=2)
"""Longer than any poll waits for its turn: a dead worker's feeds are free at once, by its lock."""
PER_HOST = 32
"""Feeds of one host in hand at once: their turns come one after the other, and others need not wait for them."""
_CHOICE = 4
"""Candidates for each place: workers that choose at the same moment do not all choose the same."""
_SPREAD_SECONDS = 600
"""The feeds of a host whose pause is over come within so long, each at its own moment."""

_AT_ONCE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Share:
    """The feeds that a poller works on."""

    began: datetime
    """When it began, which is its now: what was polled since then is done."""
    due_before: datetime | None = None
    """Later than ``began``: what is due soon is polled with the others. None: every feed is polled, due or not."""
    shard: int = 0
    of: int = 1


def claim_feeds(
    connection: Connection, worker: int, share: Share, *, limit: int, busy: Collection[str] = ()
) -> list[RegisteredFeed]:
    """Up to ``limit`` feeds to poll, leased to ``worker``, the longest due first; empty: none is left for now.

    Feeds of paused hosts, and of the hosts in ``busy``, are passed over. Those of one host do not stand
    side by side, as far as there are others.
    """
    free = and_(*_free(share), or_(FEED_STATE.c.host.is_(None), FEED_STATE.c.host != all_(_texts(busy))))
    due = _due(share)
    kinds = [_candidates(share, and_(kind, free), limit * _CHOICE) for kind in due]
    candidates = union_all(*(kind.subquery().select() for kind in kinds)).subquery()
    order = candidates.c.next_poll_at.asc().nulls_first()
    turn = func.row_number().over(partition_by=candidates.c.host, order_by=order).label("turn")
    ranked = select(candidates, turn).subquery()
    chosen = (
        select(ranked.c.feed_id)
        .where(ranked.c.turn <= PER_HOST)
        .order_by(ranked.c.next_poll_at.asc().nulls_first(), ranked.c.feed_id)
        .limit(limit * _CHOICE // 2)
    )
    # Checked again under the lock: between the choice and the lock another worker may have been here.
    locked = (
        select(FEED_STATE.c.feed_id)
        .where(FEED_STATE.c.feed_id.in_(chosen), or_(*due), free)
        .order_by(FEED_STATE.c.next_poll_at.asc().nulls_first(), FEED_STATE.c.feed_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("locked")
    )
    statement = (
        update(FEED_STATE)
        .where(FEED_STATE.c.feed_id == locked.c.feed_id)
        .values(lease_worker=worker, lease_until=func.now() + LEASE)
        .returning(FEED_STATE.c.feed_id, FEED_STATE.c.host)
    )
    hosts = {row.feed_id: row.host for row in connection.execute(statement)}
    if not hosts:
        return []
    query = registered_feeds().where(FEED.c.feed_id.in_(hosts))
    taken = as_feeds(connection, connection.execute(query).mappings().all())
    return _in_turns(taken, hosts)


def is_any_due(connection: Connection, share: Share) -> bool:
    """True if ``claim_feeds`` would find something: what a watcher asks most of the time, and cheap."""
    free = and_(*_free(share))
    found = (exists(_candidates(share, and_(kind, free), 1).subquery().select()) for kind in _due(share))
    return bool(connection.execute(select(or_(*found))).scalar_one())


def release(connection: Connection, worker: int, feeds: Collection[uuid.UUID]) -> None:
    """Gives feeds back that ``worker`` has in hand; what others have stays theirs."""
    mine = (FEED_STATE.c.feed_id.in_(feeds), FEED_STATE.c.lease_worker == worker)
    connection.execute(update(FEED_STATE).where(*mine).values(lease_worker=None, lease_until=None))


def _candidates(share: Share, ready: ColumnElement[bool], most: int) -> Select[Any]:
    return (
        select(FEED_STATE.c.feed_id, FEED_STATE.c.host, FEED_STATE.c.next_poll_at)
        .join(FEED, FEED.c.feed_id == FEED_STATE.c.feed_id)
        .join(SOURCE, SOURCE.c.source_id == FEED.c.source_id)
        .where(FEED.c.state == "active", SOURCE.c.state == "active", in_shard(share.shard, share.of), ready)
        .order_by(FEED_STATE.c.next_poll_at)
        .limit(most)
    )


def _due(share: Share) -> list[ColumnElement[bool]]:
    """Feeds never polled, and those whose time has come: each is a range of the index, read in its order."""
    at = FEED_STATE.c.next_poll_at
    if share.due_before is None:
        return [at.is_(None), at.is_not(None)]
    # Ahead of its time only what answered well and was left alone for a while: a Retry-After is no wish.
    rested = FEED_STATE.c.last_polled_at < share.began - 2 * (share.due_before - share.began)
    early = and_(FEED_STATE.c.last_reason.is_(None), rested)
    return [at.is_(None), and_(at <= share.due_before, or_(at <= share.began, early))]


def _free(share: Share) -> list[ColumnElement[bool]]:
    state = FEED_STATE.c
    own_moment = func.mod(func.abs(func.hashtext(cast(state.feed_id, Text))), _SPREAD_SECONDS)
    free_at = HOST_SLOT.c.free_at + func.make_interval(0, 0, 0, 0, 0, 0, cast(own_moment, Integer))
    return [
        unleased(FEED_STATE),
        or_(state.last_polled_at.is_(None), state.last_polled_at < share.began),
        ~exists().where(HOST_SLOT.c.host == state.host, free_at > share.began),
    ]


def _texts(hosts: Collection[str]) -> ColumnElement[Sequence[str]]:
    return bindparam("busy", sorted(hosts), ARRAY(Text))


def _in_turns(feeds: Sequence[RegisteredFeed], hosts: dict[uuid.UUID, str | None]) -> list[RegisteredFeed]:
    """Each host's first, then each host's second ..."""
    ordered = sorted(feeds, key=lambda feed: (feed.state.next_poll_at or _AT_ONCE, feed.url))
    seen: dict[str | None, int] = defaultdict(int)
    turns: list[tuple[int, int, RegisteredFeed]] = []
    for place, feed in enumerate(ordered):
        host = hosts[feed.feed_id]
        turns.append((seen[host], place, feed))
        seen[host] += 1
    return [feed for _, _, feed in sorted(turns, key=lambda one: one[:2])]
