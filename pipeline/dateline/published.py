"""When a story was published: the dates of its page and feed weighed against each other.

Sources are trusted in the order in which they proved right on archived pages: the JSON-LD of the
article, ``article:*`` properties, microdata, other meta elements, ``<time>``, JSON-LD of other
things, the visible page, the feed, the address. The best one is chosen; a lower one that agrees
completes it: a day gets its clock, a clock its zone. Nothing is ever put together that two sources
contradict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from pipeline.dateline import zones
from pipeline.dateline.agreement import SEEN, UNSETTLED, Read, completed
from pipeline.dateline.slips import disagreements
from pipeline.dateline.timestamp import parse_timestamp
from pipeline.records import DateCandidate, Role, Source, Timestamp

_TRUST = (
    "hint",
    "json_ld",
    "meta",
    "microdata",
    "other_meta",
    "time",
    "other_json_ld",
    "page_clock",
    "visible",
    "feed",
    "url",
)
_AHEAD = timedelta(minutes=15)
"""A publisher's clock may run fast by so much before a date counts as after its fetch."""
_DAY_SOURCES = frozenset(("url",))
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
"""Seconds or milliseconds since 1970, as in ``article:published_time`` of some systems."""
_EPOCH_SOURCES = frozenset(("json_ld", "meta", "microdata", "time", "feed"))
_PLACEHOLDERS = frozenset((date(1970, 1, 1), date(1969, 12, 31), date(1900, 1, 1), date(1899, 12, 30)))
"""Days on which a system counts from zero: an empty field, printed."""


def trust(candidate: DateCandidate) -> int:
    """The rank of a candidate's source, 0 the best.

    ``meta`` is split into ``article:*`` and the rest; JSON-LD into the story and other things, such
    as the video or the reviews on its page, whose detail names their type.

    >>> trust(DateCandidate("", "json_ld")) < trust(DateCandidate("", "meta", detail="article:published_time"))
    True
    >>> trust(DateCandidate("", "time")) < trust(DateCandidate("", "json_ld", detail="videoobject.uploadDate"))
    True
    """
    source, detail = candidate.source, candidate.detail.lower()
    if source == "meta" and not detail.removeprefix("og:").startswith("article:"):
        source = "other_meta"
    if source == "json_ld" and ("." in detail or detail == "uploaddate"):
        source = "other_json_ld"
    return _TRUST.index(source) if source in _TRUST else len(_TRUST)


def read_candidates(
    candidates: Iterable[DateCandidate],
    *,
    source: Source | None = None,
    fetched_at: datetime | None = None,
    place_zone: str | None = None,
) -> tuple[Timestamp, ...]:
    """Every candidate that can be read, as read by itself; ``method`` is its source, ``role`` its own.

    The best source comes first, and among equals the first in the page. ``place_zone`` is the
    IANA zone of the dateline's place: it reads a naive clock only where the publisher has no
    zone registered, and the method then ends in ``+dateline_zone``.
    """
    return tuple(one.stamp for one in _read(candidates, source, fetched_at, place_zone))


def choose_published(
    candidates: Iterable[DateCandidate],
    *,
    source: Source | None = None,
    fetched_at: datetime | None = None,
    role: Role = "published",
    place_zone: str | None = None,
) -> Timestamp | None:
    """The publication date by the best evidence, completed by what agrees with it; None: no date.

    ``method`` names the sources used: ``json_ld``, ``meta+feed``, ``visible+source_zone``. A date
    with a day's precision has no instant. A lower source also settles a date with two readings, and
    gives an instant that is printed in UTC the wall clock of the page where that shows another day.
    ``role`` chooses among the candidates: ``updated`` gives the date of the last change. A clock in
    the page's header (role ``page_clock``) counts only where nothing else is printed, and not
    within a day of ``fetched_at``: then it is the time of the request. The days from which systems
    count (1970-01-01 …) are no dates.

    Flags tell of what does not fit: ``after_fetch`` and ``future`` (later than ``fetched_at``, by
    more than a day), and against lower sources ``hour_slip`` (exactly one hour apart),
    ``whole_offset_slip`` (apart by an offset that is printed or registered, a fault of templates)
    and ``conflict`` (any other disagreement between days).

    >>> found = choose_published([
    ...     DateCandidate("2021-05-02", "json_ld"),
    ...     DateCandidate("Sun, 02 May 2021 10:15:00 +0200", "feed"),
    ... ])
    >>> found.instant.isoformat(), found.method
    ('2021-05-02T08:15:00+00:00', 'json_ld+feed')
    """
    every = [one for one in _read(candidates, source, fetched_at, place_zone) if _is_date(one.stamp)]
    fit = _of_role(every, role, fetched_at)
    if not fit:
        return None
    fit = [_possible(one, fetched_at) for one in fit]
    zone = zones.zone_info(source.zone) if source and source.zone else None
    best = next((one for one in fit if not _absurd(one.stamp, fetched_at)), fit[0])
    chosen = completed(best, [one for one in fit if one is not best], zone)
    flags = chosen.flags | _timeliness(chosen, fetched_at) | disagreements(chosen, best, fit, zone)
    return replace(chosen, flags=flags, role=role)


