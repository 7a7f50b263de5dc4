"""The ledger: entries come in by polls, are claimed by workers, and end in exactly one state."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from pipeline.records import ArchiveRef, Entry, Failure, Response
from pipeline.warehouse.bulk import among
from pipeline.warehouse.claims import Claim, entry_of
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.revisits import hasten
from pipeline.warehouse.sightings import MOST_RESTATEMENTS, Document, Held, Restatement, keys_of, place
from pipeline.warehouse.statements import record_told_last
from pipeline.warehouse.tables import FETCH, LEDGER
from pipeline.warehouse.tombstones import without_erased

MOST_TRIES = 8
_SLICE = 1000
"""Rows of one statement: a statement takes 65,535 values at most."""
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)

# What is the story itself was received earlier than was known: its row may show the text of a later
# document by right no more, so all statements of the story are read again.
_SHOWN_EARLIER = text("""
with moved as (
    select coalesce(story_id, told_story_id) as story_id, discovered_at from ops.ledger
    where feed_id = :feed and entry_key = any(cast(:keys as text[])) and discovered_at > :at
), shown as (
    update news.article a set fetched_at = :at, content_hash = '' from moved
    where a.story_id = moved.story_id and a.fetched_at = moved.discovered_at
)
update ops.ledger l set state = 'fetched', story_id = null, duplicate_method = null from moved
where l.story_id = moved.story_id and l.fetch_id is null and l.told_story_id is not null
""")


def discover(
    connection: Connection,
    *,
    feed_id: uuid.UUID,
    source_id: uuid.UUID,
    entries: Sequence[Entry],
    feed_only: bool,
    received_at: datetime,
    archived: ArchiveRef | None,
) -> int:
    """Enters what a feed's document holds; returns by how many rows the ledger grew: entries that were not known.

    An entry of a feed-only source, or one without a link, is ``fetched`` at once: its bytes are the
    document's. Where such an entry says something else than before, that is a row of its own, which
    becomes a version of the story; where it says again what it said before, the story shows that again.
    Where the entry of a page says something else, the page is looked at again soon. Of an erased story
    nothing but the entry's key is entered, as rejected.
    """
    document = Document(feed_id, source_id, feed_only, received_at, archived)
    # Two polls of a feed take turns. Who changes what stands keeps out of the way of the publisher's loads.
    lock_names(connection, [f"feed:{feed_id}"])
    held = _held(connection, feed_id, keys_of(document, entries))
    entries, refused = without_erased(connection, document, entries, held)
    placed = place(document, entries, held)
    if placed.changes_what_stands:
        lock_names(connection, [f"source:{source_id}"])
        _take(connection, feed_id, held)
        moved = [row["entry_key"] for row in placed.rows if row["state"] == "fetched"]
        _show_earlier(connection, feed_id, [*moved, *placed.absorbed], received_at)
    gone = among(LEDGER.c.entry_key, placed.absorbed)
    absorbed = connection.execute(delete(LEDGER).where(LEDGER.c.feed_id == feed_id, gone)).rowcount
    new = enter_rows(connection, refused) if refused else 0
    rows = placed.rows
    new += sum(enter_rows(connection, rows[start : start + _SLICE]) for start in range(0, len(rows), _SLICE))
    new += _state_otherwise(connection, feed_id, placed.other_statements)
    _restate(connection, feed_id, placed.restated)
    record_told_last(connection, feed_id, placed.told_last)
    return new - absorbed


def _show_earlier(connection: Connection, feed_id: uuid.UUID, keys: Sequence[str], at: datetime) -> None:
    connection.execute(_SHOWN_EARLIER, {"feed": feed_id, "keys": list(keys), "at": at})


def _take(connection: Connection, feed_id: uuid.UUID, keys: Iterable[str]) -> None:
    """Locks rows of a feed in the order of their keys, in which ``record_fetch`` is called for several."""
    rows = (
        LEDGER.c.feed_id == feed_id,
        among(LEDGER.c.entry_key, keys),
    )
    connection.execute(select(literal(1)).where(*rows).order_by(LEDGER.c.entry_key).with_for_update())


def _held(connection: Connection, feed_id: uuid.UUID, keys: Iterable[str]) -> dict[str, Held]:
    columns = (LEDGER.c[one.name] for one in fields(Held))
    query = select(LEDGER.c.entry_key, *columns).where(
        LEDGER.c.feed_id == feed_id, among(LEDGER.c.entry_key, keys)
    )
    return {row.entry_key: _as_held(row) for row in connection.execute(query)}


def _as_held(row: Any) -> Held:
    columns = {one.name: getattr(row, one.name) for one in fields(Held)}
    return Held(**{**columns, "entry": entry_of(row.entry)})


def _state_otherwise(
    connection: Connection, feed_id: uuid.UUID, statements: Mapping[str, Sequence[dict[str, Any]]]
) -> int:
    entered = 0
    for key, rows in sorted(statements.items()):
        row = and_(LEDGER.c.feed_id == feed_id, LEDGER.c.entry_key == key)
        count: int = connection.execute(select(LEDGER.c.restatements).where(row)).scalar_one()
        known = known_keys(connection, feed_id, [one["entry_key"] for one in rows])
        room = [one for one in rows if one["entry_key"] in known or count < MOST_RESTATEMENTS]
        for one in room:
            _show_earlier(connection, feed_id, [one["entry_key"]], one["discovered_at"])
        if room and (new := enter_rows(connection, room)):
            connection.execute(update(LEDGER).where(row).values(restatements=LEDGER.c.restatements + new))
            entered += new
    return entered


def _restate(connection: Connection, feed_id: uuid.UUID, restated: Sequence[Restatement]) -> None:
    for one in restated:
        row = and_(LEDGER.c.feed_id == feed_id, LEDGER.c.entry_key == one.key)
        values = {"stated": one.stated, "stated_at": one.at, "restatements": LEDGER.c.restatements + 1}
        connection.execute(update(LEDGER).where(row).values(values))
        hasten(connection, feed_id, one.key, one.at)


def enter_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Enters rows of entries where they are new or tell of an earlier sighting; returns how many are new."""
    statement = insert(LEDGER).values(rows)
    excluded = statement.excluded
    # An older document that comes later (a backfill) tells when the entry was really seen first.
    # What was settled by the younger one is settled again, from the archive.
    settled = LEDGER.c.state.in_(("loaded", "duplicate"))
    unread = and_(LEDGER.c.fetch_id.is_(None), excluded.state == "discovered")
    reopened = case((and_(settled, unread), "discovered"), (settled, "fetched"), else_=LEDGER.c.state)
    earlier = {
        name: excluded[name] for name in ("discovered_at", "entry", "alike", "feed_object", "feed_offset")
    }
    statement = statement.on_conflict_do_update(
        index_elements=[LEDGER.c.feed_id, LEDGER.c.entry_key],
        set_={**earlier, "state": reopened, "story_id": None, "duplicate_method": None},
        where=excluded.discovered_at < LEDGER.c.discovered_at,
    )
    is_new: ColumnElement[bool] = literal_column(
        "xmax = 0"
    )  # PostgreSQL's sign of a row that this statement inserted
    return sum(connection.execute(statement.returning(is_new)).scalars())


