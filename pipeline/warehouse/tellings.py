"""What earlier loads have read: the tellings that could be one story with those of a batch."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, or_, select

from pipeline.dedup import EntryId, Settlement, Telling, settle
from pipeline.poll.identity import alike, key_of_story, known_by_guid
from pipeline.records import Entry
from pipeline.warehouse.claims import entry_of
from pipeline.warehouse.tables import ARTICLE, LEDGER, STORY_ALIAS

Merges = dict[uuid.UUID, uuid.UUID]
"""Stories that went into another one."""


class Marks(NamedTuple):
    """Digests of an entry; whoever of its publisher's shares one of them tells the same story. None: it says too little."""

    alike: str | None
    guid: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch decides."""

    settlements: Sequence[Settlement]
    """For the batch and for whatever of the earlier tellings it may change."""
    merges: Merges
    methods: dict[uuid.UUID, str]
    """For each of them what showed it: ``text``, or ``statement``, the feed's."""
    to_read_again: Collection[EntryId]
    """Earlier tellings of a story that had stepped back and takes over now: nothing of them is written any more."""


def decide(connection: Connection, batch: Sequence[Telling], entries: Mapping[EntryId, Entry]) -> Outcome:
    """What becomes of each telling of a batch, among all that is on record; ``entries`` are the batch's, as read."""
    aliases = _aliases(connection, batch)
    marks = {one: _marks(one, entry) for one, entry in entries.items()}
    held, held_marks = _held(connection, batch, aliases, marks)
    held = [one for one in held if one.entry not in marks]
    tellings = [*held, *batch]
    settlements, merges = settle(held, batch, _joined(tellings, {**held_marks, **marks}, aliases))
    settlements = _named(settlements, tellings)
    return _without_unwritten(connection, settlements, merges, held, batch)


def _marks(one: EntryId, entry: Entry) -> Marks:
    return Marks(alike(entry), known_by_guid(one[1], entry))


def _held(
    connection: Connection,
    batch: Sequence[Telling],
    aliases: Merges,
    marks: Mapping[EntryId, Marks],
) -> tuple[list[Telling], dict[EntryId, Marks]]:
    """Every telling on record that these ids, texts, marks or GUIDs lead to, and that those lead to, at the same publishers."""
    sources = {one.source_id for one in batch}
    ids = {one.story_id for one in batch} | set(aliases.values())
    texts = {one.text_hash for one in batch} - {None}
    alikes = {one.alike for one in marks.values()} - {None}
    guids = {key_of_story(key) for (_, key), one in marks.items() if one.guid}
    while True:
        leads = or_(
            LEDGER.c.told_story_id.in_(ids),
            LEDGER.c.told_text_hash.in_(texts),
            LEDGER.c.alike.in_(alikes),
            and_(LEDGER.c.source_id.in_(sources), LEDGER.c.entry_key.in_(guids)),
        )
        query = (
            select(LEDGER)
            .where(LEDGER.c.state.in_(("loaded", "duplicate")), LEDGER.c.told_story_id.is_not(None))
            .where(LEDGER.c.source_id.in_(sources), leads)
        )
        rows = connection.execute(query).all()
        more = (
            {row.told_story_id for row in rows} - ids,
            {row.told_text_hash for row in rows} - texts - {None},
            {row.alike for row in rows} - alikes - {None},
            {key_of_story(row.entry_key) for row in rows if row.entry["guid"]} - guids,
        )
        if not any(more):
            held = [((row.feed_id, row.entry_key), entry_of(row.entry)) for row in rows]
            return [_telling(row) for row in rows], {one: _marks(one, entry) for one, entry in held}
        ids |= more[0]
        texts |= more[1]
        alikes |= more[2]
        guids |= more[3]


def _telling(row: Any) -> Telling:
    return Telling(
        entry=(row.feed_id, row.entry_key),
        source_id=row.source_id,
        story_id=row.told_story_id,
        text_hash=row.told_text_hash,
        dated_at=row.told_at,
        discovered_at=row.discovered_at,
    )


def _aliases(connection: Connection, batch: Sequence[Telling]) -> Merges:
    ids = {one.story_id for one in batch}
    query = select(STORY_ALIAS.c.alias_id, STORY_ALIAS.c.story_id).where(STORY_ALIAS.c.alias_id.in_(ids))
    return {row.alias_id: row.story_id for row in connection.execute(query)}


def _joined(tellings: Sequence[Telling], marks: Mapping[EntryId, Marks], aliases: Merges) -> Merges:
    """The aliases, with one more for each story whose entry is like that of another story of its publisher."""
    alike: dict[tuple[uuid.UUID, str], set[uuid.UUID]] = defaultdict(set)
    for one in tellings:
        for mark in filter(None, marks[one.entry]):
            alike[one.source_id, mark].add(one.story_id)
    joined = dict(aliases)

    def end(story: uuid.UUID) -> uuid.UUID:
        while story in joined:
            story = joined[story]
        return story

    for stories in alike.values():
        for story, next_story in pairwise(sorted(stories)):
            if (here := end(story)) != (there := end(next_story)):
                joined[there] = here
    return joined


def _named(settlements: Sequence[Settlement], tellings: Sequence[Telling]) -> list[Settlement]:
    """Where no text of the story is the same, it was the feed's statement that showed the repetition."""
    story_of = {one.entry: one.story_id for one in settlements}
    texts: dict[uuid.UUID, set[str | None]] = defaultdict(set)
    for one in tellings:
        if one.story_id == story_of[one.entry]:
            texts[one.story_id].add(one.text_hash)
    text_of = {one.entry: one.text_hash for one in tellings}
    return [
        Settlement(one.entry, one.story_id, "statement")
        if one.method == "text" and (text_of[one.entry] or "") not in texts[one.story_id]
        else one
        for one in settlements
    ]


def _without_unwritten(
    connection: Connection,
    settlements: Sequence[Settlement],
    merges: Merges,
    held: Sequence[Telling],
    batch: Sequence[Telling],
) -> Outcome:
    """Where the owner of a story is one that had stepped back, whoever of the batch tells it stands in until it is read again."""
    told = {one.entry: one for one in (*held, *batch)}
    by_text = {told[one.entry].story_id for one in settlements if one.method == "text"}
    own = [one for one in settlements if told[one.entry].story_id == one.story_id]
    query = select(ARTICLE.c.story_id).where(ARTICLE.c.story_id.in_({one.story_id for one in own}))
    written: set[uuid.UUID] = set(connection.execute(query).scalars())
    new = {one.entry for one in batch}
    again = {one.entry for one in own if one.entry not in new and one.story_id not in written}
    standing_in: dict[uuid.UUID, EntryId] = {}
    for one in sorted(own, key=lambda one: (told[one.entry].discovered_at, one.entry)):
        if one.entry in new:
            standing_in.setdefault(one.story_id, one.entry)
    vacant = {one.story_id for one in own if one.method is None and one.entry in again}
    kept = [
        Settlement(one.entry, one.story_id, None)
        if one.story_id in vacant and standing_in[one.story_id] == one.entry
        else one
        for one in settlements
        if one.entry not in again
    ]
    methods = {story: "text" if story in by_text else "statement" for story in merges}
    return Outcome(kept, merges, methods, again)
