"""What a feed's polls have taught of its pace: how often stories come, when, and how much in bursts.

Between two polls a feed is a counting process that is seen only as counts: ``n`` new stories since the
last read. Kept are its mean, with the decayed number of stories and days that it rests on; its shape over the
hours of the day and the days of the week; how much more the counts scatter than chance alone would have
them; and the speed of the last hours. Each is a sum that forgets, so a poll costs the same whatever came before.

The model behind it is the one of self-exciting arrivals (Hawkes, Biometrika 58, 1971): a story makes others
likelier for a while. Its index of dispersion is ``1 / (1 - h)²``, ``h`` the share of stories that others have
caused, so the scatter of the counts tells how much of a burst to expect to go on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

HOURS, WEEKDAYS = 24, 7
FLAT = (1.0,) * (HOURS + WEEKDAYS)
"""The profile of a feed of which nothing is known: as much in every hour and on every day."""

MEMORY_DAYS = 20.0
"""Evidence fades by 1/e in that time: two weekends are remembered, a publisher's new habit counts in a month."""
PRIOR_STORIES = 0.5
"""Jeffreys' prior of a rate: half a story before the first is seen."""
PRIOR_DAYS = 0.0025
"""With it the rate at first sight is 200 stories a day, the busiest that are common: a short list is read again
after a quarter of an hour. One look without news, and the prior is outweighed."""
PROFILE_STORIES = 10.0
"""Expected stories for which a weight of 1 counts before the first is seen: one story at night makes no busy night."""
HOUR_TURNS, WEEKDAY_TURNS = 3.0, 2.0
"""How many turns of its hour, or of its weekday, a weight remembers besides: three days, two weeks. One lively
morning is then no rule, and a publisher's new habit counts within the week."""
SCATTER_STORIES = 50.0
"""Expected stories that the scatter remembers: a mean of squares needs more of them than a mean."""
PROFILE_FROM = 0.3
"""Stories a day below which no profile is learned: it would be made of single stories."""
LONGEST_LESSON_DAYS = 3.0
"""A longer stretch between two reads (an outage) says nothing of hours and days."""
SURGE_DAYS = 2 / 24
"""How long a burst lasts: news breaks for an hour or a few."""
GAP_FACTOR = 2.0
"""A document without overlap held at least its length in new stories; how many more went by is unknown."""
_LEAST, _MOST = 0.15, 8.0
_SCATTER_MOST = 25.0
_SECONDS_A_DAY = 86400.0
_THURSDAY = 3
"""The weekday of 1 January 1970, Monday 0."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The learned state of a feed, as the ledger keeps it between two polls: plain numbers."""

    interval_seconds: float = 0.0
    """The wait that was planned after the latest success, the server's orders apart. A gap after so long is its fault."""
    stories: float = 0.0
    """New stories seen, those of ``MEMORY_DAYS`` ago counting 1/e."""
    days: float = 0.0
    """Days watched, faded in the same way."""
    scatter: float = 2.0
    """Variance of the counts by their mean: 1 is pure chance, more are bursts. The start is a mild burst."""
    surge: float = 0.0
    """Stories a day as of the last hours."""
    window_entries: int = 0
    """Entries in the latest document that was read."""
    sheds: bool = False
    """True: entries were seen to leave that no newer one had pushed out, as from a list of the last 24 hours."""
    caution: float = 1.0
    """By how much the margin is narrowed since stories were lost; 1: none were lately."""
    unread_days: float = 0.0
    """Time since a body was read: before it every answer was "not modified"."""
    doubt: float = -3.0
    """Log odds that the server says "not modified" of a changed document. One feed in twenty, to start with."""
    asked_in_full: bool = False
    """True: the request that is due sends no validators."""
    profile: tuple[float, ...] = FLAT
    """Weights of the 24 hours of the day and the 7 days of the week (Monday first), UTC; 1 is the mean."""

    @property
    def stories_a_day(self) -> float:
        """The mean rate: of the Gamma posterior over what was counted."""
        return (self.stories + PRIOR_STORIES) / (self.days + PRIOR_DAYS)

    def as_row(self) -> dict[str, Any]:
        """Column names and values: float, int, bool, and a list of 31 floats under ``profile``.

        >>> Pace.of_row(Pace(stories=3.0).as_row()) == Pace(stories=3.0)
        True
        """
        row = {name: getattr(self, name) for name in _NAMES}
        return row | {"profile": list(self.profile)}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Pace | None:
        """The pace in a row that has the columns of ``as_row`` among others; None where they are NULL or absent."""
        if row.get("stories") is None:
            return None
        values = {name: row[name] for name in _NAMES}
        return cls(**(values | {"profile": tuple(values["profile"])}))


