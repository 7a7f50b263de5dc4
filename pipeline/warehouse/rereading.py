"""What was read of the archive's bytes, to be read again: which stories, from which captures, and what stands of them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, text, tuple_

from pipeline.dedup import EntryId
from pipeline.records import ArchiveRef
from pipeline.warehouse.bulk import among
from pipeline.warehouse.claims import Claim, as_claims
from pipeline.warehouse.statements import shown_times
from pipeline.warehouse.tables import ARTICLE, ARTICLE_VERSION, FETCH, LEDGER, STORY_ALIAS

Unit = uuid.UUID | EntryId
"""A story, or an entry that was rejected for what its page is."""

# In the order in which the bytes lie, so that reading them goes from file to file.
_STORIES = text("""
with captured as (
    select l.story_id, f.archive_object as object, f.archive_offset as at
    from ops.fetch f join ops.ledger l using (feed_id, entry_key)
    where f.fetched_at >= :since and f.fetched_at < :until and f.reason is null and f.archive_object is not null
    and l.state in ('loaded', 'duplicate') and l.told_story_id is not null
    and (cast(:sources as uuid[]) is null or l.source_id = any(:sources))
    union all
    select story_id, feed_object, feed_offset from ops.ledger
    where state in ('loaded', 'duplicate') and fetch_id is null and told_story_id is not null
    and discovered_at >= :since and discovered_at < :until
    and (cast(:sources as uuid[]) is null or source_id = any(:sources))
)
select story_id from captured group by story_id order by min(object collate "C"), min(at), story_id
""")
_REJECTED = text("""
select l.feed_id, l.entry_key from ops.ledger l left join ops.fetch f on f.fetch_id = l.fetch_id
where l.state = 'rejected' and l.reason not in ('archive_damaged', 'erased')
and (l.fetch_id is not null and f.archive_object is not null or l.fetch_id is null and l.tries = 0)
and coalesce(f.fetched_at, l.discovered_at) >= :since and coalesce(f.fetched_at, l.discovered_at) < :until
and (cast(:sources as uuid[]) is null or l.source_id = any(:sources))
order by f.archive_object collate "C", f.archive_offset, l.feed_id, l.entry_key
""")


@dataclass(frozen=True, slots=True)
class Told:
    """An entry whose own page, or whose statement, was read; what the ledger keeps of that."""

    claim: Claim
    shown_at: datetime
    """When it was received, as the story shows it."""
    story_id: uuid.UUID | None
    """The story that it tells; None: none, it was rejected."""
    text_hash: str | None
    told_at: datetime | None
    reason: str | None = None
    """Why it was rejected: code and words, as an article's status has them."""

    @property
    def entry(self) -> EntryId:
        return self.claim.feed_id, self.claim.entry_key


@dataclass(frozen=True, slots=True)
class Standing:
    """A story as it stands, with all captures of it; or a rejected entry."""

    unit: Unit
    told: tuple[Told, ...]
    """In the order of discovery. Those of other ids were found to repeat the story."""
    looks: tuple[Claim, ...] = ()
    """Later captures of the pages that tell it, in the order of capture."""
    fetched_at: datetime | None = None
    """Capture that the story shows; None: the unit is no story."""
    content_hash: str = ""
    extractor_version: str = ""
    versions: Mapping[uuid.UUID, tuple[datetime, datetime | None]] = field(default_factory=dict)
    """By id: the first capture of each text, and the publication that it states."""
    aliases: frozenset[uuid.UUID] = frozenset()

    def captures(self) -> list[Claim]:
        """Everything that was read for it, in the order of capture."""
        claims = [*(one.claim for one in self.told), *self.looks]
        return sorted(claims, key=lambda claim: (captured_at(claim), claim.feed_id, claim.entry_key))


def captured_at(claim: Claim) -> datetime:
    """When the bytes behind a claim were received."""
    return claim.fetched_at or claim.discovered_at


def received(
    connection: Connection, since: datetime, until: datetime, sources: Collection[uuid.UUID] | None = None
) -> list[Unit]:
    """What has a capture received in ``[since, until)``, in the order in which the bytes lie; of all publishers, or of some."""
    window = {
        "since": since,
        "until": until,
        "sources": None if sources is None else sorted(sources),
    }
    stories: list[Unit] = list(connection.execute(_STORIES, window).scalars())
    return [*stories, *((row.feed_id, row.entry_key) for row in connection.execute(_REJECTED, window))]


