"""Poll as a good citizen"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CANDIDATE_KIND = "candidate_kind in ('redirect', 'https', 'announced', 'refused')"

# A state for each feed, and the host that it is asked at: what registering a feed does from now on.
_STATES = """
    insert into ops.feed_state (feed_id, host)
    select feed_id, lower(substring(url from '^[Hh][Tt][Tt][Pp][Ss]?://(?:[^/?#]*@)?([^/?#]+)')) from news.feed
    on conflict (feed_id) do update set host = excluded.host
"""

_ALARMS = """
    create view ops.feed_alarm as
    select f.feed_id, s.domain, f.url, a.kind, a.since, a.words
    from ops.feed_state t
    join news.feed f on f.feed_id = t.feed_id and f.state = 'active'
    join news.source s on s.source_id = f.source_id and s.state = 'active'
    cross join lateral (
        select 'gap' as kind, min(p.polled_at) as since,
               format('%s time(s) in the last week nothing in it was known: stories may have been missed', count(*)) as words
        from ops.feed_poll p
        where p.feed_id = t.feed_id and p.is_gap and p.polled_at > t.last_polled_at - interval '7 days'
        having count(*) > 0
        union all
        select 'silent', t.last_news_at, format(
            'nothing new for %s days; usual are %s',
            round(extract(epoch from t.last_success_at - t.last_news_at) / 86400.0, 1),
            coalesce(round((t.news_every_seconds / 86400.0)::numeric, 1)::text, 'not known'))
        where t.last_reason is null
          and t.last_success_at - t.last_news_at > greatest(interval '2 days', coalesce(t.news_every_seconds * interval '4 seconds', interval '30 days'))
        union all
        select 'failing', t.last_success_at, format('it fails: %s', t.last_reason)
        where t.last_reason is not null and t.gone_at is null and t.failures >= 1
        union all
        select 'gone', t.gone_at, 'it says that it is gone for good (410); asked once a month'
        where t.gone_at is not null
        union all
        select 'moved', t.checked_at, format('asked at %s in place of the registered address', t.adopted_url)
        where t.adopted_url is not null
        union all
        select 'false_304', t.last_news_at, 'it says "not modified" of documents that are; asked without validators'
        where t.validators_lie_until > t.last_polled_at
    ) a
