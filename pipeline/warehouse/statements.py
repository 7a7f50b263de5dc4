"""What an entry that is itself the story has said: each statement once, and which of them the story shows."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, text, tuple_, update

from pipeline.dedup import EntryId
from pipeline.poll.identity import key_of_story
from pipeline.warehouse.tables import LEDGER

Statements = Mapping[str, tuple[datetime, datetime]]
"""By key: when each statement of one entry was told first and last."""

_TOLD_LAST = text("""
update ops.ledger set stated_at = told.at
from unnest(cast(:keys as text[]), cast(:times as timestamptz[])) told (key, at)
where feed_id = :feed and entry_key = told.key and stated_at is distinct from told.at
""")


def shown_at(statements: Statements, key: str) -> datetime:
    """When that statement was received, as a story shows it; of all its statements the latest such is shown.

    Told once and then no more, a statement counts from its first telling, so that a story does not change
    with every document that repeats it. Told again since another one was (an edit taken back), it counts
    from its last. Neither moves with the order in which documents come.

    >>> monday, tuesday, friday = (datetime(2026, 3, day) for day in (2, 3, 6))
    >>> shown_at({"g:1": (monday, friday)}, "g:1") == monday
    True
    >>> shown_at({"g:1": (monday, friday), "g:1@ab": (tuesday, tuesday)}, "g:1") == friday
    True
    """
    first, last = statements[key]
    is_told_again = any(other[1] > first for name, other in statements.items() if name != key)
    return last if is_told_again else first


def record_told_last(connection: Connection, feed_id: uuid.UUID, told_last: Mapping[str, datetime]) -> None:
    """Writes when these statements were told last, and makes pending what their stories show now by an edit taken back.

    The caller has locked the publisher.
    """
    if not told_last:
        return
    told = {"feed": feed_id, "keys": list(told_last), "times": list(told_last.values())}
    connection.execute(_TOLD_LAST, told)
    again = []
    for statements in histories(connection, [(feed_id, key) for key in told_last]).values():
        latest = max(statements, key=lambda key: (statements[key][1], key))
        if shown_at(statements, latest) > statements[latest][0]:
            again.append(latest)
    settled = and_(LEDGER.c.feed_id == feed_id, LEDGER.c.state.in_(("loaded", "duplicate")))
    pending = {"state": "fetched", "story_id": None, "duplicate_method": None, "settled_at": None}
    connection.execute(update(LEDGER).where(settled, LEDGER.c.entry_key.in_(sorted(again))).values(pending))


def shown_times(connection: Connection, entries: Iterable[EntryId]) -> dict[EntryId, datetime]:
    """When each of these statements was received, as its story shows it; only those that are not the only one."""
    entries = set(entries)
    found = histories(connection, entries)
    return {
        (feed, key): shown_at(statements, key)
        for (feed, _), statements in found.items()
        for key in statements
        if (feed, key) in entries
    }


def histories(connection: Connection, entries: Collection[EntryId]) -> dict[EntryId, Statements]:
    """All statements of the entries that have several, by feed and key of the entry."""
    stems = {(feed, key_of_story(key)) for feed, key in entries}
    rows = tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key)
    several = select(LEDGER.c.feed_id, LEDGER.c.entry_key).where(
        rows.in_(sorted(stems)), LEDGER.c.restatements > 0
    )
    stems = {(row.feed_id, row.entry_key) for row in connection.execute(several)}
    if not stems:
        return {}
    columns = (LEDGER.c.feed_id, LEDGER.c.entry_key, LEDGER.c.discovered_at, LEDGER.c.stated_at)
    query = select(*columns).where(or_(*(_states(feed, stem) for feed, stem in sorted(stems))))
    found: dict[EntryId, dict[str, tuple[datetime, datetime]]] = defaultdict(dict)
    for row in connection.execute(query):
        if (stem := (row.feed_id, key_of_story(row.entry_key))) in stems:
            found[stem][row.entry_key] = (row.discovered_at, row.stated_at or row.discovered_at)
    return dict(found)


def _states(feed_id: uuid.UUID, stem: str) -> ColumnElement[bool]:
    """True of the rows of an entry's statements, and of few others."""
    marked = func.starts_with(LEDGER.c.entry_key, f"{stem}@")
    return and_(LEDGER.c.feed_id == feed_id, or_(LEDGER.c.entry_key == stem, marked))
