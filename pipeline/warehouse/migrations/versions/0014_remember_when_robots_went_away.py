"""Remember when robots.txt went away"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BODY = "The file as last had; empty: no rules, all is allowed; NULL: it never could be had"
_BODY_BEFORE = (
    "The file; empty: no rules, all is allowed; NULL: it could not be had, nothing is allowed for now"
)


def upgrade() -> None:
    op.add_column(
        "robots",
        sa.Column(
            "unreachable_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since then it cannot be had, and for 30 days nothing is allowed; NULL: it can",
        ),
        schema="ops",
    )
    # When it went away is not known of those that are away now: their 30 days begin with the next request.
    op.execute("delete from ops.robots where body is null")
    op.alter_column(
        "robots", "body", existing_type=sa.Text(), comment=_BODY, existing_comment=_BODY_BEFORE, schema="ops"
    )


def downgrade() -> None:
    op.execute("delete from ops.robots where unreachable_since is not null")
    op.alter_column(
        "robots", "body", existing_type=sa.Text(), comment=_BODY_BEFORE, existing_comment=_BODY, schema="ops"
    )
    op.drop_column("robots", "unreachable_since", schema="ops")
