"""A token stream with the dates and the clocks that were found in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from operator import attrgetter

from pipeline.dateline import clocks
from pipeline.dateline.clocks import ClockMatch
from pipeline.dateline.dates import DateMatch
from pipeline.dateline.folding import fold
from pipeline.dateline.lexing import Token
from pipeline.dateline.names import CLOCK_LEADS, MILITARY_LEADS
from pipeline.dateline.printed_zone import ZoneMatch, zone_at

_RANGE = re.compile(r"[ZzAu]?f?[-r]f?|[ZzAu]?f{1,2}")
_HARDLY = re.compile("[,|W]{0,3}")
"""What may stand between a date and the ``21.57`` behind it."""
_YEAR_FIRST = frozenset(("ymd", "compact"))


@dataclass(slots=True)
class Line:
    """A token stream while it is being read."""

    stream: list[Token]
    kinds: str
    dates: list[DateMatch]
    iso: bool
    clocks: list[ClockMatch]
    starts: list[int]
    """Of the clocks."""
    ranges: set[int]
    """Starts of clocks that open or close a range: opening hours, events."""
    used: set[int]
    """Starts of clocks that belong to a date already."""

    def clocks_between(self, start: int, end: int) -> list[ClockMatch]:
        """The clocks that begin from ``start`` on and before ``end``, found by bisection."""
        low = bisect_left(self.starts, start)
        return self.clocks[low : bisect_left(self.starts, end, low)]

    def zone_at(self, at: int) -> ZoneMatch | None:
        return zone_at(self.stream, self.kinds, at, iso=self.iso)


def line_of(stream: list[Token], kinds: str, dates: list[DateMatch]) -> Line:
    """The line of a token stream with its class string and its dates; the clocks are looked for here."""
    iso = "t" in kinds or not _YEAR_FIRST.isdisjoint([one.form for one in dates])
    line = Line(stream, kinds, dates, iso, [], [], set(), set())
    _find_clocks(line)
    return line


def _find_clocks(line: Line) -> None:
    """Fill ``clocks`` and ``ranges``; tokens of dates and offsets are no clocks."""
    masked = [line.kinds[: line.dates[0].start] if line.dates else line.kinds]
    for at, one in enumerate(line.dates):
        behind = line.dates[at + 1].start if at + 1 < len(line.dates) else None
        masked += ("#" * (one.end - one.start), line.kinds[one.end : behind])
    zone_end = 0
    for start, end, form in clocks.spans("".join(masked)):
        if start < zone_end:
            continue
        clock = clocks.read_clock(line.stream, start, end, form)
        if clock.form == "word" and clock.clock is None:
            continue  # German "am 13. Mai"
        if clock.form == "dots" and not _dots_are_clock(clock, line):
            continue
        if clock.form == "military" and not _is_led(clock, line):
            continue
        if line.clocks and _RANGE.fullmatch(line.kinds[line.clocks[-1].end : clock.start]):
            line.ranges |= {line.clocks[-1].start, clock.start}
        line.clocks.append(clock)
        line.starts.append(start)
        zone = line.zone_at(clock.end)
        zone_end = zone.end if zone else 0


def _dots_are_clock(clock: ClockMatch, line: Line) -> bool:
    """Tell a clock from a number: "21.57" is one behind "um" or "kl", before "Uhr", "pm" or a zone, or behind a date."""
    first, dot, last = line.stream[clock.start : clock.start + 3]
    if first.end != dot.start or dot.end != last.start:
        return False
    if line.kinds[clock.end - 1] in "Au" or line.kinds[clock.end : clock.end + 1] == "Z":
        return True
    at = clock.start - 1
    at -= at > 0 and line.kinds[at] == "."
    if at >= 0 and fold(line.stream[at].text) in CLOCK_LEADS:
        return True
    before = bisect_left(line.dates, clock.start, key=attrgetter("start"))
    return before > 0 and bool(_HARDLY.fullmatch(line.kinds[line.dates[before - 1].end : clock.start]))


def _is_led(clock: ClockMatch, line: Line) -> bool:
    """True for four digits before a zone or "Uhr", or behind "kl"."""
    if line.kinds[clock.end - 1] == "u" or line.kinds[clock.end : clock.end + 1] == "Z":
        return True
    lead = line.stream[clock.start - 1 - (line.kinds[clock.start - 1] == ".")]
    return fold(lead.text) in MILITARY_LEADS
