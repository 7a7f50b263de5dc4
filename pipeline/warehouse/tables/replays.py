"""Which past windows were entered again from the archive."""

from __future__ import annotations

from sqlalchemy import BigInteger, DateTime, Integer, Table

from pipeline.warehouse.tables.metadata import METADATA, column

REPLAY = Table(
    "replay",
    METADATA,
    column("since", DateTime(timezone=True), "Begin of the window", primary_key=True),
    column("until", DateTime(timezone=True), "Its end, which is not within it", primary_key=True),
    column("shard", Integer, "Share of the publishers, from 0", primary_key=True),
    column(
        "of", Integer, "How many shares there were; all of them make the window complete", primary_key=True
    ),
    column("documents", Integer, "Feed documents that the archive received in it, when it was replayed last"),
    column("new", BigInteger, "Entries that the ledger did not know, of every replay of it"),
    column("replayed_at", DateTime(timezone=True), "When it was replayed last"),
    schema="ops",
    comment="Past windows that a backfill has entered from the archive: one row a window and share",
)
