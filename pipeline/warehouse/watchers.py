"""What the watchers of feeds did last: one row a shard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func
from sqlalchemy.dialects.postgresql import insert

from pipeline.warehouse.tables import WATCHER


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a watcher over the feeds of its shard that were due."""

    shard: int
    of: int
    began_at: datetime
    seconds: float
    feeds: int = 0
    """Feeds polled."""
    failed: int = 0
    """Those of them that did not answer as feeds."""
    new: int = 0
    """Entries not known before."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Rounds of a watcher that came to no end and that nobody was told of yet."""

    rounds: int
    at: datetime
    """When the last of them failed."""
    error: str
    """Why that one did."""


def record_round(connection: Connection, told: Round) -> None:
    """Keeps ``told`` as the shard's last round; of two watchers at once the later one's counts.

    A round that found feeds due is kept apart from those that found none, which are most.
    """
    last = {"began_at": told.began_at, "seconds": told.seconds}
    if told.feeds:
        last |= {"polled_at": told.began_at, "feeds": told.feeds, "failed": told.failed, "new": told.new}
    row = insert(WATCHER).values(shard=told.shard, of=told.of, rounds=1, **last)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[WATCHER.c.shard, WATCHER.c.of],
            set_={name: row.excluded[name] for name in last} | {"rounds": WATCHER.c.rounds + 1},
            where=func.coalesce(WATCHER.c.began_at, row.excluded.began_at) <= row.excluded.began_at,
        )
    )


def record_trouble(connection: Connection, shard: int, of: int, told: Trouble) -> None:
    """Counts rounds that failed, and keeps why the last one did."""
    why = {"failed_at": told.at, "last_error": told.error}
    row = insert(WATCHER).values(shard=shard, of=of, failed_rounds=told.rounds, **why)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[WATCHER.c.shard, WATCHER.c.of],
            set_=why | {"failed_rounds": WATCHER.c.failed_rounds + told.rounds},
        )
    )
