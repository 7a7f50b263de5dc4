"""What people ask of the warehouse while it runs: the law of conservation, counts, hashes, stories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from pipeline.warehouse.tables import HASHED_COLUMNS

# Entries seen = pending + loaded + duplicate + rejected. The left side is counted from the log of
# polls, the right one from the states, so that an entry lost between the two would show.
_CONSERVATION = text("""
select s.domain, f.url as feed, f.state as feed_state,
       coalesce(p.seen, 0) as seen,
       coalesce(p.lost, 0) as lost,
       coalesce(l.entries, 0) as entries,
       coalesce(l.pending, 0) as pending,
       coalesce(l.waiting, 0) as waiting,
       coalesce(l.loaded, 0) as loaded,
       coalesce(l.duplicates, 0) as duplicates,
       coalesce(l.rejected, 0) as rejected,
       p.last_polled_at, fs.last_reason, fs.failures, fs.next_poll_at
from news.feed f
join news.source s using (source_id)
left join ops.feed_state fs using (feed_id)
left join (
    select feed_id, sum(new_entries) as seen, sum(entries - entered_entries) as lost, max(polled_at) as last_polled_at
    from (
        select feed_id, new_entries, entries, entered_entries, polled_at from ops.feed_poll
        union all
        select feed_id, new_entries, entries, entered_entries, null from ops.feed_poll_sum
    ) polls group by feed_id
) p using (feed_id)
left join (
    select feed_id, count(*) as entries,
           count(*) filter (where state in ('discovered', 'fetched', 'waiting')) as pending,
           count(*) filter (where state = 'waiting') as waiting,
           count(*) filter (where state = 'loaded') as loaded,
           count(*) filter (where state = 'duplicate') as duplicates,
           count(*) filter (where state = 'rejected') as rejected
    from ops.ledger group by feed_id
) l using (feed_id)
order by s.domain, f.url
""")

_REASONS = text("""
select s.domain, l.state, coalesce(l.reason, l.duplicate_method) as reason, count(*) as entries,
       min(l.url) as example
from ops.ledger l join news.source s using (source_id)
where l.state in ('rejected', 'waiting')
group by s.domain, l.state, coalesce(l.reason, l.duplicate_method) order by s.domain, l.state, entries desc
""")

_STORIES = text("""
select a.*, s.domain as source_domain, s.name as source_name, b.body, c.cluster_id,
       (select count(*) from news.article_version v where v.story_id = a.story_id) as versions,
       coalesce((select jsonb_agg(x.name order by x.position) from news.article_author x
                 where x.story_id = a.story_id), '[]') as authors,
       coalesce((select jsonb_agg(x.keyword order by x.position) from news.article_keyword x
                 where x.story_id = a.story_id), '[]') as keywords,
       coalesce((select jsonb_agg(x.heading order by x.position) from news.article_heading x
                 where x.story_id = a.story_id), '[]') as headings,
       coalesce((select jsonb_agg(to_jsonb(x) - 'story_id' - 'position' order by x.position) from news.article_image x
                 where x.story_id = a.story_id), '[]') as images,
       coalesce((select jsonb_agg(to_jsonb(x) - 'story_id' - 'position' order by x.position) from news.article_link x
                 where x.story_id = a.story_id), '[]') as related,
       coalesce((select jsonb_agg(to_jsonb(x) - 'story_id' - 'position' order by x.position)
                 from news.article_live_post x where x.story_id = a.story_id), '[]') as live_posts,
       coalesce((select jsonb_agg(x.note order by x.position) from news.article_note x
                 where x.story_id = a.story_id), '[]') as editor_notes,
       coalesce((select jsonb_agg(to_jsonb(x) - 'story_id' - 'position' || jsonb_build_object('readings', coalesce(
                     (select jsonb_agg(to_jsonb(y) - 'story_id' - 'position' - 'timestamp_position' order by y.position)
                      from news.article_timestamp_reading y
                      where y.story_id = x.story_id and y.timestamp_position = x.position), '[]')) order by x.position)
                 from news.article_timestamp x where x.story_id = a.story_id), '[]') as timestamps,
       (select to_jsonb(d) - 'story_id' from news.article_dateline d where d.story_id = a.story_id) as dateline,
       coalesce((select jsonb_agg(to_jsonb(x) - 'story_id' - 'position' || jsonb_build_object('namesakes', coalesce(
                     (select jsonb_agg(to_jsonb(y) - 'story_id' - 'position' - 'place_position' order by y.position)
                      from news.article_place_namesake y
                      where y.story_id = x.story_id and y.place_position = x.position), '[]')) order by x.position)
                 from news.article_place x where x.story_id = a.story_id), '[]') as places,
       coalesce((select jsonb_agg(to_jsonb(x) - 'story_id' - 'position' order by x.position)
                 from news.article_field_candidate x where x.story_id = a.story_id), '[]') as field_candidates,
       coalesce((select jsonb_object_agg(x.field, x.method) from news.article_method x
                 where x.story_id = a.story_id), '{}') as methods,
       coalesce((select jsonb_agg(jsonb_build_object('feed', f.url, 'entry_key', l.entry_key, 'state', l.state,
                 'duplicate_method', l.duplicate_method, 'discovered_at', l.discovered_at)
                 order by l.discovered_at, f.url, l.entry_key)
                 from ops.ledger l join news.feed f using (feed_id) where l.story_id = a.story_id), '[]') as ledger
