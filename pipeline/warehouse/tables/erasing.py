"""What must not come back: the erased stories, by digests alone."""

from __future__ import annotations

from sqlalchemy import BigInteger, DateTime, ForeignKey, Table, Text, Uuid

from pipeline.warehouse.tables.metadata import METADATA, column, optional, text

TOMBSTONE = Table(
    "tombstone",
    METADATA,
    column("story_id", Uuid, "The story that is no more", primary_key=True),
    column("source_id", Uuid, "Its publisher", ForeignKey("news.source.source_id")),
    column("erased_at", DateTime(timezone=True), "When it was erased"),
    text("why", "Reason as given by who erased it; NULL: none was given"),
    text("archive_object", "WARC segment that says the same, for a rebuild; NULL: not written yet"),
    optional("archive_offset", BigInteger, "Offset of the record in the segment"),
    schema="ops",
    comment="Stories erased by dateline erase: no poll, replay, rebuild or backfill enters them again",
)

TOMBSTONE_MARK = Table(
    "tombstone_mark",
    METADATA,
    column(
        "digest",
        Text,
        "SHA-256 of the publisher and of one thing by which the story is known again: address, id, text, item of a feed",
        primary_key=True,
    ),
    column(
        "story_id",
        Uuid,
        "The erased story",
        ForeignKey("ops.tombstone.story_id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    schema="ops",
    comment="By what the erased stories are known again; nothing of them can be read from it",
)
