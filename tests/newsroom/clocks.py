"""One instant as the houses print it: machine-readable, visible, in feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal
from zoneinfo import ZoneInfo

from .prose import table
from .publishers import ClockForm, FeedDates, FeedFormat

_LABELS = {("Europe/Moscow", "ru"): "МСК"}
_NAIVE = "%a, %d %b %Y %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Printed:
    """A date as it stands on a page, and what a reader may know from it alone."""

    visible: str
    machine: str | None
    """Value of a ``datetime`` attribute or of metadata; None: only what can be seen."""
    local: datetime
    """Naive wall clock; midnight where only the day is printed."""
    offset_minutes: int | None
    """The offset that is printed with it; None: none is."""
    precision: Literal["second", "minute", "day"]


def local(instant: datetime, zone: str) -> datetime:
    """The wall clock of ``zone`` at an instant, naive.

    >>> local(datetime(2025, 3, 30, 12, tzinfo=UTC), "Europe/Berlin")
    datetime.datetime(2025, 3, 30, 14, 0)
    """
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def offset_minutes(instant: datetime, zone: str) -> int:
    """Minutes east of UTC in ``zone`` at an instant."""
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) // 60


def day_text(moment: datetime, language: str) -> str:
    """The day as the language writes it: ``15 December 2017``."""
    phrases = table(language)
    fields = {"day": moment.day, "month": phrases["months"][moment.month - 1], "year": moment.year}
    return str(phrases["date"].format(**fields))


def clock_text(moment: datetime, language: str) -> str:
    """The time of day as the language writes it: ``14h05``."""
    return str(table(language)["clock"].format(hour=moment.hour, minute=moment.minute))


def print_day(instant: datetime, zone: str, language: str) -> Printed:
    """The day alone."""
    midnight = local(instant, zone).replace(hour=0, minute=0, second=0)
    return Printed(day_text(midnight, language), f"{midnight:%Y-%m-%d}", midnight, None, "day")


def print_clock(instant: datetime, zone: str, language: str, form: ClockForm) -> Printed:
    """An instant as a house prints it on its pages, to the minute.

    >>> print_clock(datetime(2017, 12, 15, 12, 13, tzinfo=UTC), "Europe/Moscow", "en", "glued").visible
    '15:13 GMT +315 December 2017'
    >>> print_clock(datetime(2017, 12, 15, 12, 13, tzinfo=UTC), "America/New_York", "en", "us_eastern").visible
    'December 15, 2017, 7:13 a.m. ET'
    """
    here = local(instant, zone)
    offset = offset_minutes(instant, zone)
    plain = f"{day_text(here, language)}, {clock_text(here, language)}"
    match form:
        case "iso":
            return Printed(plain, iso(instant, zone), here, offset, "second")
        case "iso_naive":
            return Printed(plain, here.isoformat(), here, None, "second")
        case "label":
            return Printed(f"{plain} {_LABELS[zone, language]}", None, here, offset, "minute")
        case "us_eastern":
            month = table(language)["months"][here.month - 1]
            half = "a.m." if here.hour < 12 else "p.m."
            clock = f"{here.hour % 12 or 12}:{here.minute:02} {half} ET"
            return Printed(f"{month} {here.day}, {here.year}, {clock}", None, here, offset, "minute")
        case "glued":
            text = f"{here:%H:%M} GMT {offset // 60:+d}{day_text(here, language)}"
            return Printed(text, None, here, offset, "minute")
        case "naive":
            return Printed(plain, None, here, None, "minute")


def iso(instant: datetime, zone: str) -> str:
    """ISO 8601 with the zone's offset.

    >>> iso(datetime(2025, 3, 28, 12, tzinfo=UTC), "Asia/Tokyo")
    '2025-03-28T21:00:00+09:00'
    """
    return instant.astimezone(ZoneInfo(zone)).isoformat()


def print_feed_date(instant: datetime, zone: str, form: FeedFormat, dates: FeedDates) -> str | None:
    """The date of an entry, RFC 822 in RSS 2.0 and ISO 8601 elsewhere; None where the feed has none.

    >>> print_feed_date(datetime(2025, 3, 28, 12, tzinfo=UTC), "America/New_York", "rss20", "label")
    'Fri, 28 Mar 2025 08:00:00 EDT'
    """
    here = instant.astimezone(ZoneInfo(zone))
    if dates == "none":
        return None
    if form != "rss20":
        return (here if dates == "offset" else instant.astimezone(UTC)).isoformat()
    match dates:
        case "offset":
            return format_datetime(here)
        case "gmt":
            return format_datetime(instant.astimezone(UTC), usegmt=True)
        case "label":
            return f"{here.strftime(_NAIVE)} {here.tzname()}"
        case "naive":
            return here.strftime(_NAIVE)
