"""``parse_timestamp`` and ``find_timestamps``: printed dates read, and never guessed in silence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import lru_cache

from pipeline.dateline import relative, zones
from pipeline.dateline.glue import Cut, cuts
from pipeline.dateline.lexing import Token, classes, plain, tokens
from pipeline.dateline.roles import role_of
from pipeline.dateline.sightings import Sighting, sightings
from pipeline.dateline.walls import Setting, Wall, readings, walls
from pipeline.records import Timestamp

LONGEST = 20_000
"""Characters read of a text; dates further down are not looked for."""
_MOST_CUTS = 16
_FIGURE = re.compile("[0-9〇一二三四五六七八九十]")
_LONGEST_WITHOUT_FIGURES = 80
"""Characters of a text that may be "yesterday" or "an hour ago" with a label."""
_FAST = timedelta(minutes=5)
"""How far a publisher's clock may be ahead of the reference."""


def parse_timestamp(
    text: str,
    *,
    language: str | None = None,
    country: str | None = None,
    zone: str | None = None,
    reference: datetime | None = None,
) -> Timestamp | None:
    """The timestamp that a short text prints; None where it prints none that exists.

    Durations, reading times, opening hours and scores are none. The first date that has a clock is
    taken, else the first date. A month is one only as a whole text or behind a label ("Updated March
    2020"; precision ``month``, the first day of it); a clock without a day only so too, with a
    ``reference`` and a zone: it is the latest such moment, flagged ``relative``. GMT is read as Universal
    Time in summer too, but flagged where British or Irish clocks differed (``label_season_mismatch``).

    ``language`` is a BCP 47 tag and ``country`` an ISO code of
    the publisher; both settle what a printed form leaves open (the order of day and month, "IST").
    ``zone`` is the publisher's IANA zone: a clock printed without one is read there and flagged
    ``source_zone``. ``reference`` is an aware moment shortly after the printing, such as the
    fetch: it gives missing years (``year_inferred``) and relative times (``relative``) their day.

    The instant stays None where no zone is known, where only a day is printed, and where several
    readings remain: those are in ``candidates``, the likeliest first, and ``local`` is the first's.

    >>> found = parse_timestamp("15:13 GMT +315 December 2017")
    >>> found.instant.isoformat(), found.utc_offset_minutes, sorted(found.flags)
    ('2017-12-15T12:13:00+00:00', 180, ['glued'])
    """
    setting = _setting(language, country, zone, reference)
    stamps: list[Timestamp] = []
    try:
        for one in _read(text[:LONGEST], setting):
            if one is None:
                return None
            stamps.append(one)
    except zones.NoSuchTimeError:
        return None
    clocked = (one for one in stamps if one.precision not in {"day", "month"})
    return next(clocked, stamps[0]) if stamps else None


def find_timestamps(
    text: str,
    *,
    language: str | None = None,
    country: str | None = None,
    zone: str | None = None,
    reference: datetime | None = None,
) -> list[Timestamp]:
    """Every timestamp in a text, in order, each with its role; arguments as in ``parse_timestamp``.

    >>> [one.role for one in find_timestamps("Published: 2 May 2021 10:00 | Updated: 3 May 2021 11:00")]
    ['published', 'updated']
    """
    setting = _setting(language, country, zone, reference)
    try:
        return [one for one in _read(text[:LONGEST], setting) if one]
    except zones.NoSuchTimeError:
        return []


def _setting(
    language: str | None, country: str | None, zone: str | None, reference: datetime | None
) -> Setting:
    return Setting(*_publisher(language, country, zone), reference)


@lru_cache(maxsize=1024)
def _publisher(
    language: str | None, country: str | None, zone: str | None
) -> tuple[str | None, str | None, str | None]:
    """Primary language, country and zone as the grammar takes them; the same few come again and again."""
    primary = re.split("[-_]", language.lower(), maxsplit=1)[0] if language else None
    known = zone if zone and zones.zone_info(zone) else None
    return primary, zones.home_country(country, language), known


def _sightings(stream: list[Token], kinds: str, setting: Setting) -> Iterator[Sighting]:
    persian = setting.language in {"fa", "ps"} or setting.country in {"IR", "AF"}
    return sightings(stream, kinds, language=setting.language, persian=persian)


def _read(text: str, setting: Setting) -> Iterator[Timestamp | None]:
    """Each timestamp; None for a date that is printed and does not exist."""
    flat = plain(text)
    if len(flat) > _LONGEST_WITHOUT_FIGURES and not _FIGURE.search(flat):
        return
    ago = relative.read(text, flat, setting.reference, setting.zone)
    if ago:
        yield ago
        return
    stream = tokens(flat, setting.language)
    kinds = classes(stream)
    ways = list(itertools.islice(cuts(stream, kinds), _MOST_CUTS))
    glued = _unglued(text, ways, setting) if ways else None
    if glued:
        yield glued
        return
    told = 0
    for sighting in _sightings(stream, kinds, setting):
        yield from _timestamps(text, stream, sighting, setting, told)
        told = stream[sighting.end - 1].end


