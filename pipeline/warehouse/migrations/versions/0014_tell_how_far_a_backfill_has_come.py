"""Tell how far a backfill has come"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
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


def downgrade() -> None:
    op.drop_table("replay", schema="ops")
