"""Claims: which entries a worker may take in hand, and what it needs to know of them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.records import ArchiveRef, Entry, Source
from pipeline.warehouse.hosts import host_of, paused
from pipeline.warehouse.leases import unleased
from pipeline.warehouse.quotas import next_day, take
from pipeline.warehouse.registry import sources
from pipeline.warehouse.repeats import repeats_another
from pipeline.warehouse.tables import FEED, FETCH, LEDGER

LEASE = timedelta(hours=2)
"""Longer than any batch: a dead worker's claims are free at once, by its lock and not by the lease's end."""
_CHOICE = 16
"""Candidates for each place of a claim: workers that choose at the same moment do not all choose the same."""
_PER_SOURCE = 8
"""Pages of one publisher in a claim: others do not wait for it, and a batch ends within its lease."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry that this worker has in hand."""

    feed_id: uuid.UUID
    entry_key: str
    source_id: uuid.UUID
    source: Source
    entry: Entry
    url: str | None
    discovered_at: datetime
    tries: int
    fetch_id: uuid.UUID | None = None
    final_url: str | None = None
    fetched_at: datetime | None = None
    archived: ArchiveRef | None = None
    """Where the page's bytes are; None: the entry itself is the story."""
    archived_by: str | None = None
    """The archive on the web whose copy these bytes are; None: the publisher sent them."""
    copies: tuple[Mapping[str, str], ...] = ()
    """Where archives on the web keep the page, as in ``ops.ledger``; they are asked where it is gone."""


def claim_to_fetch(
    connection: Connection, worker: int, limit: int, now: datetime, *, past_per_day: int | None = None
) -> list[Claim]:
    """Up to ``limit`` entries whose page is to be asked for, leased to ``worker``.

    An entry that may repeat an earlier one is left until that one is settled: then it is a duplicate
    without a request (``settle_repeats``), or its turn comes. An entry at a host that wants to be left alone
    waits, with that reason and without a try, until the host's pause is over; one of a place of the past until
    the next day, if ``past_per_day`` requests were made for such at its host; None: there is no limit.
    """
    while True:
        taken = [
            (claim, host_of(claim.url or "") or "")
            for claim in _claim(connection, worker, limit, _to_fetch(now), ~repeats_another())
        ]
        free_at = paused(connection, {host for _, host in taken}, now)
        for claim, host in taken:
            if host in free_at:
                words = f"{host} refused several addresses in a row: nothing is asked there"
                _hold(connection, claim, free_at[host], "host_paused", words)
        free = [(claim, host) for claim, host in taken if host not in free_at]
        claims = free if past_per_day is None else _within_day(connection, free, past_per_day, now)
        if claims or not taken:
            return [claim for claim, _ in claims]


def claim_to_load(connection: Connection, worker: int, limit: int) -> list[Claim]:
    """Up to ``limit`` entries whose bytes are archived and have to be read, leased to ``worker``."""
    return _claim(connection, worker, limit, [_is("fetched")], true())


def _to_fetch(now: datetime) -> list[ColumnElement[bool]]:
    """Entries never tried, and those whose waiting is over."""
    return [_is("discovered"), and_(_is("waiting"), LEDGER.c.waiting_until <= now)]


def _is(state: str) -> ColumnElement[bool]:
    """True of a row in that state; spelt out in the statement, so that the partial index can serve it."""
    return LEDGER.c.state == bindparam(None, state, Text, literal_execute=True)


