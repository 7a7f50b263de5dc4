"""What watches feeds between the hourly runs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Float, Integer, Table

from pipeline.warehouse.tables.metadata import METADATA, column, instant, optional, text

WATCHER = Table(
    "watcher",
    METADATA,
    column("shard", Integer, "Share of the publishers that it watches, from 0", primary_key=True),
    column("of", Integer, "How many shares there were", primary_key=True),
    instant("began_at", "Begin of its last round that came to an end; NULL: none has"),
    optional("seconds", Float, "Time that this round took"),
    column("rounds", BigInteger, "Rounds that came to an end", server_default="0"),
    instant("polled_at", "Begin of its last round in which feeds were due"),
    column("feeds", Integer, "Feeds polled in that round", server_default="0"),
    column("failed", Integer, "Those of them that failed", server_default="0"),
    column("new", Integer, "Entries not known before that it brought", server_default="0"),
    column("failed_rounds", BigInteger, "Rounds that did not come to an end", server_default="0"),
    instant("failed_at", "When the last of them failed; later than began_at: it fails still"),
    text("last_error", "Why that one failed"),
    schema="ops",
    comment="The watchers of feeds in Airflow's triggerer: one row a share, its last round",
)
