"""Zones as printed, resolved through the zone database at the date in question.

An abbreviation is no offset: MSK was UTC+04:00 in 2012 and UTC+03:00 before and after, and IST is
printed in Mumbai, Dublin and Jerusalem. So each abbreviation names zones, each with the countries
whose press prints it; the offset comes from ``tzdata`` for the date.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from pipeline.dateline.abbreviations import ABBREVIATIONS, NEEDS_COUNTRY, Meaning


class Reading(NamedTuple):
    """One instant that a wall clock in a printed zone may be."""

    instant: datetime
    offset_minutes: int
    zone: str | None
    flags: frozenset[str] = frozenset()
    alternatives: tuple[Reading, ...] = ()
    """Other readings that a flag speaks of: the literal label, the second pass of a fold."""


_NO_TIME = timedelta()


class NoSuchTimeError(ValueError):
    """The zone skipped that whole day: Apia had no 30 December 2011."""


_LANGUAGE_HOME = MappingProxyType(
    dict.fromkeys(("hi", "bn", "ta", "te", "mr", "gu", "pa", "kn", "ml"), "IN")
    | {"he": "IL", "ga": "IE", "zh": "CN", "si": "LK", "ja": "JP", "ko": "KR"}
)
"""Countries of languages that are printed in one country, as far as ambiguous labels go."""


@lru_cache(maxsize=1)
def _available() -> frozenset[str]:
    """The names of the database; reading its index takes milliseconds."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def zone_info(name: str) -> ZoneInfo | None:
    """The zone of the database, or None for a name that it does not list."""
    return ZoneInfo(name) if name in _available() else None


def home_country(country: str | None, language: str | None) -> str | None:
    """The publisher's country: as given, else the region of its language tag, else the language's only one.

    >>> home_country(None, "en-IN"), home_country("uk", None), home_country(None, "en")
    ('IN', 'GB', None)
    """
    if country:
        country = country.upper()
        return "GB" if country == "UK" else country
    parts = (language or "").replace("_", "-").split("-")
    regions = [part.upper() for part in parts[1:] if len(part) == 2]
    return regions[0] if regions else _LANGUAGE_HOME.get(parts[0].lower())


def fixed(local: datetime, offset_minutes: int) -> Reading:
    """``local`` at a printed offset."""
    instant = (local - timedelta(minutes=offset_minutes)).replace(tzinfo=UTC)
    return Reading(instant, offset_minutes, None)


def _minutes(delta: timedelta | None) -> int:
    return 0 if delta is None else int(delta.total_seconds() // 60)


def in_zone(local: datetime, name: str) -> Reading | None:
    """``local`` as the clocks of a zone showed it; None for an unknown zone.

    A gap resolves forward, a fold takes its first pass; both are flagged and keep the other
    reading (design, "Public API").

    Raises:
        NoSuchTimeError: the zone skipped that day.
    """
    info = zone_info(name)
    if info is None:
        return None
    first = local.replace(tzinfo=info)
    second = first.replace(fold=1)
    early, late = first.utcoffset() or _NO_TIME, second.utcoffset() or _NO_TIME
    chosen = Reading((local - early).replace(tzinfo=UTC), _minutes(early), name)
    if early == late:
        return chosen
    if abs(early - late) >= timedelta(hours=12):
        raise NoSuchTimeError(f"{name} had no {local:%Y-%m-%d %H:%M}")
    flag = "dst_fold" if early > late else "dst_gap"
    other = Reading((local - late).replace(tzinfo=UTC), _minutes(late), name)
    return chosen._replace(flags=frozenset((flag,)), alternatives=(chosen, other))


@lru_cache(maxsize=2048)
def _season_offsets(info: ZoneInfo, year: int) -> tuple[int, int]:
    """(standard, daylight) offset in minutes around ``year``; the same where no clock is changed."""
    offsets = [_minutes(datetime(year, month, 1, 12, tzinfo=info).utcoffset()) for month in range(1, 13)]
    return min(offsets), max(offsets)


def labelled(local: datetime, meaning: Meaning) -> Reading:
    """``local`` under one meaning of an abbreviation; a label of the other season is flagged.

    "EST" printed in July is read as Eastern time as in force (a fixed label in a template is the
    commoner fault), with the literal reading as an alternative.
    """
    plain = in_zone(local, meaning.zone)
    info = zone_info(meaning.zone)
    if plain is None or info is None:
        message = f"{meaning.zone} is not in the zone database"
        raise LookupError(message)
    if meaning.kind == "g":
        return plain
    standard, daylight = _season_offsets(info, local.year)
    literal_offset = standard if meaning.kind == "s" else daylight
    literal = fixed(local, literal_offset)
    literal = Reading(literal.instant, literal_offset, meaning.zone)
    if standard == daylight or literal_offset in {
        plain.offset_minutes,
        *(a.offset_minutes for a in plain.alternatives),
    }:
        return literal if standard != daylight else plain
    return Reading(
        plain.instant,
        plain.offset_minutes,
        meaning.zone,
        frozenset(("label_season_mismatch",)),
        (plain, literal),
    )


_GMT_AT_HOME = MappingProxyType({"GB": "Europe/London", "IE": "Europe/Dublin"})


def summer_gmt(printed: Reading, local: datetime, *, country: str | None, zone: str | None) -> Reading:
    """``printed``, a clock labelled GMT, flagged where the publisher's own clocks were an hour ahead of it.

    British and Irish houses print GMT in summer for Universal Time (their world services) and, by
    fault of a template, for the local clock. The literal instant stands; both are alternatives.
    """
    home = zone or _GMT_AT_HOME.get(country or "")
    info = zone_info(home) if home else None
    if info is None or home is None or _season_offsets(info, local.year) != (0, 60):
        return printed
    own = in_zone(local, home)
    if own is None or own.offset_minutes == 0:
        return printed
    return Reading(printed.instant, 0, None, frozenset(("label_season_mismatch",)), (printed, own))


def meanings(label: str, country: str | None, zone: str | None, local: datetime) -> tuple[Meaning, ...]:
    """What ``label`` may stand for at a publisher of ``country`` whose own zone is ``zone``."""
    known = ABBREVIATIONS.get(label, ())
    info = zone_info(zone) if zone else None
    if info is not None and zone and local.replace(tzinfo=info).tzname() == label:
        return (Meaning(zone, "g", frozenset()),)
    at_home = tuple(meaning for meaning in known if country in meaning.countries)
    if at_home:
        return at_home[:1]
    return known if label in NEEDS_COUNTRY else known[:1]


def resolve(label: str, local: datetime, *, country: str | None, zone: str | None) -> tuple[Reading, ...]:
    """Every reading of ``local`` with the printed abbreviation; more than one: ambiguous.

    ``country`` is the publisher's, ``zone`` its registered zone: where that zone itself uses the
    label at that date, no other is meant.
    """
    found = meanings(label, country, zone, local)
    readings = tuple(labelled(local, meaning) for meaning in found)
    if len(readings) == 1 and label in NEEDS_COUNTRY and "label_season_mismatch" in readings[0].flags:
        others = (labelled(local, other) for other in ABBREVIATIONS[label] if other != found[0])
        return (*readings[0].alternatives, *others)
    if len(readings) > 1:
        return tuple(literal(reading) for reading in readings)
    return readings


def literal(reading: Reading) -> Reading:
    """``reading`` as its label says, whatever the season."""
    return reading.alternatives[-1] if "label_season_mismatch" in reading.flags else reading
