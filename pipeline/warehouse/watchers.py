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
    feeds: int
    """Feeds polled."""
    failed: int
    """Those of them that did not answer as feeds."""
    new: int
    """Entries not known before."""


def record_round(connection: Connection, told: Round) -> None:
    """Keeps ``told`` as the shard's last round; of two watchers at once the later one's counts.

    A round that found feeds due is kept apart from those that found none, which are most.
    """
    last = {"began_at": told.began_at, "seconds": told.seconds}
    if told.feeds:
        last |= {"polled_at": told.began_at, "feeds": told.feeds, "failed": told.failed, "new": told.new}
    row = insert(WATCHER).values(shard=told.shard, of=told.of, **last)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[WATCHER.c.shard, WATCHER.c.of],
            set_={name: row.excluded[name] for name in last} | {"rounds": WATCHER.c.rounds + 1},
            where=func.coalesce(WATCHER.c.began_at, row.excluded.began_at) <= row.excluded.began_at,
        )
    )
