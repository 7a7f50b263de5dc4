"""Erase, export and retain"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_removed",
        sa.Column("object", sa.Text(), nullable=False, comment="WARC file below the archive's location"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="What it took"),
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was taken away for its age",
        ),
        sa.PrimaryKeyConstraint("object", name=op.f("pk_archive_removed")),
        schema="ops",
        comment="Files of the archive that retention took away: rows may still refer to them",
    )
    op.create_table(
        "export",
        sa.Column("location", sa.Text(), nullable=False, comment="Folder or URL"),
        sa.Column(
            "dataset", sa.Text(), nullable=False, comment="stories, versions, bodies, polls or fetches"
        ),
        sa.Column("month", sa.Text(), nullable=False, comment="YYYY-MM, or undated"),
        sa.Column(
            "fingerprint",
            sa.Text(),
            nullable=False,
            comment="Of the rows as exported: while the warehouse has the same, the file is current",
        ),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="Rows of the file"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="Size of the file"),
        sa.Column(
            "exported_at", sa.DateTime(timezone=True), nullable=False, comment="When the file was written"
        ),
        sa.Column(
            "stale_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when it holds something erased and has to be written again; NULL: it does not",
        ),
        sa.PrimaryKeyConstraint("location", "dataset", "month", name=op.f("pk_export")),
        schema="ops",
        comment="Files of dateline export, a row each: only what stands in a current one may be taken away by age",
    )
    op.create_table(
        "tombstone",
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="The story that is no more"),
        sa.Column("source_id", sa.Uuid(), nullable=False, comment="Its publisher"),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False, comment="When it was erased"),
        sa.Column(
            "why", sa.Text(), nullable=True, comment="Reason as given by who erased it; NULL: none was given"
        ),
        sa.Column(
            "archive_object",
            sa.Text(),
            nullable=True,
            comment="WARC segment that says the same, for a rebuild; NULL: not written yet",
        ),
        sa.Column(
            "archive_offset", sa.BigInteger(), nullable=True, comment="Offset of the record in the segment"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["news.source.source_id"], name=op.f("fk_tombstone_source_id_source")
        ),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_tombstone")),
        schema="ops",
        comment="Stories erased by dateline erase: no poll, replay, rebuild or backfill enters them again",
    )
    op.create_table(
        "feed_poll_sum",
        sa.Column("feed_id", sa.Uuid(), nullable=False, comment="The feed"),
        sa.Column("month", sa.Date(), nullable=False, comment="First day of the month, UTC"),
        sa.Column("polls", sa.Integer(), nullable=False, comment="Polls that were taken away"),
        sa.Column("failed", sa.Integer(), nullable=False, comment="Those of them that failed"),
        sa.Column("entries", sa.BigInteger(), nullable=False, comment="Entries in their documents"),
        sa.Column("new_entries", sa.BigInteger(), nullable=False, comment="Entries not known before"),
        sa.Column(
            "entered_entries",
            sa.BigInteger(),
            nullable=False,
            comment="Entries of their documents that the ledger then held",
        ),
        sa.Column("body_bytes", sa.BigInteger(), nullable=False, comment="Bytes of their decoded bodies"),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["news.feed.feed_id"], name=op.f("fk_feed_poll_sum_feed_id_feed")
        ),
        sa.PrimaryKeyConstraint("feed_id", "month", name=op.f("pk_feed_poll_sum")),
        schema="ops",
        comment="Sums of the rows of ops.feed_poll that retention took away: with them the law of conservation holds on",
    )
    op.create_table(
        "tombstone_mark",
        sa.Column(
            "digest",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of the publisher and of one thing by which the story is known again: address, id, text, item of a feed",
        ),
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="The erased story"),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["ops.tombstone.story_id"],
            name=op.f("fk_tombstone_mark_story_id_tombstone"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", "story_id", name=op.f("pk_tombstone_mark")),
        schema="ops",
        comment="By what the erased stories are known again; nothing of them can be read from it",
    )
    op.create_index(
        op.f("ix_tombstone_mark_story_id"), "tombstone_mark", ["story_id"], unique=False, schema="ops"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_tombstone_mark_story_id"), table_name="tombstone_mark", schema="ops")
    op.drop_table("tombstone_mark", schema="ops")
    op.drop_table("feed_poll_sum", schema="ops")
    op.drop_table("tombstone", schema="ops")
    op.drop_table("export", schema="ops")
    op.drop_table("archive_removed", schema="ops")
