"""Dates of one story held against each other: what one lacks and another adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.records import DateCandidate, Timestamp

SLACK = timedelta(minutes=1)
BORROWED = frozenset(("source_zone", "dateline_zone"))
"""Flags of a zone that is not the source's own."""
SEEN = frozenset(("time", "visible", "page_clock"))
"""Sources that hold text for people, with its label; they often show one text twice."""
UNSETTLED = frozenset(("ambiguous_order", "ambiguous_month", "ambiguous_zone"))
"""Flags that fall when one of the readings is decided on."""
_ODD_OFFSETS = frozenset((345, 525, 765))
"""Minutes east of Greenwich in Nepal, Eucla and Chatham; all other zones keep to half hours."""


@dataclass(frozen=True, slots=True)
class Read:
    """A candidate, what was read of it, and the rank of its source (0 the most trusted)."""

    candidate: DateCandidate
    stamp: Timestamp
    rank: int


def has_clock(stamp: Timestamp) -> bool:
    """True where more than a day, a month or a year is printed."""
    return stamp.precision in {"hour", "minute", "second"}


def settled(one: Read, others: Iterable[Read]) -> Read:
    """``one`` with the reading that another source states, if it has several; else as it is.

    "03-09-2026" is the third of September or the ninth of March: the first source that prints one
    of the two, and is clear itself, decides. So it does for a zone that names several offsets.
    """
    readings: Sequence[Timestamp] = one.stamp.candidates
    for other in others if readings else ():
        if other.stamp.candidates and other.stamp.instant is None:
            continue
        stated = _stated(readings, other.stamp)
        if len(stated) == 1:
            return _decided(one, stated[0], other)
        readings = stated or readings
    return one


def _stated(readings: Sequence[Timestamp], other: Timestamp) -> list[Timestamp]:
    """The readings that a clear date agrees with: of its day, and of its instant where it prints one."""
    same_day = [
        reading
        for reading in readings
        if reading.local and other.local and reading.local.date() == other.local.date()
    ]
    if other.instant is None or not has_clock(other) or _borrowed(other):
        return same_day
    moment = other.instant
    same = [one for one in readings if one.instant and abs(one.instant - moment) < SLACK]
    return same or (same_day if len(same_day) < len(readings) else [])


def _decided(one: Read, reading: Timestamp, other: Read) -> Read:
    if reading.instant is not None and reading.instant == one.stamp.instant:
        return one
    flags = (one.stamp.flags | reading.flags) - UNSETTLED
    method = _with(one.stamp.method, other)
    return replace(one, stamp=replace(reading, flags=flags, role=one.stamp.role, method=method))


def completed(best: Read, others: Sequence[Read], zone: ZoneInfo | None = None) -> Timestamp:
    """``best`` with the clock and the zone that it lacks, from the first lower source that agrees.

    ``zone`` is the publisher's registered zone.
    """
    best = settled(best, others)
    others = [settled(other, [best]) for other in others]
    chosen = best.stamp
    if chosen.local is None:
        return chosen
    if chosen.precision in {"month", "year"}:
        finer = next((other for other in others if _lies_in(other.stamp, chosen)), None)
        if finer is None:
            return chosen
        rest = [other for other in others if other is not finer]
        return completed(
            replace(finer, stamp=replace(finer.stamp, method=_with(chosen.method, finer))), rest, zone
        )
    if chosen.precision == "day" or _is_midnight(best):
        clocked = [_clocked(chosen, other, others) for other in others if _has_clock(other, chosen.local)]
        # One that leads to an instant is better than one that stays without.
        return next((one for one in clocked if one.instant), clocked[0] if clocked else chosen)
    return _by_readers_day(_zoned(_without_false_z(chosen, others), others), others, zone)


def _without_false_z(chosen: Timestamp, others: Sequence[Read]) -> Timestamp:
    """A "Z" gives way where two other sources print the same clock with one and the same offset.

    Many a template writes "Z" behind a local time; none was seen that put the publisher's offset
    behind UTC in two places.
    """
    if chosen.instant is None or chosen.local is None or chosen.utc_offset_minutes != 0:
        return chosen
    same = [
        one
        for one in others
        if one.stamp.utc_offset_minutes and not _borrowed(one.stamp) and has_clock(one.stamp)
        if one.stamp.local and abs(one.stamp.local - chosen.local) < SLACK
    ]
    kinds = {"seen" if one.candidate.source in SEEN else one.rank for one in same}
    if len(kinds) < 2 or len({one.stamp.utc_offset_minutes for one in same}) > 1:
        return chosen
    offset = same[0].stamp.utc_offset_minutes or 0
    return _with_zone(chosen, chosen.instant - timedelta(minutes=offset), offset, same[0].stamp.zone, same[0])


def _is_midnight(best: Read) -> bool:
    """Midnight to the second, in a field for machines, is a day written by a program."""
    local = best.stamp.local
    written = best.candidate.source in {"json_ld", "meta", "microdata"} and best.stamp.precision == "second"
    return written and local is not None and (local.hour, local.minute, local.second) == (0, 0, 0)


def _has_clock(other: Read, day: datetime) -> bool:
    stamp = other.stamp
    days = {one.local.date() for one in (stamp, *stamp.candidates) if one.local}
    return has_clock(stamp) and days == {day.date()} and not _is_midnight(other)


