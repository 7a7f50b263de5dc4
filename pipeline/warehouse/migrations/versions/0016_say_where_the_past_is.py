"""Say where the past is"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "source",
        sa.Column(
            "history",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="Where its old stories are looked for, in this order; as in the sources file",
        ),
        schema="news",
    )


def downgrade() -> None:
    op.drop_column("source", "history", schema="news")
