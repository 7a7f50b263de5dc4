"""When a feed is polled next: a pure function of its history, its id and the clock.

The signal is overlap, the share of a document that was known before. It teaches the feed's pace (``pace``), from
which follows how long the feed may be left alone (``forecast``): until the stories that are expected have
waited long enough to be worth a request, and never until more than half of the document may be new. No overlap
at all, in a feed that was read before: entries have come and gone unseen between two polls. That is a gap; the
wait is cut at once and the margin is wider for weeks. What the publisher asks for (``wishes``) is granted within these
bounds, what its server orders always; failures (``failing``) make the wait longer and never endless.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.poll.doubt import wants_body
from pipeline.poll.failing import failed_wait, failure_weight
from pipeline.poll.feedhistory import FeedHistory, is_gap, overlap
from pipeline.poll.forecast import LONGEST_DAYS, horizons
from pipeline.poll.lessons import learned
from pipeline.poll.pace import Pace
from pipeline.poll.wishes import ordered, past_skipped, wished

__all__ = ["FeedHistory", "Pace", "Plan", "failure_weight", "is_gap", "next_poll", "overlap"]

FIRST = timedelta(hours=1)
"""New feeds are asked for the first time within so long, spread over it; one that never answered is tried at this pace."""
SHORTEST = timedelta(minutes=10)
"""No feed is asked more often by us, unless an operator says otherwise (``DATELINE_FEED_INTERVAL_SECONDS``)."""
LONGEST = timedelta(days=LONGEST_DAYS)
JITTER = 0.1
"""The largest share of the wait that is added, so that feeds registered together drift apart."""
PUSHED = timedelta(hours=24)
"""A pushed feed is read once a day, to see that its hub still delivers."""
CUT = 4
"""A gap cuts the wait to a quarter: a feed that turned over once may do so four times and be caught."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from a poll."""

    next_at: datetime
    """The feed is due from then on: aware, UTC."""
    pace: Pace | None
    """For the ledger to keep; None: the feed was never polled."""
    is_gap: bool
    """True: stories were surely or likely missed before this poll."""
    in_full: bool
    """True: the next request should carry no validators, so that a false "not modified" is found out."""


def next_poll(history: FeedHistory, *, now: datetime, shortest: timedelta = SHORTEST) -> Plan:
    """When the feed is due again, and what is known of its pace by now.

    Whatever happened, there is a next time: ``shortest`` to 2 days after ``now`` (UTC) where the feed answers, up
    to 7 days where it does not, 30 after "410 Gone". One never polled is due within the hour, at its own
    minute of it.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> first = next_poll(FeedHistory("f", "changed", entries=20), now=noon)
    >>> timedelta(minutes=10) < first.next_at - noon < timedelta(minutes=60)
    True
    """
    fraction = _fraction(history.feed_id)
    if history.outcome == "never":
        return Plan(now + FIRST * fraction, history.pace, is_gap=False, in_full=False)
    gap = is_gap(history)
    pace = learned(history, now, gap=gap)
    due, safe = (timedelta(days=days) for days in horizons(_careful(pace, history), now.timestamp()))
    own = min(safe, PUSHED) if history.is_pushed else due
    if gap and history.since_last is not None:
        own = min(own, history.since_last / CUT)
    own = max(own, shortest if pace.days or pace.window_entries else FIRST)
    wait = failed_wait(history, own) if history.outcome == "failed" else own
    if not gap:
        wait = max(wait, min(wished(history), max(safe, shortest)))
    at = now + max(wait * (1 + JITTER * fraction), shortest)
    later = at if gap else past_skipped(history, at, fraction)
    if later - now <= max(safe, wait) or safe >= LONGEST or history.outcome == "failed":
        at = later
    interval = pace.interval_seconds if history.outcome == "failed" else (at - now).total_seconds()
    pace = replace(pace, asked_in_full=wants_body(pace, own), interval_seconds=interval)
    return Plan(max(at, ordered(history, now, fraction)), pace, is_gap=gap, in_full=pace.asked_in_full)


def _careful(pace: Pace, history: FeedHistory) -> Pace:
    """The pace by which the next poll is planned: that a list keeps its entries after all is believed from then on.

    Its new entries say so, and news must never be the reason to wait longer.
    """
    was_shedding = history.pace is not None and history.pace.sheds
    return replace(pace, sheds=True) if was_shedding and not pace.sheds else pace


def _fraction(feed_id: str) -> float:
    """0 up to 1, always the same for a feed."""
    return int.from_bytes(hashlib.sha256(feed_id.encode()).digest()[:8]) / 2**64
