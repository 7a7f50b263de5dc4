"""Schema ``ops``: how hosts want to be asked, shared by all workers."""

from __future__ import annotations

from sqlalchemy import DateTime, Integer, Table, Text

from pipeline.warehouse.tables.metadata import METADATA, column, instant, optional, text

ROBOTS = Table(
    "robots",
    METADATA,
    column("origin", Text, "Scheme, host and port that the file is about", primary_key=True),
    text("body", "The file as last had; empty: no rules, all is allowed; NULL: it never could be had"),
    column("expires_at", DateTime(timezone=True), "When it has to be asked for again"),
    optional(
        "unreachable_since",
        DateTime(timezone=True),
        "Since then it cannot be had, and for 30 days nothing is allowed; NULL: it can",
    ),
    schema="ops",
    comment="robots.txt of each host, shared by all workers",
)

HOST_SLOT = Table(
    "host_slot",
    METADATA,
    column("host", Text, "The host, with its port where that is not the scheme's own", primary_key=True),
    column("next_at", DateTime(timezone=True), "Earliest start of the next request to it"),
    instant("free_at", "Until then nothing is asked there: it refused several addresses in a row"),
    column("pauses", Integer, "Such pauses since it last answered well; each is longer", server_default="0"),
    schema="ops",
    comment="Politeness shared by all workers: the next free slot of each host",
)

HOST_REFUSAL = Table(
    "host_refusal",
    METADATA,
    column("host", Text, "The host", primary_key=True),
    column("address_digest", Text, "sha256:<hex> of the address", primary_key=True),
    column("refused_at", DateTime(timezone=True), "When it answered 429 or 503"),
    instant("free_at", "Until when the answer asks to be left alone; NULL: it does not say"),
    schema="ops",
    comment="Addresses that a host has refused since it last answered well; several pause the host",
)
