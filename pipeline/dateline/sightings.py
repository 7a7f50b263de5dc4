"""Dates, clocks and zones put together: what is printed beside what."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from pipeline.dateline import clocks
from pipeline.dateline.calendars import gregorian
from pipeline.dateline.clocks import ClockMatch
from pipeline.dateline.dates import DateMatch, Day, dates_in
from pipeline.dateline.folding import fold
from pipeline.dateline.lexing import Token, classes
from pipeline.dateline.names import CLOCK_LEADS
from pipeline.dateline.printed_zone import ZoneMatch, zone_at

_GAP = re.compile(r"[-,.|/:()'frWxtZ]*")
"""What may stand between a date and the clock behind it."""
_ZONE = r"(?:[ZzI]|Z?[-+](?:d[:.]d|Y|n|d))"
_BETWEEN = re.compile(rf"[,.|]?\(?(?:{_ZONE}\)?)?(?:[(/|,](?:d:d|Y)A?{_ZONE}\)?)?(?P<rest>[-,.|/:frxW()]*)")
"""What may stand between a clock and the date behind it: a zone, the same moment elsewhere, little else."""
_RANGE = re.compile(r"[ZzAuf]?f?[-r]f?")
_FARTHEST = 8
"""The cost of the widest gap between a date and its clock; an unknown word costs three."""
_MOST_WORDS = 40
"""Tokens of a text in which a weekday or "yesterday" can be the whole date."""


class Sighting(NamedTuple):
    """One date in the text with the clock and the zones printed beside it."""

    start: int
    end: int
    date: DateMatch | None
    clock: ClockMatch | None = None
    zone: ZoneMatch | None = None
    second: tuple[ClockMatch, ZoneMatch] | None = None
    """A second clock in brackets, in another zone."""
    weekday: int | None = None
    """Monday is 0."""
    relative: int | None = None
    """Days from the reference, for "yesterday 15:13"."""


@dataclass(slots=True)
class _Line:
    """A token stream while it is being read."""

    stream: list[Token]
    kinds: str
    dates: list[DateMatch]
    iso: bool
    clocks: list[ClockMatch]
    ranges: set[int]
    """Starts of clocks that open or close a range: opening hours, events."""
    used: set[int]
    """Starts of clocks that belong to a date already."""

    def clocks_between(self, start: int, end: int) -> list[ClockMatch]:
        """The clocks that begin from ``start`` on and before ``end``, found by bisection."""
        low = bisect_left(self.clocks, start, key=attrgetter("start"))
        return self.clocks[low : bisect_left(self.clocks, end, low, key=attrgetter("start"))]

    def zone_at(self, at: int) -> ZoneMatch | None:
        return zone_at(self.stream, self.kinds, at, iso=self.iso)


def sightings(stream: list[Token], *, persian: bool) -> Iterator[Sighting]:
    """Every date of the stream with its clock and zone; where none is printed, a weekday or "yesterday".

    ``persian``: numeric years of the 14th century are of the Persian calendar.
    """
    kinds = classes(stream)
    dates = list(dates_in(stream, kinds, persian=persian))
    iso = "t" in kinds or any(one.form in {"ymd", "compact"} for one in dates)
    line = _Line(stream, kinds, dates, iso, [], set(), set())
    _find_clocks(line)
    for at, one in enumerate(dates):
        before = dates[at - 1].end if at else 0
        behind = dates[at + 1].start if at + 1 < len(dates) else len(stream)
        clock = _clock_of(one, line, before, behind)
        if clock is None or clock.start not in line.ranges:
            yield _sighting(one, clock, line)
    if not dates and not line.ranges and len(stream) <= _MOST_WORDS:
        yield from _undated(line)


def _find_clocks(line: _Line) -> None:
    """Fill ``clocks`` and ``ranges``; tokens of dates and offsets are no clocks."""
    masked = list(line.kinds)
    for one in line.dates:
        masked[one.start : one.end] = "#" * (one.end - one.start)
    zone_end = 0
    for match in clocks.FORMS.finditer("".join(masked)):
        if match.start() < zone_end:
            continue
        clock = clocks.read_clock(match, line.stream)
        if clock.form == "word" and clock.clock is None:
            continue  # German "am 13. Mai"
        if clock.form == "dots" and not _dots_are_clock(clock, line):
            continue
        if line.clocks and _RANGE.fullmatch(line.kinds[line.clocks[-1].end : clock.start]):
            line.ranges |= {line.clocks[-1].start, clock.start}
        line.clocks.append(clock)
        zone = line.zone_at(clock.end)
        zone_end = zone.end if zone else 0


def _dots_are_clock(clock: ClockMatch, line: _Line) -> bool:
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
    return any(
        one.end <= clock.start and line.kinds[one.end : clock.start] in {"", ",", "|"} for one in line.dates
    )


def _clock_of(one: DateMatch, line: _Line, before: int, behind: int) -> ClockMatch | None:
    """The clock that belongs to a date: the nearer one of those behind and before it."""
    best: ClockMatch | None = None
    cost = _FARTHEST + 1
    follower = next((c for c in line.clocks_between(one.end, behind) if c.start not in line.used), None)
    if follower is not None:
        gap = line.kinds[one.end : follower.start]
        if gap.count("x") <= 2 and _GAP.fullmatch(gap):
            best, cost = follower, len(gap) + 2 * gap.count("x")
    for clock in reversed(line.clocks_between(before, one.start)):
        if clock.end > one.start or clock.start in line.used:
            continue
        found = _BETWEEN.fullmatch(line.kinds[clock.end : one.start])
        if found and len(found["rest"]) + 2 * found["rest"].count("x") < cost:
            best = clock
            cost = min(cost, len(found["rest"]) + 2 * found["rest"].count("x") + 1)
    return best if cost <= _FARTHEST else None


def _sighting(one: DateMatch, clock: ClockMatch | None, line: _Line) -> Sighting:
    weekday = _weekday(one, line)
    if clock is None:
        return Sighting(one.start, one.end, one, weekday=weekday)
    line.used.add(clock.start)
    zone = _zone_of(clock, one, line)
    end = max(one.end, clock.end, zone.end if zone else 0)
    start = min(one.start, clock.start, zone.start if zone else one.start)
    if line.kinds[end : end + 1] == "Y" and one.days and one.days[0].month_day:
        # ctime: "Nov 24 10:10:50 GMT-03:00 2020" has its year last.
        days = tuple(day for day in (_with_year(day, line.stream[end].number) for day in one.days) if day)
        one, end = one._replace(days=days), end + 1
    second = _second_clock(zone, line) if zone else None
    return Sighting(start, second[1].end if second else end, one, clock, zone, second, weekday)


def _with_year(day: Day, year: int) -> Day | None:
    found = gregorian("gregorian", year, *(day.month_day or (0, 0)))
    return Day(found) if found else None


def _weekday(one: DateMatch, line: _Line) -> int | None:
    """The weekday printed within or beside a date."""
    near: list[int] = [
        *range(one.start - 1, max(-1, one.start - 4), -1),
        *range(one.start, min(len(line.stream), one.end + 2)),
    ]
    for at in near:
        token = line.stream[at]
        if token.kind == "W" and len(token.values) == 1:
            return token.number
    return None


def _zone_of(clock: ClockMatch, one: DateMatch, line: _Line) -> ZoneMatch | None:
    """The zone of a clock: behind it, else behind the date that follows it, else straight before it."""
    kinds = line.kinds
    at = clock.end
    while kinds[at : at + 1] in {",", "f", "|"} or kinds[at : at + 2] in {".Z", ".("}:
        at += 1
    found = line.zone_at(at)
    if found is None and one.start >= clock.end:
        at = one.end
        while kinds[at : at + 1] in {",", ".", "W"}:
            at += 1
        found = line.zone_at(at)
        if found and not (found.label or kinds[found.start] in "(ZI"):
            found = None
    if found is None:
        for at in (clock.start - 1, clock.start - 2):
            if at >= 0 and kinds[at] in "ZI" and kinds[at + 1 : clock.start] in {"", ",", "-", ":"}:
                found = found or line.zone_at(at)
    return found if found is None or found.end <= clock.start or found.start >= clock.end else None


def _second_clock(zone: ZoneMatch, line: _Line) -> tuple[ClockMatch, ZoneMatch] | None:
    """``(0410 HKT)`` behind ``2010 GMT``: the same moment elsewhere."""
    for clock in line.clocks_between(zone.end, zone.end + 3):
        if line.kinds[zone.end : clock.start] not in {"(", "/", "|", ",", "/("}:
            continue
        other = line.zone_at(clock.end)
        if other:
            line.used.add(clock.start)
            return clock, other._replace(end=other.end + (line.kinds[other.end : other.end + 1] == ")"))
    return None


def _undated(line: _Line) -> Iterator[Sighting]:
    """A clock beside a weekday or a word like "yesterday"; "today" as the whole text."""
    for at, token in enumerate(line.stream):
        if token.kind not in "WR":
            continue
        clock = next((c for c in line.clocks if _beside(at, c, line.kinds)), None)
        if clock is None:
            if token.kind == "R" and len(line.stream) <= 2:
                yield Sighting(at, at + 1, None, relative=token.number)
            continue
        zone = _zone_of(clock, DateMatch(at, at + 1, "word", ()), line)
        start, end = min(at, clock.start), max(at + 1, clock.end, zone.end if zone else 0)
        if token.kind == "R":
            yield Sighting(start, end, None, clock, zone, relative=token.number)
            return
        if len(token.values) == 1 and not (token.text.islower() and len(token.text) < 4):
            yield Sighting(start, end, None, clock, zone, weekday=token.number)
            return


def _beside(at: int, clock: ClockMatch, kinds: str) -> bool:
    """True for a clock at most a few tokens from the word at ``at``."""
    if clock.start > at:
        return clock.start - at <= 5 and bool(_GAP.fullmatch(kinds[at + 1 : clock.start]))
    return at - clock.end <= 6 and bool(_GAP.fullmatch(kinds[clock.end : at]))
