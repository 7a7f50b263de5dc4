"""Which hours are still being served. It imports nothing: a scheduler's task that plans a run asks it alone."""

from __future__ import annotations

from datetime import datetime, timedelta


def is_newest(window_end: datetime, now: datetime, length: timedelta) -> bool:
    """True for the newest complete window: only that one's feeds are still being served.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> is_newest(noon, noon + timedelta(minutes=5), timedelta(hours=1))
    True
    >>> is_newest(noon, noon + timedelta(hours=2), timedelta(hours=1))
    False
    """
    return window_end <= now < window_end + length
