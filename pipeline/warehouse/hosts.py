"""Hosts that want to be left alone: several addresses refused in a row pause the whole host, one does not.

A Retry-After on one address is that address's (FreshRSS#7870: one 429 muted a whole host). A host that refuses
``REFUSED`` different addresses within ``WITHIN``, and answers none well in between, means us: nothing is asked
there until the pause ends, by any worker, feed or page. (robots.txt has its own memory of refusals, see ``fetch``.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.fetch.target import BadUrl, Target
from pipeline.records import Failure, Response
from pipeline.warehouse.bulk import among
from pipeline.warehouse.tables import HOST_REFUSAL, HOST_SLOT

REFUSED = 3
WITHIN = timedelta(hours=1)
FIRST_PAUSE = timedelta(minutes=10)
"""Where the host does not say how long; doubled with each pause that follows on one."""
LONGEST_PAUSE = timedelta(hours=24)
_REFUSALS = frozenset({429, 503})


def host_of(url: str) -> str | None:
    """The host that a request for ``url`` goes to, as in ``ops.host_slot``; None: it is no address.

    >>> host_of("https://Feeds.Example:443/rss"), host_of("http://feeds.example:8080/"), host_of("feed")
    ('feeds.example', 'feeds.example:8080', None)
    """
    try:
        return Target.parse(url).host_key
    except BadUrl:
        return None


def heed(connection: Connection, answers: Iterable[Response | Failure], now: datetime) -> dict[str, datetime]:
    """Notes who refused and who answered well; returns the hosts that are paused by it, and until when."""
    refusals: dict[str, dict[str, datetime | None]] = {}
    well: set[str] = set()
    for answer in sorted(answers, key=lambda answer: answer.fetched_at or now):
        host = host_of((answer.final_url or answer.url) if isinstance(answer, Failure) else answer.final_url)
        if host is None:
            continue
        if isinstance(answer, Response):
            well.add(host)
            refusals.pop(host, None)
        elif answer.status in _REFUSALS:
            at = answer.fetched_at or now
            wait = answer.retry_after_seconds
            digest = f"sha256:{hashlib.sha256(answer.url.encode()).hexdigest()}"
            refusals.setdefault(host, {})[digest] = at + timedelta(seconds=wait) if wait else None
    if well:
        _forget(connection, well, now)
    return _pause(connection, refusals, now) if refusals else {}


def paused(connection: Connection, hosts: Collection[str], now: datetime) -> dict[str, datetime]:
    """Those of ``hosts`` that are not to be asked now, and until when."""
    query = select(HOST_SLOT.c.host, HOST_SLOT.c.free_at).where(
        among(HOST_SLOT.c.host, hosts), HOST_SLOT.c.free_at > now
    )
    return {row.host: row.free_at for row in connection.execute(query)} if hosts else {}


def _forget(connection: Connection, hosts: set[str], now: datetime) -> None:
    # Rows are taken in one order: two workers that hear of the same hosts must not wait for each other.
    refused = select(HOST_REFUSAL.c.host).where(among(HOST_REFUSAL.c.host, hosts))
    ordered = refused.order_by(HOST_REFUSAL.c.host, HOST_REFUSAL.c.address_digest).with_for_update()
    mended: set[str] = set(connection.execute(ordered).scalars())
    if mended:
        connection.execute(delete(HOST_REFUSAL).where(HOST_REFUSAL.c.host.in_(mended)))
    # What was under way when the pause began may still answer well: the pause holds.
    over = select(HOST_SLOT.c.host).where(among(HOST_SLOT.c.host, hosts), HOST_SLOT.c.free_at <= now)
    free: set[str] = set(connection.execute(over.order_by(HOST_SLOT.c.host).with_for_update()).scalars())
    if free:
        connection.execute(update(HOST_SLOT).where(HOST_SLOT.c.host.in_(free)).values(free_at=None, pauses=0))


def _pause(
    connection: Connection, refusals: dict[str, dict[str, datetime | None]], now: datetime
) -> dict[str, datetime]:
    rows = [
        {"host": host, "address_digest": digest, "refused_at": now, "free_at": until}
        for host, refused in sorted(refusals.items())
        for digest, until in sorted(refused.items())
    ]
    entered = insert(HOST_REFUSAL).values(rows)
    again = {name: entered.excluded[name] for name in ("refused_at", "free_at")}
    keys = [HOST_REFUSAL.c.host, HOST_REFUSAL.c.address_digest]
    connection.execute(entered.on_conflict_do_update(index_elements=keys, set_=again))
    concerned = HOST_REFUSAL.c.host.in_(refusals)
    connection.execute(delete(HOST_REFUSAL).where(concerned, HOST_REFUSAL.c.refused_at <= now - WITHIN))
    many = (
        select(HOST_REFUSAL.c.host, func.max(HOST_REFUSAL.c.free_at).label("until"))
        .where(concerned)
        .group_by(HOST_REFUSAL.c.host)
        .having(func.count() >= REFUSED)
        .order_by(HOST_REFUSAL.c.host)
    )
    return {row.host: _begin(connection, row.host, row.until, now) for row in connection.execute(many).all()}


def _begin(connection: Connection, host: str, until: datetime | None, now: datetime) -> datetime:
    connection.execute(delete(HOST_REFUSAL).where(HOST_REFUSAL.c.host == host))
    longest = min(max(until or now, now + FIRST_PAUSE), now + LONGEST_PAUSE)
    # Not more than the power that reaches the longest: a host may refuse for years.
    seconds = FIRST_PAUSE.total_seconds() * func.power(2, func.least(HOST_SLOT.c.pauses, 7))
    grown = func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    values: dict[str, Any] = {
        "free_at": func.greatest(HOST_SLOT.c.free_at, longest, literal(now) + grown),
        # One pause, whoever of the workers found it: those that are told during it do not lengthen the next.
        "pauses": HOST_SLOT.c.pauses + case((HOST_SLOT.c.free_at > now, 0), else_=1),
    }
    statement = insert(HOST_SLOT).values(host=host, next_at=now, free_at=longest, pauses=1)
    statement = statement.on_conflict_do_update(index_elements=[HOST_SLOT.c.host], set_=values)
    free_at: datetime = connection.execute(statement.returning(HOST_SLOT.c.free_at)).scalar_one()
    return free_at
