"""A rule in a world: every poll as it would have gone, and what was found when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from tests.simulation.rules import Rule, Seen
from tests.simulation.world import DAY, HOUR, START, TAIL_DAYS, SimulatedFeed, Spell


@dataclass(slots=True)
class Polled:
    """One feed under one rule."""

    requests: int = 0
    """In the counted days."""
    bodies: int = 0
    """Of those, requests that were answered with a document."""
    gaps: int = 0
    """Polls before which stories of the simulated time were lost."""
    alarms: int = 0
    alarmed_gaps: int = 0
    finds: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """How often each counted story was found new."""
    delays: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """Seconds from a counted story's publication to its first find; NaN: never."""


def poll_through(feed: SimulatedFeed, rule: Rule, days: int) -> Polled:
    """Polls the feed by the rule until every counted story had its chance."""
    polled = Polled()
    finds = bytearray(len(feed.arrivals))
    found_at = [0.0] * len(feed.arrivals)
    first_after, counted_end, end = feed.counted.start, START + days * DAY, START + (days + TAIL_DAYS) * DAY
    at, memory, in_full = rule.first(feed, START), None, False
    read_to: int | None = None
    read_at, body = -1.0, (-1, -1)
    while at < end:
        fault = _fault(feed.spells, at)
        document = feed.shown(at)
        is_asked_if_changed = rule.is_conditional and not in_full and read_to is not None
        since = at - read_at if read_at >= 0 else None
        counts = at < counted_end
        polled.requests += counts
        if fault is not None and (fault.reason != "false_304"):
            seen = Seen(at, "failed", 0, 0, since, fault.reason, fault.status, fault.retry_after)
        elif is_asked_if_changed and (fault is not None or document == body):
            seen, read_at = Seen(at, "unchanged", 0, 0, since, None, 304, None), at
        else:
            polled.bodies += counts
            start, stop = document
            unread = start if read_to is None else max(start, read_to)
            lost = read_to is not None and start > read_to and start > first_after
            for story in range(unread, stop):
                finds[story] += 1
                found_at[story] = at
            outcome = "unchanged" if document == body else "changed"
            shows = stop - start if outcome == "changed" else 0
            seen = Seen(at, outcome, shows, stop - unread, since, None, 200, None)
            read_to, read_at, body = max(stop, read_to or 0), at, document
            polled.gaps += lost
        answer = rule.after(feed, seen, memory)
        if answer.is_gap:
            polled.alarms += 1
        polled.alarmed_gaps += seen.status == 200 and answer.is_gap and lost
        at, memory, in_full = answer.at, answer.memory, answer.in_full
    counted = slice(feed.counted.start, feed.counted.stop)
    polled.finds = np.frombuffer(finds, np.uint8)[counted].copy()
    delays = np.array(found_at[counted]) - np.array(feed.arrivals[counted])
    polled.delays = np.where(polled.finds > 0, delays, np.nan)
    return polled


def _fault(spells: list[Spell], at: float) -> Spell | None:
    found = None
    for spell in spells:
        if spell.start > at:
            break
        # A false 304 is told by a server that answers: any other fault hides it.
        if at < spell.end and (found is None or found.reason == "false_304"):
            found = spell
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rule's figures over a world."""

    rule: str
    requests: int
    bodies: int
    eligible: int
    """Stories that the reference would have seen, of feeds with room for all."""
    found: int
    """Those of them that were found."""
    twice: int
    """Counted stories that were found new more than once, eligible or not."""
    median_minutes: float
    p90_minutes: float
    by_rate: tuple[tuple[float, float], ...]
    """For the feeds up to 2, 20, 200 and 500 stories a day: share found, median delay in minutes."""
    gaps: int
    alarmed_gaps: int
    alarms: int

    @property
    def share(self) -> float:
        return self.found / self.eligible


def simulate(feeds: Iterable[SimulatedFeed], rule: Rule, days: int) -> Outcome:
    """The figures of ``rule`` over the feeds."""
    all_polled = [(feed, poll_through(feed, rule, days)) for feed in feeds]
    classes: list[list[np.ndarray]] = [[], [], [], []]
    for feed, polled in all_polled:
        classes[sum(feed.rate > most for most in (2, 20, 200))].append(polled.delays[feed.eligible])
    by_class = [np.concatenate(delays) if delays else np.zeros(0) for delays in classes]
    delays = np.concatenate(by_class)
    found = delays[~np.isnan(delays)]
    return Outcome(
        rule=rule.name,
        requests=sum(polled.requests for _, polled in all_polled),
        bodies=sum(polled.bodies for _, polled in all_polled),
        eligible=delays.size,
        found=found.size,
        twice=sum(int((polled.finds > 1).sum()) for _, polled in all_polled),
        median_minutes=float(np.median(found)) / 60,
        p90_minutes=float(np.quantile(found, 0.9)) / 60,
        by_rate=tuple(_class(one) for one in by_class),
        gaps=sum(polled.gaps for _, polled in all_polled),
        alarmed_gaps=sum(polled.alarmed_gaps for _, polled in all_polled),
        alarms=sum(polled.alarms for _, polled in all_polled),
    )


def _class(delays: np.ndarray) -> tuple[float, float]:
    found = delays[~np.isnan(delays)]
    return (found.size / delays.size, float(np.median(found)) / 60) if found.size else (1.0, 0.0)


def requests_of_an_hourly_schedule(feeds: int, days: int) -> int:
    """What every share of requests is measured by."""
    return int(feeds * days * DAY / HOUR)
