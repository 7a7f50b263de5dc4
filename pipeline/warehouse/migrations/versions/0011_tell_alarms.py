"""Tell alarms"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Unusual is what is unlikely by chance (three standard deviations) and matters (20 points more), in twenty entries at
# least: of ten, one bad day of one editor makes a half. What is usual is learnt from the entries before; of a feed
# without any, one in ten is expected, and that belief weighs as much as ten entries. More than half is never taken for
# usual: a feed of which most is of no use has to be looked at, however long it has been so.
_UNUSUAL = """
    create function ops.is_unusual_share(bad bigint, entries bigint, usual_bad bigint, usual_entries bigint)
    returns boolean language sql immutable parallel safe
    return (
        select entries >= 20
            and bad >= entries * (usual + 0.2)
            and bad > entries * usual + 3 * sqrt(entries * usual * (1 - usual))
        from (select least(0.5, (usual_bad + 1) / (usual_entries + 10.0)) as usual) known
    )
"""
_UNUSUAL_COMMENT = (
    "True where so many of the entries are bad that it is not usual: by 20 points and by three standard deviations; "
    "false of fewer than 20 entries. The usual share has a prior of 1 in 10 and is never taken for more than a half"
)
# The last 40 settled entries, if they are of the last two weeks, against the 200 before: a busy feed is judged by its
# last hours, a slow one by a fortnight. In the order of their discovery: a backfill of old days says nothing about today.
_IS_RECENT = "place <= 40 and discovered_at > t.last_polled_at - interval '14 days' as is_recent"
_COUNTS = """
            count(*) filter (where is_recent and is_bad), count(*) filter (where is_recent),
            count(*) filter (where not is_recent and is_bad), count(*) filter (where not is_recent)
"""
# An instant is no good where its own text or another source contradicts it, or where it lies after we had the page.
_NO_INSTANT = "a.published_at is null or a.published_flags && '{conflict,future,after_fetch}'"
_BEFORE = """
    create or replace view ops.feed_alarm as
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
"""
_SHARES = f"""
        union all
        select 'rejected_share', min(discovered_at) filter (where is_recent and is_bad),
            format('%s of its last %s entries were rejected; of the %4$s before them, %3$s', {_COUNTS})
        from (
            select *, {_IS_RECENT} from (
                select l.state = 'rejected' as is_bad, l.discovered_at,
                       row_number() over (order by l.discovered_at desc) as place
                from ops.ledger l
                where l.feed_id = t.feed_id and l.state in ('loaded', 'duplicate', 'rejected')
                order by l.discovered_at desc limit 240
            ) ranked
        ) judged
        having ops.is_unusual_share({_COUNTS})
        union all
        select 'date_coverage', min(discovered_at) filter (where is_recent and is_bad),
            format('%s of its last %s stories have no instant to trust; of the %4$s before them, %3$s', {_COUNTS})
        from (
            select *, {_IS_RECENT} from (
                select {_NO_INSTANT} as is_bad, l.discovered_at,
                       row_number() over (order by l.discovered_at desc) as place
                from ops.ledger l join news.article a on a.story_id = l.story_id
                where l.feed_id = t.feed_id and l.state = 'loaded'
                order by l.discovered_at desc limit 240
            ) ranked
        ) judged
        having ops.is_unusual_share({_COUNTS})
"""  # noqa: S608 - constants of ours
_END = """
    ) a
"""
_COMMENT = "What somebody should look at, a row a feed and kind: {kinds}; measured from its last poll"


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="What it is about: the feed's id; of late_run, the DAG's",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="A kind of ops.feed_alarm, or late_run"),
        sa.Column(
            "first_seen_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="The review that first found it",
        ),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="The last review that found it",
        ),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when it is so, as known at first; NULL: it was never otherwise",
        ),
        sa.Column("words", sa.Text(), nullable=False, comment="What is odd, as of the last review"),
        sa.Column("feed_id", sa.Uuid(), nullable=True, comment="The feed; NULL: it is about no single one"),
        sa.Column(
            "resolved_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The first review that did not find it any more; NULL: it lasts",
        ),
        sa.Column(
            "told_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the log and the notifier had it; NULL: nobody was told yet",
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["news.feed.feed_id"], name=op.f("fk_alarm_feed_id_feed")),
        sa.PrimaryKeyConstraint("subject", "kind", "first_seen_at", name=op.f("pk_alarm")),
        schema="ops",
        comment="Alarms about feeds and runs, each from its first review to the one that misses it",
    )
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["subject", "kind"],
        unique=True,
        schema="ops",
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_index(
        "ix_ledger_settled",
        "ledger",
        ["feed_id", "discovered_at"],
        unique=False,
        schema="ops",
        postgresql_include=["state", "story_id"],
        postgresql_where=sa.text("state in ('loaded', 'duplicate', 'rejected')"),
    )
    op.execute(_UNUSUAL)
    op.execute(f"comment on function ops.is_unusual_share is '{_UNUSUAL_COMMENT}'")
    op.execute(_BEFORE + _SHARES + _END)
    kinds = "gap, silent, failing, gone, moved, false_304, rejected_share or date_coverage"
    op.execute(f"comment on view ops.feed_alarm is '{_COMMENT.format(kinds=kinds)}'")


def downgrade() -> None:
    op.execute(_BEFORE + _END)
    kinds = "gap, silent, failing, gone, moved or false_304"
    op.execute(f"comment on view ops.feed_alarm is '{_COMMENT.format(kinds=kinds)}'")
    op.execute("drop function ops.is_unusual_share")
    op.drop_index(
        "ix_ledger_settled",
        table_name="ledger",
        schema="ops",
        postgresql_include=["state", "story_id"],
        postgresql_where=sa.text("state in ('loaded', 'duplicate', 'rejected')"),
    )
    op.drop_index(
        "uq_alarm_open", table_name="alarm", schema="ops", postgresql_where=sa.text("resolved_at is null")
    )
    op.drop_table("alarm", schema="ops")
