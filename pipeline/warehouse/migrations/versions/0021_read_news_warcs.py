"""Read news WARCs, keep date candidates"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warc_file",
        sa.Column("file", sa.Text(), nullable=False, comment="Address of the file"),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Begin of the window that was looked for",
        ),
        sa.Column(
            "until", sa.DateTime(timezone=True), nullable=False, comment="Its end, which is not within it"
        ),
        sa.Column(
            "hosts_digest", sa.Text(), nullable=False, comment="sha256 of the hosts that were looked for"
        ),
        sa.Column(
            "next_offset",
            sa.BigInteger(),
            nullable=False,
            comment="Byte at which reading goes on: a record, or a gzip member, begins there",
        ),
        sa.Column(
            "is_done",
            sa.Boolean(),
            nullable=False,
            comment="True: read to its end, or as far as it can be read",
        ),
        sa.Column("records", sa.Integer(), nullable=False, comment="Responses of these hosts seen so far"),
        sa.Column(
            "entered", sa.Integer(), nullable=False, comment="Those of them that the ledger did not know"
        ),
        sa.Column(
            "skipped",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What was passed over: how many, by reason",
        ),
        sa.Column(
            "fault",
            sa.Text(),
            nullable=True,
            comment="Why the file was not read to its end; NULL: nothing is wrong with it, so far",
        ),
        sa.Column(
            "read_at", sa.DateTime(timezone=True), nullable=False, comment="When this was written last"
        ),
        sa.PrimaryKeyConstraint("file", "since", "until", "hosts_digest", name=op.f("pk_warc_file")),
        schema="ops",
        comment="News WARCs: how far each file was read, for which window and which hosts",
    )
    op.create_table(
        "article_date_candidate",
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="The story"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Place in the order of the page, from 0"),
        sa.Column(
            "method",
            sa.Text(),
            nullable=False,
            comment="Where it stands: json_ld, meta, microdata, time, visible, page_clock, feed or url",
        ),
        sa.Column(
            "role",
            sa.Text(),
            nullable=False,
            comment="published, updated, page_clock, event or unknown, by where it stands",
        ),
        sa.Column("raw", sa.Text(), nullable=False, comment="The date as printed"),
        sa.Column("detail", sa.Text(), nullable=False, comment="Property, element or label that held it"),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["news.article.story_id"],
            name=op.f("fk_article_date_candidate_story_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("story_id", "position", name=op.f("pk_article_date_candidate")),
        schema="news",
        comment="Every date that a page or its feed states, as printed and not yet read: dates can be chosen again without the page",
    )


def downgrade() -> None:
    op.drop_table("article_date_candidate", schema="news")
    op.drop_table("warc_file", schema="ops")
