"""Know an entry again"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("ops", "ledger", "entry_key", sa.TEXT()),
    ("ops", "ledger", "duplicate_method", sa.TEXT()),
    ("ops", "revisit", "turn", sa.INTEGER()),
    ("news", "story_alias", "method", sa.TEXT()),
)
_BEFORE = {
    "entry_key": "Identity of the entry in its feed",
    "duplicate_method": "What showed the repetition: canonical_url, guid, story or text",
    "turn": "1: a day after its page was first received, 2: a week after",
    "method": "What showed that they are one: text, or redirect",
}
_AFTER = {
    "entry_key": "Identity of the entry in its feed; # and a digest: the GUID has another story too; "
    "@ and a digest: a later statement of an entry that is the story itself",
    "duplicate_method": "What showed the repetition: canonical_url, guid, story, text or statement",
    "turn": "1: a day after its page was first received, 2: a week after, 3 and more: its feed says something else",
    "method": "What showed that they are one: text, statement or redirect",
}


def upgrade() -> None:
    op.add_column(
        "ledger",
        sa.Column(
            "alike",
            sa.Text(),
            nullable=True,
            comment="Digest of headline, date and text as first read: another entry of the publisher that has them all "
            "tells the same story; NULL: too little is said to tell",
        ),
        schema="ops",
    )
    op.add_column(
        "ledger",
        sa.Column(
            "stated",
            sa.Text(),
            nullable=True,
            comment="Digest of what the feed said of it last; NULL: what the entry says",
        ),
        schema="ops",
    )
    op.add_column(
        "ledger",
        sa.Column(
            "stated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the document that said so was received",
        ),
        schema="ops",
    )
    op.add_column(
        "ledger",
        sa.Column(
            "restatements",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="How often the feed said something else: looks at its page, or rows of its other statements",
        ),
        schema="ops",
    )
    op.create_index("ix_ledger_alike", "ledger", ["alike"], schema="ops")
    _describe(_BEFORE, _AFTER)


def downgrade() -> None:
    _describe(_AFTER, _BEFORE)
    op.drop_index("ix_ledger_alike", table_name="ledger", schema="ops")
    for name in ("restatements", "stated_at", "stated", "alike"):
        op.drop_column("ledger", name, schema="ops")


def _describe(before: dict[str, str], after: dict[str, str]) -> None:
    for schema, table, name, kind in _COLUMNS:
        op.alter_column(
            table,
            name,
            existing_type=kind,
            comment=after[name],
            existing_comment=before[name],
            existing_nullable=name == "duplicate_method",
            schema=schema,
        )