def _claim(
    connection: Connection,
    worker: int,
    limit: int,
    ready: Sequence[ColumnElement[bool]],
    settled: ColumnElement[bool],
) -> list[Claim]:
    """Entries of one of the kinds in ``ready``, if they are also ``settled``: a few of each publisher.

    Neither the backlog nor a publisher's share of it is looked through: from a place taken by lot, one publisher
    after the other is found in the index, and of each its oldest entries.
    """
    publishers = _publishers(connection, ready, limit * _CHOICE)
    if not publishers:
        return []
    most = min(-(-limit * _CHOICE // len(publishers)), max(_PER_SOURCE, limit // 4))
    # Not what this worker's own lanes have in hand, even if its lock was lost with its connection.
    free = and_(settled, unleased(LEDGER), LEDGER.c.lease_worker.is_distinct_from(worker))
    oldest = union_all(*(_oldest(kind, free, publishers, most) for kind in ready)).subquery()
    turn = func.row_number().over(
        partition_by=oldest.c.source_id, order_by=(oldest.c.discovered_at, oldest.c.entry_key)
    )
    ranked = select(oldest, turn.label("turn")).subquery()
    chosen = (
        select(ranked)
        .where(ranked.c.turn <= most)
        .order_by(ranked.c.turn, ranked.c.feed_id, ranked.c.entry_key)
        .limit(limit * _CHOICE)
        .subquery()
    )
    is_it = and_(LEDGER.c.feed_id == chosen.c.feed_id, LEDGER.c.entry_key == chosen.c.entry_key)
    # Checked again under the lock: between the choice and the lock another worker may have been here.
    locked = (
        select(LEDGER.c.feed_id, LEDGER.c.entry_key)
        .join(chosen, is_it)
        .where(or_(*ready), free)
        .order_by(chosen.c.turn, chosen.c.discovered_at, chosen.c.feed_id, chosen.c.entry_key)
        .limit(limit)
        .with_for_update(of=LEDGER, skip_locked=True)
        .cte("locked")
    )
    statement = (
        update(LEDGER)
        .where(LEDGER.c.feed_id == locked.c.feed_id, LEDGER.c.entry_key == locked.c.entry_key)
        .values(lease_worker=worker, lease_until=func.now() + LEASE)
        .returning(LEDGER)
    )
    return as_claims(connection, connection.execute(statement).all())


def _oldest(
    kind: ColumnElement[bool], free: ColumnElement[bool], publishers: Sequence[uuid.UUID], most: int
) -> Select[Any]:
    """The oldest entries of each of these publishers, ``most`` at most."""
    ids = bindparam(None, list(publishers), ARRAY(Uuid))
    publisher = func.unnest(ids).table_valued("source_id").render_derived(name="publisher")
    oldest = (
        select(LEDGER.c.feed_id, LEDGER.c.entry_key, LEDGER.c.source_id, LEDGER.c.discovered_at)
        .where(LEDGER.c.source_id == publisher.c.source_id, kind, free)
        .order_by(LEDGER.c.waiting_until, LEDGER.c.discovered_at)
        .limit(most)
        .lateral()
    )
    return select(oldest).select_from(publisher.join(oldest, true()))


def _publishers(connection: Connection, ready: Sequence[ColumnElement[bool]], most: int) -> list[uuid.UUID]:
    """Up to ``most`` publishers with entries of one of these kinds: those that follow on an id taken by lot."""
    start = uuid.UUID(bytes=secrets.token_bytes(16))
    found: dict[uuid.UUID, None] = {}
    for onwards in (LEDGER.c.source_id >= start, LEDGER.c.source_id < start):
        for kind in ready:
            if len(found) < most:
                found |= dict.fromkeys(connection.execute(_one_by_one(kind, onwards, most)).scalars())
    return list(found)[:most]


def _one_by_one(kind: ColumnElement[bool], onwards: ColumnElement[bool], most: int) -> Select[Any]:
    """Publishers in the order of their ids, each found by one step in the index, however many entries it has."""
    source = LEDGER.c.source_id
    first = select(source, literal(1).label("place")).where(kind, onwards).order_by(source).limit(1)
    walk = first.subquery().select().cte("walk", recursive=True)
    following = (
        select(source).where(kind, onwards, source > walk.c.source_id).order_by(source).limit(1).lateral()
    )
    step = select(following.c.source_id, walk.c.place + 1).select_from(walk.join(following, true()))
    walk = walk.union_all(step.where(walk.c.place < most))
    return select(walk.c.source_id)


def _within_day(
    connection: Connection, taken: Sequence[tuple[Claim, str]], per_day: int, now: datetime
) -> list[tuple[Claim, str]]:
    """Those whose hosts may be asked on this day; the others are held until the next."""
    past = _past_feeds(connection, {claim.feed_id for claim, _ in taken})
    hosts = sorted({host for claim, host in taken if claim.feed_id in past})
    left = {
        host: take(
            connection,
            {host: per_day},
            now,
            wanted=sum(other == host and claim.feed_id in past for claim, other in taken),
        )
        for host in hosts
    }
    within = []
    for claim, host in taken:
        if claim.feed_id not in past:
            within.append((claim, host))
        elif left[host]:
            left[host] -= 1
            within.append((claim, host))
        else:
            words = f"backfills have made the {per_day:,} requests of the day at {host}"
            _hold(connection, claim, next_day(now), "daily_limit", words)
    return within


def _past_feeds(connection: Connection, feeds: Collection[uuid.UUID]) -> set[uuid.UUID]:
    query = select(FEED.c.feed_id).where(FEED.c.feed_id.in_(feeds), FEED.c.state == "past")
    return set(connection.execute(query).scalars())


def _hold(connection: Connection, claim: Claim, until: datetime, reason: str, words: str) -> None:
    values = {
        "state": "waiting",
        "waiting_until": until,
        "reason": reason,
        "detail": f"{words} until {until:%Y-%m-%d %H:%M}Z",
    }
    mine = (LEDGER.c.feed_id == claim.feed_id, LEDGER.c.entry_key == claim.entry_key)
    connection.execute(update(LEDGER).where(*mine).values(**values, lease_worker=None, lease_until=None))


def as_claims(connection: Connection, rows: Sequence[Any]) -> list[Claim]:
    """Ledger rows as claims, in the order of discovery."""
    if not rows:
        return []
    known = sources(connection, every=True, only={row.source_id for row in rows})
    wanted = [row.fetch_id for row in rows if row.fetch_id]
    fetches = {
        row.fetch_id: row for row in connection.execute(select(FETCH).where(FETCH.c.fetch_id.in_(wanted)))
    }
    ordered = sorted(rows, key=lambda row: (row.discovered_at, row.feed_id, row.entry_key))
    return [_as_claim(row, known[row.source_id], fetches.get(row.fetch_id)) for row in ordered]


def _as_claim(row: Any, source: Source, fetch: Any) -> Claim:
    archived = None
    if fetch is not None and fetch.archive_object:
        archived = ArchiveRef(
            fetch.archive_object, fetch.archive_offset, fetch.archive_length, fetch.archive_digest
        )
    return Claim(
        feed_id=row.feed_id,
        entry_key=row.entry_key,
        source_id=row.source_id,
        source=source,
        entry=entry_of(row.entry),
        url=row.url,
        discovered_at=row.discovered_at,
        tries=row.tries,
        fetch_id=row.fetch_id,
        final_url=fetch.final_url if fetch is not None else None,
        fetched_at=fetch.fetched_at if fetch is not None else None,
        archived=archived,
        archived_by=fetch.archived_by if fetch is not None else None,
        copies=tuple(row.copies or ()),
    )


def entry_of(values: dict[str, Any]) -> Entry:
    """The entry that the ledger keeps as JSON, its lists tuples again."""
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return Entry(**kept)
