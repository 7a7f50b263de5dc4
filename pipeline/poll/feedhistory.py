"""What is known of a feed after a poll, and what its document's overlap with the one before says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipeline.poll.pace import Pace

Outcome = Literal["never", "changed", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class FeedHistory:
    """What the ledger knows of a feed after its latest poll."""

    feed_id: str
    outcome: Outcome = "never"
    """``unchanged``: a 304, or the same bytes again."""
    pace: Pace | None = None
    """As ``next_poll`` gave it after the poll before; None: the first poll."""
    entries: int = 0
    """Entries in the document that was read now; 0 unless ``changed``."""
    known: int = 0
    """Those of them that had been seen before."""
    read_before: bool = False
    """True: an earlier poll had read the feed, so a document without overlap means a gap."""
    failures: float = 0.0
    """Failed polls in a row, the latest included, each by its ``failure_weight``; 0 after a success."""
    reason: str | None = None
    """``Failure.reason`` of the latest poll; None: it did not fail."""
    ttl_minutes: int | None = None
    update_minutes: int | None = None
    """``sy:updatePeriod`` by ``sy:updateFrequency``."""
    skip_hours: frozenset[int] = frozenset()
    """Hours in GMT, 0 to 23."""
    skip_days: frozenset[int] = frozenset()
    """Days in GMT, Monday 0."""
    fresh_seconds: float | None = None
    """``Cache-Control: max-age`` less ``Age``, or ``Expires``: of a 200, a 304 or a 503."""
    retry_after_seconds: float | None = None
    host_free_at: datetime | None = None
    """Until then the host asked to be left alone; aware. None: it did not."""
    is_pushed: bool = False
    """True: a hub delivers the feed's news, and polls only make sure."""
    since_last: timedelta | None = None
    """Time between this poll and the last one that succeeded; None: there was none."""


def overlap(entries: int, known: int) -> float | None:
    """The share of a document's entries that were known before, 0 to 1; None if it has none.

    >>> overlap(20, 15), overlap(0, 0)
    (0.75, None)
    """
    return None if entries <= 0 else min(max(known, 0), entries) / entries


def is_gap(history: FeedHistory) -> bool:
    """True if stories were surely or likely missed: a feed read before shows nothing known.

    Not so where the document before was empty, and in a list of the last 24 hours that was read within half
    of them: there the old entries have gone by themselves, and every new one is still shown.
    """
    if history.outcome != "changed" or not history.read_before:
        return False
    if overlap(history.entries, history.known) != 0:
        return False
    pace = history.pace
    if pace is None or (pace.window_entries > 0 and not pace.sheds):
        return True
    return history.since_last is None or history.since_last > timedelta(hours=12)