def known_keys(connection: Connection, feed_id: uuid.UUID, keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` that the ledger has for the feed."""
    query = select(LEDGER.c.entry_key).where(LEDGER.c.feed_id == feed_id, among(LEDGER.c.entry_key, keys))
    return set(connection.execute(query).scalars())


def record_fetch(
    connection: Connection,
    claim: Claim,
    answer: Response | Failure,
    archived: ArchiveRef | None,
    now: datetime,
    *,
    copy: Mapping[str, str] | None = None,
) -> None:
    """Writes what became of a request: ``fetched``, ``waiting`` for another try, or ``rejected``.

    ``copy`` is the one of the claim's copies that ``answer`` came from; None: the publisher answered.
    """
    at = answer.fetched_at or now
    fetch_id = write_fetch(connection, claim, answer, archived, at, copy=copy)
    tries = claim.tries + 1
    values: dict[str, Any] = {
        "tries": tries,
        "lease_worker": None,
        "lease_until": None,
        "waiting_until": None,
    }
    if isinstance(answer, Response):
        values |= {"state": "fetched", "fetch_id": fetch_id, "reason": None, "detail": None}
    elif answer.kind == "transient" and tries < MOST_TRIES:
        wait = timedelta(seconds=answer.retry_after_seconds or 0)
        wait = max(wait, min(_FIRST_WAIT * 2 ** (tries - 1), _LONGEST_WAIT))
        values |= {
            "state": "waiting",
            "waiting_until": at + wait,
            "reason": answer.reason,
            "detail": answer.detail,
        }
    else:
        values |= {"state": "rejected", "reason": answer.reason, "detail": answer.detail, "settled_at": at}
    # A worker whose lease ran out may come late: what has been done since then stands.
    waits = LEDGER.c.state.in_(("discovered", "waiting"))
    connection.execute(update(LEDGER).where(_is(claim), waits).values(**values))


def write_fetch(
    connection: Connection,
    claim: Claim,
    answer: Response | Failure,
    archived: ArchiveRef | None,
    at: datetime,
    *,
    copy: Mapping[str, str] | None = None,
) -> uuid.UUID:
    """Writes the row of a request for an entry's page, or for a ``copy`` of it; returns its id."""
    fetch_id = uuid.uuid5(claim.feed_id, f"fetch:{claim.entry_key}:{claim.tries}:{at.isoformat()}")
    row = _fetch_row(claim, answer, archived, fetch_id, at)
    if copy:
        row |= {"copy_url": copy["url"], "archived_by": copy["archive"]}
    connection.execute(insert(FETCH).values(row).on_conflict_do_nothing())
    return fetch_id


def ask_again(connection: Connection, claim: Claim, reason: str, detail: str, now: datetime) -> None:
    """Sends an entry whose archived bytes are gone back to be fetched; rejects it after its last try."""
    if claim.archived is None or claim.tries >= MOST_TRIES:
        reject(connection, claim, reason, detail, now)
        return
    values = {"state": "waiting", "waiting_until": now, "reason": reason, "detail": detail, "fetch_id": None}
    fetched = LEDGER.c.state == "fetched"
    connection.execute(
        update(LEDGER).where(_is(claim), fetched).values(**values, lease_worker=None, lease_until=None)
    )


def reject(connection: Connection, claim: Claim, reason: str, detail: str, now: datetime) -> None:
    """Ends an entry that cannot be a story, with its reason."""
    values = {"state": "rejected", "reason": reason, "detail": detail, "settled_at": now}
    fetched = LEDGER.c.state == "fetched"
    connection.execute(
        update(LEDGER).where(_is(claim), fetched).values(**values, lease_worker=None, lease_until=None)
    )


def _is(claim: Claim) -> ColumnElement[bool]:
    return and_(LEDGER.c.feed_id == claim.feed_id, LEDGER.c.entry_key == claim.entry_key)


def _fetch_row(
    claim: Claim, answer: Response | Failure, archived: ArchiveRef | None, fetch_id: uuid.UUID, at: datetime
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "fetch_id": fetch_id,
        "feed_id": claim.feed_id,
        "entry_key": claim.entry_key,
        "url": claim.url,
        "status": answer.status,
        "fetched_at": at,
    }
    page = answer if isinstance(answer, Response) else answer.response
    if isinstance(answer, Failure):
        row |= {"reason": answer.reason, "detail": answer.detail, "final_url": answer.final_url}
    if page:
        row |= {
            "final_url": page.final_url,
            "duration_seconds": page.duration_seconds,
            "redirects": [list(hop) for hop in page.redirects],
            "content_type": page.headers.get("content-type"),
            "body_bytes": len(page.body),
        }
    if archived:
        row |= {
            "archive_object": archived.object,
            "archive_offset": archived.offset,
            "archive_length": archived.length,
            "archive_digest": archived.digest,
        }
    return row
