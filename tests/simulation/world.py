"""Feeds that never were: when their stories come, what their documents show, how their servers misbehave.

Everything is drawn from one seed before any rule runs, so every rule meets the same stories and the same faults
at the same instants, and what could have been found is computed and not assumed.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
START = 1_790_553_600.0
"""Monday 28 September 2026, 00:00 UTC."""
TAIL_DAYS = 4
"""What is published in the counted days may be found for so long after them; polls there are not counted."""
PAST_DAYS = 400
REFERENCE = 10 * MINUTE
"""The poller that sees what can be seen: what it would have found is what is asked for."""

MIX = ((0.60, 1 / 30, 2.0), (0.30, 2.0, 20.0), (0.09, 20.0, 200.0), (0.01, 200.0, 500.0))
"""Share of the feeds, and the stories a day between which their rates lie, evenly over the logarithm."""
ZONES = (-8, -5, -5, -3, 0, 1, 1, 1, 2, 3, 5.5, 8, 9, 10)
_BY_HOUR = "25 15 10 10 20 50 90 130 160 180 180 170 160 160 160 150 150 150 130 110 90 70 50 35"
NEWSROOM = np.array(_BY_HOUR.split(), float)
"""Stories over the hours of a newsroom's own day, in parts."""

KINDS = (("calm", 0.45), ("bursty", 0.30), ("breaking", 0.10), ("batches", 0.15))
"""calm: chance alone. bursty: every tenth story draws four more. breaking: every fiftieth draws fifteen more, within
an hour or so. batches: two to six at the same minute, as from an editor who publishes what has piled up."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a server does not answer as it should."""

    start: float
    end: float
    reason: str
    """``Failure.reason``, or ``false_304``."""
    status: int | None = None
    retry_after: float | None = None


@dataclass(slots=True)
class SimulatedFeed:
    """One feed: instants are POSIX seconds, stories are numbered in the order in which they appear."""

    name: str
    rate: float
    kind: str
    arrivals: list[float]
    window: int
    """Entries shown; 0: those of the last 24 hours."""
    spells: list[Spell] = field(default_factory=list)
    ttl_minutes: int | None = None
    update_minutes: int | None = None
    fresh_seconds: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    counted: range = range(0)
    """The stories of the counted days."""
    eligible: np.ndarray | None = None
    """For each of them: True where the reference would have seen it, in a feed where it misses none for lack of room."""

    def shown(self, at: float) -> tuple[int, int]:
        """The document at ``at``: its first story, and the one after its last."""
        end = bisect_right(self.arrivals, at)
        start = end - self.window if self.window else bisect_right(self.arrivals, at - DAY)
        return max(start, 0), end


def world(seed: int, feeds: int, days: int) -> list[SimulatedFeed]:
    """The feeds of a seed, in the proportions of ``MIX``, with their truth."""
    dice = np.random.default_rng(seed)
    made = []
    for number in range(feeds):
        rate = _rate((number + 0.5) / feeds, dice)
        made.append(_feed(f"{seed}-{number}", rate, days, np.random.default_rng([seed, number])))
    return made


def _rate(place: float, dice: np.random.Generator) -> float:
    for share, least, most in MIX:
        if place < share:
            return float(np.exp(dice.uniform(math.log(least), math.log(most))))
        place -= share
    return MIX[-1][2]


def _feed(name: str, rate: float, days: int, dice: np.random.Generator) -> SimulatedFeed:
    kind = str(dice.choice([name for name, _ in KINDS], p=[share for _, share in KINDS]))
    # One feed in ten lists the last 24 hours; the others the newest 5 to 100, 10 and 20 and 50 more often than most.
    window = 0 if dice.random() < 0.1 else round(math.exp(dice.uniform(math.log(5), math.log(100))))
    if window and dice.random() < 0.4:
        window = int(dice.choice([10, 15, 20, 25, 30, 50, 100]))
    past = min(PAST_DAYS, 3 + 3 * max(window, 1) / rate)
    start, end = START - past * DAY, START + (days + TAIL_DAYS) * DAY
    arrivals = _arrivals(rate, kind, start, end, dice)
    feed = SimulatedFeed(name, rate, kind, arrivals.tolist(), window)
    feed.spells = _spells(START, end, dice)
    _declare(feed, dice)
    first, last = np.searchsorted(arrivals, [START, START + days * DAY])
    feed.counted = range(int(first), int(last))
    feed.eligible = _eligible(feed, arrivals, end)
    return feed


