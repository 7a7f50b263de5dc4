"""What is asked of hubs, and what they brought: the rows of ``ops.subscription``."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, exists, func, lateral, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.poll.websub import (
    FIRST_RETRY,
    GIVEN_UP_AFTER,
    PROVED_FOR,
    Announced,
    Subscription,
    hub_to_ask,
    to_ask,
)
from pipeline.records import ArchiveRef
from pipeline.warehouse.feeds import RegisteredFeed, as_feeds, registered_feeds
from pipeline.warehouse.tables import FEED, FEED_POLL, FEED_STATE, SOURCE, SUBSCRIPTION

LOOK_AGAIN = timedelta(days=7)
"""A feed's document is searched for hubs so often; of a hub that was given up at once."""

_COLUMNS = tuple(one.name for one in fields(Subscription))
_IS_READ = and_(FEED.c.state == "active", SOURCE.c.state == "active")


@dataclass(frozen=True, slots=True)
class ToSearch:
    """A feed whose last document is to be searched for hubs."""

    feed_id: uuid.UUID
    registered: str
    """The feed's own address."""
    document: ArchiveRef


def to_search(connection: Connection, now: datetime, *, limit: int) -> list[ToSearch]:
    """The feeds that were never searched, or not for long, or whose hub was given up since; the first ones first."""
    last = lateral(
        select(FEED_POLL)
        .where(
            FEED_POLL.c.feed_id == FEED.c.feed_id,
            FEED_POLL.c.outcome == "changed",
            FEED_POLL.c.archive_object.is_not(None),
        )
        .order_by(FEED_POLL.c.polled_at.desc())
        .limit(1)
    )
    given_up = or_(SUBSCRIPTION.c.state == "denied", SUBSCRIPTION.c.failures >= GIVEN_UP_AFTER)
    is_due = or_(
        SUBSCRIPTION.c.feed_id.is_(None),
        SUBSCRIPTION.c.looked_at <= now - LOOK_AGAIN,
        and_(given_up, SUBSCRIPTION.c.looked_at < SUBSCRIPTION.c.requested_at),
    )
    query = (
        select(FEED.c.feed_id, FEED.c.url, last)
        .join(SOURCE, SOURCE.c.source_id == FEED.c.source_id)
        .join(last, true())
        .outerjoin(SUBSCRIPTION, SUBSCRIPTION.c.feed_id == FEED.c.feed_id)
        .where(_IS_READ, is_due)
        .order_by(SUBSCRIPTION.c.looked_at.asc().nulls_first(), FEED.c.feed_id)
        .limit(limit)
    )
    return [
        ToSearch(
            row.feed_id,
            row.url,
            ArchiveRef(row.archive_object, row.archive_offset, row.archive_length, row.archive_digest),
        )
        for row in connection.execute(query)
    ]


def searched(
    connection: Connection,
    feed_id: uuid.UUID,
    found: Announced | None,
    *,
    token: str,
    secret: str,
    now: datetime,
) -> None:
    """Keeps what a feed's document says of hubs; ``token`` and ``secret`` are used where another hub is to be asked.

    A hub that the document still names stays, unless it was given up and there is another.
    """
    row = _one(connection, SUBSCRIPTION.c.feed_id == feed_id)
    before = _subscription(row) if row and row["hub"] else None
    hub = hub_to_ask(found, before) if found else None
    if found and before and (hub, found.topic) == (before.hub, before.topic):
        touched(connection, feed_id, now)
        return
    values: dict[str, Any] = dict.fromkeys(_COLUMNS) | {"feed_id": feed_id, "failures": 0, "looked_at": now}
    if found:
        values |= {"state": "announced", "hub": hub, "topic": found.topic, "token": token, "secret": secret}
    else:
        values["state"] = "none"
    statement = insert(SUBSCRIPTION).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=[SUBSCRIPTION.c.feed_id], set_=values))
    if before and before.pushed_at:
        _pull_again(connection, [feed_id], now)


def touched(connection: Connection, feed_id: uuid.UUID, now: datetime) -> None:
    """Keeps that a feed was searched and nothing is to be changed."""
    row = insert(SUBSCRIPTION).values(feed_id=feed_id, state="none", looked_at=now)
    connection.execute(
        row.on_conflict_do_update(index_elements=[SUBSCRIPTION.c.feed_id], set_={"looked_at": now})
    )


def due(connection: Connection, now: datetime, *, limit: int) -> list[tuple[Subscription, bool]]:
    """Subscriptions of which the hub is to be asked for something now, and whether their feeds are still read."""
    query = (
        select(SUBSCRIPTION, _IS_READ.label("wanted"))
        .join(FEED, FEED.c.feed_id == SUBSCRIPTION.c.feed_id)
        .join(SOURCE, SOURCE.c.source_id == FEED.c.source_id)
        .where(SUBSCRIPTION.c.state != "none")
        .where(
            or_(
                SUBSCRIPTION.c.requested_at.is_(None),
                SUBSCRIPTION.c.requested_at <= now - FIRST_RETRY,
                SUBSCRIPTION.c.state.in_(("active", "unsubscribed")),
            )
        )
        .order_by(SUBSCRIPTION.c.requested_at.asc().nulls_first(), SUBSCRIPTION.c.feed_id)
    )
    rows = connection.execute(query).mappings()
    every = ((_subscription(row), bool(row["wanted"])) for row in rows)
    return [one for one in every if to_ask(one[0], wanted=one[1], now=now)][:limit]


