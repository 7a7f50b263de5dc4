"""What has been written out of the warehouse, and what was taken away since."""

from __future__ import annotations

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Integer, Table, Text, Uuid

from pipeline.warehouse.tables.metadata import METADATA, column, instant

EXPORT = Table(
    "export",
    METADATA,
    column("location", Text, "Folder or URL", primary_key=True),
    column("dataset", Text, "stories, versions, bodies, polls or fetches", primary_key=True),
    column("month", Text, "YYYY-MM, or undated", primary_key=True),
    column(
        "fingerprint", Text, "Of the rows as exported: while the warehouse has the same, the file is current"
    ),
    column("rows", BigInteger, "Rows of the file"),
    column("size_bytes", BigInteger, "Size of the file"),
    column("exported_at", DateTime(timezone=True), "When the file was written"),
    instant(
        "stale_at", "Since when it holds something erased and has to be written again; NULL: it does not"
    ),
    schema="ops",
    comment="Files of dateline export, a row each: only what stands in a current one may be taken away by age",
)

FEED_POLL_SUM = Table(
    "feed_poll_sum",
    METADATA,
    column("feed_id", Uuid, "The feed", ForeignKey("news.feed.feed_id"), primary_key=True),
    column("month", Date, "First day of the month, UTC", primary_key=True),
    column("polls", Integer, "Polls that were taken away"),
    column("failed", Integer, "Those of them that failed"),
    column("entries", BigInteger, "Entries in their documents"),
    column("new_entries", BigInteger, "Entries not known before"),
    column("entered_entries", BigInteger, "Entries of their documents that the ledger then held"),
    column("body_bytes", BigInteger, "Bytes of their decoded bodies"),
    schema="ops",
    comment="Sums of the rows of ops.feed_poll that retention took away: with them the law of conservation holds on",
)

ARCHIVE_REMOVED = Table(
    "archive_removed",
    METADATA,
    column("object", Text, "WARC file below the archive's location", primary_key=True),
    column("size_bytes", BigInteger, "What it took"),
    column("removed_at", DateTime(timezone=True), "When it was taken away for its age"),
    schema="ops",
    comment="Files of the archive that retention took away: rows may still refer to them",
)
