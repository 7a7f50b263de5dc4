"""How long a feed may be left alone, by its pace: until stories have waited too long, or too many have come."""

from __future__ import annotations

import math
from typing import NamedTuple

from pipeline.poll.pace import HOURS, PRIOR_STORIES, SURGE_DAYS, Pace, stretches

PATIENCE_DAYS = 120 / 1440
"""A request is worth two hours of waiting: one story that waits so long, or five that wait 24 minutes each.

At a steady rate the wait is then ``√(2 × PATIENCE / rate)``, the square root at which requests and waiting cost
least together: 26 minutes at 500 stories a day, two hours at 24, ten at one. The price was set so that a mix
of 2,000 feeds takes a third of an hourly schedule's requests (``docs/polling.md``)."""
TURNED_OVER = 0.5
"""The share of a document that may be new at the next poll: one poll may then fail, and nothing is lost."""
DEVIATIONS = 1.5
"""That share is kept in all but one poll in fifteen, and not only in the mean."""
LONGEST_DAYS = 2.0
"""No living feed is left alone for longer, however quiet: the trade at the slow end. At one story a month it is found
after a day in the mean. A poll a week would save 11 requests a month and make that three and a half days; a poll a
day would cost 15 more and make it half a day."""
SHEDDING_DAYS = 10 / 24
"""The same for a feed whose entries go by themselves. Most such lists hold the last 24 hours: read twice in them."""
SHEDDING_ENTRIES = 20
"""Such a list has room for so many at least, however few it shows at night."""
LEARNING_DAYS = 2 / 24
"""The same, whoever wishes more, until a whole day has been seen: the night does not show what the morning brings."""


class Horizons(NamedTuple):
    """Days from now; ``due`` is never after ``safe``."""

    due: float
    """When the stories expected by then have waited ``PATIENCE_DAYS`` together."""
    safe: float
    """When more than ``TURNED_OVER`` of the document may be new: what nobody's wish may outlast."""


def horizons(pace: Pace, start: float) -> Horizons:
    """How long the feed may wait from ``start`` (POSIX seconds), and how long at most.

    >>> steady = Pace(stories=240.0, days=10.0, scatter=1.0, window_entries=50)
    >>> due, safe = horizons(steady, 0.0)
    >>> round(due * 24, 1), round(safe * 24, 1)
    (2.0, 18.3)
    """
    ceiling = _ceiling(pace)
    limit = may_come(pace)
    rate, profile = pace.stories_a_day, pace.profile
    contagion = 1 - pace.scatter**-0.5
    come = waited = at = 0.0
    due = None
    for hour, day, length in stretches(start, ceiling):
        speed = rate * profile[hour] * profile[HOURS + day]
        speed += contagion * max(pace.surge - speed, 0.0) * math.exp(-(at + length / 2) / SURGE_DAYS)
        more = speed * length
        waiting = waited + (come + more / 2) * length
        if due is None and waiting >= PATIENCE_DAYS:
            due = at + (math.sqrt(come * come + 2 * speed * (PATIENCE_DAYS - waited)) - come) / speed
        if come + more >= limit:
            safe = at + (limit - come) / speed
            return Horizons(min(due or safe, safe), safe)
        at, come, waited = at + length, come + more, waiting
    return Horizons(due or ceiling, ceiling)


def may_come(pace: Pace) -> float:
    """The mean number of new stories at which their high quantile fills the share that may be new.

    The count's variance is that of its scatter and that of the mean itself, which is known only so far; the
    quantile ``m + z √(scatter m + m² / known)`` is set equal to the share and solved for ``m``.

    >>> round(may_come(Pace(stories=240.0, days=10.0, scatter=1.0, window_entries=50)), 1)
    18.3
    """
    room = max(pace.window_entries, SHEDDING_ENTRIES) if pace.sheds else pace.window_entries
    share = max(room * TURNED_OVER, 1.0) / pace.caution
    squared = DEVIATIONS * DEVIATIONS
    b = 2 * share + squared * pace.scatter
    a = 1 - squared / (pace.stories + PRIOR_STORIES)
    return 2 * share * share / (b + math.sqrt(b * b - 4 * a * share * share))


def _ceiling(pace: Pace) -> float:
    if pace.days < 1:
        return LEARNING_DAYS
    return SHEDDING_DAYS / pace.caution if pace.sheds else LONGEST_DAYS