def _arrivals(rate: float, kind: str, start: float, end: float, dice: np.random.Generator) -> np.ndarray:
    """Instants of publication: the newsroom's day in its zone, a quieter weekend, and what a burst adds."""
    followers, odds = {"calm": (0, 0), "bursty": (4, 0.1), "breaking": (15, 0.02), "batches": (3, 1)}[kind]
    zone = float(dice.choice(ZONES)) * HOUR
    depth = dice.uniform(0.3, 1.0)  # an agency works at night as well
    shape = 1 + depth * (NEWSROOM / NEWSROOM.mean() - 1)
    weekend = dice.uniform(0.3, 1.0)
    free = (4, 5) if dice.random() < 0.1 else (5, 6)
    week = np.repeat([weekend if day in free else 1.0 for day in range(7)], 24) * np.tile(shape, 7)
    week /= week.mean()
    leads = rate / (1 + followers * odds)
    grid = np.arange(start, end, HOUR)
    place = ((grid + zone) // HOUR + 3 * 24).astype(int) % (7 * 24)
    counts = dice.poisson(leads / 24 * week[place])
    first = np.repeat(grid, counts) + dice.uniform(0, HOUR, counts.sum())
    drawn = dice.random(first.size) < odds
    more = dice.integers(1, 6, first.size) if kind == "batches" else dice.poisson(followers, first.size)
    more = np.where(drawn, more, 0)
    lag = MINUTE if kind == "batches" else (40 if kind == "breaking" else 60) * MINUTE
    after = np.repeat(first, more) + dice.exponential(lag, more.sum())
    instants = np.concatenate([first, after])
    return np.sort(instants[instants < end])


def _spells(start: float, end: float, dice: np.random.Generator) -> list[Spell]:
    """One server in five misbehaves in one way or more; of spells that meet, the earlier one is what is seen."""
    made: list[Spell] = []
    days = (end - start) / DAY

    def strew(share: float, a_day: float, mean: float, *kinds: tuple[str, int | None]) -> None:
        if dice.random() < share:
            for at in dice.uniform(start, end, dice.poisson(a_day * days)):
                reason, status = kinds[int(dice.integers(len(kinds)))]
                wait = float(dice.choice([300, 600, 1800, 3600])) if status == 429 else None
                made.append(Spell(float(at), float(at + dice.exponential(mean)), reason, status, wait))

    strew(0.06, 0.3, 2 * HOUR, ("http_503", 503), ("http_500", 500), ("http_502", 502))
    strew(0.03, 0.2, 3 * HOUR, ("http_429", 429))
    strew(0.05, 3.0, 10 * MINUTE, ("timeout", None), ("reset", None))
    strew(0.03, 0.05, 8 * HOUR, ("dns", None), ("tls", None), ("http_404", 404), ("http_403", 403))
    strew(0.02, 0.05, 1.5 * DAY, ("false_304", None))
    if dice.random() < 0.04:
        at = float(dice.uniform(start, end))
        made.append(Spell(at, at + float(dice.uniform(2, 10)) * DAY, *_away(dice)))
    if dice.random() < 0.01:
        made.append(Spell(float(dice.uniform(start, end)), math.inf, *_away(dice)))
    if dice.random() < 0.01:
        made.append(Spell(-math.inf, math.inf, "false_304"))
    return sorted(made, key=lambda spell: spell.start)


def _away(dice: np.random.Generator) -> tuple[str, int | None]:
    return [("dns", None), ("connect", None), ("http_404", 404), ("http_500", 500)][int(dice.integers(4))]


def _declare(feed: SimulatedFeed, dice: np.random.Generator) -> None:
    """What the document and its headers claim, true or not."""
    feed.ttl_minutes = _drawn(dice, (0.12, 60), (0.04, 30), (0.03, 5), (0.03, 1440), (0.01, 100_000))
    feed.update_minutes = _drawn(dice, (0.25, 60), (0.02, 1440))
    feed.fresh_seconds = _drawn(
        dice, (0.2, 300), (0.05, 600), (0.05, 3600), (0.03, 86_400), (0.01, 31_536_000)
    )
    if dice.random() < 0.02:
        begins = int(dice.integers(24))
        feed.skip_hours = frozenset((begins + hour) % 24 for hour in range(7))
    if dice.random() < 0.01:
        feed.skip_days = frozenset({5, 6})


def _drawn(dice: np.random.Generator, *choices: tuple[float, int]) -> int | None:
    place = dice.random()
    for share, value in choices:
        if place < share:
            return value
        place -= share
    return None


def _eligible(feed: SimulatedFeed, arrivals: np.ndarray, end: float) -> np.ndarray:
    """For each counted story whether a poll every 10 minutes would have seen it; none of a feed without room."""
    grid = np.arange(START, end, REFERENCE)
    first, last = feed.counted.start, feed.counted.stop
    came = arrivals[first:last]
    if feed.window:
        behind = np.arange(first, last) + feed.window
        gone = np.where(behind < arrivals.size, arrivals[np.minimum(behind, arrivals.size - 1)], np.inf)
    else:
        gone = came + DAY
    ask = np.searchsorted(grid, came)
    if not came.size or not (_at(grid, ask) < gone).all():
        return np.zeros(came.size, bool)
    answered = np.ones(grid.size, bool)
    for spell in feed.spells:
        if spell.reason != "false_304":
            answered[slice(*np.searchsorted(grid, [spell.start, spell.end]))] = False
    # The next poll that is answered, from each place in the grid.
    places = np.where(answered, np.arange(grid.size), grid.size)
    upcoming = np.append(np.minimum.accumulate(places[::-1])[::-1], grid.size)
    return _at(grid, upcoming[ask]) < gone


def _at(grid: np.ndarray, places: np.ndarray | Sequence[int]) -> np.ndarray:
    return np.append(grid, np.inf)[places]
