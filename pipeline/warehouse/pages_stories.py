"""Stories for the newsroom pages: the latest as they arrive, and one with all its evidence."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from pipeline.warehouse.pages import containing

PAGE = 30

_CARD = """
select a.story_id, s.name as source, s.domain, a.url, a.headline, a.description, a.section, a.language,
       a.first_seen_at, a.word_count,
       a.published_at, a.published_local, a.published_utc_offset_minutes, a.published_zone, a.published_precision,
       a.published_method, a.published_evidence, a.published_flags,
       d.raw as dateline, p.name as place, p.country as place_country, p.method as place_method,
       (select count(*) from news.story_cluster o where o.cluster_id = c.cluster_id) - 1 as copies,
       (select count(*) from news.article_version v where v.story_id = a.story_id) as versions
from {chosen} a
join news.source s using (source_id)
left join news.article_dateline d using (story_id)
left join news.article_place p on p.story_id = a.story_id and p.rel = 'located' and p.position = 0
left join news.story_cluster c on c.story_id = a.story_id
"""
_LATEST = """(
    select * from news.article
    where (cast(:like as text) is null or source_id in (
            select source_id from news.source where name ilike :like or domain ilike :like))
        and (cast(:at as timestamptz) is null or (first_seen_at, story_id) < (:at, :story))
    order by first_seen_at desc, story_id desc limit :size
)"""
_LIST = text(_CARD.format(chosen=_LATEST) + "order by a.first_seen_at desc, a.story_id desc")
_ONE = text(_CARD.format(chosen="news.article") + "where a.story_id = :story")
_ALIAS = text("select story_id from news.story_alias where alias_id = :story")
_DATES = text("""
select position, role, evidence, method, instant, local, utc_offset_minutes, zone, precision, flags, is_chosen,
       coalesce((select jsonb_agg(jsonb_build_array(r.local, r.instant, r.zone) order by r.position)
                 from news.article_timestamp_reading r
                 where r.story_id = t.story_id and r.timestamp_position = t.position), '[]') as readings
from news.article_timestamp t where story_id = :story order by is_chosen desc, position limit 40
""")
_PLACES = text("""
select name, country, admin1, lat, lon, zone, method,
       coalesce((select jsonb_agg(concat_ws(', ', n.name, substring(n.admin1 from '^[A-Z]+$'), n.country) order by n.position)
                 from news.article_place_namesake n
                 where n.story_id = p.story_id and n.place_position = p.position), '[]') as namesakes
from news.article_place p where story_id = :story and rel = 'located' order by position
""")
_COPIES = text("""
select o.story_id, s.name as source, a.headline, a.published_at, a.first_seen_at, o.story_id = o.cluster_id as is_first
from news.story_cluster c join news.story_cluster o using (cluster_id)
join news.article a on a.story_id = o.story_id join news.source s on s.source_id = a.source_id
where c.story_id = :story and o.story_id <> :story
order by o.dated_at, o.story_id limit 50
""")
_VERSIONS = text("""
select v.version_id, v.captured_at, v.headline, v.extractor_version, v.version_id = a.version_id as is_current,
       coalesce((select jsonb_agg(jsonb_build_array(x.field, x.diff, x.words_removed, x.words_added) order by x.field desc)
                 from news.article_change x where x.version_id = v.version_id), '[]') as changes
from news.article_version v join news.article a using (story_id)
where v.story_id = :story order by v.captured_at desc, v.version_id limit 50
""")
_ENTRIES = text("""
select f.feed_id, f.url as feed, l.state, l.duplicate_method, l.discovered_at
from ops.ledger l join news.feed f using (feed_id)
where l.story_id = :story order by l.discovered_at, f.url, l.entry_key limit 50
""")
_BODY = text("""
select left(b.body, 20000) from news.article a join news.article_body b using (version_id) where a.story_id = :story
""")


@dataclass(frozen=True, slots=True)
class Card:
    """A story with the evidence for its time and place."""

    story_id: uuid.UUID
    source: str
    domain: str
    url: str
    headline: str | None
    description: str | None
    section: str | None
    language: str | None
    first_seen_at: datetime
    word_count: int
    published_at: datetime | None
    published_local: datetime | None
    published_utc_offset_minutes: int | None
    published_zone: str | None
    published_precision: str | None
    published_method: str | None
    published_evidence: str | None
    published_flags: list[str]
    dateline: str | None
    """As printed."""
    place: str | None
    place_country: str | None
    place_method: str | None
    copies: int | None
    """Other stories of its cluster; None: it was not compared yet."""
    versions: int


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date found for a story."""

    position: int
    role: str
    evidence: str
    method: str | None
    instant: datetime | None
    local: datetime | None
    utc_offset_minutes: int | None
    zone: str | None
    precision: str
    flags: list[str]
    is_chosen: bool
    readings: list[list[str | None]]
    """Wall clock, instant and zone of each reading, of a date that can be read in several ways."""


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place that a dateline names."""

    name: str
    country: str | None
    admin1: str | None
    lat: float | None
    lon: float | None
    zone: str | None
    method: str | None
    namesakes: list[str]
    """Those that it was preferred to."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Another story of the cluster."""

    story_id: uuid.UUID
    source: str
    headline: str | None
    published_at: datetime | None
    first_seen_at: datetime
    is_first: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A text that the story has had."""

    version_id: uuid.UUID
    captured_at: datetime
    headline: str | None
    extractor_version: str | None
    is_current: bool
    changes: list[list[Any]]
    """Field, diff, words removed and words added of each change since the version before."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry of a feed that is this story."""

    feed_id: uuid.UUID
    feed: str
    state: str
    duplicate_method: str | None
    discovered_at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One story and all that is known of it."""

    card: Card
    body: str
    dates: tuple[DateFound, ...]
    places: tuple[PlaceFound, ...]
    copies: tuple[Copy, ...]
    versions: tuple[Version, ...]
    """The latest first."""
    entries: tuple[Seen, ...]


def latest(
    connection: Connection, *, words: str = "", after: tuple[datetime, uuid.UUID] | None = None
) -> tuple[Card, ...]:
    """A page of stories in the order of their arrival, the latest first.

    Args:
        connection: in a transaction of ``pages.reading``.
        words: part of the publisher's name or domain, in any letter case.
        after: ``first_seen_at`` and id of the last story of the page before; None: the first page.
    """
    at, story = after or (None, None)
    parameters = {"like": containing(words), "at": at, "story": story, "size": PAGE}
    return tuple(Card(**row) for row in connection.execute(_LIST, parameters).mappings())


def story(connection: Connection, story_id: uuid.UUID) -> Story | None:
    """The story, also by an id that was merged into it; None: there is none."""
    row = connection.execute(_ONE, {"story": story_id}).mappings().one_or_none()
    if row is None:
        alias = connection.execute(_ALIAS, {"story": story_id}).scalar_one_or_none()
        return story(connection, alias) if alias else None
    key = {"story": story_id}
    return Story(
        card=Card(**row),
        body=connection.execute(_BODY, key).scalar_one_or_none() or "",
        dates=tuple(DateFound(**found) for found in connection.execute(_DATES, key).mappings()),
        places=tuple(PlaceFound(**found) for found in connection.execute(_PLACES, key).mappings()),
        copies=tuple(Copy(**found) for found in connection.execute(_COPIES, key).mappings()),
        versions=tuple(Version(**found) for found in connection.execute(_VERSIONS, key).mappings()),
        entries=tuple(Seen(**found) for found in connection.execute(_ENTRIES, key).mappings()),
    )
