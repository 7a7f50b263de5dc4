"""Walk the past"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "history_quota",
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="A host, or a publisher's domain and one of its places",
        ),
        sa.Column("day", sa.Date(), nullable=False, comment="The day, in UTC"),
        sa.Column(
            "requests",
            sa.Integer(),
            nullable=False,
            comment="Requests of backfills on it, those of stories' pages among them",
        ),
        sa.PrimaryKeyConstraint("subject", "day", name=op.f("pk_history_quota")),
        schema="ops",
        comment="Requests of backfills a day, of all processes: each host has its limit",
    )
    op.create_table(
        "backfill",
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="Begin of the window"),
        sa.Column(
            "until", sa.DateTime(timezone=True), nullable=False, comment="Its end, which is not within it"
        ),
        sa.Column("source_id", sa.Uuid(), nullable=False, comment="Publisher whose past it is"),
        sa.Column(
            "place",
            sa.Text(),
            nullable=False,
            comment="Where it is looked for: feed_pages, sitemap, archive_pages, wayback …",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="Which of the publisher's places it is: they are walked in this order",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="planned, under_way (also where its worker has died: the next one goes on), waiting, done, or failed: none of its documents could be read",
        ),
        sa.Column(
            "waiting_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Not before this moment does it go on: a limit is reached, or it failed for now",
        ),
        sa.Column(
            "cursor",
            sa.Text(),
            nullable=True,
            comment="After which document it goes on; NULL: from the beginning",
        ),
        sa.Column("documents", sa.Integer(), server_default="0", nullable=False, comment="Documents read"),
        sa.Column(
            "found",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Entries that they list for the window",
        ),
        sa.Column(
            "outside",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Entries that they list of other windows; not entered",
        ),
        sa.Column(
            "new",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Entries of the found ones that the ledger did not know",
        ),
        sa.Column("requests", sa.Integer(), server_default="0", nullable=False, comment="Requests made"),
        sa.Column(
            "failures",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Documents that could not be read, and were passed over",
        ),
        sa.Column(
            "tries",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Failures in a row of the document that is next",
        ),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="Reason code of the last failure, or daily_limit"
        ),
        sa.Column("detail", sa.Text(), nullable=True, comment="The reason in words"),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its first document was asked for",
        ),
        sa.Column(
            "finished_at", sa.DateTime(timezone=True), nullable=True, comment="When the last one was entered"
        ),
        sa.Column(
            "lease_worker",
            sa.Integer(),
            nullable=True,
            comment="Worker that walks it now; void once that worker's lock is gone",
        ),
        sa.Column(
            "lease_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the lease ends whatever the worker does",
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (waiting_until is not null)", name=op.f("ck_backfill_waiting_has_until")
        ),
        sa.CheckConstraint(
            "(state in ('done', 'failed')) = (finished_at is not null)", name=op.f("ck_backfill_finished")
        ),
        sa.CheckConstraint(
            "state in ('planned', 'under_way', 'waiting', 'done', 'failed')", name=op.f("ck_backfill_state")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["news.source.source_id"], name=op.f("fk_backfill_source_id_source")
        ),
        sa.PrimaryKeyConstraint("since", "until", "source_id", "place", name=op.f("pk_backfill")),
        schema="ops",
        comment="Backfills: one row a window, publisher and place of its past, with how far it has come",
    )
    op.create_index(
        "ix_backfill_open",
        "backfill",
        ["since", "source_id"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("state in ('planned', 'under_way', 'waiting')"),
    )
    op.create_table(
        "reconciliation",
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="Begin of the window"),
        sa.Column(
            "until", sa.DateTime(timezone=True), nullable=False, comment="Its end, which is not within it"
        ),
        sa.Column("source_id", sa.Uuid(), nullable=False, comment="Publisher"),
        sa.Column(
            "stories",
            sa.Integer(),
            nullable=False,
            comment="Stories published in the window, wherever they were found",
        ),
        sa.Column(
            "by_feeds",
            sa.Integer(),
            nullable=False,
            comment="Those of them that one of the publisher's feeds had listed",
        ),
        sa.Column(
            "missed", sa.Integer(), nullable=False, comment="Those that only its sitemaps or other doors list"
        ),
        sa.Column(
            "missed_share",
            sa.Float(),
            nullable=True,
            comment="missed by stories, 0 to 1: the rate of misses; NULL: no stories",
        ),
        sa.Column(
            "unsettled",
            sa.Integer(),
            nullable=False,
            comment="Entries found in that past that still wait for their page: the rate may change with them",
        ),
        sa.Column(
            "reconciled_at", sa.DateTime(timezone=True), nullable=False, comment="When this was counted last"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["news.source.source_id"], name=op.f("fk_reconciliation_source_id_source")
        ),
        sa.PrimaryKeyConstraint("since", "until", "source_id", name=op.f("pk_reconciliation")),
        schema="ops",
        comment="What the feeds of a publisher missed in a window, by its sitemaps and other doors",
    )
    op.create_index(
        op.f("ix_reconciliation_source_id_since"),
        "reconciliation",
        ["source_id", "since"],
        unique=False,
        schema="ops",
    )
    op.add_column(
        "article_version",
        sa.Column(
            "archived_by",
            sa.Text(),
            nullable=True,
            comment="Archive on the web whose copy these bytes are, its host or collection; NULL: received from the publisher",
        ),
        schema="news",
    )
    op.alter_column(
        "article_version",
        "captured_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="When its bytes were first received: by us, or by the archive whose copy it is",
        existing_comment="When its bytes were first received",
        existing_nullable=False,
        schema="news",
    )
    op.alter_column(
        "feed",
        "url",
        existing_type=sa.TEXT(),
        comment="Address polled; of a place of the past, history:<domain>/<place>",
        existing_comment="Address polled",
        existing_nullable=False,
        schema="news",
    )
    op.alter_column(
        "feed",
        "state",
        existing_type=sa.TEXT(),
        comment="active, removed, or past: it is never polled, what a place of the publisher's past lists is filed under it",
        existing_comment="active or removed",
        existing_nullable=False,
        schema="news",
    )
    op.add_column(
        "fetch",
        sa.Column(
            "copy_url",
            sa.Text(),
            nullable=True,
            comment="Address of the copy that was asked in place of the page that is gone; NULL: the page",
        ),
        schema="ops",
    )
    op.add_column(
        "fetch",
        sa.Column(
            "archived_by",
            sa.Text(),
            nullable=True,
            comment="Archive whose copy it is; NULL: received from the publisher itself",
        ),
        schema="ops",
    )
    op.alter_column(
        "fetch",
        "fetched_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="When the answer came; of a copy, when the archive that keeps it received the page",
        existing_comment="When the answer came",
        existing_nullable=False,
        schema="ops",
    )
    op.add_column(
        "ledger",
        sa.Column(
            "copies",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Where archives on the web keep its page (url, captured_at, archive), asked in this order where the page is gone; NULL: none is known",
        ),
        schema="ops",
    )
    op.drop_constraint(op.f("ck_feed_state"), "feed", schema="news")
    op.create_check_constraint(
        op.f("ck_feed_state"), "feed", "state in ('active', 'removed', 'past')", schema="news"
    )


def downgrade() -> None:
    op.execute("update news.feed set state = 'removed' where state = 'past'")
    op.drop_constraint(op.f("ck_feed_state"), "feed", schema="news")
    op.create_check_constraint(op.f("ck_feed_state"), "feed", "state in ('active', 'removed')", schema="news")
    op.drop_column("ledger", "copies", schema="ops")
    op.alter_column(
        "fetch",
        "fetched_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="When the answer came",
        existing_comment="When the answer came; of a copy, when the archive that keeps it received the page",
        existing_nullable=False,
        schema="ops",
    )
    op.drop_column("fetch", "archived_by", schema="ops")
    op.drop_column("fetch", "copy_url", schema="ops")
    op.alter_column(
        "feed",
        "state",
        existing_type=sa.TEXT(),
        comment="active or removed",
        existing_comment="active, removed, or past: it is never polled, what a place of the publisher's past lists is filed under it",
        existing_nullable=False,
        schema="news",
    )
    op.alter_column(
        "feed",
        "url",
        existing_type=sa.TEXT(),
        comment="Address polled",
        existing_comment="Address polled; of a place of the past, history:<domain>/<place>",
        existing_nullable=False,
        schema="news",
    )
    op.alter_column(
        "article_version",
        "captured_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        comment="When its bytes were first received",
        existing_comment="When its bytes were first received: by us, or by the archive whose copy it is",
        existing_nullable=False,
        schema="news",
    )
    op.drop_column("article_version", "archived_by", schema="news")
    op.drop_index(op.f("ix_reconciliation_source_id_since"), table_name="reconciliation", schema="ops")
    op.drop_table("reconciliation", schema="ops")
    op.drop_index(
        "ix_backfill_open",
        table_name="backfill",
        schema="ops",
        postgresql_where=sa.text("state in ('planned', 'under_way', 'waiting')"),
    )
    op.drop_table("backfill", schema="ops")
    op.drop_table("history_quota", schema="ops")
