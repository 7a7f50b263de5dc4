"""Erased stories are known again by digests, and refused: when a document is entered, and again when a story is loaded.

The second look is the one that counts, for it is taken under the publisher's lock, and knows the page: another
address may lead to the story. The first spares the request, and keeps what the feed says out of the ledger.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import EntryId
from pipeline.poll.identity import alike, key_of_another, known_by_guid, says_something, statement
from pipeline.records import Entry
from pipeline.urls import canonical_url
from pipeline.warehouse.bulk import among
from pipeline.warehouse.rows import StoryRows
from pipeline.warehouse.sightings import Document, Held
from pipeline.warehouse.tables import LEDGER, TOMBSTONE_MARK

REASON = "erased"
"""Of the ledger's rows that held an erased story: rejected, and nothing is left of what they said."""

Mark = tuple[uuid.UUID, str]
"""A publisher, and something by which a story of it is known: a canonical address, ``story:<id>``, ``text:<hash>`` …"""


def erased(connection: Connection, marks: Iterable[Mark]) -> set[Mark]:
    """Those of the marks that are of an erased story."""
    return set(_stories(connection, marks))


def marks_of(source_id: uuid.UUID, feed_id: uuid.UUID, key: str, entry: Entry) -> set[Mark]:
    """By what a feed's item is known again: its address, its GUID with what it says, or what it says in this feed."""
    marks = {f"said:{feed_id}:{statement(entry, with_text=True)}"}
    if entry.url:
        marks.add(canonical_url(entry.url))
    if says := alike(entry):
        marks.add(f"alike:{says}")
    if guid := known_by_guid(key, entry):
        marks.add(f"guid:{guid}")
    return {(source_id, mark) for mark in marks}


def without_erased(
    connection: Connection, document: Document, entries: Sequence[Entry], held: Mapping[str, Held]
) -> tuple[list[Entry], list[dict[str, Any]]]:
    """A document's entries without those of erased stories; and these as rows that keep nothing but their keys.

    Only what the ledger does not know yet is asked about, and what stands there blank.
    """
    asked = [(key, entry) for entry in entries if (key := _to_ask(entry, held))]
    marks = {
        entry.key: marks_of(document.source_id, document.feed_id, entry.key, entry) for _, entry in asked
    }
    found = erased(connection, {mark for of_entry in marks.values() for mark in of_entry})
    gone = {entry.key: key for key, entry in asked if marks[entry.key] & found}
    kept = [entry for entry in entries if entry.key not in gone]
    return kept, [_row(document, key) for key in sorted(gone.values())]


def reject_erased(
    connection: Connection, batch: Mapping[EntryId, StoryRows], now: datetime
) -> dict[EntryId, StoryRows]:
    """The batch without the tellings of erased stories, whose entries are rejected. The caller has locked the publishers."""
    marks = {entry: marks_of_telling(one) for entry, one in batch.items()}
    stories = _stories(connection, {mark for of_entry in marks.values() for mark in of_entry})
    if not stories:
        return dict(batch)
    known_by: dict[uuid.UUID, set[Mark]] = defaultdict(set)
    gone: set[EntryId] = set()
    for entry, of_entry in marks.items():
        for mark in of_entry & stories.keys():
            gone.add(entry)
            known_by[stories[mark]] |= of_entry - _of_several(connection, batch[entry], stories[mark])
    for story, of_story in known_by.items():
        mark_erased(connection, story, of_story)
    blank(connection, gone, now)
    return {entry: one for entry, one in batch.items() if entry not in gone}


def marks_of_telling(rows: StoryRows) -> set[Mark]:
    """By what a story as read from its page is known again, and the item that led to it."""
    claim, source = rows.claim, rows.telling.source_id
    marks = {(source, f"story:{rows.telling.story_id}"), (source, rows.article["canonical_url"])}
    if rows.telling.text_hash:
        marks.add((source, f"text:{rows.telling.text_hash}"))
    return marks | marks_of(source, claim.feed_id, claim.entry_key, claim.entry)


def shared_addresses(
    connection: Connection, source: uuid.UUID, urls: Collection[str], ids: Collection[uuid.UUID]
) -> set[str]:
    """Addresses under which the publisher has other stories than these too, such as its front page: they name none."""
    query = select(LEDGER.c.canonical_url).where(
        LEDGER.c.source_id == source, among(LEDGER.c.canonical_url, urls), LEDGER.c.story_id.not_in(ids)
    )
    return set(connection.execute(query.distinct()).scalars())


def mark_erased(connection: Connection, story: uuid.UUID, marks: Iterable[Mark]) -> None:
    """Remembers by what an erased story is known again."""
    rows = [{"digest": one, "story_id": story} for one in sorted(map(digest_of, marks))]
    if rows:
        connection.execute(insert(TOMBSTONE_MARK).values(rows).on_conflict_do_nothing())


def blank(connection: Connection, entries: Collection[EntryId], now: datetime) -> None:
    """Rejects entries as erased and takes out of the ledger what they said; what remains is their key."""
    if not entries:
        return
    nothing = dict.fromkeys(
        (
            "url canonical_url detail waiting_until story_id duplicate_method told_story_id told_text_hash "
            "told_at alike copies stated stated_at lease_worker lease_until"
        ).split()
    )
    said = func.jsonb_build_object("key", LEDGER.c.entry_key, "guid", None, "url", None)
    connection.execute(
        update(LEDGER)
        .where(tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key).in_(sorted(entries)))
        .values(**nothing, entry=said, state="rejected", reason=REASON, settled_at=now)
    )


def digest_of(mark: Mark) -> str:
    """What is kept of a mark."""
    source, text = mark
    return hashlib.sha256(f"{source} {text}".encode()).hexdigest()


def _stories(connection: Connection, marks: Iterable[Mark]) -> dict[Mark, uuid.UUID]:
    """The erased story of each mark that has one."""
    by_digest = {digest_of(mark): mark for mark in marks}
    if not by_digest:
        return {}
    query = select(TOMBSTONE_MARK.c.digest, TOMBSTONE_MARK.c.story_id).where(
        among(TOMBSTONE_MARK.c.digest, by_digest)
    )
    return {by_digest[row.digest]: row.story_id for row in connection.execute(query)}


def _to_ask(entry: Entry, held: Mapping[str, Held]) -> str | None:
    """The key under which an entry is new to the ledger, or blank there; None: it is known and says something."""
    if entry.key not in held:
        return entry.key
    keys = (entry.key, key_of_another(entry.key, entry))
    return next((key for key in keys if key in held and not says_something(held[key].entry)), None)


def _of_several(connection: Connection, rows: StoryRows, story: uuid.UUID) -> set[Mark]:
    if not rows.claim.url:
        return set()
    source, link = rows.telling.source_id, canonical_url(rows.claim.url)
    return {(source, url) for url in shared_addresses(connection, source, [link], [story])}


def _row(document: Document, key: str) -> dict[str, Any]:
    archived = document.archived
    return {
        "feed_id": document.feed_id,
        "entry_key": key,
        "source_id": document.source_id,
        "entry": asdict(Entry(key=key, guid=None, url=None)),
        "alike": None,
        "discovered_at": document.received_at,
        "feed_object": archived.object if archived else None,
        "feed_offset": archived.offset if archived else None,
        "state": "rejected",
        "reason": REASON,
        "settled_at": document.received_at,
    }
