"""What a feed's document means for the ledger: entries that are new, told earlier, another story, or stated anew. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline.poll.identity import (
    alike,
    key_of_another,
    key_of_restatement,
    statement,
    tells_same_story,
)
from pipeline.records import ArchiveRef, Entry
from pipeline.urls import canonical_url

MOST_RESTATEMENTS = 24
"""A feed whose entries never stand still must not fill the ledger, nor ask for a page every hour for ever."""
LEAST_BETWEEN = timedelta(hours=1)
"""Between two looks at a page because of what its feed says."""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed's document as it was received."""

    feed_id: uuid.UUID
    source_id: uuid.UUID
    feed_only: bool
    received_at: datetime
    archived: ArchiveRef | None


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger has of an entry."""

    entry: Entry
    discovered_at: datetime
    feed_object: str | None
    feed_offset: int | None
    stated: str | None
    stated_at: datetime | None
    restatements: int

    @property
    def told_last_at(self) -> datetime:
        """When the latest document that states it so was received, of an entry that is the story itself."""
        return self.stated_at or self.discovered_at


@dataclass(frozen=True, slots=True)
class Restatement:
    """A page's entry that says something else than before."""

    key: str
    stated: str
    at: datetime


@dataclass(slots=True)
class Placed:
    """What is to be written."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    """Rows of the ledger, to be entered where they are new or tell of an earlier sighting."""
    other_statements: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the key of the story: rows of an entry that is the story itself and has other statements besides."""
    absorbed: list[str] = field(default_factory=list)
    """Keys of statements that have turned out to be the first one."""
    told_last: dict[str, datetime] = field(default_factory=dict)
    """By the key of a statement: when the latest document that has it was received."""
    restated: list[Restatement] = field(default_factory=list)
    changes_what_stands: bool = False
    """True: more than new rows is written."""


def keys_of(document: Document, entries: Sequence[Entry]) -> set[str]:
    """The keys of the ledger's rows that ``place`` has to know."""
    keys = {key for entry in entries for key in (entry.key, key_of_another(entry.key, entry))}
    for entry in entries:
        if _is_story(document, entry):
            stated = statement(entry, with_text=True)
            keys |= {key_of_restatement(key, stated) for key in (entry.key, key_of_another(entry.key, entry))}
    return keys


def place(document: Document, entries: Sequence[Entry], held: Mapping[str, Held]) -> Placed:
    """What these entries change; ``held`` has those of the ledger's rows that are under ``keys_of`` them.

    An entry that is the story itself has a row for each of its statements: the earliest has the key, the
    others a mark behind it, whatever the order in which the documents come. What is known and is told no
    earlier is not written again: who writes a row waits for whoever has it in hand.
    """
    placed = Placed()
    for entry in sorted(entries, key=lambda entry: entry.key):
        key = entry.key
        if key in held and not tells_same_story(held[key].entry, entry):
            key = key_of_another(key, entry)
        known = held.get(key)
        if known is None:
            placed.rows.append(_row(document, key, entry))
        elif _is_story(document, entry):
            _state(placed, document, key, entry, held)
        else:
            if document.received_at < known.discovered_at:
                placed.rows.append(_row(document, key, entry))
                placed.changes_what_stands = True
            placed.restated += _restated(document, key, entry, known)
    placed.changes_what_stands |= bool(placed.restated or placed.other_statements or placed.told_last)
    return placed


def _is_story(document: Document, entry: Entry) -> bool:
    return document.feed_only or not entry.url


def _state(placed: Placed, document: Document, key: str, entry: Entry, held: Mapping[str, Held]) -> None:
    known, at = held[key], document.received_at
    before, now = statement(known.entry, with_text=True), statement(entry, with_text=True)
    is_first = at < known.discovered_at
    same = known if before == now else held.get(key_of_restatement(key, now))
    told_last_at = max(at, same.told_last_at) if same else at
    name = key if is_first or before == now else key_of_restatement(key, now)
    if same is None or told_last_at > same.told_last_at or is_first:
        placed.told_last[name] = told_last_at
    if is_first:
        placed.rows.append(_row(document, key, entry))
        if before != now:
            placed.absorbed.append(key_of_restatement(key, now))
            later = key_of_restatement(key, before)
            placed.told_last[later] = known.told_last_at
            _state_otherwise(placed, key, _moved(document, later, known))
    elif before != now and (same is None or at < same.discovered_at):
        _state_otherwise(placed, key, _row(document, name, entry))


def _state_otherwise(placed: Placed, key: str, row: dict[str, Any]) -> None:
    placed.other_statements.setdefault(key, []).append(row)


def _moved(document: Document, key: str, known: Held) -> dict[str, Any]:
    """The row of what has stood there so far, under another key."""
    return {
        **_row(document, key, known.entry),
        "discovered_at": known.discovered_at,
        "feed_object": known.feed_object,
        "feed_offset": known.feed_offset,
    }


def _restated(document: Document, key: str, entry: Entry, known: Held) -> list[Restatement]:
    first, now = statement(known.entry, with_text=False), statement(entry, with_text=False)
    if document.received_at < known.discovered_at:  # what stood there is the later word
        return [Restatement(key, first, known.discovered_at)] if first != now and not known.stated else []
    due = (known.stated_at or known.discovered_at) + LEAST_BETWEEN <= document.received_at
    if due and now != (known.stated or first) and known.restatements < MOST_RESTATEMENTS:
        return [Restatement(key, now, document.received_at)]
    return []


def _row(document: Document, key: str, entry: Entry) -> dict[str, Any]:
    archived = document.archived
    return {
        "feed_id": document.feed_id,
        "entry_key": key,
        "source_id": document.source_id,
        "url": entry.url,
        "canonical_url": canonical_url(entry.url) if entry.url else None,
        "entry": _plain(asdict(entry)),
        "alike": alike(entry),
        "discovered_at": document.received_at,
        "feed_object": archived.object if archived else None,
        "feed_offset": archived.offset if archived else None,
        "state": "fetched" if _is_story(document, entry) else "discovered",
    }


def _plain(value: Any) -> Any:
    """JSON without the NUL that PostgreSQL cannot hold in a text."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