_NAMES = tuple(one.name for one in fields(Pace))


def stretches(start: float, days: float) -> Iterator[tuple[int, int, float]]:
    """Hour of the day, weekday and length in days of each piece of ``days`` from ``start`` (POSIX seconds).

    >>> [(hour, day, round(length * 24, 2)) for hour, day, length in stretches(1800.0, 1 / 24)]
    [(0, 3, 0.5), (1, 3, 0.5)]
    """
    hours = start / 3600
    hour, left, first = int(hours), days, (1 - hours % 1) / 24
    length = min(first, left)
    while left > 0:
        yield hour % HOURS, (hour // HOURS + _THURSDAY) % WEEKDAYS, length
        hour, left = hour + 1, left - length
        length = min(1 / 24, left)


def expected(pace: Pace, start: float, days: float) -> float:
    """Stories that the profile expects in ``days`` from ``start`` (POSIX seconds), bursts apart."""
    profile, rate = pace.profile, pace.stories_a_day
    if profile is FLAT or days > LONGEST_LESSON_DAYS:
        return rate * days
    return rate * sum(
        profile[hour] * profile[HOURS + day] * length for hour, day, length in stretches(start, days)
    )


def surge_after(pace: Pace, days: float, new: float) -> float:
    """Stories a day of the last hours: an exponential mean over time, the ``new`` spread evenly over ``days``."""
    kept = math.exp(-days / SURGE_DAYS)
    return pace.surge * kept + new / days * (1 - kept)


def scatter_after(pace: Pace, awaited: float, new: float) -> float:
    """The index of dispersion with one count more.

    Only an excess is counted, twice over, so that fewer stories never look like more scatter.
    """
    excess = max(new - awaited, 0.0)
    seen = (SCATTER_STORIES * pace.scatter + 2 * excess * excess) / (SCATTER_STORIES + awaited)
    return min(max(seen, 1.0), _SCATTER_MOST)


def profile_after(pace: Pace, start: float, days: float, awaited: float, new: float) -> tuple[float, ...]:
    """The weights with one count more, which is shared out as the weights before would have it."""
    if days > LONGEST_LESSON_DAYS or not awaited or pace.stories_a_day < PROFILE_FROM:
        return pace.profile
    rate, old, profile = pace.stories_a_day, pace.profile, list(pace.profile)
    surprise = new / awaited
    strength = PROFILE_STORIES + HOUR_TURNS * rate / HOURS
    by_day = [0.0] * WEEKDAYS
    for hour, day, length in stretches(start, days):
        share = rate * old[HOURS + day] * length
        _move(profile, hour, share, strength, surprise)
        by_day[day] += rate * old[hour] * length
    strength = PROFILE_STORIES + WEEKDAY_TURNS * rate
    for day, share in enumerate(by_day):
        if share:
            _move(profile, HOURS + day, share, strength, surprise)
    return tuple(profile)


def _move(profile: list[float], place: int, share: float, strength: float, surprise: float) -> None:
    """A Gamma posterior of fixed strength: ``share`` stories were due at weight 1, ``surprise`` times the weight came."""
    weight = profile[place] * (strength + share * surprise) / (strength + share)
    profile[place] = min(max(weight, _LEAST), _MOST)
