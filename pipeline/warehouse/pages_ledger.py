"""The ledger for the newsroom pages: what it holds, whether it is whole, what was rejected; and the retry."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from pipeline.warehouse.reports import FeedCount, conservation

PAGE = 50
MOST_RETRIED = 5_000
"""Entries that one click sets to work again: the next run has to ask for each of their pages."""

_REASONS = text("""
select state, coalesce(reason, '') as reason, count(*) as entries, count(distinct source_id) as sources,
       max(coalesce(settled_at, discovered_at)) as last_at
from ops.ledger where state in ('rejected', 'waiting')
group by 1, 2 order by state, entries desc, reason
""")
_REJECTED = text("""
select l.feed_id, l.entry_key, l.url, l.entry ->> 'headline' as headline, s.name as source, l.reason, l.detail,
       l.tries, l.discovered_at, l.settled_at
from ops.ledger l join news.source s using (source_id)
where l.state = 'rejected' and (cast(:reason as text) is null or l.reason = :reason)
order by l.settled_at desc, l.feed_id, l.entry_key
limit :size offset :skipped
""")
# An entry whose bytes are the feed's own document is read again; of every other the page is asked for anew.
# What another worker holds is not waited for: it is not rejected any more.
_RETRY = text("""
with chosen as (
    select feed_id, entry_key from ops.ledger
    where state = 'rejected' and settled_at <= :before
        and (cast(:reason as text) is null or reason = :reason)
        and (cast(:feed as uuid) is null or feed_id = :feed)
        and (cast(:entry as text) is null or entry_key = :entry)
    order by settled_at desc limit :most for update skip locked
)
update ops.ledger l
set state = case when s.is_feed_only or l.url is null then 'fetched' else 'discovered' end,
    reason = null, detail = null, settled_at = null, tries = 0, fetch_id = null,
    lease_worker = null, lease_until = null
from chosen, news.source s
where l.feed_id = chosen.feed_id and l.entry_key = chosen.entry_key and s.source_id = l.source_id
""")


@dataclass(frozen=True, slots=True)
class Reason:
    """Entries that wait, or were rejected, for one reason."""

    state: str
    reason: str
    entries: int
    sources: int
    """Publishers concerned."""
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Census:
    """The whole ledger counted at one moment."""

    counted_at: datetime
    feeds: tuple[FeedCount, ...]
    reasons: tuple[Reason, ...]
    """Those of waiting and of rejected entries."""

    @property
    def totals(self) -> dict[str, int]:
        """Sums over all feeds: seen, lost, entries, pending, loaded, duplicates, rejected."""
        names = ("seen", "lost", "entries", "pending", "loaded", "duplicates", "rejected")
        sums: Counter[str] = Counter()
        for feed in self.feeds:
            sums.update({name: int(getattr(feed, name)) for name in names})
        return {name: sums[name] for name in names}

    @property
    def broken(self) -> tuple[FeedCount, ...]:
        """The feeds for which the law of conservation does not hold."""
        return tuple(feed for feed in self.feeds if not feed.is_conserved)


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that became no story."""

    feed_id: uuid.UUID
    entry_key: str
    url: str | None
    headline: str | None
    source: str
    reason: str
    detail: str | None
    tries: int
    discovered_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rejected entries are to be tried again: all that meet every condition."""

    before: datetime
    """Only what was rejected until then: what the user saw, and not what is rejected once more meanwhile."""
    reason: str | None = None
    feed_id: uuid.UUID | None = None
    entry_key: str | None = None


def census(connection: Connection, now: datetime) -> Census:
    """Counts every entry and every poll: the one question here whose time grows with the ledger."""
    reasons = tuple(Reason(**row) for row in connection.execute(_REASONS).mappings())
    return Census(now, tuple(conservation(connection)), reasons)


def rejected(connection: Connection, reason: str | None, page: int) -> tuple[Rejected, ...]:
    """A page of what was rejected, the latest first; ``reason`` None: for any."""
    parameters = {"reason": reason, "size": PAGE, "skipped": (page - 1) * PAGE}
    return tuple(Rejected(**row) for row in connection.execute(_REJECTED, parameters).mappings())


def retry(connection: Connection, wanted: Wanted) -> int:
    """Sets rejected entries pending again, at most ``MOST_RETRIED``; returns how many. The same again does nothing.

    The next run takes them up as if they had never been tried; what it then finds is told anew.
    """
    parameters = {
        "before": wanted.before,
        "reason": wanted.reason,
        "feed": wanted.feed_id,
        "entry": wanted.entry_key,
        "most": MOST_RETRIED,
    }
    return connection.execute(_RETRY, parameters).rowcount
