"""From what is printed to wall clocks, and from those to instants, for one publisher."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from pipeline.dateline import zones
from pipeline.dateline.abbreviations import Meaning
from pipeline.dateline.printed_zone import ZoneMatch
from pipeline.dateline.sightings import Sighting
from pipeline.records import Precision

MONTH_FIRST = frozenset(("US", "PH", "PW", "FM", "MH", "BZ", "PR", "GU", "VI", "AS"))
"""Countries whose press prints the month before the day (CLDR's short date patterns)."""
_BOTH_WAYS = frozenset(("CA",))
"""Countries whose English press prints either."""
_AHEAD = timedelta(days=1)
"""How far a date without a year may lie ahead of the reference: east of it, the next day has begun."""

_NO_FLAGS: frozenset[str] = frozenset()
_CALENDAR = frozenset(("calendar",))
_YEAR_INFERRED = frozenset(("year_inferred",))
_RELATIVE = frozenset(("relative",))


class Setting(NamedTuple):
    """What is known about the publisher and the moment of reading."""

    language: str | None
    """Primary subtag, lower case."""
    country: str | None
    zone: str | None
    reference: datetime | None


class Wall(NamedTuple):
    """One reading of a wall clock."""

    local: datetime
    precision: Precision
    flags: frozenset[str] = _NO_FLAGS


class _Dated(NamedTuple):
    day: date
    flags: frozenset[str] = _NO_FLAGS
    order: str = ""


def walls(sighting: Sighting, setting: Setting) -> list[Wall]:
    """Every wall clock that a sighting may mean, the likeliest first; empty: none that exists."""
    clock = sighting.clock
    if clock is None:
        precision: Precision = "month" if sighting.alone else "day"
        return [
            Wall(datetime.combine(one.day, time()), precision, one.flags) for one in _days(sighting, setting)
        ]
    if clock.clock is None:
        return []
    later = timedelta(days=1 if clock.next_day else 0)
    return [
        Wall(datetime.combine(one.day, clock.clock) + later, clock.precision, one.flags)
        for one in _days(sighting, setting)
    ]


def _days(sighting: Sighting, setting: Setting) -> list[_Dated]:
    """The calendar days that a sighting may mean."""
    if sighting.date is None:
        return _undated(sighting, setting)
    out: list[_Dated] = []
    for day in sighting.date.days:
        if day.day is not None:
            out.append(_Dated(day.day, _NO_FLAGS if day.calendar == "gregorian" else _CALENDAR, day.order))
        elif day.month_day:
            inferred = _inferred(day.month_day, _today(setting), sighting.weekday)
            if inferred:
                out.append(_Dated(inferred, _YEAR_INFERRED))
    if len(out) < 2:
        return out
    if sighting.weekday is not None:
        out = [one for one in out if one.day.weekday() == sighting.weekday] or out
    return _ordered(out, sighting, setting)


def _undated(sighting: Sighting, setting: Setting) -> list[_Dated]:
    """The days near the reference that "yesterday", a weekday or a clock alone may mean."""
    today = _today(setting)
    if today is None:
        return []
    if sighting.alone:
        return [_Dated(today + timedelta(days=ahead), _RELATIVE) for ahead in (1, 0, -1)]
    ahead = sighting.relative
    if ahead is None:
        ahead = -((today.weekday() - (sighting.weekday or 0)) % 7)
    return [_Dated(today + timedelta(days=ahead), _RELATIVE)]


def _today(setting: Setting) -> date | None:
    """The reference's day at the publisher."""
    if setting.reference is None:
        return None
    info = zones.zone_info(setting.zone) if setting.zone else None
    return setting.reference.astimezone(info or setting.reference.tzinfo).date()


def _inferred(month_day: tuple[int, int], today: date | None, weekday: int | None) -> date | None:
    """The latest such day that is at most a day ahead; a printed weekday decides among eight years."""
    if today is None:
        return None
    out: list[date] = []
    for year in range(today.year + 1, today.year - 8, -1):
        try:
            day = date(year, *month_day)
        except ValueError:
            continue
        if day <= today + _AHEAD:
            out.append(day)
    if weekday is not None:
        out = [day for day in out if day.weekday() == weekday] or out
    return out[0] if out else None


def _ordered(days: list[_Dated], sighting: Sighting, setting: Setting) -> list[_Dated]:
    """Day before month or after it: by country, then by language; open in English without a country."""
    if {one.order for one in days} != {"dmy", "mdy"}:
        return (
            [one._replace(flags=one.flags | {"ambiguous_month"}) for one in days] if len(days) > 1 else days
        )
    told = setting.country not in {None, *_BOTH_WAYS} or setting.language not in {None, "en"}
    if told:
        wanted = "mdy" if setting.country in MONTH_FIRST else "dmy"
        return [one for one in days if one.order == wanted]
    american = sighting.clock is not None and sighting.clock.twelve
    days = [one._replace(flags=one.flags | {"ambiguous_order"}) for one in days]
    return sorted(days, key=lambda one: one.order != ("mdy" if american else "dmy"))


def readings(wall: Wall, zone: ZoneMatch | None, setting: Setting) -> tuple[zones.Reading, ...]:
    """Every instant that a wall clock may be; empty: no zone is known, or no clock is printed.

    Raises:
        NoSuchTimeError: the zone skipped that day.
    """
    if wall.precision in {"day", "month"}:
        return ()
    if zone is None:
        home = zones.in_zone(wall.local, setting.zone) if setting.zone else None
        return (home._replace(flags=home.flags | {"source_zone"}),) if home else ()
    if zone.offset_minutes is not None:
        found = zones.fixed(wall.local, zone.offset_minutes)
        if zone.label == "GMT" and wall.precision != "second":
            found = zones.summer_gmt(found, wall.local, country=setting.country, zone=setting.zone)
        return (found,)
    kind, colon, name = zone.label.partition(":")
    if not colon:
        return zones.resolve(zone.label, wall.local, country=setting.country, zone=setting.zone)
    if kind == "g" or name.startswith("Etc/"):
        named = zones.in_zone(wall.local, name)
        return (named,) if named else ()
    return (zones.labelled(wall.local, Meaning(name, "s" if kind == "s" else "d", frozenset())),)