def _lies_in(stamp: Timestamp, span: Timestamp) -> bool:
    """A day or a clock within a printed month or year."""
    if stamp.local is None or span.local is None or stamp.precision in {"month", "year"} or stamp.candidates:
        return False
    same_year = stamp.local.year == span.local.year
    return same_year and (span.precision == "year" or stamp.local.month == span.local.month)


def _clocked(day: Timestamp, other: Read, others: Sequence[Read]) -> Timestamp:
    method = f"{day.method}+{other.stamp.method}"
    return _zoned(replace(other.stamp, method=method), [one for one in others if one is not other])


def _zoned(chosen: Timestamp, others: Sequence[Read]) -> Timestamp:
    """A clock without a zone of its own takes that of a source that prints the same moment with one.

    The same moment is the same clock; or, where nothing else gives the clock a zone, one that is off
    by no more than an offset, to the minute.
    """
    if (chosen.instant is not None and not _borrowed(chosen)) or chosen.local is None:
        return chosen
    zoned = [one for one in others if one.stamp.instant and not _borrowed(one.stamp) and has_clock(one.stamp)]
    for other in zoned:
        stamp = other.stamp
        if stamp.local and stamp.instant and abs(stamp.local - chosen.local) < SLACK:
            moment = stamp.instant + (chosen.local - stamp.local)
            return _with_zone(chosen, moment, stamp.utc_offset_minutes, stamp.zone, other)
    if chosen.instant is None and not chosen.candidates:
        for other in zoned:
            offset = _offset_between(chosen.local, other.stamp)
            if offset is not None:
                return _with_zone(chosen, other.stamp.instant, offset, None, other)
    return chosen


def _with_zone(
    chosen: Timestamp, instant: datetime | None, offset: int | None, zone: str | None, other: Read
) -> Timestamp:
    method = str(chosen.method).replace("+source_zone", "").replace("+dateline_zone", "")
    return replace(
        chosen,
        instant=instant,
        utc_offset_minutes=offset,
        zone=zone,
        candidates=(),
        flags=chosen.flags - BORROWED - {"dst_gap", "dst_fold", "ambiguous_zone"},
        method=_with(method, other),
    )


def _by_readers_day(chosen: Timestamp, others: Sequence[Read], zone: ZoneInfo | None) -> Timestamp:
    """An instant printed in UTC gets the wall clock of the page, where readers saw another day.

    Databases print UTC: at 03:28Z of the ninth it is the evening of the eighth in New York, and
    that is the day in the address and under the headline. The instant stays what it is. The clock
    is that of a source that prints the same moment, or of the registered zone where a source
    prints its day.
    """
    if chosen.instant is None or chosen.local is None or chosen.utc_offset_minutes != 0 or _borrowed(chosen):
        return chosen
    at_home = chosen.instant.astimezone(zone).replace(tzinfo=None) if zone else None
    for other in others:
        stamp = other.stamp
        if stamp.local is None or stamp.candidates or stamp.local.date() == chosen.local.date():
            continue
        if not has_clock(stamp):
            if at_home and stamp.local.date() == at_home.date():
                return replace(_at(chosen, at_home, str(zone)), method=f"{chosen.method}+source_zone")
            continue
        same = stamp.instant is None or abs(stamp.instant - chosen.instant) < SLACK
        offset = stamp.utc_offset_minutes if stamp.instant else _offset_between(stamp.local, chosen)
        if same and offset:
            local = chosen.local + timedelta(minutes=offset)
            return replace(_at(chosen, local, stamp.zone), method=_with(chosen.method, other))
    return chosen


def _at(chosen: Timestamp, local: datetime, zone: str | None) -> Timestamp:
    instant = chosen.instant
    minutes = (local - instant.replace(tzinfo=None)) // timedelta(minutes=1) if instant else None
    return replace(chosen, local=local, utc_offset_minutes=minutes, zone=zone)


def _offset_between(local: datetime, stamp: Timestamp) -> int | None:
    """The offset that makes a wall clock of a stamp's instant, in minutes; None where no zone has such a one.

    Half a day is none: there a clock has lost its "pm".
    """
    if stamp.instant is None:
        return None
    moment = stamp.instant.replace(tzinfo=None)
    if local.second == 0 or moment.second == 0:  # one of the two prints no seconds
        local, moment = (one.replace(second=0, microsecond=0) for one in (local, moment))
    minutes, rest = divmod((local - moment).total_seconds(), 60)
    real = minutes % 30 == 0 or minutes in _ODD_OFFSETS
    return int(minutes) if rest == 0 and real and -720 < minutes <= 840 and minutes != 720 else None


def _borrowed(stamp: Timestamp) -> bool:
    return bool(stamp.flags & BORROWED)


def _with(method: str | None, other: Read) -> str:
    """The method completed by a source, named once.

    >>> _with("json_ld+feed", Read(DateCandidate("", "feed"), Timestamp(None, None, None, None, "day", ""), 0))
    'json_ld+feed'
    """
    named = str(method)
    return named if other.candidate.source in named.split("+") else f"{named}+{other.candidate.source}"
