"""Be told by hubs"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("feed_id", sa.Uuid(), nullable=False, comment="The feed"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="none (no hub is named), announced (not yet asked), requested (the hub has yet to ask back), active, denied, expired or unsubscribed",
        ),
        sa.Column("hub", sa.Text(), nullable=True, comment="Address of the hub; NULL: the feed names none"),
        sa.Column("topic", sa.Text(), nullable=True, comment="Address by which the hub knows the feed"),
        sa.Column(
            "token",
            sa.Text(),
            nullable=True,
            comment="Secret: last part of the address that the hub calls; whoever knows it may call there",
        ),
        sa.Column(
            "secret",
            sa.Text(),
            nullable=True,
            comment="Secret: key of the hub's signatures; nobody but the pipeline may read it",
        ),
        sa.Column(
            "asked",
            sa.Text(),
            nullable=True,
            comment="subscribe or unsubscribe: what was asked for last; only that is confirmed to the hub",
        ),
        sa.Column(
            "requested_at", sa.DateTime(timezone=True), nullable=True, comment="When it was asked for last"
        ),
        sa.Column(
            "verified_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the hub last asked back and was answered",
        ),
        sa.Column(
            "lease_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when the hub pushes; NULL: it has not promised to",
        ),
        sa.Column(
            "pushed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Last push with entries not known before; while it is recent the feed is polled seldom",
        ),
        sa.Column(
            "pushes",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Pushes that were signed and entered",
        ),
        sa.Column(
            "repeated",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Signed pushes of a document that had been received before",
        ),
        sa.Column(
            "refused",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Pushes that changed nothing: see refused_reason",
        ),
        sa.Column(
            "refused_reason",
            sa.Text(),
            nullable=True,
            comment="Of the last one: unsigned, unknown_method, wrong_signature, not_live or not_a_feed",
        ),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True, comment="When it came"),
        sa.Column(
            "failures",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Requests without success since the last confirmation",
        ),
        sa.Column(
            "last_reason",
            sa.Text(),
            nullable=True,
            comment="Why the last request failed, or the hub's own words; NULL: it was taken, or none was made",
        ),
        sa.Column(
            "looked_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the feed's document was last searched for hubs",
        ),
        sa.CheckConstraint("asked in ('subscribe', 'unsubscribe')", name=op.f("ck_subscription_asked")),
        sa.CheckConstraint(
            "state = 'none' or num_nulls(hub, topic, token, secret) = 0",
            name=op.f("ck_subscription_hub_has_topic"),
        ),
        sa.CheckConstraint(
            "state in ('none', 'announced', 'requested', 'active', 'denied', 'expired', 'unsubscribed')",
            name=op.f("ck_subscription_state"),
        ),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["news.feed.feed_id"], name=op.f("fk_subscription_feed_id_feed")
        ),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("token", name=op.f("uq_subscription_token")),
        schema="ops",
        comment="What is asked of the hubs that feeds name (WebSub), and what they bring; one row a feed that was searched",
    )
    op.create_index(
        "ix_subscription_lease",
        "subscription",
        ["lease_until"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("state = 'active'"),
    )


def downgrade() -> None:
    op.drop_table("subscription", schema="ops")
