"""How backfills come on, what they may ask for, and what the feeds had missed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import (
    text as sql,
)

from pipeline.warehouse.tables.metadata import METADATA, column, instant, optional, text

WALK_STATES = ("planned", "under_way", "waiting", "done", "failed")

BACKFILL = Table(
    "backfill",
    METADATA,
    column("since", DateTime(timezone=True), "Begin of the window", primary_key=True),
    column("until", DateTime(timezone=True), "Its end, which is not within it", primary_key=True),
    column(
        "source_id", Uuid, "Publisher whose past it is", ForeignKey("news.source.source_id"), primary_key=True
    ),
    column(
        "place",
        Text,
        "Where it is looked for: feed_pages, sitemap, archive_pages, wayback …",
        primary_key=True,
    ),
    column("position", Integer, "Which of the publisher's places it is: they are walked in this order"),
    column(
        "state",
        Text,
        "planned, under_way (also where its worker has died: the next one goes on), waiting, done, or failed: "
        "none of its documents could be read",
    ),
    instant(
        "waiting_until", "Not before this moment does it go on: a limit is reached, or it failed for now"
    ),
    text("cursor", "After which document it goes on; NULL: from the beginning"),
    column("documents", Integer, "Documents read", server_default="0"),
    column("found", BigInteger, "Entries that they list for the window", server_default="0"),
    column("outside", BigInteger, "Entries that they list of other windows; not entered", server_default="0"),
    column("new", BigInteger, "Entries of the found ones that the ledger did not know", server_default="0"),
    column("requests", Integer, "Requests made", server_default="0"),
    column("failures", Integer, "Documents that could not be read, and were passed over", server_default="0"),
    column("tries", Integer, "Failures in a row of the document that is next", server_default="0"),
    text("reason", "Reason code of the last failure, or daily_limit"),
    text("detail", "The reason in words"),
    instant("started_at", "When its first document was asked for"),
    instant("finished_at", "When the last one was entered"),
    optional("lease_worker", Integer, "Worker that walks it now; void once that worker's lock is gone"),
    instant("lease_until", "When the lease ends whatever the worker does"),
    CheckConstraint(f"state in {WALK_STATES}", name="state"),
    CheckConstraint("(state = 'waiting') = (waiting_until is not null)", name="waiting_has_until"),
    CheckConstraint("(state in ('done', 'failed')) = (finished_at is not null)", name="finished"),
    Index(
        "ix_backfill_open",
        "since",
        "source_id",
        postgresql_where=sql("state in ('planned', 'under_way', 'waiting')"),
    ),
    schema="ops",
    comment="Backfills: one row a window, publisher and place of its past, with how far it has come",
)

HISTORY_QUOTA = Table(
    "history_quota",
    METADATA,
    column("subject", Text, "A host, or a publisher's domain and one of its places", primary_key=True),
    column("day", Date, "The day, in UTC", primary_key=True),
    column("requests", Integer, "Requests of backfills on it, those of stories' pages among them"),
    schema="ops",
    comment="Requests of backfills a day, of all processes: each host has its limit",
)

RECONCILIATION = Table(
    "reconciliation",
    METADATA,
    column("since", DateTime(timezone=True), "Begin of the window", primary_key=True),
    column("until", DateTime(timezone=True), "Its end, which is not within it", primary_key=True),
    column("source_id", Uuid, "Publisher", ForeignKey("news.source.source_id"), primary_key=True),
    column("stories", Integer, "Stories published in the window, wherever they were found"),
    column("by_feeds", Integer, "Those of them that one of the publisher's feeds had listed"),
    column("missed", Integer, "Those that only its sitemaps or other doors list"),
    optional("missed_share", Float, "missed by stories, 0 to 1: the rate of misses; NULL: no stories"),
    column(
        "unsettled",
        Integer,
        "Entries found in that past that still wait for their page: the rate may change with them",
    ),
    column("reconciled_at", DateTime(timezone=True), "When this was counted last"),
    Index(None, "source_id", "since"),
    schema="ops",
    comment="What the feeds of a publisher missed in a window, by its sitemaps and other doors",
)
