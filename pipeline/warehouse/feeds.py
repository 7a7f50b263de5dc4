"""The registered feeds, each with its publisher and its state: what polls and replays begin with."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, false, func, or_, select

from pipeline.records import Source
from pipeline.warehouse.feedstate import FeedState
from pipeline.warehouse.registry import sources
from pipeline.warehouse.tables import FEED, FEED_POLL, FEED_STATE, SOURCE


@dataclass(frozen=True, slots=True)
class RegisteredFeed:
    """A feed to poll, with what is needed to ask for it and to judge the answer."""

    feed_id: uuid.UUID
    source_id: uuid.UUID
    url: str
    source: Source
    state: FeedState = field(default_factory=FeedState)


def feeds_to_poll(
    connection: Connection,
    *,
    shard: int = 0,
    of: int = 1,
    due_before: datetime | None = None,
    every_state: bool = False,
) -> list[RegisteredFeed]:
    """The active feeds of active publishers in this shard, in the order of their addresses.

    Args:
        connection: a transaction.
        shard: which share, from 0; a publisher's feeds are all in one.
        of: how many shares there are.
        due_before: only feeds whose next poll is due before it; None: all.
        every_state: paused and removed ones too, as a replay of the past needs.
    """
    query = registered_feeds().where(in_shard(shard, of)).order_by(FEED.c.url)
    if not every_state:
        query = query.where(FEED.c.state == "active", SOURCE.c.state == "active")
    if due_before is not None:
        query = query.where(or_(FEED_STATE.c.next_poll_at.is_(None), FEED_STATE.c.next_poll_at <= due_before))
    return as_feeds(connection, connection.execute(query).mappings().all())


def registered_feeds() -> Select[Any]:
    """Feeds with their states, in the columns that ``as_feeds`` reads; those of a place of the past are none."""
    return (
        select(FEED, *(column for column in FEED_STATE.c if column.name != "feed_id"))
        .join(SOURCE, SOURCE.c.source_id == FEED.c.source_id)
        .outerjoin(FEED_STATE, FEED_STATE.c.feed_id == FEED.c.feed_id)
        .where(FEED.c.state != "past")
    )


def in_shard(shard: int, of: int) -> ColumnElement[bool]:
    """True of the publishers of one share of ``of``, from 0."""
    # Inside coalesce, for the planner: it takes a bare equality for a rare one, and would sort the whole backlog.
    return func.coalesce(func.mod(func.abs(func.hashtext(SOURCE.c.domain)), of) == shard, false())


def as_feeds(connection: Connection, rows: Sequence[RowMapping]) -> list[RegisteredFeed]:
    """Rows of ``registered_feeds`` as values, in their order."""
    known = sources(connection, every=True, only={row["source_id"] for row in rows})
    return [
        RegisteredFeed(
            row["feed_id"], row["source_id"], row["url"], known[row["source_id"]], FeedState.of_row(row)
        )
        for row in rows
    ]


def other_addresses(connection: Connection) -> dict[str, uuid.UUID]:
    """Addresses besides the registered ones at which feeds were asked, and whose they are."""
    query = (
        select(FEED_POLL.c.asked_url, FEED_POLL.c.feed_id)
        .where(FEED_POLL.c.asked_url.is_not(None))
        .distinct()
        .order_by(FEED_POLL.c.asked_url, FEED_POLL.c.feed_id)
    )
    return {row.asked_url: row.feed_id for row in connection.execute(query)}
