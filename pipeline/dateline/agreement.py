"""Dates of one story held against each other: what one lacks and another adds, and where they contradict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.records import DateCandidate, Timestamp

_SLACK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Read:
    """A candidate, what was read of it, and the rank of its source (0 the most trusted)."""

    candidate: DateCandidate
    stamp: Timestamp
    rank: int


def completed(best: Read, others: list[Read]) -> Timestamp:
    """``best`` with the clock and the zone that it lacks, from the first lower source that agrees."""
    chosen = best.stamp
    method = best.candidate.source
    if chosen.precision == "day" and chosen.local is not None:
        for other in others:
            clocked = other.stamp
            same = (
                clocked.local is not None
                and clocked.precision != "day"
                and clocked.local.date() == chosen.local.date()
            )
            if same and _same_language_of_days(clocked):
                method += "+" + str(clocked.method)
                return _zoned(replace(clocked, method=method), [one for one in others if one is not other])
        return chosen
    return _zoned(chosen, others)


def _same_language_of_days(stamp: Timestamp) -> bool:
    """An ambiguous date completes nothing."""
    return "ambiguous_order" not in stamp.flags


def _zoned(chosen: Timestamp, others: list[Read]) -> Timestamp:
    """A clock without a zone of its own takes that of a source that prints the same moment with one.

    The same moment is the same clock; or, where nothing else gives the clock a zone, one that is off
    by no more than an offset, to the minute.
    """
    if (
        (chosen.instant is not None and not _borrowed(chosen))
        or chosen.local is None
        or chosen.precision == "day"
    ):
        return chosen
    zoned = [
        one
        for one in others
        if one.stamp.instant and not _borrowed(one.stamp) and one.stamp.precision != "day"
    ]
    for other in zoned:
        stamp = other.stamp
        if stamp.local and stamp.instant and abs(stamp.local - chosen.local) < _SLACK:
            moment = stamp.instant + (chosen.local - stamp.local)
            return _with_zone(chosen, moment, stamp.utc_offset_minutes, stamp.zone, other)
    if chosen.instant is None and not chosen.candidates:
        for other in zoned:
            offset = _offset_between(chosen.local, other.stamp.instant)
            if offset is not None:
                return _with_zone(chosen, other.stamp.instant, offset, None, other)
    return chosen


def _with_zone(
    chosen: Timestamp, instant: datetime | None, offset: int | None, zone: str | None, other: Read
) -> Timestamp:
    method = str(chosen.method).partition("+source_zone")[0].partition("+dateline_zone")[0]
    return replace(
        chosen,
        instant=instant,
        utc_offset_minutes=offset,
        zone=zone,
        candidates=(),
        flags=chosen.flags - {"source_zone", "dateline_zone", "dst_gap", "dst_fold", "ambiguous_zone"},
        method=f"{method}+{other.candidate.source}",
    )


def _offset_between(local: datetime, instant: datetime | None) -> int | None:
    """The offset that makes a wall clock of an instant, in minutes; None where no zone has such a one."""
    if instant is None:
        return None
    minutes, rest = divmod((local - instant.replace(tzinfo=None)).total_seconds(), 60)
    return int(minutes) if rest == 0 and minutes % 15 == 0 and -720 <= minutes <= 840 else None


def _borrowed(stamp: Timestamp) -> bool:
    """True where the zone is not the source's own."""
    return bool(stamp.flags & {"source_zone", "dateline_zone"})


def disagreements(chosen: Timestamp, best: Read, reads: list[Read]) -> frozenset[str]:
    """How the other sources of the same role differ from the chosen date."""
    flags = set[str]()
    for other in reads:
        if other is best or other.stamp.local is None or chosen.local is None:
            continue
        flags |= _difference(chosen, other.stamp)
    return frozenset(flags)


def _difference(chosen: Timestamp, other: Timestamp) -> set[str]:
    if chosen.instant is not None and other.instant is not None and other.precision != "day":
        apart = abs(chosen.instant - other.instant)
        if apart <= _SLACK:
            return set()
        if abs(apart - timedelta(hours=1)) <= _SLACK:
            return {"hour_slip"}
        offsets = {abs(one.utc_offset_minutes or 0) for one in (chosen, other)} - {0}
        if any(abs(apart - timedelta(minutes=offset)) <= _SLACK for offset in offsets):
            return {"whole_offset_slip"}
        return {"conflict"} if apart > timedelta(days=1) else set()
    days = abs((chosen.local.date() - other.local.date()).days) if chosen.local and other.local else 0
    return {"conflict"} if days > 1 else set()
