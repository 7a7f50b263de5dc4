"""What a publisher and its server ask for: how long to stay away, and when.

A publisher's wishes (``ttl``, ``sy:updatePeriod``, freshness, ``skipHours``, ``skipDays``) are kept up to a cap
and as long as the document bears it. A server's orders (``Retry-After``, a host that wants to be left alone) are
kept whether stories are lost or not: a refusal is never evaded.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.poll.feedhistory import FeedHistory

WISH_CAP = timedelta(hours=12)
"""The longest wait that a ``ttl``, a period or a freshness is granted. Caching headers of a year stand on feeds that
change by the hour (FreshRSS#8928: "stale for days"); with this cap a story is found on its own day."""
ORDER_CAP = timedelta(hours=24)
"""The longest wait that one ``Retry-After`` gets, as at Media Cloud: a date in 2041 is no order, but a fault."""
HOST_CAP = timedelta(days=7)
"""The longest that a host's whole silence is believed: a clock that runs wrong must not lose the feed."""
SKIP_CAP = timedelta(days=3)
"""A long weekend: what skipped days and hours may add up to before they are not believed."""
SPREAD = timedelta(minutes=10)
"""Those whom the same hour frees (a host's order, the end of a skipped night) come within so long, not at once."""


def wished(history: FeedHistory) -> timedelta:
    """How long the publisher wants the document kept: the longest of its wishes, 0 to ``WISH_CAP``.

    >>> wished(FeedHistory("f", ttl_minutes=60, fresh_seconds=300.0))
    datetime.timedelta(seconds=3600)
    """
    minutes = max(history.ttl_minutes or 0, history.update_minutes or 0)
    seconds = max(minutes * 60.0, history.fresh_seconds or 0.0)
    return timedelta(seconds=min(seconds, WISH_CAP.total_seconds()))


def ordered(history: FeedHistory, now: datetime, fraction: float) -> datetime:
    """The instant before which the server refuses to be asked again; ``now`` where it said nothing.

    ``fraction`` is the feed's own, 0 up to 1, and spreads the feeds of one host after the host's hour.
    """
    seconds = min(max(history.retry_after_seconds or 0.0, 0.0), ORDER_CAP.total_seconds())
    until = now + timedelta(seconds=seconds)
    if history.host_free_at is not None and history.host_free_at > now:
        until = max(until, min(history.host_free_at, now + HOST_CAP) + SPREAD * fraction)
    return until


def past_skipped(history: FeedHistory, due: datetime, fraction: float) -> datetime:
    """``due``, or soon after the end of the skipped hours and days that it falls into.

    Where everything is skipped (all 24 hours, all 7 days, or more than ``SKIP_CAP`` on end) nothing is. What is due
    soon after the end joins those that were kept until then: who is due later is never asked sooner.
    """
    hours, days = history.skip_hours, history.skip_days
    if not hours and not days:
        return due
    spread = SPREAD * fraction
    begin = due if due.hour in hours or due.weekday() in days else due - spread
    at = begin
    while at.hour in hours or at.weekday() in days:
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if at - due > SKIP_CAP:
            return due
    return due if at == begin else at + spread
