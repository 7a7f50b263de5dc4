"""What one poll adds to the pace of its feed."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.poll.doubt import doubted
from pipeline.poll.feedhistory import FeedHistory
from pipeline.poll.pace import (
    GAP_FACTOR,
    MEMORY_DAYS,
    Pace,
    expected,
    profile_after,
    scatter_after,
    surge_after,
)

CAUTION_DAYS = 14.0
"""The margin that a gap has narrowed widens again by 1/e in that time."""
CAUTION_MOST = 4.0
"""A margin of an eighth of the document: with less a batch longer than the list would have it polled for nothing."""
OWN_FAULT = 2.0
"""A gap after a wait of more than so many times the planned one is an outage's and not the pace's fault."""


def learned(history: FeedHistory, now: datetime, *, gap: bool) -> Pace:
    """The pace after this poll at ``now``; a failed one says nothing of how fast a feed is.

    ``gap``: the document has nothing in common with the one before.
    """
    old = history.pace or Pace()
    if history.outcome == "failed":
        return old
    window = history.entries if history.outcome == "changed" else old.window_entries
    if history.since_last is None or history.since_last <= timedelta(0):
        return replace(old, window_entries=window)
    days = history.since_last / timedelta(days=1)
    new = float(max(history.entries - history.known, 0)) if history.outcome == "changed" else 0.0
    if gap:
        new *= GAP_FACTOR
    start = now.timestamp() - days * 86400
    awaited = expected(old, start, days)
    kept = math.exp(-days / MEMORY_DAYS)
    own_fault = gap and days * 86400 <= OWN_FAULT * old.interval_seconds
    doubt, unread = doubted(history, old, days, new)
    return Pace(
        interval_seconds=old.interval_seconds,
        stories=old.stories * kept + new,
        days=old.days * kept + days,
        scatter=scatter_after(old, awaited, new),
        surge=surge_after(old, days, new),
        window_entries=window,
        sheds=_sheds(history, old, new),
        caution=_cautious(old.caution, days, doubled=own_fault),
        unread_days=unread,
        doubt=doubt,
        profile=profile_after(old, start, days, awaited, new),
    )


def _sheds(history: FeedHistory, old: Pace, new: float) -> bool:
    """True of a list that got shorter; False again of one that took in new entries and kept its length."""
    if history.outcome != "changed" or history.entries > old.window_entries:
        return old.sheds
    return history.entries < old.window_entries or (old.sheds and not new)


def _cautious(caution: float, days: float, *, doubled: bool) -> float:
    calmer = 1 + (caution - 1) * math.exp(-days / CAUTION_DAYS)
    return min(calmer * 2, CAUTION_MOST) if doubled else calmer
