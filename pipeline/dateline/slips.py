"""How the dates of one story contradict each other: a season's hour, a template's offset, another day.

A season slip is a label or an offset of the wrong half of the year. A template slip is a wall clock
with "Z" written behind it, an offset put on twice, or one clock under two zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from pipeline.dateline.agreement import BORROWED, SLACK, Read, has_clock, settled
from pipeline.records import Timestamp

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def disagreements(
    chosen: Timestamp, best: Read, reads: Sequence[Read], zone: ZoneInfo | None = None
) -> frozenset[str]:
    """How the sources of the same role differ from the chosen date.

    A source that prints the chosen day anywhere is not in conflict with it: its other dates are
    those of other stories on the page.
    """
    if chosen.local is None:
        return frozenset()
    flags = set[str]()
    apart: dict[int, list[bool]] = {}
    for other in reads:
        stamp = settled(other, [replace(best, stamp=chosen)]).stamp
        if stamp.local is not None:
            flags |= _slips(chosen, stamp, zone) if other is not best or _overruled(chosen, best) else set()
            apart.setdefault(other.rank, []).append(_is_another_day(chosen, stamp))
    if any(all(days) for days in apart.values()):
        flags.add("conflict")
    return frozenset(flags)


def _overruled(chosen: Timestamp, best: Read) -> bool:
    """The best source's own instant gave way, under the same clock."""
    return chosen.local == best.stamp.local and not best.stamp.flags & BORROWED


def _slips(chosen: Timestamp, other: Timestamp, zone: ZoneInfo | None) -> set[str]:
    if chosen.instant is None or other.instant is None or not has_clock(other):
        return set()
    if other.flags & BORROWED and other.local == chosen.local:
        return set()  # the same clock, printed without a zone: what was lent to it contradicts nothing
    between = abs(chosen.instant - other.instant)
    if between <= SLACK:
        return set()
    flags = {"hour_slip"} if abs(between - _HOUR) <= SLACK else set[str]()
    if any(abs(between - offset) <= SLACK for offset in _offsets(chosen, other, zone)):
        flags.add("whole_offset_slip")
    return flags


def _is_another_day(chosen: Timestamp, other: Timestamp) -> bool:
    """More than a day apart; a single one is enough where both are days, for no zone lies between."""
    if chosen.instant and other.instant and has_clock(other):
        return abs(chosen.instant - other.instant) > _DAY
    if chosen.local is None or other.local is None:
        return False
    if {chosen.precision, other.precision} & {"month", "year"}:
        months = (chosen.local.year, chosen.local.month) != (other.local.year, other.local.month)
        return (
            months
            if "year" not in {chosen.precision, other.precision}
            else chosen.local.year != other.local.year
        )
    days = chosen.precision == other.precision == "day"
    return abs(chosen.local.date() - other.local.date()) > (timedelta() if days else _DAY)


def _offsets(chosen: Timestamp, other: Timestamp, zone: ZoneInfo | None) -> set[timedelta]:
    """Offsets that a template may have lost or put on twice: the printed ones, their difference, the publisher's."""
    one, two = (stamp.utc_offset_minutes or 0 for stamp in (chosen, other))
    minutes = {abs(one), abs(two)}
    if abs(one - two) != 60:  # a season's difference between two labels is no offset
        minutes.add(abs(one - two))
    if zone is not None and chosen.instant is not None:
        at_home = chosen.instant.astimezone(zone).utcoffset()
        minutes.add(abs(int((at_home or timedelta()).total_seconds()) // 60))
    return {timedelta(minutes=count) for count in minutes - {0}}
