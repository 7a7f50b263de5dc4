"""Say how a repetition shows"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column(
        "ledger",
        "duplicate_method",
        existing_type=sa.TEXT(),
        comment="What showed the repetition: canonical_url, story, text or statement; in rows of before 2026-11-25 also guid",
        existing_comment="What showed the repetition: canonical_url, guid, story, text or statement",
        existing_nullable=True,
        schema="ops",
    )
    op.alter_column(
        "ledger",
        "stated_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="When the document that said so was received; of an entry that is itself the story, the last that did",
        existing_comment="When the document that said so was received",
        existing_nullable=True,
        schema="ops",
    )


def downgrade() -> None:
    op.alter_column(
        "ledger",
        "stated_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="When the document that said so was received",
        existing_comment="When the document that said so was received; of an entry that is itself the story, the last that did",
        existing_nullable=True,
        schema="ops",
    )
    op.alter_column(
        "ledger",
        "duplicate_method",
        existing_type=sa.TEXT(),
        comment="What showed the repetition: canonical_url, guid, story, text or statement",
        existing_comment="What showed the repetition: canonical_url, story, text or statement; in rows of before 2026-11-25 also guid",
        existing_nullable=True,
        schema="ops",
    )