def save(connection: Connection, before: Subscription, after: Subscription, now: datetime) -> bool:
    """Writes ``after`` where nothing was asked or confirmed since ``before``; False: something was.

    A feed that its hub will push no more is due at once.
    """
    changed = {
        name: getattr(after, name) for name in _COLUMNS if getattr(after, name) != getattr(before, name)
    }
    if not changed:
        return True
    same = and_(
        SUBSCRIPTION.c.feed_id == before.feed_id,
        SUBSCRIPTION.c.token == before.token,
        SUBSCRIPTION.c.requested_at.is_not_distinct_from(before.requested_at),
        SUBSCRIPTION.c.verified_at.is_not_distinct_from(before.verified_at),
    )
    written = connection.execute(update(SUBSCRIPTION).where(same).values(changed)).rowcount > 0
    if written and before.pushed_at and after.state in ("denied", "unsubscribed"):
        _pull_again(connection, [before.feed_id], now)
    return written


def by_token(connection: Connection, token: str) -> Subscription | None:
    """The subscription whose callback ends in ``token``, its row locked; None: there is none."""
    row = _one(connection, SUBSCRIPTION.c.token == token)
    return _subscription(row) if row else None


def feed_of(connection: Connection, feed_id: uuid.UUID) -> RegisteredFeed | None:
    """The feed with its state; None: it is not read any more."""
    query = registered_feeds().where(FEED.c.feed_id == feed_id, _IS_READ)
    return next(iter(as_feeds(connection, connection.execute(query).mappings().all())), None)


def was_received(connection: Connection, feed_id: uuid.UUID, digest: str, since: datetime) -> bool:
    """True if the feed gave a document of that digest since then, pulled or pushed."""
    seen = exists().where(
        FEED_POLL.c.feed_id == feed_id, FEED_POLL.c.polled_at >= since, FEED_POLL.c.archive_digest == digest
    )
    return bool(connection.execute(select(seen)).scalar_one())


def count_push(connection: Connection, feed_id: uuid.UUID, *, new: int, at: datetime) -> None:
    """Counts a push that was entered; with ``new`` entries it proves that the hub delivers."""
    values: dict[str, Any] = {"pushes": SUBSCRIPTION.c.pushes + 1}
    if new:
        values["pushed_at"] = func.greatest(SUBSCRIPTION.c.pushed_at, at)
    connection.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.feed_id == feed_id).values(values))


def count_repeat(connection: Connection, feed_id: uuid.UUID) -> None:
    """Counts a push of a document that had been received before."""
    row = SUBSCRIPTION.c.feed_id == feed_id
    connection.execute(update(SUBSCRIPTION).where(row).values(repeated=SUBSCRIPTION.c.repeated + 1))


def count_refused(connection: Connection, feed_id: uuid.UUID, reason: str, at: datetime) -> None:
    """Counts a push that changed nothing."""
    values = {"refused": SUBSCRIPTION.c.refused + 1, "refused_reason": reason, "refused_at": at}
    connection.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.feed_id == feed_id).values(values))


def lapse(connection: Connection, now: datetime) -> int:
    """Ends the subscriptions whose lease is over; their feeds are due at once. Returns how many there were."""
    over = and_(SUBSCRIPTION.c.state == "active", SUBSCRIPTION.c.lease_until <= now)
    ended = update(SUBSCRIPTION).where(over).values(state="expired")
    rows = connection.execute(ended.returning(SUBSCRIPTION.c.feed_id, SUBSCRIPTION.c.pushed_at)).all()
    _pull_again(connection, [row.feed_id for row in rows if row.pushed_at], now)
    return len(rows)


def pushed_feeds(connection: Connection, feeds: Collection[uuid.UUID], now: datetime) -> set[uuid.UUID]:
    """Those of ``feeds`` whose hub delivers (``Subscription.is_pushed``): they may be polled seldom."""
    query = select(SUBSCRIPTION.c.feed_id).where(
        SUBSCRIPTION.c.feed_id.in_(feeds),
        SUBSCRIPTION.c.state == "active",
        SUBSCRIPTION.c.lease_until > now,
        SUBSCRIPTION.c.pushed_at > now - PROVED_FOR,
    )
    return set(connection.execute(query).scalars()) if feeds else set()


def _pull_again(connection: Connection, feeds: Collection[uuid.UUID], now: datetime) -> None:
    """Makes feeds due that a hub was to bring; those that fail keep their back-off."""
    waiting = and_(
        FEED_STATE.c.feed_id.in_(feeds), FEED_STATE.c.failures == 0, FEED_STATE.c.next_poll_at > now
    )
    if feeds:
        connection.execute(update(FEED_STATE).where(waiting).values(next_poll_at=now))


def _one(connection: Connection, where: Any) -> RowMapping | None:
    query = select(SUBSCRIPTION).where(where).with_for_update()
    return connection.execute(query).mappings().first()


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(**{name: row[name] for name in _COLUMNS})