def _unglued(text: str, ways: list[Cut], setting: Setting) -> Timestamp | None:
    """The reading of glued digits: the only possible one, else all of them as candidates; None: none."""
    possible: list[Timestamp] = []
    for way in ways:
        for sighting in _sightings(way.stream, classes(way.stream), setting):
            if not way.holds(sighting):
                continue
            for one in _timestamps(text, way.stream, sighting, setting):
                if one and all(
                    (one.instant, one.local) != (other.instant, other.local) for other in possible
                ):
                    possible.append(replace(one, flags=one.flags | {"glued"}))
    if len(possible) < 2:
        return possible[0] if possible else None
    return replace(possible[0], candidates=tuple(possible), instant=None, utc_offset_minutes=None, zone=None)


def _timestamps(
    text: str, stream: list[Token], sighting: Sighting, setting: Setting, told: int = 0
) -> Iterator[Timestamp | None]:
    """The timestamp of one sighting; None for an impossible one, nothing where its year is not to be had.

    ``told`` is where the sighting before it ends: a label further back is that one's.
    """
    if sighting.date is not None and not sighting.date.days:
        yield None
        return
    start = stream[sighting.start].start
    if (sighting.date is None or sighting.alone) and not _may_stand_alone(text[:start], sighting):
        return
    found = walls(sighting, setting)
    if not found:
        if sighting.clock is not None and sighting.clock.clock is None:
            yield None
        return
    evidence = text[start : stream[sighting.end - 1].end]
    every = [one for wall in found for one in _readings(wall, sighting, setting, evidence)]
    if sighting.alone and sighting.clock is not None:
        every = _latest(every, setting)
    if every:
        best = every[0] if len(every) == 1 else _undecided(every)
        role = role_of(text[told:start]) if start else "unknown"
        yield best if role == "unknown" else replace(best, role=role)


def _latest(every: list[Timestamp], setting: Setting) -> list[Timestamp]:
    """Those within the day before the reference: one for each meaning of the zone."""
    until = setting.reference and setting.reference + _FAST
    day = timedelta(days=1)
    return [one for one in every if until and one.instant and timedelta() <= until - one.instant < day]


def _undecided(every: list[Timestamp]) -> Timestamp:
    """Several readings as one that claims no instant; if the day is the same in all, the zone is open."""
    best = every[0]
    offsets = {one.utc_offset_minutes for one in every}
    offset = offsets.pop() if len(offsets) == 1 else None
    open_zone = len({one.local for one in every}) == 1 or "relative" in best.flags
    flags = best.flags | {"ambiguous_zone"} if open_zone else best.flags
    return Timestamp(None, best.local, offset, None, best.precision, best.evidence, tuple(every), flags)


def _may_stand_alone(before: str, sighting: Sighting) -> bool:
    """True for what dates a story without a day of its own: not "every Monday at 10:00", not "10:00".

    Before a weekday or "yesterday" no word may stand but a label ("Updated"); before a month nothing
    or a bar; before a clock nothing, and a clock without a zone needs the label.
    """
    if role_of(before) in {"published", "updated"}:
        return True
    before = before.rstrip()
    if not sighting.alone:
        return sighting.weekday is None or not before[-1:].isalnum()
    if sighting.clock is None:
        return not before.strip("(") or before.endswith("|")
    return not before.strip("(") and sighting.zone is not None


def _readings(wall: Wall, sighting: Sighting, setting: Setting, evidence: str) -> list[Timestamp]:
    """The timestamps of one wall clock, one for each instant that it may be."""
    found = readings(wall, sighting.zone, setting)
    if not found:
        return [Timestamp(None, wall.local, None, None, wall.precision, evidence, (), wall.flags)]
    out = [_timestamp(reading, wall, evidence) for reading in found]
    if sighting.zone is not None and sighting.zone.unknown:
        out = [replace(one, utc_offset_minutes=None) for one in out]
    return _agreed(out, wall, sighting, setting) if sighting.second else out


def _timestamp(reading: zones.Reading, wall: Wall, evidence: str) -> Timestamp:
    others = tuple(_timestamp(other, wall, evidence) for other in reading.alternatives)
    instant, offset, zone, flags, _ = reading
    return Timestamp(instant, wall.local, offset, zone, wall.precision, evidence, others, wall.flags | flags)


def _agreed(out: list[Timestamp], wall: Wall, sighting: Sighting, setting: Setting) -> list[Timestamp]:
    """``out`` settled by a second clock in brackets; one that disagrees makes a conflict, with both as candidates."""
    clock, zone = sighting.second or (None, None)
    first = out[0]
    if clock is None or clock.clock is None or first.instant is None:
        return out
    moments = [
        other for days in (-1, 0, 1) for other in readings(_moved(wall, clock.clock, days), zone, setting)
    ]
    same = [one for one in out if any(one.instant == other.instant for other in moments)]
    if same or not moments:
        return same[:1] or out
    instant = first.instant
    nearest = min(moments, key=lambda other: abs(other.instant - instant))
    second = _timestamp(nearest, Wall(nearest.instant.replace(tzinfo=None), wall.precision), first.evidence)
    both = (replace(first, candidates=()), replace(second, local=None))
    return [replace(first, instant=None, candidates=both, flags=first.flags | {"conflict"})]


def _moved(wall: Wall, clock: time, days: int) -> Wall:
    return Wall(datetime.combine(wall.local.date() + timedelta(days=days), clock), wall.precision)
