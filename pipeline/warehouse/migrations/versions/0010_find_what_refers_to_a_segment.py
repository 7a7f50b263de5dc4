"""Find what refers to a segment"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_article_version_archive_object"),
        "article_version",
        ["archive_object"],
        unique=False,
        schema="news",
        postgresql_where=sa.text("archive_object is not null"),
    )
    op.alter_column(
        "feed_poll",
        "archive_object",
        existing_type=sa.TEXT(),
        comment="WARC segment below the archive's location; NULL: there was no body",
        existing_comment="WARC segment below the archive's location; NULL: nothing was archived",
        existing_nullable=True,
        schema="ops",
    )
    op.create_index(
        op.f("ix_feed_poll_archive_object"),
        "feed_poll",
        ["archive_object"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("archive_object is not null"),
    )
    op.alter_column(
        "fetch",
        "reason",
        existing_type=sa.TEXT(),
        comment="Reason code of a failure, whose page may be archived as well; NULL: the page was received",
        existing_comment="Reason code of a failure; NULL: an answer with a body was archived",
        existing_nullable=True,
        schema="ops",
    )
    op.alter_column(
        "fetch",
        "archive_object",
        existing_type=sa.TEXT(),
        comment="WARC segment below the archive's location; NULL: there was no body",
        existing_comment="WARC segment below the archive's location; NULL: nothing was archived",
        existing_nullable=True,
        schema="ops",
    )
    op.create_index(
        op.f("ix_fetch_archive_object"),
        "fetch",
        ["archive_object"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("archive_object is not null"),
    )
    op.create_index(
        op.f("ix_ledger_feed_object"),
        "ledger",
        ["feed_object"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("feed_object is not null"),
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_ledger_feed_object"),
        table_name="ledger",
        schema="ops",
        postgresql_where=sa.text("feed_object is not null"),
    )
    op.drop_index(
        op.f("ix_fetch_archive_object"),
        table_name="fetch",
        schema="ops",
        postgresql_where=sa.text("archive_object is not null"),
    )
    op.alter_column(
        "fetch",
        "archive_object",
        existing_type=sa.TEXT(),
        comment="WARC segment below the archive's location; NULL: nothing was archived",
        existing_comment="WARC segment below the archive's location; NULL: there was no body",
        existing_nullable=True,
        schema="ops",
    )
    op.alter_column(
        "fetch",
        "reason",
        existing_type=sa.TEXT(),
        comment="Reason code of a failure; NULL: an answer with a body was archived",
        existing_comment="Reason code of a failure, whose page may be archived as well; NULL: the page was received",
        existing_nullable=True,
        schema="ops",
    )
    op.drop_index(
        op.f("ix_feed_poll_archive_object"),
        table_name="feed_poll",
        schema="ops",
        postgresql_where=sa.text("archive_object is not null"),
    )
    op.alter_column(
        "feed_poll",
        "archive_object",
        existing_type=sa.TEXT(),
        comment="WARC segment below the archive's location; NULL: nothing was archived",
        existing_comment="WARC segment below the archive's location; NULL: there was no body",
        existing_nullable=True,
        schema="ops",
    )
    op.drop_index(
        op.f("ix_article_version_archive_object"),
        table_name="article_version",
        schema="news",
        postgresql_where=sa.text("archive_object is not null"),
    )
