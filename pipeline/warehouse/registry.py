"""Publishers and feeds in the warehouse: synchronised with a file, changed one by one, never forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import source_id as new_source_id
from pipeline.errors import SettingsError
from pipeline.history_fields import plain_place
from pipeline.records import HistoryPlace, Source
from pipeline.source_fields import plain_hints
from pipeline.warehouse import hints
from pipeline.warehouse.hosts import host_of
from pipeline.warehouse.tables import FEED, FEED_STATE, SOURCE


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a synchronisation changed, by domain or address."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def sync(connection: Connection, sources: Iterable[Source], *, prune: bool = True) -> SyncReport:
    """Makes the registered publishers and feeds those of ``sources``; history stays, and so does a pause.

    Args:
        connection: a transaction.
        sources: the file's content.
        prune: True marks publishers and feeds that are not in ``sources`` as removed; False leaves them.

    Raises:
        SettingsError: a publisher stands under a domain that it gave up by ``rename``.
    """
    sources = list(sources)
    before = {row.domain: row for row in connection.execute(select(SOURCE))}
    added, changed = [], []
    for source in sources:
        known = before.get(source.domain)
        identity = known.source_id if known else new_source_id(source.domain)
        if known is None and identity in {row.source_id for row in before.values()}:
            raise _renamed(
                source.domain, next(row.domain for row in before.values() if row.source_id == identity)
            )
        values = _source_values(source)
        if known and known.state == "paused":
            values["state"] = "paused"
        if known is None:
            added.append(source.domain)
        elif any(getattr(known, name) != value for name, value in values.items()):
            changed.append(source.domain)
        statement = insert(SOURCE).values(source_id=identity, domain=source.domain, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=[SOURCE.c.source_id], set_=values))
        if (
            _sync_feeds(connection, identity, source.feeds, prune=prune)
            and known
            and source.domain not in changed
        ):
            changed.append(source.domain)
    removed = []
    if prune:
        named = {source.domain for source in sources}
        removed = [domain for domain, row in before.items() if domain not in named and row.state != "removed"]
        connection.execute(update(SOURCE).where(SOURCE.c.domain.in_(removed)).values(state="removed"))
    return SyncReport(tuple(added), tuple(changed), tuple(removed))


def set_state(connection: Connection, domain: str, state: str) -> None:
    """Makes a publisher ``active``, ``paused`` or ``removed``.

    Raises:
        SettingsError: no such publisher.
    """
    found = connection.execute(update(SOURCE).where(SOURCE.c.domain == domain).values(state=state))
    if not found.rowcount:
        raise _unknown(connection, domain)


def rename(
    connection: Connection, domain: str, *, to_domain: str | None = None, to_name: str | None = None
) -> None:
    """Gives a publisher another domain or name; its id, and so its stories, stay.

    Raises:
        SettingsError: no such publisher, or the new domain belongs to another.
    """
    values = {key: value for key, value in (("domain", to_domain), ("name", to_name)) if value}
    taken = select(SOURCE.c.domain).where(SOURCE.c.domain == to_domain)
    if to_domain and to_domain != domain and connection.execute(taken).first():
        message = f"{to_domain} is registered already; remove it first, or choose another domain"
        raise SettingsError(message)
    found = connection.execute(update(SOURCE).where(SOURCE.c.domain == domain).values(**values))
    if not found.rowcount:
        raise _unknown(connection, domain)


def sources(
    connection: Connection, *, every: bool = False, only: Collection[uuid.UUID] | None = None
) -> dict[uuid.UUID, Source]:
    """The publishers by id, removed ones only where ``every`` is True; ``only`` names those wanted."""
    listed = select(FEED).where(FEED.c.state == "active").order_by(FEED.c.url)
    if only is not None:
        listed = listed.where(FEED.c.source_id.in_(only))
    feeds: dict[uuid.UUID, list[str]] = {}
    for row in connection.execute(listed):
        feeds.setdefault(row.source_id, []).append(row.url)
    query = select(SOURCE).order_by(SOURCE.c.domain)
    if only is not None:
        query = query.where(SOURCE.c.source_id.in_(only))
    if not every:
        query = query.where(SOURCE.c.state != "removed")
    return {
        row.source_id: _source(row, tuple(feeds.get(row.source_id, ()))) for row in connection.execute(query)
    }


def _source_values(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "country": source.country,
        "language": source.language,
        "zone": source.zone,
        "is_feed_only": source.feed_only,
        "state": "paused" if source.paused else "active",
        "obeys_robots_for_feeds": source.obey_robots_for_feeds,
        "delay_seconds": source.delay_seconds,
        "headers": dict(source.headers),
        "hints": [plain_hints(one) for one in source.hints],
        "history": [plain_place(one) for one in source.history],
    }


def _source(row: Any, feeds: tuple[str, ...]) -> Source:
    return Source(
        name=row.name,
        domain=row.domain,
        country=row.country,
        language=row.language,
        zone=row.zone,
        feeds=feeds,
        feed_only=row.is_feed_only,
        paused=row.state == "paused",
        obey_robots_for_feeds=row.obeys_robots_for_feeds,
        delay_seconds=row.delay_seconds,
        headers=row.headers,
        hints=tuple(hints.read(one) for one in row.hints),
        history=tuple(HistoryPlace(**one) for one in row.history),
    )


def _sync_feeds(connection: Connection, source: uuid.UUID, urls: Iterable[str], *, prune: bool) -> bool:
    """True where a feed came, went or changed hands."""
    wanted = list(dict.fromkeys(urls))
    known = {row.url: row for row in connection.execute(select(FEED).where(FEED.c.source_id == source))}
    differs = False
    for url in wanted:
        row = known.get(url)
        if row is None or row.state != "active":
            differs = True
        values = {
            "feed_id": uuid.uuid5(source, f"feed:{url}"),
            "source_id": source,
            "url": url,
            "state": "active",
        }
        changes = {"source_id": source, "state": "active"}
        entered = insert(FEED).values(**values)
        connection.execute(entered.on_conflict_do_update(index_elements=[FEED.c.url], set_=changes))
    _begin_states(connection, source)
    gone = [url for url, row in known.items() if url not in wanted and row.state == "active"]
    if prune and gone:
        differs = True
        connection.execute(update(FEED).where(FEED.c.url.in_(gone)).values(state="removed"))
    return differs


def _begin_states(connection: Connection, source: uuid.UUID) -> None:
    missing = (
        select(FEED.c.feed_id, FEED.c.url)
        .outerjoin(FEED_STATE, FEED_STATE.c.feed_id == FEED.c.feed_id)
        .where(FEED.c.source_id == source, FEED_STATE.c.feed_id.is_(None))
    )
    states = [{"feed_id": row.feed_id, "host": host_of(row.url)} for row in connection.execute(missing)]
    if states:
        connection.execute(insert(FEED_STATE).values(states).on_conflict_do_nothing())


def _renamed(domain: str, to: str) -> SettingsError:
    return SettingsError(
        f"{domain} was renamed to {to} in this warehouse: write {to} in the file, or rename it back with "
        f"`dateline sources rename {to} --domain {domain}`"
    )


def _unknown(connection: Connection, domain: str) -> SettingsError:
    domains = [row.domain for row in connection.execute(select(SOURCE.c.domain).order_by(SOURCE.c.domain))]
    near = [one for one in domains if domain in one or one in domain]
    hint = f"; did you mean {', '.join(near)}?" if near else "; `dateline sources list` shows what there is"
    return SettingsError(f"no publisher is registered under {domain}{hint}")
