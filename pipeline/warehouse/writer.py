"""Stories into their tables: each once, in any order, any number of times."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import EntryId, Settlement
from pipeline.warehouse import clustering, revisits
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.rows import OWNED, Loadable, StoryRows, story_rows
from pipeline.warehouse.statements import shown_times
from pipeline.warehouse.tables import (
    ARTICLE,
    BRIDGES,
    LEDGER,
    STORY_ALIAS,
)
from pipeline.warehouse.tellings import Merges, decide
from pipeline.warehouse.tombstones import reject_erased
from pipeline.warehouse.versions import write_versions


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one load did to the ledger's entries."""

    loaded: int
    duplicate: int
    erased: int = 0
    """Entries rejected because they tell an erased story."""


def load(connection: Connection, loadables: Iterable[Loadable], now: datetime) -> LoadReport:
    """Writes a batch of articles in the caller's transaction and settles their ledger entries.

    Two loads that could touch one story wait for each other: locks are taken for the batch's
    publishers, in one order, before anything is read; then that of the clusters.
    """
    batch = {rows.telling.entry: rows for rows in (story_rows(loadable) for loadable in loadables)}
    # Nobody else may touch these stories from here to the commit.
    lock_names(connection, (f"source:{rows.telling.source_id}" for rows in batch.values()))
    batch = _as_shown(connection, _up_to_date(connection, batch))
    kept = reject_erased(connection, batch, now)
    erased, batch = len(batch) - len(kept), kept
    if not batch:
        return LoadReport(0, 0, erased)
    tellings = [rows.telling for rows in batch.values()]
    outcome = decide(connection, tellings, {one: rows.claim.entry for one, rows in batch.items()})
    settlements, merges = outcome.settlements, dict(outcome.merges)
    stories = {*merges, *(one.story_id for one in settlements)}
    stories |= clustering.hold(connection, stories)
    # Who steps back goes first: the story that takes over may have the same address.
    methods = outcome.methods | _merge(connection, merges)
    winners = [batch[one.entry] for one in settlements if one.method is None and one.entry in batch]
    retold = [batch[one.entry] for one in settlements if one.method == "story" and one.entry in batch]
    _write(connection, winners, now)
    told = [*retold, *winners]  # another text of the story is a version of it, whoever told it first
    tell(connection, told, now)
    write_versions(connection, told)
    _write_aliases(connection, merges, methods)
    _read_again(connection, outcome.to_read_again)
    _settle_entries(connection, settlements, batch, now)
    clustering.group(connection, stories)
    loaded = sum(one.method is None for one in settlements if one.entry in batch)
    return LoadReport(loaded, len(batch) - loaded, erased)


def _up_to_date(connection: Connection, batch: dict[EntryId, StoryRows]) -> dict[EntryId, StoryRows]:
    """Those whose entry is still what was claimed: an earlier document may have come since. The others stay pending."""
    if not batch:
        return batch
    rows = tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key)
    query = select(LEDGER.c.feed_id, LEDGER.c.entry_key, LEDGER.c.discovered_at).where(rows.in_(list(batch)))
    seen = {(row.feed_id, row.entry_key): row.discovered_at for row in connection.execute(query)}
    stale = {entry for entry, one in batch.items() if seen.get(entry) != one.telling.discovered_at}
    if stale:
        free = {"lease_worker": None, "lease_until": None}
        connection.execute(update(LEDGER).where(rows.in_(sorted(stale))).values(free))
    return {entry: one for entry, one in batch.items() if entry not in stale}


def _as_shown(connection: Connection, batch: dict[EntryId, StoryRows]) -> dict[EntryId, StoryRows]:
    """The batch; a statement that was taken back and made again counts as received when it was made last."""
    times = shown_times(connection, (entry for entry, one in batch.items() if one.claim.fetch_id is None))
    return batch | {
        entry: replace(batch[entry], article=batch[entry].article | {"fetched_at": at})
        for entry, at in times.items()
    }


def _merge(connection: Connection, merges: Merges) -> dict[uuid.UUID, str]:
    """Takes back the stories that turned out to repeat another; what pointed to them points there.

    Adds the ids that had gone into them before, and returns what had shown that, by id.
    """
    methods: dict[uuid.UUID, str] = {}
    for merged, story in sorted(merges.items()):
        rows = connection.execute(
            select(STORY_ALIAS.c.alias_id, STORY_ALIAS.c.method).where(STORY_ALIAS.c.story_id == merged)
        ).all()
        connection.execute(delete(ARTICLE).where(ARTICLE.c.story_id == merged))
        connection.execute(
            update(LEDGER)
            .where(LEDGER.c.story_id == merged, LEDGER.c.state == "duplicate")
            .values(story_id=story)
        )
        followed = [row for row in rows if row.alias_id != story and row.alias_id not in merges]
        methods |= {row.alias_id: row.method for row in followed}
        merges |= {row.alias_id: story for row in followed}
    return methods