def _of_role(every: list[Read], role: Role, fetched_at: datetime | None) -> list[Read]:
    fit = [one for one in every if one.stamp.role in {role, "unknown"}]
    # A page may print nothing but "Updated …": its only date, though not by the label it was found under.
    fit = fit or [
        one for one in every if one.candidate.role in {role, "unknown"} and one.stamp.role == "updated"
    ]
    if fit or role != "published":
        return fit
    return [one for one in every if one.stamp.role == "page_clock" and not _at_fetch(one.stamp, fetched_at)]


def _read(
    candidates: Iterable[DateCandidate],
    source: Source | None,
    fetched_at: datetime | None,
    place_zone: str | None,
) -> list[Read]:
    out: list[Read] = []
    zone = source.zone if source else None
    for candidate in candidates:
        printed = _epoch(candidate) or parse_timestamp(
            candidate.raw,
            language=source.language if source else None,
            country=source.country if source else None,
            zone=zone or place_zone,
            reference=fetched_at,
        )
        if printed is None:
            continue
        method = candidate.source
        flags = printed.flags
        if "source_zone" in flags:
            suffix = "source_zone" if zone else "dateline_zone"
            method, flags = f"{method}+{suffix}", flags - {"source_zone"} | {suffix}
        if candidate.source in _DAY_SOURCES:
            printed = _day_of(printed)
            flags, method = printed.flags, candidate.source
        role = _role(candidate, printed)
        out.append(Read(candidate, replace(printed, flags=flags, method=method, role=role), trust(candidate)))
    return sorted(out, key=lambda one: one.rank)


def _epoch(candidate: DateCandidate) -> Timestamp | None:
    """The instant of a number of seconds since 1970 in a field for machines; None for anything else."""
    raw = candidate.raw.strip()
    if candidate.source not in _EPOCH_SOURCES or not _EPOCH.fullmatch(raw):
        return None
    moment = datetime.fromtimestamp(int(raw[:10]), UTC)
    return Timestamp(moment, moment.replace(tzinfo=None), 0, None, "second", raw)


def _role(candidate: DateCandidate, printed: Timestamp) -> Role:
    """The role that the text prints where a person reads it ("Updated 10:00"), else the one it was found in."""
    seen = candidate.source in SEEN or candidate.role == "unknown"
    return printed.role if seen and printed.role != "unknown" else candidate.role


def _day_of(stamp: Timestamp) -> Timestamp:
    """An address gives a day at best."""
    local = stamp.local and stamp.local.replace(hour=0, minute=0, second=0, microsecond=0)
    flags = stamp.flags - {"source_zone"}
    return Timestamp(None, local, None, None, "day", stamp.evidence, (), flags)


def _is_date(stamp: Timestamp) -> bool:
    if stamp.local is None:
        return bool(stamp.candidates)
    return stamp.local.date() not in _PLACEHOLDERS


def _absurd(stamp: Timestamp, fetched_at: datetime | None) -> bool:
    """A date more than two days after its own fetch, or before newspapers went on line, gives way to another."""
    if stamp.local is None:
        return False
    year = stamp.local.year
    return year < 1985 or bool(fetched_at and stamp.local > _naive(fetched_at) + timedelta(days=2))


def _possible(one: Read, fetched_at: datetime | None) -> Read:
    """``one`` without the readings that lie ahead of its fetch, where others do not."""
    stamp = one.stamp
    readings = [reading for reading in stamp.candidates if not _absurd(reading, fetched_at)]
    if stamp.instant is not None or not readings or len(readings) == len(stamp.candidates):
        return one
    if len(readings) > 1:
        return replace(one, stamp=replace(stamp, local=readings[0].local, candidates=tuple(readings)))
    flags = (stamp.flags | readings[0].flags) - UNSETTLED
    return replace(one, stamp=replace(readings[0], flags=flags, role=stamp.role, method=stamp.method))


def _at_fetch(stamp: Timestamp, fetched_at: datetime | None) -> bool:
    return bool(fetched_at and stamp.local and abs(stamp.local - _naive(fetched_at)) <= timedelta(days=1))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _timeliness(chosen: Timestamp, fetched_at: datetime | None) -> frozenset[str]:
    if fetched_at is None:
        return frozenset()
    moment = chosen.instant
    if moment is None:
        ahead = chosen.local is not None and chosen.local - timedelta(hours=14) > _naive(fetched_at)
        return frozenset(("after_fetch", "future")) if ahead else frozenset()
    flags = set[str]()
    if moment > fetched_at + _AHEAD:
        flags.add("after_fetch")
    if moment > fetched_at + timedelta(days=1):
        flags.add("future")
    return frozenset(flags)
