"""Walks through the past: one row a window, publisher and place, claimed by workers, with how far each has come."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, null, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.warehouse.feeds import in_shard
from pipeline.warehouse.leases import unleased
from pipeline.warehouse.tables import ARTICLE, BACKFILL, FEED, LEDGER, SOURCE

LEASE = timedelta(hours=2)
"""Longer than a document takes; a dead worker's walks are free at once, by its lock."""
MOST_TRIES = 4
"""So often a document that fails for now is asked for; then it is passed over."""
_FIRST_WAIT = timedelta(minutes=5)
_OPEN = ("planned", "under_way", "waiting")


@dataclass(frozen=True, slots=True)
class Scope:
    """The walks that a run works on."""

    since: datetime | None = None
    """Begin of the one window; None: those of every window that are not finished."""
    until: datetime | None = None
    places: tuple[str, ...] = ()
    """Kinds of places; empty: all."""
    domains: tuple[str, ...] = ()
    """Of publishers; empty: all."""
    shard: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class Planned:
    """A walk to be made."""

    source_id: uuid.UUID
    place: str
    position: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk that this worker has in hand."""

    since: datetime
    until: datetime
    source_id: uuid.UUID
    place: str
    cursor: str | None
    tries: int
    started_at: datetime | None
    """When its first document was asked for; None: none was."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one document adds to its walk."""

    cursor: str | None
    """None: it was the last."""
    documents: int = 0
    found: int = 0
    outside: int = 0
    new: int = 0
    failures: int = 0
    requests: int = 0
    reason: str | None = None
    detail: str | None = None


def publishers(connection: Connection, scope: Scope) -> set[uuid.UUID]:
    """The active publishers in a scope."""
    wanted = [in_shard(scope.shard, scope.of), SOURCE.c.state == "active"]
    if scope.domains:
        wanted.append(SOURCE.c.domain.in_(scope.domains))
    return set(connection.execute(select(SOURCE.c.source_id).where(*wanted)).scalars())


def plan(
    connection: Connection, since: datetime, until: datetime, walks: Sequence[Planned], *, again: bool = False
) -> None:
    """Enters the walks of a window; those under way stay as they are, and those done too.

    Walked once more, from the beginning, is what failed, what was finished before its window ended, and
    with ``again`` everything that is finished.
    """
    if not walks:
        return
    rows = [
        {
            "since": since,
            "until": until,
            "source_id": walk.source_id,
            "place": walk.place,
            "position": walk.position,
            "state": "planned",
        }
        for walk in sorted(walks, key=lambda walk: (walk.source_id, walk.place))
    ]
    statement = insert(BACKFILL).values(rows)
    afresh = {
        **dict.fromkeys(("documents", "found", "outside", "new", "requests", "failures", "tries"), 0),
        **dict.fromkeys(("cursor", "reason", "detail", "started_at", "finished_at", "waiting_until"), null()),
        "state": "planned",
        "position": statement.excluded.position,
    }
    too_early = BACKFILL.c.finished_at < BACKFILL.c.until
    finished = and_(BACKFILL.c.state == "done", or_(too_early, true() if again else false()))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(BACKFILL.primary_key.columns),
            set_=afresh,
            where=or_(BACKFILL.c.state == "failed", finished),
        )
    )


def claim(
    connection: Connection, worker: int, scope: Scope, now: datetime, *, without: Collection[str] = ()
) -> Walk | None:
    """A walk that can be gone on with, leased to ``worker``; None: there is none at the moment.

    A publisher's places are walked one after the other; one that has to wait does not hold up the next.
    Kinds of places in ``without`` are left alone.
    """
    earlier = BACKFILL.alias("earlier")
    held_up = (
        select(true())
        .where(
            *(earlier.c[name] == BACKFILL.c[name] for name in ("since", "until", "source_id")),
            earlier.c.position < BACKFILL.c.position,
            earlier.c.state.in_(("planned", "under_way")),
            *_of_places(earlier, scope, without),
        )
        .exists()
    )
    ready = or_(
        BACKFILL.c.state.in_(("planned", "under_way")),
        and_(BACKFILL.c.state == "waiting", BACKFILL.c.waiting_until <= now),
    )
    chosen = (
        select(*BACKFILL.primary_key.columns)
        .join(SOURCE, SOURCE.c.source_id == BACKFILL.c.source_id)
        .where(*_within(scope), *_of_places(BACKFILL, scope, without), ready, unleased(BACKFILL), ~held_up)
        .order_by(BACKFILL.c.since, BACKFILL.c.position, SOURCE.c.domain)
        .limit(1)
        .with_for_update(of=BACKFILL, skip_locked=True)
        .cte("chosen")
    )
    statement = (
        update(BACKFILL)
        .where(*(BACKFILL.c[key.name] == chosen.c[key.name] for key in BACKFILL.primary_key.columns))
        .values(
            state="under_way",
            waiting_until=None,
            started_at=func.coalesce(BACKFILL.c.started_at, now),
            lease_worker=worker,
            lease_until=func.now() + LEASE,
        )
        .returning(*(BACKFILL.c[one.name] for one in fields(Walk)))
    )
    row = connection.execute(statement).mappings().first()
    return Walk(**row) if row else None


