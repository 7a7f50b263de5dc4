"""How far the WARC files of others have been read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from pipeline.warehouse.tables.metadata import METADATA, column, text

WARC_FILE = Table(
    "warc_file",
    METADATA,
    column("file", Text, "Address of the file", primary_key=True),
    column("since", DateTime(timezone=True), "Begin of the window that was looked for", primary_key=True),
    column("until", DateTime(timezone=True), "Its end, which is not within it", primary_key=True),
    column("hosts_digest", Text, "sha256 of the hosts that were looked for", primary_key=True),
    column(
        "next_offset", BigInteger, "Byte at which reading goes on: a record, or a gzip member, begins there"
    ),
    column("is_done", Boolean, "True: read to its end, or as far as it can be read"),
    column("records", Integer, "Responses of these hosts seen so far"),
    column("entered", Integer, "Those of them that the ledger did not know"),
    column("skipped", JSONB, "What was passed over: how many, by reason"),
    text("fault", "Why the file was not read to its end; NULL: nothing is wrong with it, so far"),
    column("read_at", DateTime(timezone=True), "When this was written last"),
    schema="ops",
    comment="News WARCs: how far each file was read, for which window and which hosts",
)
