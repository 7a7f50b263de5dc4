"""Keep the evidence: flags, readings, namesakes, what each source said"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_field_candidate",
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="The story"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Place in the order of trust, from 0"),
        sa.Column("field", sa.Text(), nullable=False, comment="Field of the story"),
        sa.Column(
            "method", sa.Text(), nullable=False, comment="Source that says so: json_ld, meta, visible, feed …"
        ),
        sa.Column(
            "value",
            sa.Text(),
            nullable=False,
            comment="What it says; names and keywords joined by semicolons",
        ),
        sa.Column(
            "is_chosen", sa.Boolean(), nullable=False, comment="True: the story's field is taken from it"
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it was taken or not"),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["news.article.story_id"],
            name=op.f("fk_article_field_candidate_story_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("story_id", "position", name=op.f("pk_article_field_candidate")),
        schema="news",
        comment="What each source of a page says of a field: where they disagree, all are kept",
    )
    op.create_table(
        "article_place_namesake",
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="The story"),
        sa.Column("place_position", sa.Integer(), nullable=False, comment="The located row of article_place"),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="Place in the order of likelihood, from 0"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name of the place"),
        sa.Column("country", sa.Text(), nullable=True, comment="ISO 3166-1 alpha-2"),
        sa.Column("admin1", sa.Text(), nullable=True, comment="First-level division"),
        sa.Column("lat", sa.Float(), nullable=True, comment="Latitude, WGS 84"),
        sa.Column("lon", sa.Float(), nullable=True, comment="Longitude, WGS 84"),
        sa.Column("zone", sa.Text(), nullable=True, comment="IANA zone of the place"),
        sa.Column("geoname_id", sa.Integer(), nullable=True, comment="GeoNames id"),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["news.article.story_id"],
            name=op.f("fk_article_place_namesake_story_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "story_id", "place_position", "position", name=op.f("pk_article_place_namesake")
        ),
        schema="news",
        comment="The namesakes that the located place was preferred to",
    )
    op.create_table(
        "article_timestamp_reading",
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="The story"),
        sa.Column("timestamp_position", sa.Integer(), nullable=False, comment="The row of article_timestamp"),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="Place in the order of likelihood, from 0"
        ),
        sa.Column(
            "instant",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="UTC of this reading; NULL where no zone is known",
        ),
        sa.Column("local", sa.DateTime(), nullable=True, comment="Wall clock of this reading"),
        sa.Column("utc_offset_minutes", sa.Integer(), nullable=True, comment="Offset from UTC"),
        sa.Column("zone", sa.Text(), nullable=True, comment="IANA zone"),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["news.article.story_id"],
            name=op.f("fk_article_timestamp_reading_story_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "story_id", "timestamp_position", "position", name=op.f("pk_article_timestamp_reading")
        ),
        schema="news",
        comment="The readings of a date that can be read in several ways: none is dropped",
    )
    op.add_column(
        "article",
        sa.Column(
            "published_flags",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            server_default="{}",
            comment="Publication: what to know before trusting it: docs/timestamps.md",
        ),
        schema="news",
    )
    op.add_column(
        "article",
        sa.Column(
            "modified_flags",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            server_default="{}",
            comment="Last change as the publisher states it: what to know before trusting it: docs/timestamps.md",
        ),
        schema="news",
    )
    op.add_column(
        "source",
        sa.Column(
            "hints",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default="[]",
            comment="What its pages need said, with days of validity; as in the sources file",
        ),
        schema="news",
    )
    # The defaults were for the rows that were there; from now on the writer says what it knows.
    for table, column in (("article", "published_flags"), ("article", "modified_flags"), ("source", "hints")):
        op.alter_column(table, column, server_default=None, schema="news")


def downgrade() -> None:
    op.drop_column("source", "hints", schema="news")
    op.drop_column("article", "modified_flags", schema="news")
    op.drop_column("article", "published_flags", schema="news")
    op.drop_table("article_timestamp_reading", schema="news")
    op.drop_table("article_place_namesake", schema="news")
    op.drop_table("article_field_candidate", schema="news")
