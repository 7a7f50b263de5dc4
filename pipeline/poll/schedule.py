"""When a feed is polled next: a pure function of its history, its id and the clock.

The signal is overlap, the share of a document that was known before. Much of it known: the feed is
slow, so wait longer. Little: it is fast, so come back sooner. None at all, in a feed that was read
before: entries have come and gone unseen between two polls. That is a gap, and it costs most.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FIRST = timedelta(hours=1)
"""The interval of a feed that was never polled."""
SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=24)
JITTER = 0.1
"""The largest share of the interval that is added, so that feeds registered together drift apart."""
NEW_SHARE = 0.25
"""The share of new entries aimed at: a document then passes by in four polls, and none is missed."""


@dataclass(frozen=True, slots=True)
class FeedHistory:
    """What the ledger knows of a feed after its latest poll."""

    feed_id: str
    outcome: Literal["never", "changed", "unchanged", "failed"] = "never"
    interval: timedelta | None = None
    """The feed's own pace, as ``next_interval`` gave it after the poll before; None: the first poll."""
    entries: int = 0
    """Entries in the latest document that was read."""
    known: int = 0
    """Those of them that had been seen before."""
    read_before: bool = False
    """True: an earlier poll had read entries, so a document without overlap means a gap."""
    failures: int = 0
    """Failed polls in a row, the latest included."""
    ttl_minutes: int | None = None
    retry_after_seconds: float | None = None


def overlap(entries: int, known: int) -> float | None:
    """The share of a document's entries that were known before, 0 to 1; None if it has none.

    >>> overlap(20, 15), overlap(0, 0)
    (0.75, None)
    """
    return None if entries <= 0 else min(max(known, 0), entries) / entries


def is_gap(history: FeedHistory) -> bool:
    """True if stories were surely or likely missed: a feed read before shows nothing known."""
    return (
        history.outcome == "changed" and history.read_before and overlap(history.entries, history.known) == 0
    )


def next_poll(history: FeedHistory, *, now: datetime) -> datetime:
    """The instant from which the feed is due again: aware, UTC, 10 minutes to 24 hours after ``now``.

    A feed that was never polled is due at once. Whatever happened, there is a next time.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> slow = FeedHistory("f", outcome="unchanged", interval=timedelta(hours=1))
    >>> timedelta(minutes=90) <= next_poll(slow, now=noon) - noon < timedelta(minutes=99)
    True
    """
    if history.outcome == "never":
        return now
    wanted = next_interval(history)
    if history.outcome == "failed":
        wanted = _bounded(wanted * 2 ** min(max(history.failures - 1, 0), 8))
    jittered = wanted * (1 + JITTER * _fraction(history.feed_id))
    asked = timedelta(seconds=min(max(history.retry_after_seconds or 0, 0), LONGEST.total_seconds()))
    return now + min(max(jittered, asked, SHORTEST), LONGEST)


def next_interval(history: FeedHistory) -> timedelta:
    """The feed's own pace after the latest poll, for the ledger to keep: before back-off and jitter.

    A failed poll says nothing about how fast a feed is, so it leaves the pace as it was.
    """
    current = history.interval or FIRST
    if history.outcome in {"never", "failed"}:
        return _bounded(current)
    wanted = current * (1.5 if history.outcome == "unchanged" else _factor(history))
    # What the publisher asks for, unless stories are being lost.
    asked = timedelta(minutes=min(history.ttl_minutes or 0, 24 * 60))
    return _bounded(wanted if is_gap(history) else max(wanted, asked))


def _factor(history: FeedHistory) -> float:
    share = overlap(history.entries, history.known)
    if share is None:
        return 1.5
    if is_gap(history):
        return 0.25
    if not history.read_before:
        return 1.0  # a first document is all new and says nothing about speed
    new = 1 - share
    return 1.5 if new == 0 else min(max(NEW_SHARE / new, 0.5), 1.5)


def _bounded(interval: timedelta) -> timedelta:
    """Within the bounds, with room for the jitter below the upper one."""
    return min(max(interval, SHORTEST), LONGEST / (1 + JITTER))


def _fraction(feed_id: str) -> float:
    """0 up to 1, always the same for a feed."""
    return int.from_bytes(hashlib.sha256(feed_id.encode()).digest()[:8]) / 2**64
