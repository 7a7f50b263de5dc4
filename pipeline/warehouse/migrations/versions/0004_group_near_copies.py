"""Group near copies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "story_edge",
        sa.Column(
            "part_version_id",
            sa.Uuid(),
            nullable=False,
            comment="The text of which the greater share is common; where the shares are equal, the smaller id",
        ),
        sa.Column("part_story_id", sa.Uuid(), nullable=False, comment="The story of that text"),
        sa.Column(
            "whole_version_id",
            sa.Uuid(),
            nullable=False,
            comment="The text of which the lesser share is common",
        ),
        sa.Column("whole_story_id", sa.Uuid(), nullable=False, comment="The story of that text"),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="same: one is a copy of the other; contains: the one stands in the longer other",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="What showed it"),
        sa.Column(
            "hours_apart", sa.Float(), nullable=True, comment="Hours between the dates of the two stories"
        ),
        sa.Column(
            "shared_of_part",
            sa.Float(),
            nullable=False,
            comment="Share of the words of the part that stand in the whole too, 0 to 1",
        ),
        sa.Column(
            "shared_of_whole",
            sa.Float(),
            nullable=False,
            comment="Share of the words of the whole that stand in the part too, 0 to 1",
        ),
        sa.Column(
            "shared_words",
            sa.Integer(),
            nullable=False,
            comment="Words in common, in the text where that is less",
        ),
        sa.Column(
            "longest_passage", sa.Integer(), nullable=False, comment="Words in a row that are common, at most"
        ),
        sa.Column(
            "numbers_kept",
            sa.Integer(),
            nullable=False,
            comment="Words with a digit, in common surroundings, that are equal",
        ),
        sa.Column(
            "numbers_replaced",
            sa.Integer(),
            nullable=False,
            comment="Words with a digit, in common surroundings, that are not equal",
        ),
        sa.Column(
            "names_replaced",
            sa.Integer(),
            nullable=False,
            comment="Names, in common surroundings, that are not equal",
        ),
        sa.Column(
            "is_same_headline",
            sa.Boolean(),
            nullable=False,
            comment="True: nearly all words of the headlines are the same",
        ),
        sa.Column("words", sa.Integer(), nullable=False, comment="Words of the shorter text"),
        sa.Column(
            "span_start",
            sa.Float(),
            nullable=True,
            comment="Where the common words begin in the whole, as a share of its length; NULL: all over",
        ),
        sa.Column("span_end", sa.Float(), nullable=True, comment="Where they end there"),
        sa.Column(
            "check_version", sa.Text(), nullable=False, comment="Version of the rule that compared them"
        ),
        sa.CheckConstraint("kind in ('same', 'contains')", name=op.f("ck_story_edge_kind")),
        sa.CheckConstraint("(span_start is null) = (span_end is null)", name=op.f("ck_story_edge_span")),
        sa.ForeignKeyConstraint(
            ["part_version_id"],
            ["news.article_version.version_id"],
            name=op.f("fk_story_edge_part_version_id_article_version"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["whole_version_id"],
            ["news.article_version.version_id"],
            name=op.f("fk_story_edge_whole_version_id_article_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("part_version_id", "whole_version_id", name=op.f("pk_story_edge")),
        schema="news",
        comment="Pairs of texts that have a story in common, with what was measured: the evidence for each cluster",
    )
    op.create_index(
        op.f("ix_story_edge_part_story_id"), "story_edge", ["part_story_id"], unique=False, schema="news"
    )
    op.create_index(
        op.f("ix_story_edge_whole_story_id"), "story_edge", ["whole_story_id"], unique=False, schema="news"
    )
    op.create_index(
        op.f("ix_story_edge_whole_version_id"),
        "story_edge",
        ["whole_version_id"],
        unique=False,
        schema="news",
    )
    op.create_table(
        "story_text",
        sa.Column("version_id", sa.Uuid(), nullable=False, comment="The version"),
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="Its story"),
        sa.Column(
            "dated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="The story's date, as in news.story_cluster",
        ),
        sa.Column(
            "keys",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="What a near copy has in common with it: hashes of words in a row",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["news.article_version.version_id"],
            name=op.f("fk_story_text_version_id_article_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_story_text")),
        schema="ops",
        comment="The keys under which each text is found by its copies",
    )
    op.create_index(
        op.f("ix_story_text_keys"),
        "story_text",
        ["keys"],
        unique=False,
        schema="ops",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.add_column(
        "story_cluster",
        sa.Column(
            "dated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The story's date among copies: publication as its first version states it, else when it was first seen",
        ),
        schema="news",
    )
    # Until a story is compared by the new rule it has the date that it was grouped by.
    op.execute("""
        update news.story_cluster c set dated_at = coalesce(a.published_at, a.first_seen_at)
        from news.article a where a.story_id = c.story_id
    """)
    op.alter_column("story_cluster", "dated_at", nullable=False, schema="news")
    op.alter_column(
        "story_cluster",
        "algorithm_version",
        existing_type=sa.TEXT(),
        comment="Version of the rule by which it was compared with the others",
        existing_comment="Version of the rule that grouped it",
        existing_nullable=False,
        schema="news",
    )
    op.create_table_comment(
        "story_cluster",
        "Which stories are one text, whole or in part, at several publishers; copies are kept, never dropped",
        existing_comment="Which stories are the same text at several publishers; copies are kept, never dropped",
        schema="news",
    )


def downgrade() -> None:
    op.create_table_comment(
        "story_cluster",
        "Which stories are the same text at several publishers; copies are kept, never dropped",
        existing_comment="Which stories are one text, whole or in part, at several publishers; copies are kept, never dropped",
        schema="news",
    )
    op.alter_column(
        "story_cluster",
        "algorithm_version",
        existing_type=sa.TEXT(),
        comment="Version of the rule that grouped it",
        existing_comment="Version of the rule by which it was compared with the others",
        existing_nullable=False,
        schema="news",
    )
    op.drop_column("story_cluster", "dated_at", schema="news")
    op.drop_index(
        op.f("ix_story_text_keys"),
        table_name="story_text",
        schema="ops",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.drop_table("story_text", schema="ops")
    op.drop_index(op.f("ix_story_edge_whole_version_id"), table_name="story_edge", schema="news")
    op.drop_index(op.f("ix_story_edge_whole_story_id"), table_name="story_edge", schema="news")
    op.drop_index(op.f("ix_story_edge_part_story_id"), table_name="story_edge", schema="news")
    op.drop_table("story_edge", schema="news")