def open_walks(connection: Connection, scope: Scope, place: str, now: datetime) -> list[Walk]:
    """The walks of one kind of place that are not finished and need not wait, of publishers in the scope."""
    query = (
        select(*(BACKFILL.c[one.name] for one in fields(Walk)))
        .join(SOURCE, SOURCE.c.source_id == BACKFILL.c.source_id)
        .where(*_within(scope), _is_kind(BACKFILL, place), BACKFILL.c.state.in_(_OPEN))
        .where(or_(BACKFILL.c.waiting_until.is_(None), BACKFILL.c.waiting_until <= now))
        .order_by(BACKFILL.c.since, SOURCE.c.domain)
    )
    return [Walk(**row) for row in connection.execute(query).mappings()]


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    wanted = [in_shard(scope.shard, scope.of), SOURCE.c.state == "active"]
    if scope.since is not None:
        wanted += [BACKFILL.c.since == scope.since, BACKFILL.c.until == scope.until]
    if scope.domains:
        wanted.append(SOURCE.c.domain.in_(scope.domains))
    return wanted


def _of_places(table: Any, scope: Scope, without: Collection[str]) -> list[ColumnElement[bool]]:
    wanted = [~_is_kind(table, place) for place in sorted(without)]
    if scope.places:
        wanted.append(or_(*(_is_kind(table, place) for place in scope.places)))
    return wanted


def _is_kind(table: Any, place: str) -> ColumnElement[bool]:
    """A publisher may have several of a kind: ``sitemap``, ``sitemap 2`` …"""
    kind: ColumnElement[str] = func.split_part(table.c.place, " ", 1)
    return kind == place


def advance(connection: Connection, walk: Walk, step: Step, now: datetime) -> None:
    """Adds a document to its walk; after the last one it is done, or failed if none could be read."""
    ends = step.cursor is None
    documents = BACKFILL.c.documents + step.documents
    failures = BACKFILL.c.failures + step.failures
    values: dict[str, Any] = {
        "documents": documents,
        "found": BACKFILL.c.found + step.found,
        "outside": BACKFILL.c.outside + step.outside,
        "new": BACKFILL.c.new + step.new,
        "requests": BACKFILL.c.requests + step.requests,
        "failures": failures,
        "cursor": step.cursor,
        "tries": 0,
        "lease_until": func.now() + LEASE,
    }
    if step.reason:
        values |= {"reason": step.reason, "detail": step.detail}
    if ends:
        values |= {
            "state": case((and_(documents == 0, failures > 0), "failed"), else_="done"),
            "finished_at": now,
            "lease_worker": None,
            "lease_until": None,
        }
    connection.execute(update(BACKFILL).where(_is(walk)).values(values))


def put_off(
    connection: Connection,
    walk: Walk,
    reason: str,
    detail: str,
    until: datetime,
    *,
    requests: int = 0,
    failed: bool = True,
) -> None:
    """Lets a walk wait; it goes on after the last document that was entered.

    Where the document ``failed``, it waits longer each time, at least until ``until``.
    """
    values: dict[str, Any] = {
        "state": "waiting",
        "waiting_until": until,
        "reason": reason,
        "detail": detail,
        "requests": BACKFILL.c.requests + requests,
        "tries": BACKFILL.c.tries + 1 if failed else BACKFILL.c.tries,
        "lease_worker": None,
        "lease_until": None,
    }
    connection.execute(update(BACKFILL).where(_is(walk)).values(values))


def wait_of(walk: Walk) -> timedelta:
    """How long a walk waits whose next document failed for now."""
    factor: int = 4**walk.tries
    return _FIRST_WAIT * factor


def _is(walk: Walk) -> ColumnElement[bool]:
    return and_(
        BACKFILL.c.since == walk.since,
        BACKFILL.c.until == walk.until,
        BACKFILL.c.source_id == walk.source_id,
        BACKFILL.c.place == walk.place,
    )


def told_outside(connection: Connection, scope: Scope, loaded_since: datetime) -> int:
    """How many stories, found in the past and loaded since then, turned out to be published outside of the window."""
    found = (LEDGER.c.state == "loaded", LEDGER.c.settled_at >= loaded_since, FEED.c.state == "past")
    outside = or_(ARTICLE.c.published_at < scope.since, ARTICLE.c.published_at >= scope.until)
    query = (
        select(func.count())
        .select_from(LEDGER)
        .join(FEED, FEED.c.feed_id == LEDGER.c.feed_id)
        .join(ARTICLE, ARTICLE.c.story_id == LEDGER.c.story_id)
        .where(*found, outside)
    )
    count: int = connection.execute(query).scalar_one()
    return count


@dataclass(frozen=True, slots=True)
class Line:
    """A walk, for people."""

    since: datetime
    until: datetime
    domain: str
    place: str
    state: str
    waiting_until: datetime | None
    documents: int
    found: int
    outside: int
    new: int
    requests: int
    failures: int
    reason: str | None
    detail: str | None
    started_at: datetime | None
    finished_at: datetime | None


def lines(connection: Connection, scope: Scope, *, open_since: datetime | None = None) -> list[Line]:
    """The walks of a scope with what they came to, by window, publisher and place.

    ``open_since``: only those that were not finished before it; None: all.
    """
    columns = [SOURCE.c.domain if one.name == "domain" else BACKFILL.c[one.name] for one in fields(Line)]
    query = (
        select(*columns)
        .join(SOURCE, SOURCE.c.source_id == BACKFILL.c.source_id)
        .where(*_within(scope), *_of_places(BACKFILL, scope, ()))
        .order_by(BACKFILL.c.since, BACKFILL.c.until, SOURCE.c.domain, BACKFILL.c.position)
    )
    if open_since is not None:
        query = query.where(or_(BACKFILL.c.state.in_(_OPEN), BACKFILL.c.finished_at >= open_since))
    return [Line(**row) for row in connection.execute(query).mappings()]
