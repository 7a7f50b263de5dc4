"""Tell how far a backfill has come"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replay",
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="Begin of the window"),
        sa.Column(
            "until", sa.DateTime(timezone=True), nullable=False, comment="Its end, which is not within it"
        ),
        sa.Column("shard", sa.Integer(), nullable=False, comment="Share of the publishers, from 0"),
        sa.Column(
            "of",
            sa.Integer(),
            nullable=False,
            comment="How many shares there were; all of them make the window complete",
        ),
        sa.Column(
            "documents",
            sa.Integer(),
            nullable=False,
            comment="Feed documents that the archive received in it, when it was replayed last",
        ),
        sa.Column(
            "new",
            sa.BigInteger(),
            nullable=False,
            comment="Entries that the ledger did not know, of every replay of it",
        ),
        sa.Column(
            "replayed_at", sa.DateTime(timezone=True), nullable=False, comment="When it was replayed last"
        ),
        sa.PrimaryKeyConstraint("since", "until", "shard", "of", name=op.f("pk_replay")),
        schema="ops",
        comment="Past windows that a backfill has entered from the archive: one row a window and share",
    )
    op.create_index(
        op.f("ix_article_first_seen_at_story_id"),
        "article",
        ["first_seen_at", "story_id"],
        unique=False,
        schema="news",
    )
    op.create_index(
        "ix_feed_poll_changed",
        "feed_poll",
        ["polled_at"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("outcome = 'changed'"),
    )
    op.create_index(
        "ix_ledger_rejected",
        "ledger",
        ["settled_at"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("state = 'rejected'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_ledger_rejected",
        table_name="ledger",
        schema="ops",
        postgresql_where=sa.text("state = 'rejected'"),
    )
    op.drop_index(
        "ix_feed_poll_changed",
        table_name="feed_poll",
        schema="ops",
        postgresql_where=sa.text("outcome = 'changed'"),
    )
    op.drop_index(op.f("ix_article_first_seen_at_story_id"), table_name="article", schema="news")
    op.drop_table("replay", schema="ops")