from news.article a
join news.source s using (source_id)
join news.article_version v on v.version_id = a.version_id
left join news.article_body b on b.version_id = a.version_id
left join news.story_cluster c on c.story_id = a.story_id
order by a.published_at nulls last, a.story_id
""")

_ALARMS = text(
    "select domain, url as feed, kind, since, words from ops.feed_alarm order by domain, url, kind"
)

_SAMPLE = text("""
select distinct on (s.domain) s.domain, a.headline, a.published_at, a.published_local, a.published_precision,
       a.published_utc_offset_minutes, a.published_evidence, a.published_method,
       d.raw as dateline, p.name as place, p.country as place_country
from news.article a
join news.source s using (source_id)
left join news.article_dateline d using (story_id)
left join news.article_place p on p.story_id = a.story_id and p.position = 0
order by s.domain, (d.raw is null), (a.published_at is null), a.published_at desc, a.story_id
""")


@dataclass(frozen=True, slots=True)
class FeedCount:
    """The ledger of one feed in numbers."""

    domain: str
    feed: str
    feed_state: str
    seen: int
    """Entries counted as new by the polls."""
    lost: int
    """Entries of a document that the ledger did not hold after its poll."""
    entries: int
    pending: int
    waiting: int
    loaded: int
    duplicates: int
    rejected: int
    last_polled_at: Any
    last_reason: str | None
    failures: float | None
    next_poll_at: Any

    @property
    def is_conserved(self) -> bool:
        """True where every entry seen is in exactly one state."""
        settled = self.loaded + self.duplicates + self.rejected
        return self.lost == 0 and self.seen == self.entries == self.pending + settled


def conservation(connection: Connection) -> list[FeedCount]:
    """The law of conservation, a row a feed."""
    return [FeedCount(**row) for row in connection.execute(_CONSERVATION).mappings()]


def reasons(connection: Connection) -> list[dict[str, Any]]:
    """Why entries wait or were rejected: publisher, state, reason, how many, an example."""
    return [dict(row) for row in connection.execute(_REASONS).mappings()]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about a feed that somebody should look at."""

    domain: str
    feed: str
    kind: str
    """``gap``, ``silent``, ``failing``, ``gone``, ``moved`` or ``false_304``."""
    since: datetime | None
    """None: it was never otherwise."""
    words: str


def alarms(connection: Connection) -> list[Alarm]:
    """What is odd about active feeds, by publisher: the view ``ops.feed_alarm``."""
    return [Alarm(**row) for row in connection.execute(_ALARMS).mappings()]


def stories(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every story with all that is known of it, by publication; streamed."""
    streamed = connection.execution_options(stream_results=True, max_row_buffer=200)
    for row in streamed.execute(_STORIES).mappings():
        yield dict(row)


def sample(connection: Connection) -> Sequence[Row[Any]]:
    """One story a publisher, one with a dateline and an instant where there is one, for people to look at."""
    return connection.execute(_SAMPLE).all()


def table_hashes(connection: Connection) -> dict[str, str]:
    """An md5 for each table over the columns that a second load must leave alone."""
    hashes = {}
    for table, columns in HASHED_COLUMNS.items():
        listed = ", ".join(f"t.{column}" for column in columns)
        query = (
            f"select coalesce(md5(string_agg(h, '' order by h)), 'empty') from ("  # noqa: S608  # names of ours
            f"select md5(row({listed})::text) as h from {table} t) hashed"
        )
        hashes[table] = str(connection.execute(text(query)).scalar_one())
    return hashes