"""
_ALARMS_COMMENT = (
    "What somebody should look at, a row a feed and kind: gap, silent, failing, gone, moved or false_304; "
    "measured from its last poll"
)


def upgrade() -> None:
    op.create_table(
        "host_refusal",
        sa.Column("host", sa.Text(), nullable=False, comment="The host"),
        sa.Column("address_digest", sa.Text(), nullable=False, comment="sha256:<hex> of the address"),
        sa.Column(
            "refused_at", sa.DateTime(timezone=True), nullable=False, comment="When it answered 429 or 503"
        ),
        sa.Column(
            "free_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when the answer asks to be left alone; NULL: it does not say",
        ),
        sa.PrimaryKeyConstraint("host", "address_digest", name=op.f("pk_host_refusal")),
        schema="ops",
        comment="Addresses that a host has refused since it last answered well; several pause the host",
    )
    op.add_column(
        "feed_poll",
        sa.Column("asked_url", sa.Text(), nullable=True, comment="Address asked; NULL: the registered one"),
        schema="ops",
    )
    op.add_column(
        "feed_poll",
        sa.Column(
            "final_url",
            sa.Text(),
            nullable=True,
            comment="Address that answered after redirects; NULL: the one asked, or none",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_poll",
        sa.Column(
            "is_conditional",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="True: validators were sent",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_poll",
        sa.Column(
            "is_false_304",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="True: a changed document with the validators of the last one: the 304s before may have hidden it",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_poll",
        sa.Column(
            "retry_after_seconds",
            sa.Float(),
            nullable=True,
            comment="How long the answer asks to be left alone; NULL: it does not",
        ),
        schema="ops",
    )
    op.create_index(
        "ix_feed_poll_asked_url",
        "feed_poll",
        ["asked_url"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("asked_url is not null"),
    )
    op.create_index(
        "ix_feed_poll_gap",
        "feed_poll",
        ["feed_id", "polled_at"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("is_gap"),
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "host",
            sa.Text(),
            nullable=True,
            comment="Whom the next request goes to, as in ops.host_slot; NULL: the address names no host",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "validators_url",
            sa.Text(),
            nullable=True,
            comment="Address asked when the validators came: they are sent to no other",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "validators_lie_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until then no validators are sent: they had stayed while the document changed",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "last_news_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Last document with entries not known before",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "news_every_seconds",
            sa.Float(),
            nullable=True,
            comment="Usual time between two documents with new entries; NULL: not known yet",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "gone_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it said 410 Gone, and so was muted: it is asked once a month; NULL: it is not gone",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column("ttl_minutes", sa.Integer(), nullable=True, comment="What the last document asks for: ttl"),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "update_minutes",
            sa.Integer(),
            nullable=True,
            comment="What it asks for: sy:updatePeriod by sy:updateFrequency",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "skip_hours",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="What it asks for: hours without polls, in GMT",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "skip_days",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="What it asks for: days without polls, in GMT, Monday 0",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "fresh_seconds",
            sa.Float(),
            nullable=True,
            comment="How long the last answer says it is fresh (a 304 that is silent leaves it); NULL: it does not say",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "stories",
            sa.Float(),
            nullable=True,
            comment="Pace: new stories seen, those of 20 days ago counting 1/e",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column("days", sa.Float(), nullable=True, comment="Pace: days watched, faded in the same way"),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "scatter",
            sa.Float(),
            nullable=True,
            comment="Pace: variance of the counts by their mean: 1 is chance, more are bursts",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column("surge", sa.Float(), nullable=True, comment="Pace: stories a day as of the last hours"),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "window_entries", sa.Integer(), nullable=True, comment="Pace: entries in the last document read"
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "sheds",
            sa.Boolean(),
            nullable=True,
            comment="Pace: entries leave the document that no newer one pushed out",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "caution",
            sa.Float(),
            nullable=True,
            comment="Pace: by how much the margin is narrowed since stories were lost; 1: not at all",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "unread_days",
            sa.Float(),
            nullable=True,
            comment="Pace: days since a document was read, all answers since being 304",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column("doubt", sa.Float(), nullable=True, comment="Pace: log odds that the 304s are false"),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "asked_in_full", sa.Boolean(), nullable=True, comment="Pace: the next request sends no validators"
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "profile",
            postgresql.ARRAY(sa.Float()),
            nullable=True,
            comment="Pace: weights of the 24 hours and of the 7 weekdays, UTC; 1 is the mean",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "adopted_url",
            sa.Text(),
            nullable=True,
            comment="Address asked in place of the registered one (news.feed.url), after it was proved",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "checked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the registered address last agreed to that, or failed to object",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column("candidate_url", sa.Text(), nullable=True, comment="Address that is being proved"),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "candidate_kind",
            sa.Text(),
            nullable=True,
            comment="How it was found: redirect, https, announced; refused: it failed its trial",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "candidate_polls",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Polls in a row that confirmed it",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "candidate_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The first of them; of a refused one, when it failed",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "lease_worker",
            sa.Integer(),
            nullable=True,
            comment="Worker that polls it now; void once that worker's lock is gone",
        ),
        schema="ops",
    )
    op.add_column(
        "feed_state",
        sa.Column(
            "lease_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the lease ends whatever the worker does",
        ),
        schema="ops",
    )
    op.alter_column(
        "feed_state",
        "etag",
        existing_type=sa.TEXT(),
        comment="Validator of the last document, sent back exactly as it came",
        existing_comment="Validator of the last full answer, sent back exactly as it came",
        existing_nullable=True,
        schema="ops",
    )
    op.alter_column(
        "feed_state",
        "last_modified",
        existing_type=sa.TEXT(),
        comment="Validator of the last document, sent back exactly as it came, whatever date it says",
        existing_comment="Validator of the last full answer, sent back exactly as it came",
        existing_nullable=True,
        schema="ops",
    )
    op.alter_column(
        "feed_state",
        "failures",
        existing_type=sa.INTEGER(),
        type_=sa.Float(),
        comment="Failed polls since the last success, each counted by how lasting its cause is: 1, 0.5 or 0.25",
        existing_comment="Failed polls since the last success",
        existing_nullable=False,
        existing_server_default=sa.text("0"),
        schema="ops",
    )
    op.alter_column(
        "feed_state",
        "interval_seconds",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="Pace: the wait planned by it alone, before wishes and jitter",
        existing_comment="The feed's own pace; NULL: not known yet",
        existing_nullable=True,
        schema="ops",
    )
    op.create_index(
        op.f("ix_feed_state_next_poll_at"), "feed_state", ["next_poll_at"], unique=False, schema="ops"
    )
    op.create_table_comment(
        "feed_state",
        "One row a feed: its validators, its pace and clock, and where it is asked",
        existing_comment="One row a feed: the validators and the clock of polling it",
        schema="ops",
    )
    op.add_column(
        "host_slot",
        sa.Column(
            "free_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until then nothing is asked there: it refused several addresses in a row",
        ),
        schema="ops",
    )
    op.add_column(
        "host_slot",
        sa.Column(
            "pauses",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Such pauses since it last answered well; each is longer",
        ),
        schema="ops",
    )
    op.alter_column(
        "host_slot",
        "host",
        existing_type=sa.TEXT(),
        comment="The host, with its port where that is not the scheme's own",
        existing_comment="The host",
        existing_nullable=False,
        schema="ops",
    )
    op.create_index(
        "ix_ledger_claim",
        "ledger",
        ["state", "source_id", "waiting_until", "discovered_at"],
        unique=False,
        schema="ops",
        postgresql_where=sa.text("state in ('discovered', 'fetched', 'waiting')"),
    )
    op.create_check_constraint(
        op.f("ck_feed_state_candidate_kind"), "feed_state", _CANDIDATE_KIND, schema="ops"
    )
    op.execute(_STATES)
    op.execute(_ALARMS)
    op.execute(f"comment on view ops.feed_alarm is '{_ALARMS_COMMENT}'")


def downgrade() -> None:
    op.execute("drop view ops.feed_alarm")
    op.drop_constraint(op.f("ck_feed_state_candidate_kind"), "feed_state", schema="ops")
    op.drop_index("ix_ledger_claim", table_name="ledger", schema="ops")
    op.alter_column(
        "host_slot",
        "host",
        existing_type=sa.TEXT(),
        comment="The host",
        existing_comment="The host, with its port where that is not the scheme's own",
        existing_nullable=False,
        schema="ops",
    )
    op.drop_column("host_slot", "pauses", schema="ops")
    op.drop_column("host_slot", "free_at", schema="ops")
    op.create_table_comment(
        "feed_state",
        "One row a feed: the validators and the clock of polling it",
        existing_comment="One row a feed: its validators, its pace and clock, and where it is asked",
        schema="ops",
    )
    op.drop_index(op.f("ix_feed_state_next_poll_at"), table_name="feed_state", schema="ops")
    op.alter_column(
        "feed_state",
        "interval_seconds",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        comment="The feed's own pace; NULL: not known yet",
        existing_comment="Pace: the wait planned by it alone, before wishes and jitter",
        existing_nullable=True,
        schema="ops",
    )
    op.alter_column(
        "feed_state",
        "failures",
        existing_type=sa.Float(),
        type_=sa.INTEGER(),
        comment="Failed polls since the last success",
        existing_comment="Failed polls since the last success, each counted by how lasting its cause is: 1, 0.5 or 0.25",
        existing_nullable=False,
        existing_server_default=sa.text("0"),
        schema="ops",
    )
    op.alter_column(
        "feed_state",
        "last_modified",
        existing_type=sa.TEXT(),
        comment="Validator of the last full answer, sent back exactly as it came",
        existing_comment="Validator of the last document, sent back exactly as it came, whatever date it says",
        existing_nullable=True,
        schema="ops",
    )
    op.alter_column(
        "feed_state",
        "etag",
        existing_type=sa.TEXT(),
        comment="Validator of the last full answer, sent back exactly as it came",
        existing_comment="Validator of the last document, sent back exactly as it came",
        existing_nullable=True,
        schema="ops",
    )
    op.drop_column("feed_state", "lease_until", schema="ops")
    op.drop_column("feed_state", "lease_worker", schema="ops")
    op.drop_column("feed_state", "candidate_since", schema="ops")
    op.drop_column("feed_state", "candidate_polls", schema="ops")
    op.drop_column("feed_state", "candidate_kind", schema="ops")
    op.drop_column("feed_state", "candidate_url", schema="ops")
    op.drop_column("feed_state", "checked_at", schema="ops")
    op.drop_column("feed_state", "adopted_url", schema="ops")
    op.drop_column("feed_state", "profile", schema="ops")
    op.drop_column("feed_state", "asked_in_full", schema="ops")
    op.drop_column("feed_state", "doubt", schema="ops")
    op.drop_column("feed_state", "unread_days", schema="ops")
    op.drop_column("feed_state", "caution", schema="ops")
    op.drop_column("feed_state", "sheds", schema="ops")
    op.drop_column("feed_state", "window_entries", schema="ops")
    op.drop_column("feed_state", "surge", schema="ops")
    op.drop_column("feed_state", "scatter", schema="ops")
    op.drop_column("feed_state", "days", schema="ops")
    op.drop_column("feed_state", "stories", schema="ops")
    op.drop_column("feed_state", "fresh_seconds", schema="ops")
    op.drop_column("feed_state", "skip_days", schema="ops")
    op.drop_column("feed_state", "skip_hours", schema="ops")
    op.drop_column("feed_state", "update_minutes", schema="ops")
    op.drop_column("feed_state", "ttl_minutes", schema="ops")
    op.drop_column("feed_state", "gone_at", schema="ops")
    op.drop_column("feed_state", "news_every_seconds", schema="ops")
    op.drop_column("feed_state", "last_news_at", schema="ops")
    op.drop_column("feed_state", "validators_lie_until", schema="ops")
    op.drop_column("feed_state", "validators_url", schema="ops")
    op.drop_column("feed_state", "host", schema="ops")
    op.drop_index(
        "ix_feed_poll_gap", table_name="feed_poll", schema="ops", postgresql_where=sa.text("is_gap")
    )
    op.drop_index(
        "ix_feed_poll_asked_url",
        table_name="feed_poll",
        schema="ops",
        postgresql_where=sa.text("asked_url is not null"),
    )
    op.drop_column("feed_poll", "retry_after_seconds", schema="ops")
    op.drop_column("feed_poll", "is_false_304", schema="ops")
    op.drop_column("feed_poll", "is_conditional", schema="ops")
    op.drop_column("feed_poll", "final_url", schema="ops")
    op.drop_column("feed_poll", "asked_url", schema="ops")
    op.drop_table("host_refusal", schema="ops")
