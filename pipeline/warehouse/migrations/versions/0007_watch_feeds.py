"""Watch feeds"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watcher",
        sa.Column(
            "shard", sa.Integer(), nullable=False, comment="Share of the publishers that it watches, from 0"
        ),
        sa.Column("of", sa.Integer(), nullable=False, comment="How many shares there were"),
        sa.Column(
            "began_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Begin of its last round that came to an end",
        ),
        sa.Column("seconds", sa.Float(), nullable=False, comment="Time that this round took"),
        sa.Column(
            "rounds",
            sa.BigInteger(),
            server_default="1",
            nullable=False,
            comment="Rounds since the row was made",
        ),
        sa.Column(
            "polled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Begin of its last round in which feeds were due",
        ),
        sa.Column(
            "feeds", sa.Integer(), server_default="0", nullable=False, comment="Feeds polled in that round"
        ),
        sa.Column(
            "failed", sa.Integer(), server_default="0", nullable=False, comment="Those of them that failed"
        ),
        sa.Column(
            "new",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Entries not known before that it brought",
        ),
        sa.PrimaryKeyConstraint("shard", "of", name=op.f("pk_watcher")),
        schema="ops",
        comment="The watchers of feeds in Airflow's triggerer: one row a share, its last round",
    )


def downgrade() -> None:
    op.drop_table("watcher", schema="ops")
