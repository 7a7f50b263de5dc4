"""A story taken back and loaded anew from all of its captures, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import EntryId
from pipeline.records import Article
from pipeline.warehouse import clustering, ledger
from pipeline.warehouse.bulk import among
from pipeline.warehouse.claims import Claim
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.rereading import Standing, captured_at, is_as_read
from pipeline.warehouse.revising import follow_look
from pipeline.warehouse.rows import Loadable
from pipeline.warehouse.tables import ARTICLE, LEDGER, REVISIT
from pipeline.warehouse.writer import load


@dataclass(frozen=True, slots=True)
class Again:
    """What stands of a story, or of a rejected entry, and what today's code reads of each of its captures."""

    standing: Standing
    articles: Mapping[tuple[uuid.UUID, str, datetime], Article]
    """By feed, key and time of capture."""

    def of(self, claim: Claim) -> Article:
        """What is read of that capture now."""
        return self.articles[claim.feed_id, claim.entry_key, captured_at(claim)]


def reload(connection: Connection, again: Sequence[Again], now: datetime) -> list[Again]:
    """Loads these anew as if they never had been; returns those that somebody changed meanwhile and that were left.

    Versions, dates and clusters follow from the captures alone, so another reading of the same bytes
    replaces what was read of them and is no edit of the publisher's. The looks that are planned or
    were made at a story's page stay; an id that no page tells any more is gone.
    """
    claims = [one.claim for each in again for one in each.standing.told]
    lock_names(connection, {f"source:{claim.source_id}" for claim in claims})
    kept = [one for one in again if is_as_read(connection, one.standing)]
    stories = {one.standing.unit for one in kept if isinstance(one.standing.unit, uuid.UUID)}
    around = stories | clustering.hold(connection, stories)
    told = [(one.claim, each.of(one.claim)) for each in kept for one in each.standing.told]
    looks = connection.execute(select(REVISIT).where(among(REVISIT.c.story_id, stories))).mappings().all()
    owners = _take_back(connection, stories, [claim for claim, _ in told])
    load(
        connection,
        [Loadable(claim, article, captured_at(claim)) for claim, article in told if _is_story(article)],
        now,
    )
    for claim, article in sorted(told, key=lambda one: (one[0].feed_id, one[0].entry_key)):
        if not _is_story(article):
            code, _, words = article.status.partition(":")
            ledger.reject(connection, claim, code.strip(), words.strip(), now)
    _restore_looks(connection, [dict(row) for row in looks])
    _look_again(connection, kept, now)
    _lead_on(connection, stories, owners)
    clustering.group(connection, around)
    return [one for one in again if one not in kept]


def _is_story(article: Article) -> bool:
    return article.status == "article"


def _take_back(
    connection: Connection, stories: Iterable[uuid.UUID], claims: Sequence[Claim]
) -> dict[uuid.UUID, EntryId]:
    """Makes the entries as they were before their pages were read; returns by story the entry that was its owner."""
    entries = sorted((claim.feed_id, claim.entry_key) for claim in claims)
    rows = tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key).in_(entries)
    query = select(LEDGER.c.story_id, LEDGER.c.feed_id, LEDGER.c.entry_key).where(
        rows, LEDGER.c.state == "loaded"
    )
    owners = {row.story_id: (row.feed_id, row.entry_key) for row in connection.execute(query)}
    nothing = ("story_id", "duplicate_method", "settled_at", "reason", "detail")
    untold = ("told_story_id", "told_text_hash", "told_at")
    values: dict[str, Any] = {"state": "fetched"} | dict.fromkeys((*nothing, *untold))
    connection.execute(update(LEDGER).where(rows).values(values))
    connection.execute(delete(ARTICLE).where(among(ARTICLE.c.story_id, stories)))
    return owners


def _look_again(connection: Connection, kept: Sequence[Again], now: datetime) -> None:
    """Adds what later captures show, one after the other, to the stories that their pages tell now."""
    looks = [(claim, one.of(claim)) for one in kept for claim in one.standing.looks]
    for claim, article in sorted(looks, key=lambda look: (captured_at(look[0]), look[0].entry_key)):
        if _is_story(article):
            follow_look(connection, Loadable(claim, article, captured_at(claim)), now)


def _restore_looks(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    written: set[uuid.UUID] = set(
        connection.execute(
            select(ARTICLE.c.story_id).where(among(ARTICLE.c.story_id, {row["story_id"] for row in rows}))
        ).scalars()
    )
    if rows := [row for row in rows if row["story_id"] in written]:
        statement = insert(REVISIT).values(rows)
        names = [name for name in rows[0] if name not in ("story_id", "turn")]
        target = {name: statement.excluded[name] for name in names}
        keys = [REVISIT.c.story_id, REVISIT.c.turn]
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=target))


def _lead_on(
    connection: Connection, stories: Iterable[uuid.UUID], owners: Mapping[uuid.UUID, EntryId]
) -> None:
    """Entries that repeat, by their address, a story that is no more follow its entry; where that is none, they are tried."""
    is_left = ~exists().where(ARTICLE.c.story_id == LEDGER.c.story_id)
    for story in sorted(stories):
        repeats = (LEDGER.c.story_id == story, LEDGER.c.told_story_id.is_(None), is_left)
        feed, key = owners[story]
        owner = select(LEDGER.c.story_id).where(LEDGER.c.feed_id == feed, LEDGER.c.entry_key == key)
        now: uuid.UUID | None = connection.execute(owner).scalar_one()
        values: dict[str, Any] = {"story_id": now}
        if now is None:
            values = {"state": "discovered", "story_id": None, "duplicate_method": None, "settled_at": None}
        connection.execute(update(LEDGER).where(*repeats).values(values))
