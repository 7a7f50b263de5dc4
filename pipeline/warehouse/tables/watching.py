"""What watches feeds between the hourly runs."""

from __future__ import annotations

from sqlalchemy import BigInteger, DateTime, Float, Integer, Table

from pipeline.warehouse.tables.metadata import METADATA, column, instant

WATCHER = Table(
    "watcher",
    METADATA,
    column("shard", Integer, "Share of the publishers that it watches, from 0", primary_key=True),
    column("of", Integer, "How many shares there were", primary_key=True),
    column("began_at", DateTime(timezone=True), "Begin of its last round that came to an end"),
    column("seconds", Float, "Time that this round took"),
    column("rounds", BigInteger, "Rounds since the row was made", server_default="1"),
    instant("polled_at", "Begin of its last round in which feeds were due"),
    column("feeds", Integer, "Feeds polled in that round", server_default="0"),
    column("failed", Integer, "Those of them that failed", server_default="0"),
    column("new", Integer, "Entries not known before that it brought", server_default="0"),
    schema="ops",
    comment="The watchers of feeds in Airflow's triggerer: one row a share, its last round",
)
