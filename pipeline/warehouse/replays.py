"""The windows that backfills have entered: how far they have come can be seen while they run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from pipeline.warehouse.tables import REPLAY


@dataclass(frozen=True, slots=True)
class Replay:
    """A share of a past window, entered from the archive."""

    since: datetime
    until: datetime
    shard: int
    of: int
    documents: int
    """Feed documents that the archive had of it."""
    new: int
    """Entries that the ledger did not know before."""


def record_replay(connection: Connection, told: Replay, now: datetime) -> None:
    """Keeps ``told``; of a window replayed again the row stays, with the sum of what was new."""
    row = insert(REPLAY).values(**asdict(told), replayed_at=now)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=list(REPLAY.primary_key.columns),
            set_={
                "documents": row.excluded.documents,
                "new": REPLAY.c.new + row.excluded.new,
                "replayed_at": row.excluded.replayed_at,
            },
        )
    )