def standings(connection: Connection, units: Sequence[Unit]) -> list[Standing]:
    """What stands of each of these, in their order; one that is no more, or is pending again, is left out."""
    stories = [one for one in units if isinstance(one, uuid.UUID)]
    entries = [one for one in units if not isinstance(one, uuid.UUID)]
    told = _told(connection, stories, entries)
    looks = _looks(connection, [one for many in told.values() for one in many])
    columns = (ARTICLE.c.story_id, ARTICLE.c.fetched_at, ARTICLE.c.content_hash, ARTICLE.c.extractor_version)
    query = select(*columns).where(among(ARTICLE.c.story_id, stories), ARTICLE.c.content_hash != "")
    shown = {row.story_id: row for row in connection.execute(query)}
    versions = _versions(connection, stories)
    aliases = _aliases(connection, stories)
    found = []
    for unit in units:
        if unit not in told:
            continue
        one = Standing(unit, tuple(told[unit]), tuple(looks.get(unit, ())))
        if isinstance(unit, uuid.UUID):
            if unit not in shown:
                continue
            row = shown[unit]
            one = replace(
                one,
                fetched_at=row.fetched_at,
                content_hash=row.content_hash,
                extractor_version=row.extractor_version,
                versions=versions[unit],
                aliases=frozenset(aliases[unit]),
            )
        found.append(one)
    return found


def is_as_read(connection: Connection, standing: Standing) -> bool:
    """Whether nobody has changed since what ``standing`` says; the caller holds the lock of its publisher."""
    return standings(connection, [standing.unit]) == [standing]


def _told(
    connection: Connection, stories: Sequence[uuid.UUID], entries: Sequence[EntryId]
) -> dict[Unit, list[Told]]:
    of_story = and_(
        among(LEDGER.c.story_id, stories),
        LEDGER.c.state.in_(("loaded", "duplicate")),
        LEDGER.c.told_story_id.is_not(None),
    )
    rejected = and_(tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key).in_(entries), LEDGER.c.state == "rejected")
    query = select(LEDGER).where(or_(of_story, rejected) if entries else of_story)
    rows = {(row.feed_id, row.entry_key): row for row in connection.execute(query)}
    claims = as_claims(connection, list(rows.values()))
    statements = [(one.feed_id, one.entry_key) for one in claims if one.fetch_id is None]
    shown = shown_times(connection, statements) if statements else {}
    found: dict[Unit, list[Told]] = defaultdict(list)
    for claim in claims:
        entry = (claim.feed_id, claim.entry_key)
        found[rows[entry].story_id or entry].append(_as_told(rows[entry], claim, shown.get(entry)))
    return dict(found)


def _as_told(row: Any, claim: Claim, shown_at: datetime | None) -> Told:
    reason = None
    if row.state == "rejected":
        reason = f"{row.reason}: {row.detail}" if row.detail else row.reason
    at = shown_at or captured_at(claim)
    return Told(claim, at, row.told_story_id, row.told_text_hash, row.told_at, reason)


def _looks(connection: Connection, told: Sequence[Told]) -> dict[Unit, list[Claim]]:
    """The later captures of the pages that tell these stories."""
    pages = {one.entry: one for one in told if one.claim.fetch_id and one.story_id}
    if not pages:
        return {}
    of_page = tuple_(FETCH.c.feed_id, FETCH.c.entry_key).in_(list(pages))
    is_received = (FETCH.c.reason.is_(None), FETCH.c.archive_object.is_not(None))
    query = select(FETCH).where(of_page, *is_received).order_by(FETCH.c.fetched_at, FETCH.c.fetch_id)
    found: dict[Unit, list[Claim]] = defaultdict(list)
    for row in connection.execute(query):
        page = pages[row.feed_id, row.entry_key]
        assert page.story_id
        if row.fetch_id != page.claim.fetch_id and row.fetched_at > captured_at(page.claim):
            found[page.story_id].append(_at_look(page.claim, row))
    return dict(found)


def _at_look(claim: Claim, row: Any) -> Claim:
    archived = ArchiveRef(row.archive_object, row.archive_offset, row.archive_length, row.archive_digest)
    return replace(
        claim,
        fetch_id=row.fetch_id,
        final_url=row.final_url,
        fetched_at=row.fetched_at,
        archived=archived,
        archived_by=row.archived_by,
    )


def _versions(
    connection: Connection, stories: Sequence[uuid.UUID]
) -> dict[uuid.UUID, dict[uuid.UUID, tuple[datetime, datetime | None]]]:
    version = ARTICLE_VERSION.c
    found: dict[uuid.UUID, dict[uuid.UUID, tuple[datetime, datetime | None]]] = defaultdict(dict)
    query = select(version.story_id, version.version_id, version.captured_at, version.published_at)
    for row in connection.execute(query.where(among(version.story_id, stories))):
        found[row.story_id][row.version_id] = (row.captured_at, row.published_at)
    return found


def _aliases(connection: Connection, stories: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row in connection.execute(select(STORY_ALIAS).where(among(STORY_ALIAS.c.story_id, stories))):
        found[row.story_id].add(row.alias_id)
    return found
