"""What a feed asks of those who poll it, as its elements print it.

Sources: RSS 2.0 and 0.91 (rssboard.org), the syndication module of RSS 1.0 (web.resource.org).
"""

from __future__ import annotations

from collections.abc import Iterable

_PERIOD_MINUTES = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {form: number for number, name in enumerate(_WEEK) for form in (name, name[:3])}


def ttl_minutes(stated: str | None) -> int | None:
    """RSS 2.0's ``ttl``; None: the feed asks for nothing that could be meant.

    >>> ttl_minutes("60"), ttl_minutes("0"), ttl_minutes("an hour")
    (60, None, None)
    """
    return int(stated[:9]) if stated and stated.isdecimal() and int(stated[:9]) > 0 else None


def update_minutes(period: str | None, times: str | None) -> int | None:
    """The period of the syndication module (web.resource.org/rss/1.0/modules/syndication) divided by its frequency.

    >>> update_minutes("daily", "24"), update_minutes("Hourly", None), update_minutes("daily", "0")
    (60, 60, None)
    """
    minutes = _PERIOD_MINUTES.get((period or "").lower())
    times = times or "1"
    if minutes is None or not times.isdecimal() or int(times[:9]) == 0:
        return None
    return max(1, minutes // int(times[:9]))


def skipped_hours(stated: Iterable[str]) -> frozenset[int]:
    """Hours from 0 to 23 of ``skipHours``; in RSS 0.91 they ran from 1 to 24, and 24 is midnight.

    >>> sorted(skipped_hours(["3", "24", "07", "25", "noon"]))
    [0, 3, 7]
    """
    return frozenset(int(hour) % 24 for hour in stated if hour.isdecimal() and int(hour[:9]) <= 24)


def skipped_days(stated: Iterable[str]) -> frozenset[int]:
    """Days of ``skipDays``, Monday 0, from their English names in any case or their first three letters.

    >>> sorted(skipped_days(["SUNDAY", "mon", "Someday"]))
    [0, 6]
    """
    return frozenset(_DAYS[name] for name in (day.lower() for day in stated) if name in _DAYS)
