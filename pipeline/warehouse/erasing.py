"""A story taken out of the warehouse: its rows go, a tombstone stays, and the archive's places are handed out to be blanked.

First the rows and the tombstone, in one transaction; then the bytes (``erased``).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import EntryId
from pipeline.records import ArchiveRef
from pipeline.urls import canonical_url
from pipeline.warehouse import clustering
from pipeline.warehouse.bulk import among
from pipeline.warehouse.claims import entry_of
from pipeline.warehouse.erased import ref_of
from pipeline.warehouse.exporting import mark_stale
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.tables import (
    ARTICLE,
    ARTICLE_VERSION,
    BRIDGES,
    FETCH,
    LEDGER,
    SOURCE,
    STORY_ALIAS,
    STORY_CLUSTER,
    STORY_EDGE,
    TOMBSTONE,
)
from pipeline.warehouse.tombstones import Mark, blank, mark_erased, marks_of, shared_addresses

# Whatever else has rows of the story, such as marts: not the views over it, and not what goes with the story itself.
_ELSEWHERE = text("""
select format('%I.%I', n.nspname, c.relname)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where a.attname = 'story_id' and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
and c.relpersistence = 'p' and n.nspname not in ('news', 'ops') and n.nspname !~ '^pg_'
order by 1
""")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What goes with a story."""

    story_id: uuid.UUID
    source_id: uuid.UUID
    domain: str
    headline: str | None
    url: str
    published_at: datetime | None
    first_seen_at: datetime
    entries: tuple[EntryId, ...]
    """Rows of the ledger that are blanked."""
    marks: frozenset[Mark]
    """By what it is known again."""
    places: tuple[ArchiveRef, ...]
    """Of its pages in the archive."""
    documents: int
    """Feed documents in which its entries were first seen: they stay as they came."""
    rows: dict[str, int] = field(default_factory=dict)
    """By table: how many rows go."""
    copies_elsewhere: int = 0
    """Stories of other publishers in its cluster: they stay."""


def find(connection: Connection, wanted: str) -> uuid.UUID | None:
    """The story of an id, of an id that was merged into another, or of an address; None: there is none."""
    try:
        asked = uuid.UUID(wanted)
    except ValueError:
        return _by_address(connection, canonical_url(wanted))
    merged = select(STORY_ALIAS.c.story_id).where(STORY_ALIAS.c.alias_id == asked)
    story = select(ARTICLE.c.story_id).where(
        or_(ARTICLE.c.story_id == asked, ARTICLE.c.story_id.in_(merged.scalar_subquery()))
    )
    return connection.execute(story).scalar()


def survey(connection: Connection, story: uuid.UUID) -> Erasure | None:
    """What goes with a story; None: it is no more."""
    query = select(ARTICLE, SOURCE.c.domain).join(SOURCE, SOURCE.c.source_id == ARTICLE.c.source_id)
    article = connection.execute(query.where(ARTICLE.c.story_id == story)).first()
    if article is None:
        return None
    told, marks = _tellings(connection, article)
    entries = tuple(sorted((row.feed_id, row.entry_key) for row in told))
    mates = select(STORY_CLUSTER.c.cluster_id).where(STORY_CLUSTER.c.story_id == story).scalar_subquery()
    copies = (
        select(func.count())
        .select_from(STORY_CLUSTER)
        .where(STORY_CLUSTER.c.cluster_id == mates, STORY_CLUSTER.c.story_id != story)
    )
    return Erasure(
        story_id=story,
        source_id=article.source_id,
        domain=article.domain,
        headline=article.headline,
        url=article.url,
        published_at=article.published_at,
        first_seen_at=article.first_seen_at,
        entries=entries,
        marks=frozenset(marks),
        places=tuple(_places(connection, entries)),
        documents=len({(row.feed_object, row.feed_offset) for row in told if row.feed_object}),
        rows=_counts(connection, story),
        copies_elsewhere=connection.execute(copies).scalar_one(),
    )


