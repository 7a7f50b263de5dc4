"""What is asked of hubs, so that they push."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import (
    text as sql,
)

from pipeline.warehouse.tables.metadata import METADATA, column, instant, text

SUBSCRIPTION = Table(
    "subscription",
    METADATA,
    column("feed_id", Uuid, "The feed", ForeignKey("news.feed.feed_id"), primary_key=True),
    column(
        "state",
        Text,
        "none (no hub is named), announced (not yet asked), requested (the hub has yet to ask back), active, "
        "denied, expired or unsubscribed",
    ),
    text("hub", "Address of the hub; NULL: the feed names none"),
    text("topic", "Address by which the hub knows the feed"),
    text("token", "Secret: last part of the address that the hub calls; whoever knows it may call there"),
    text("secret", "Secret: key of the hub's signatures; nobody but the pipeline may read it"),
    text("asked", "subscribe or unsubscribe: what was asked for last; only that is confirmed to the hub"),
    instant("requested_at", "When it was asked for last"),
    instant("verified_at", "When the hub last asked back and was answered"),
    instant("lease_until", "Until when the hub pushes; NULL: it has not promised to"),
    instant(
        "pushed_at", "Last push with entries not known before; while it is recent the feed is polled seldom"
    ),
    column("pushes", BigInteger, "Pushes that were signed and entered", server_default="0"),
    column(
        "repeated",
        BigInteger,
        "Signed pushes of a document that had been received before",
        server_default="0",
    ),
    column("refused", BigInteger, "Pushes that changed nothing: see refused_reason", server_default="0"),
    text(
        "refused_reason", "Of the last one: unsigned, unknown_method, wrong_signature, not_live or not_a_feed"
    ),
    instant("refused_at", "When it came"),
    column("failures", Integer, "Requests without success since the last confirmation", server_default="0"),
    text(
        "last_reason",
        "Why the last request failed, or the hub's own words; NULL: it was taken, or none was made",
    ),
    column("looked_at", DateTime(timezone=True), "When the feed's document was last searched for hubs"),
    UniqueConstraint("token"),
    CheckConstraint(
        "state in ('none', 'announced', 'requested', 'active', 'denied', 'expired', 'unsubscribed')",
        name="state",
    ),
    CheckConstraint("asked in ('subscribe', 'unsubscribe')", name="asked"),
    CheckConstraint(
        "state = 'none' or num_nulls(hub, topic, token, secret) = 0",
        name="hub_has_topic",
    ),
    Index("ix_subscription_lease", "lease_until", postgresql_where=sql("state = 'active'")),
    schema="ops",
    comment="What is asked of the hubs that feeds name (WebSub), and what they bring; one row a feed that was searched",
)
