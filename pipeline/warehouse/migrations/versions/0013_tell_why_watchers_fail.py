"""Tell why watchers fail"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column(
        "watcher",
        "began_at",
        existing_type=sa.DateTime(timezone=True),
        nullable=True,
        comment="Begin of its last round that came to an end; NULL: none has",
        existing_comment="Begin of its last round that came to an end",
        schema="ops",
    )
    op.alter_column(
        "watcher",
        "seconds",
        existing_type=sa.Float(),
        nullable=True,
        existing_comment="Time that this round took",
        schema="ops",
    )
    op.alter_column(
        "watcher",
        "rounds",
        existing_type=sa.BigInteger(),
        server_default="0",
        comment="Rounds that came to an end",
        existing_comment="Rounds since the row was made",
        schema="ops",
    )
    op.add_column(
        "watcher",
        sa.Column(
            "failed_rounds",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Rounds that did not come to an end",
        ),
        schema="ops",
    )
    op.add_column(
        "watcher",
        sa.Column(
            "failed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the last of them failed; later than began_at: it fails still",
        ),
        schema="ops",
    )
    op.add_column(
        "watcher",
        sa.Column("last_error", sa.Text(), nullable=True, comment="Why that one failed"),
        schema="ops",
    )


def downgrade() -> None:
    op.drop_column("watcher", "last_error", schema="ops")
    op.drop_column("watcher", "failed_at", schema="ops")
    op.drop_column("watcher", "failed_rounds", schema="ops")
    op.execute("delete from ops.watcher where began_at is null")
    op.alter_column(
        "watcher",
        "rounds",
        existing_type=sa.BigInteger(),
        server_default="1",
        comment="Rounds since the row was made",
        existing_comment="Rounds that came to an end",
        schema="ops",
    )
    op.alter_column(
        "watcher",
        "seconds",
        existing_type=sa.Float(),
        nullable=False,
        existing_comment="Time that this round took",
        schema="ops",
    )
    op.alter_column(
        "watcher",
        "began_at",
        existing_type=sa.DateTime(timezone=True),
        nullable=False,
        comment="Begin of its last round that came to an end",
        existing_comment="Begin of its last round that came to an end; NULL: none has",
        schema="ops",
    )
