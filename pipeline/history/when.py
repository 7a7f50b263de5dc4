"""When something of the past was published, as far as a list of it tells: always a span, never a guess.

A day is a day somewhere on Earth. Where the publisher's zone is known it is the day there, or that of Universal
Time, in which many publishing systems count. What may lie in a window is looked at; only what cannot is left.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.dateline.timestamp import parse_timestamp
from pipeline.history.found import Found, Window
from pipeline.records import Entry, Source, Timestamp

EASTERNMOST, WESTERNMOST = timedelta(hours=14), timedelta(hours=12)
"""Where a day begins first and ends last."""
_INSTANT = timedelta(microseconds=1)
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_IN_PAGE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"/{_YEAR}/(?P<m>\d\d?)/(?P<d>\d\d?)(?=[/?#.&]|$)",
        rf"(?<!\d){_YEAR}(?P<sep>[-_.])(?P<m>\d\d)(?P=sep)(?P<d>\d\d)(?!\d)",
        rf"/{_YEAR}(?P<m>\d\d)(?P<d>\d\d)(?=/)",
        rf"/{_YEAR}/(?P<m>\d\d?)(?=[/?#]|$)",
    )
)
_IN_FILE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:yyyy|year)={_YEAR}&(?:mm|month)=(?P<m>\d\d?)(?:&(?:dd|day)=(?P<d>\d\d?))?(?!\d)",
        rf"(?<!\d){_YEAR}(?P<sep>[-_./]?)(?P<m>\d\d)(?P=sep)(?P<d>\d\d)(?!\d)",
        rf"(?<!\d){_YEAR}[-_./]?(?P<m>\d\d)(?!\d)",
        rf"(?<!\d){_YEAR}(?!\d)",
    )
)
"""A single digit may count the parts of a year or month, so it is a month only where it is called so."""


@dataclass(frozen=True, slots=True)
class Span:
    """The instants of ``[since, until)``; both aware, UTC."""

    since: datetime
    until: datetime

    def meets(self, window: Window) -> bool:
        """Whether one of the instants lies in the window."""
        return self.since < window.until and window.since < self.until


def of_days(first: date, last: date, zone: str | None) -> Span:
    """From the beginning of the first day to the end of the last, in the calendar of ``zone``, or of UTC.

    >>> of_days(date(2017, 12, 15), date(2017, 12, 15), "Asia/Tokyo").since.isoformat()
    '2017-12-14T15:00:00+00:00'
    >>> of_days(date(2017, 12, 15), date(2017, 12, 15), None).until.isoformat()
    '2017-12-16T12:00:00+00:00'
    """
    begin, end = datetime.combine(first, time(), UTC), datetime.combine(last, time(), UTC) + timedelta(days=1)
    if zone is None:
        return Span(begin - EASTERNMOST, end + WESTERNMOST)
    here = [at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for at in (begin, end)]
    return Span(min(begin, here[0]), max(end, here[1]))


def calendar_days(window: Window, zone: str | None) -> tuple[date, date]:
    """The first and the last day, in any calendar in which the publisher may count, that has an instant of the window."""
    day = window.since.astimezone(UTC).date() - timedelta(days=2)
    while not of_days(day, day, zone).meets(window):
        day += timedelta(days=1)
    last = window.until.astimezone(UTC).date() + timedelta(days=2)
    while not of_days(last, last, zone).meets(window):
        last -= timedelta(days=1)
    return day, last


def in_address(url: str, zone: str | None) -> Span | None:
    """The day or month at which a page's address says that it was published; None: it says nothing certain.

    Eight digits may be a number, so they are a day only where a folder is named so.

    >>> in_address("https://a.example/2017/12/5-reasons", "UTC") == of_date((2017, 12), "UTC")
    True
    >>> in_address("https://a.example/world-20171205", "UTC"), in_address("https://a.example/2017/13/05/x", "UTC")
    (None, None)
    """
    parts = _first_of(_IN_PAGE, url)
    return of_date(parts, zone) if parts else None


def in_file_name(url: str) -> tuple[int, ...] | None:
    """Year, year and month, or year, month and day of which a sitemap's address says that it is.

    Any number like a year is taken for one. None: there is none.

    >>> in_file_name("https://a.example/sitemap.xml?yyyy=2017&mm=12&dd=3"), in_file_name("https://a.example/map-2017-1.xml")
    ((2017, 12, 3), (2017,))
    >>> in_file_name("https://a.example/sitemap-201712.xml.gz"), in_file_name("https://a.example/sitemap12.xml")
    ((2017, 12), None)
    """
    return _first_of(_IN_FILE, url)


def of_date(parts: tuple[int, ...], zone: str | None) -> Span:
    """The span of a year, a month or a day. Raises ValueError: there is none of that date."""
    first, last = _bounds(*parts)
    return of_days(first, last, zone)


def _first_of(patterns: Iterable[re.Pattern[str]], url: str) -> tuple[int, ...] | None:
    path = "/" + url.partition("://")[2].partition("/")[2].partition("#")[0]
    for pattern in patterns:
        found = pattern.search(path)
        if found is None:
            continue
        groups = found.groupdict()
        parts = tuple(int(text) for name in ("y", "m", "d") if (text := groups.get(name)))
        try:
            _bounds(*parts)
        except ValueError:
            continue
        return parts
    return None


def _bounds(year: int, month: int | None = None, day: int | None = None) -> tuple[date, date]:
    """The first and the last day of a year, a month, or a day. Raises ValueError: there is no such."""
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        first = date(year, month, 1)
        return first, first.replace(day=calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def printed(text: str | None, source: Source) -> Span | None:
    """The instant that a date as printed stands for, or all that it may; None: it prints none.

    >>> span = printed("Fri, 15 Dec 2017 15:13:00 +0300", Source("A", "a.example"))
    >>> span.since.isoformat(), span.until - span.since < timedelta(seconds=1)
    ('2017-12-15T12:13:00+00:00', True)
    """
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is not None and at.tzinfo is not None:
        try:
            return _moment(at.astimezone(UTC))
        except OverflowError:
            return None
    found = parse_timestamp(text, language=source.language, country=source.country, zone=source.zone)
    if found is None:
        return None
    spans = [_reach(one, source.zone) for one in (found, *found.candidates)]
    known = [span for span in spans if span]
    return Span(min(s.since for s in known), max(s.until for s in known)) if known else None


def _moment(at: datetime) -> Span:
    return Span(at, at + _INSTANT)


def _reach(found: Timestamp, zone: str | None) -> Span | None:
    """All the instants that a timestamp may mean."""
    try:
        if found.instant is not None:
            return _moment(found.instant)
        if found.local is None:
            return None
        if found.precision in {"day", "month", "year"}:
            parts = (found.local.year, found.local.month, found.local.day)
            return of_date(parts[: {"day": 3, "month": 2, "year": 1}[found.precision]], zone)
        at = found.local.replace(tzinfo=UTC)
        return Span(at - EASTERNMOST, at + WESTERNMOST)
    except OverflowError:
        return None


def published(entry: Entry, source: Source) -> Span | None:
    """When an entry was published, by the date that it prints, else by its address; None: neither says."""
    return printed(entry.published_raw, source) or in_address(entry.url or "", source.zone)


def sift(entries: Iterable[Entry], window: Window, source: Source) -> tuple[tuple[Found, ...], int]:
    """The entries that may have been published in the window, and how many cannot.

    Without a date of publication, one that was changed before the window cannot, and one changed later may. An
    address with a date outside of the window is believed, whatever changed on its page since.
    """
    found: list[Found] = []
    outside = 0
    for entry in entries:
        stated = printed(entry.published_raw, source)
        at = stated or in_address(entry.url or "", source.zone)
        told = stated or printed(entry.updated_raw, source)
        if at.meets(window) if at else told is None or told.until > window.since:
            found.append(Found(entry, told.since if told and told.until - told.since == _INSTANT else None))
        else:
            outside += 1
    return tuple(found), outside


def newest(entries: Iterable[Entry], source: Source) -> datetime | None:
    """The latest instant that a date of an entry may mean, of publication or change; None: none prints any."""
    dates = [
        span
        for entry in entries
        for span in (published(entry, source), printed(entry.updated_raw, source))
        if span
    ]
    return max((span.until for span in dates), default=None)