def _write_aliases(connection: Connection, merges: Merges, methods: Mapping[uuid.UUID, str]) -> None:
    rows = [
        {"alias_id": merged, "story_id": story, "method": methods[merged]}
        for merged, story in sorted(merges.items())
    ]
    if rows:
        connection.execute(delete(STORY_ALIAS).where(STORY_ALIAS.c.alias_id.in_(set(merges.values()))))
        statement = insert(STORY_ALIAS).values(rows)
        target = {name: statement.excluded[name] for name in ("story_id", "method")}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[STORY_ALIAS.c.alias_id], set_=target)
        )


def _write(connection: Connection, winners: Sequence[StoryRows], now: datetime) -> None:
    """Enters the stories that are new, and for each the entry that is its owner now."""
    if not winners:
        return
    winners = sorted(winners, key=lambda rows: rows.telling.story_id)
    statement = insert(ARTICLE).values([{**one.article, "loaded_at": now} for one in winners])
    owned = {name: statement.excluded[name] for name in OWNED}
    statement = statement.on_conflict_do_update(
        index_elements=[ARTICLE.c.story_id],
        set_={**owned, "loaded_at": now},
        where=or_(*(ARTICLE.c[name].is_distinct_from(value) for name, value in owned.items())),
    )
    is_new: ColumnElement[bool] = literal_column("xmax = 0")
    rows = connection.execute(statement.returning(ARTICLE.c.story_id, is_new)).all()
    new = {story for story, inserted in rows if inserted}
    write_bridges(connection, [one for one in winners if one.telling.story_id in new])
    revisits.plan(connection, [one for one in winners if one.telling.story_id in new])


def tell(connection: Connection, told: Sequence[StoryRows], now: datetime) -> set[uuid.UUID]:
    """Makes the page received last what each story shows; returns the stories that show another content now.

    An earlier page changes nothing here, whenever it comes; of two received at one moment either
    order of coming gives the same. The same page read by another parser replaces what was read of it.
    """
    latest = {one.telling.story_id: one for one in sorted(told, key=_capture)}
    changed: set[uuid.UUID] = set()
    for story, one in sorted(latest.items()):
        values = {name: value for name, value in one.article.items() if name not in (*OWNED, "story_id")}
        shown = tuple_(ARTICLE.c.fetched_at, ARTICLE.c.version_id, ARTICLE.c.content_hash)
        read_again = and_(
            ARTICLE.c.fetched_at == one.article["fetched_at"],
            ARTICLE.c.extractor_version != one.article["extractor_version"],
        )
        statement = update(ARTICLE).where(
            ARTICLE.c.story_id == story, or_(shown < tuple_(*map(literal, _capture(one))), read_again)
        )
        if connection.execute(statement.values(**values, loaded_at=now)).rowcount:
            changed.add(story)
    write_bridges(connection, [one for story, one in latest.items() if story in changed])
    return changed


def _capture(rows: StoryRows) -> tuple[datetime, uuid.UUID, str]:
    return rows.article["fetched_at"], rows.article["version_id"], rows.article["content_hash"]


def write_bridges(connection: Connection, stories: Sequence[StoryRows]) -> None:
    """Puts the parts of these stories in place of those that stand there."""
    if not stories:
        return
    written = [one.article["story_id"] for one in stories]
    for table in BRIDGES:
        connection.execute(delete(table).where(table.c.story_id.in_(written)))
        rows = [row for one in stories for row in one.bridges[table.fullname]]
        if rows:
            connection.execute(insert(table).values(rows))


def _read_again(connection: Connection, entries: Collection[EntryId]) -> None:
    """Makes entries pending again whose rows were taken back, so that the next batch reads them from the archive."""
    if entries:
        rows = tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key).in_(sorted(entries))
        pending = {"state": "fetched", "story_id": None, "duplicate_method": None, "settled_at": None}
        connection.execute(update(LEDGER).where(rows).values(pending))


def _settle_entries(
    connection: Connection,
    settlements: Sequence[Settlement],
    batch: Mapping[EntryId, StoryRows],
    now: datetime,
) -> None:
    # Those that step back first, so that at no moment two entries are one story's owner.
    for one in sorted(settlements, key=lambda settled: (settled.method is None, settled.entry)):
        values: dict[str, Any] = {
            "state": "duplicate" if one.method else "loaded",
            "story_id": one.story_id,
            "duplicate_method": one.method,
            "reason": None,
            "detail": None,
            "waiting_until": None,
            "lease_worker": None,
            "lease_until": None,
        }
        if one.entry in batch:
            told = batch[one.entry].telling
            values |= {
                "told_story_id": told.story_id,
                "told_text_hash": told.text_hash,
                "told_at": told.dated_at,
            }
        same = and_(
            LEDGER.c.state == values["state"],
            LEDGER.c.story_id == one.story_id,
            LEDGER.c.duplicate_method.is_not_distinct_from(one.method),
        )
        row = and_(LEDGER.c.feed_id == one.entry[0], LEDGER.c.entry_key == one.entry[1])
        connection.execute(update(LEDGER).where(row, ~same).values(**values, settled_at=now))
