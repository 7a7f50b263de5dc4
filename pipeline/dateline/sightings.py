"""Dates, clocks and zones put together: what is printed beside what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.dateline.calendars import gregorian
from pipeline.dateline.clocks import ClockMatch
from pipeline.dateline.dates import DateMatch, Day, dates_in
from pipeline.dateline.lexing import Token
from pipeline.dateline.lines import Line, line_of
from pipeline.dateline.months import month_in
from pipeline.dateline.names import is_weekday_in
from pipeline.dateline.printed_zone import ZoneMatch

_GAP = re.compile(r"[-,.|/:()'frWxtZu]*")
"""What may stand between a date and the clock behind it."""
_ZONE = r"(?:[ZzI]|Z?[-+](?:d[:.]d|Y|n|d))"
_BETWEEN = re.compile(rf"[,.|]?\(?(?:{_ZONE}\)?)?(?:[(/|,](?:d:d|Y)A?{_ZONE}\)?)?(?P<rest>[-,.|/:frxW()]*)")
"""What may stand between a clock and the date behind it: a zone, the same moment elsewhere, little else."""
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
    alone: bool = False
    """A month or a clock without a day: a timestamp only where nothing but a label stands beside it."""


def sightings(stream: list[Token], kinds: str, *, language: str | None, persian: bool) -> Iterator[Sighting]:
    """Every date of a token stream with its clock and zone; where none is printed, what may stand for one.

    That is a weekday or "yesterday" beside a clock, a month, or a clock alone. ``kinds`` is the stream's
    class string. ``persian``: numeric years of the 14th century are of the Persian calendar.
    """
    dates = list(dates_in(stream, kinds, language=language, persian=persian))
    line = line_of(stream, kinds, dates)
    for at, one in enumerate(dates):
        before = dates[at - 1].end if at else 0
        behind = dates[at + 1].start if at + 1 < len(dates) else len(stream)
        clock = _clock_of(one, line, before, behind)
        if clock is None or clock.start not in line.ranges:
            yield _sighting(one, clock, line)
    if not dates and not line.ranges and len(stream) <= _MOST_WORDS:
        yield from _undated(line, language) or _alone(line, language)


def _clock_of(one: DateMatch, line: Line, before: int, behind: int) -> ClockMatch | None:
    """The clock that belongs to a date: the nearer one of those behind and before it."""
    if not line.clocks:
        return None
    best: ClockMatch | None = None
    cost = _FARTHEST + 1
    for follower in line.clocks_between(one.end, behind):
        if follower.start not in line.used:
            gap = line.kinds[one.end : follower.start]
            unknown = gap.count("x")
            if unknown <= 2 and _GAP.fullmatch(gap):
                best, cost = follower, len(gap) + 2 * unknown
            break
    for clock in reversed(line.clocks_between(before, one.start)):
        if clock.end > one.start or clock.start in line.used:
            continue
        found = _BETWEEN.fullmatch(line.kinds[clock.end : one.start])
        if found and len(found["rest"]) + 2 * found["rest"].count("x") < cost:
            best = clock
            cost = min(cost, len(found["rest"]) + 2 * found["rest"].count("x") + 1)
    return best if cost <= _FARTHEST else None


def _sighting(one: DateMatch, clock: ClockMatch | None, line: Line) -> Sighting:
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
    end = max(end, second[1].end) if second else end
    return Sighting(start, end, one, clock, zone, second, weekday)


def _with_year(day: Day, year: int) -> Day | None:
    found = gregorian("gregorian", year, *(day.month_day or (0, 0)))
    return Day(found) if found else None


def _weekday(one: DateMatch, line: Line) -> int | None:
    """The weekday printed within or beside a date."""
    first, last = max(0, one.start - 3), one.end + 2
    if "W" not in line.kinds[first:last]:
        return None
    near = [*reversed(line.stream[first : one.start]), *line.stream[one.start : last]]
    return next((token.number for token in near if token.kind == "W" and len(token.values) == 1), None)


def _zone_of(clock: ClockMatch, one: DateMatch, line: Line) -> ZoneMatch | None:
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
    if found is None and one.start and kinds[one.start - 1] == "Z" and one.end <= clock.start:
        found = line.zone_at(one.start - 1)  # 北京时间2024年7月15日 10:15
    return found if found is None or found.end <= clock.start or found.start >= clock.end else None


def _second_clock(zone: ZoneMatch, line: Line) -> tuple[ClockMatch, ZoneMatch] | None:
    """``(0410 HKT)`` behind ``2010 GMT``: the same moment elsewhere."""
    for clock in line.clocks_between(zone.end, zone.end + 3):
        if line.kinds[zone.end : clock.start] not in {"(", "/", "|", ",", "/("}:
            continue
        other = line.zone_at(clock.end)
        if other:
            line.used.add(clock.start)
            return clock, other._replace(end=other.end + (line.kinds[other.end : other.end + 1] == ")"))
    return None


def _alone(line: Line, language: str | None) -> list[Sighting]:
    """A month, or a clock with at most three words before it and nothing behind its zone."""
    if not line.clocks:
        month = month_in(line.stream, line.kinds, language)
        return [Sighting(month.start, month.end, month, alone=True)] if month else []
    clock = line.clocks[0]
    zone = line.zone_at(clock.end)
    second = _second_clock(zone, line) if zone else None
    end = second[1].end if second else zone.end if zone else clock.end
    if (
        line.kinds[end:] not in {"", "."}
        or line.kinds[: clock.start].count("x") > 3
        or clock.precision == "hour"
    ):
        return []
    return [Sighting(clock.start, end, None, clock, zone, second, alone=True)]


def _undated(line: Line, language: str | None) -> list[Sighting]:
    """A clock beside a weekday or a word like "yesterday"; "today" as the whole text."""
    for at, token in enumerate(line.stream):
        if token.kind not in "WR":
            continue
        clock = next((c for c in line.clocks if _beside(at, c, line.kinds)), None)
        if clock is None:
            if token.kind == "R" and len(line.stream) <= 2:
                return [Sighting(at, at + 1, None, relative=token.number)]
            continue
        zone = _zone_of(clock, DateMatch(at, at + 1, "word", ()), line)
        start, end = min(at, clock.start), max(at + 1, clock.end, zone.end if zone else 0)
        if token.kind == "R":
            return [Sighting(start, end, None, clock, zone, relative=token.number)]
        short = token.text.islower() and len(token.text) < 4
        if len(token.values) == 1 and not short and _is_weekday(token, language):
            return [Sighting(start, end, None, clock, zone, weekday=token.number)]
    return []


def _is_weekday(token: Token, language: str | None) -> bool:
    return not token.text.isascii() or is_weekday_in(token.text, language)


def _beside(at: int, clock: ClockMatch, kinds: str) -> bool:
    """True for a clock at most a few tokens from the word at ``at``."""
    if clock.start > at:
        return clock.start - at <= 5 and bool(_GAP.fullmatch(kinds[at + 1 : clock.start]))
    return at - clock.end <= 6 and bool(_GAP.fullmatch(kinds[clock.end : at]))