def erase(connection: Connection, story: uuid.UUID, why: str | None, now: datetime) -> Erasure | None:
    """Takes the story's rows away and leaves its tombstone, in the caller's transaction; None: it is no more.

    Its entries are rejected and say nothing any more; the clusters round it are made anew, and the files of
    an export that hold it have to be written again.
    """
    source = connection.execute(select(ARTICLE.c.source_id).where(ARTICLE.c.story_id == story)).scalar()
    lock_names(connection, [f"source:{source}"])
    around = clustering.hold(connection, {story})
    found = survey(connection, story)  # under the lock: nothing that tells it can be loaded any more
    if found is None:
        return None
    row = {"story_id": story, "source_id": found.source_id, "erased_at": now, "why": why}
    connection.execute(insert(TOMBSTONE).values(row).on_conflict_do_nothing())
    mark_erased(connection, story, found.marks)
    blank(connection, found.entries, now)
    elsewhere: list[str] = list(connection.execute(_ELSEWHERE).scalars())
    for name in elsewhere:
        connection.execute(text(f"delete from {name} where story_id = :story"), {"story": story})  # noqa: S608  # quoted by format()
    connection.execute(delete(ARTICLE).where(ARTICLE.c.story_id == story))
    clustering.group(connection, around - {story})
    mark_stale(connection, found.published_at, now)
    return found


def _by_address(connection: Connection, url: str) -> uuid.UUID | None:
    article = select(ARTICLE.c.story_id).where(ARTICLE.c.canonical_url == url)
    if story := connection.execute(article.order_by(ARTICLE.c.story_id)).scalar():
        return uuid.UUID(str(story))
    entry = select(LEDGER.c.story_id).where(LEDGER.c.canonical_url == url, LEDGER.c.story_id.is_not(None))
    return connection.execute(entry.order_by(LEDGER.c.discovered_at)).scalar()


def _tellings(connection: Connection, article: Any) -> tuple[list[Any], set[Mark]]:
    """The ledger's rows that tell the story, or would, and by what it is known again."""
    aliases = select(STORY_ALIAS.c.alias_id).where(STORY_ALIAS.c.story_id == article.story_id)
    ids = {article.story_id, *connection.execute(aliases).scalars()}
    of_publisher = select(LEDGER).where(LEDGER.c.source_id == article.source_id)
    by_id = of_publisher.where(or_(LEDGER.c.story_id.in_(ids), LEDGER.c.told_story_id.in_(ids)))
    told: dict[EntryId, Any] = {
        (row.feed_id, row.entry_key): row for row in connection.execute(by_id) if row.story_id in {None, *ids}
    }
    urls = {article.canonical_url, *(row.canonical_url for row in told.values())} - {None}
    urls -= shared_addresses(connection, article.source_id, urls, ids)
    alikes = {row.alike for row in told.values()} - {None}
    others = or_(among(LEDGER.c.canonical_url, urls), among(LEDGER.c.alike, alikes))
    pending = of_publisher.where(others, LEDGER.c.story_id.is_(None))
    told |= {(row.feed_id, row.entry_key): row for row in connection.execute(pending)}
    texts = {article.text_hash, *(row.told_text_hash for row in told.values())} - {None}
    names = {f"text:{one}" for one in texts} | {f"story:{one}" for one in ids} | urls
    marks = {(article.source_id, name) for name in names}
    for row in told.values():
        of_entry = marks_of(row.source_id, row.feed_id, row.entry_key, entry_of(row.entry))
        marks |= {mark for mark in of_entry if row.canonical_url in urls or mark[1] != row.canonical_url}
    return list(told.values()), marks


def _places(connection: Connection, entries: Sequence[EntryId]) -> list[ArchiveRef]:
    query = (
        select(FETCH)
        .where(tuple_(FETCH.c.feed_id, FETCH.c.entry_key).in_(entries), FETCH.c.archive_object.is_not(None))
        .order_by(FETCH.c.archive_object, FETCH.c.archive_offset)
    )
    return [ref_of(row) for row in connection.execute(query)]


def _counts(connection: Connection, story: uuid.UUID) -> dict[str, int]:
    edges = or_(STORY_EDGE.c.part_story_id == story, STORY_EDGE.c.whole_story_id == story)
    counts = {
        table.name: connection.execute(
            select(func.count()).select_from(table).where(table.c.story_id == story)
        ).scalar_one()
        for table in (ARTICLE, ARTICLE_VERSION, *BRIDGES, STORY_ALIAS)
    }
    counts["story_edge"] = connection.execute(
        select(func.count()).select_from(STORY_EDGE).where(edges)
    ).scalar_one()
    return {name: count for name, count in counts.items() if count}
