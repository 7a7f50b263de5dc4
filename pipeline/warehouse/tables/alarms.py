"""What somebody should look at, from when to when, and whether somebody was told."""

from __future__ import annotations

from sqlalchemy import DateTime, ForeignKey, Index, Table, Text, Uuid
from sqlalchemy import text as sql

from pipeline.warehouse.tables.metadata import METADATA, column, instant, optional

ALARM = Table(
    "alarm",
    METADATA,
    column("subject", Text, "What it is about: the feed's id; of late_run, the DAG's", primary_key=True),
    column("kind", Text, "A kind of ops.feed_alarm, or late_run", primary_key=True),
    column("first_seen_at", DateTime(timezone=True), "The review that first found it", primary_key=True),
    column("last_seen_at", DateTime(timezone=True), "The last review that found it"),
    instant("since", "Since when it is so, as known at first; NULL: it was never otherwise"),
    column("words", Text, "What is odd, as of the last review"),
    optional("feed_id", Uuid, "The feed; NULL: it is about no single one", ForeignKey("news.feed.feed_id")),
    instant("resolved_at", "The first review that did not find it any more; NULL: it lasts"),
    instant("told_at", "When the log and the notifier had it; NULL: nobody was told yet"),
    # One that lasts is one row; one that comes back is another, and is told again.
    Index("uq_alarm_open", "subject", "kind", unique=True, postgresql_where=sql("resolved_at is null")),
    schema="ops",
    comment="Alarms about feeds and runs, each from its first review to the one that misses it",
)
