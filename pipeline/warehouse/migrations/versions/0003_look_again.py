"""Look at stories again"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revisit",
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="The story"),
        sa.Column(
            "turn",
            sa.Integer(),
            nullable=False,
            comment="1: a day after its page was first received, 2: a week after",
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Not before this moment is the page asked for again",
        ),
        sa.Column(
            "tries", sa.Integer(), server_default="0", nullable=False, comment="Requests made for it so far"
        ),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="unchanged, changed, moved (another address tells another story), gone (404 or 410), not_an_article, failed or missed (too late to tell); NULL: still due",
        ),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=True,
            comment="Reason code of a failure, or why the page is no article any more",
        ),
        sa.Column("final_url", sa.Text(), nullable=True, comment="Address that answered"),
        sa.Column("version_id", sa.Uuid(), nullable=True, comment="The version that the story has since"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="When the answer came"),
        sa.Column("fetch_id", sa.Uuid(), nullable=True, comment="The last request"),
        sa.Column(
            "lease_worker",
            sa.Integer(),
            nullable=True,
            comment="Worker that has it in hand; void once that worker's lock is gone",
        ),
        sa.Column(
            "lease_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the lease ends whatever the worker does",
        ),
        sa.CheckConstraint(
            "outcome in ('unchanged', 'changed', 'moved', 'gone', 'not_an_article', 'failed', 'missed')",
            name=op.f("ck_revisit_outcome"),
        ),
        sa.CheckConstraint("(outcome is null) = (answered_at is null)", name=op.f("ck_revisit_answered")),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["news.article.story_id"],
            name=op.f("fk_revisit_story_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("story_id", "turn", name=op.f("pk_revisit")),
        schema="ops",
        comment="Second looks at each story's page: what changed, moved or went",
    )
    op.create_index(
        "ix_revisit_due",
        "revisit",
        ["due_at"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("outcome is null"),
    )
    op.create_table(
        "article_change",
        sa.Column("version_id", sa.Uuid(), nullable=False, comment="The version that brought it"),
        sa.Column("field", sa.Text(), nullable=False, comment="headline, published or body"),
        sa.Column(
            "previous_version_id", sa.Uuid(), nullable=False, comment="The version before it, by capture"
        ),
        sa.Column(
            "words_removed", sa.Integer(), nullable=False, comment="Words of the earlier text that are gone"
        ),
        sa.Column("words_added", sa.Integer(), nullable=False, comment="Words that were not there"),
        sa.Column(
            "diff",
            sa.Text(),
            nullable=False,
            comment="Words that went in [-…-], words that came in {+…+}, with a few that stayed around them",
        ),
        sa.CheckConstraint(
            "field in ('headline', 'published', 'body')", name=op.f("ck_article_change_field")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["news.article_version.version_id"],
            name=op.f("fk_article_change_version_id_article_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "field", name=op.f("pk_article_change")),
        schema="news",
        comment="What each version of a story changed",
    )
    op.alter_column(
        "article",
        "content_hash",
        existing_type=sa.TEXT(),
        comment="sha256 of every field read of its page: a load with the same hash writes nothing",
        existing_comment="sha256 of every field of the story: a load with the same hash writes nothing",
        existing_nullable=False,
        schema="news",
    )
    op.add_column(
        "article_version",
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Publication as this version states it: the instant in UTC; NULL where not certain",
        ),
        schema="news",
    )
    op.add_column(
        "article_version",
        sa.Column(
            "published_local",
            sa.DateTime(),
            nullable=True,
            comment="Publication as this version states it: the wall clock",
        ),
        schema="news",
    )
    op.add_column(
        "article_version",
        sa.Column(
            "extractor_version", sa.Text(), nullable=True, comment="Version of the parser that read it"
        ),
        schema="news",
    )
    op.alter_column(
        "story_alias",
        "method",
        existing_type=sa.TEXT(),
        comment="What showed that they are one: text, or redirect",
        existing_comment="What showed that they are one: text",
        existing_nullable=False,
        schema="news",
    )


def downgrade() -> None:
    op.alter_column(
        "story_alias",
        "method",
        existing_type=sa.TEXT(),
        comment="What showed that they are one: text",
        existing_comment="What showed that they are one: text, or redirect",
        existing_nullable=False,
        schema="news",
    )
    op.drop_column("article_version", "extractor_version", schema="news")
    op.drop_column("article_version", "published_local", schema="news")
    op.drop_column("article_version", "published_at", schema="news")
    op.alter_column(
        "article",
        "content_hash",
        existing_type=sa.TEXT(),
        comment="sha256 of every field of the story: a load with the same hash writes nothing",
        existing_comment="sha256 of every field read of its page: a load with the same hash writes nothing",
        existing_nullable=False,
        schema="news",
    )
    op.drop_table("article_change", schema="news")
    op.drop_index(
        "ix_revisit_due", table_name="revisit", schema="ops", postgresql_where=sa.text("outcome is null")
    )
    op.drop_table("revisit", schema="ops")
