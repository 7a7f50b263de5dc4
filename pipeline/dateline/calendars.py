"""Dates of other calendars, turned into Gregorian ones.

Persian: the 33-year arithmetic of Birashk's successors, exact for 1178 to 1633 SH. Islamic: the
tabular civil calendar, which may differ by a day from what was sighted or from Umm al-Qura; the
caller flags every date from here ``calendar``.
"""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType

from pipeline.dateline.folding import fold

_PERSIAN_NAMES = (
    ("فروردین", "حمل"),
    ("اردیبهشت", "ثور"),
    ("خرداد", "جوزا"),
    ("تیر", "سرطان"),
    ("مرداد", "اسد", "امرداد"),
    ("شهریور", "سنبله"),
    ("مهر", "میزان"),
    ("آبان", "عقرب"),
    ("آذر", "قوس"),
    ("دی", "جدی"),
    ("بهمن", "دلو"),
    ("اسفند", "حوت"),
)
_ISLAMIC_NAMES = (
    ("محرم", "Muharram"),
    ("صفر", "Safar"),
    ("ربيع الأول", "ربيع أول", "Rabi al-Awwal", "Rabiul Awal"),
    ("ربيع الآخر", "ربيع الثاني", "ربيع ثاني", "Rabi al-Thani", "Rabiul Akhir"),
    ("جمادى الأولى", "جمادى الأول", "Jumada al-Ula", "Jumadil Awal"),
    ("جمادى الآخرة", "جمادى الثانية", "جمادى الآخر", "Jumada al-Akhirah", "Jumadil Akhir"),
    ("رجب", "Rajab"),
    ("شعبان", "Shaban", "Sya'ban"),
    ("رمضان", "Ramadan", "Ramadhan"),
    ("شوال", "Shawwal", "Syawal"),
    ("ذو القعدة", "ذي القعدة", "ذوالقعدة", "Dhu al-Qadah", "Zulkaidah"),
    ("ذو الحجة", "ذي الحجة", "ذوالحجة", "Dhu al-Hijjah", "Zulhijah"),
)


def _numbered(names: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    return {fold(name): number for number, variants in enumerate(names, start=1) for name in variants}


PERSIAN_MONTHS = MappingProxyType(_numbered(_PERSIAN_NAMES))
"""Folded name of a month of the solar Hijri calendar (Iran; Afghanistan) → number."""
ISLAMIC_MONTHS = MappingProxyType(_numbered(_ISLAMIC_NAMES))
"""Folded name of a month of the lunar Hijri calendar → number."""

ERAS = MappingProxyType(
    {
        "令和": 2018,
        "平成": 1988,
        "昭和": 1925,
        "大正": 1911,
        "明治": 1867,
        "民國": 1911,
        "民国": 1911,
        "中華民國": 1911,
    }
    | {"พศ": -543, "佛历": -543, "檀紀": -2333, "단기": -2333, "ปี พศ": -543}
)
"""Era → what is added to its year to give the Gregorian one."""


def gregorian(calendar: str, year: int, month: int, day: int) -> date | None:
    """The Gregorian date; None where the calendar has no such day.

    ``calendar`` is ``gregorian``, ``persian`` or ``islamic``.

    >>> gregorian("persian", 1402, 8, 11), gregorian("islamic", 1445, 4, 18)
    (datetime.date(2023, 11, 2), datetime.date(2023, 11, 2))
    >>> gregorian("gregorian", 2018, 2, 30) is None
    True
    """
    if calendar == "persian":
        return _persian(year, month, day)
    if calendar == "islamic":
        return _islamic(year, month, day)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def by_week(year: int, figures: str) -> date | None:
    """The day of ISO 8601's ``2024-W29-1``: two figures for the week, one for the weekday; None: there is none.

    >>> by_week(2024, "291"), by_week(2024, "531"), by_week(2024, "29")
    (datetime.date(2024, 7, 15), None, None)
    """
    if len(figures) != 3 or not 1800 <= year <= 2200:
        return None
    try:
        return date.fromisocalendar(year, int(figures[:2]), int(figures[2]))
    except ValueError:
        return None


def by_ordinal(year: int, figures: str) -> date | None:
    """The day of ISO 8601's ``2024-197``: three figures for the day of the year; None: there is none.

    >>> by_ordinal(2024, "197"), by_ordinal(2023, "366"), by_ordinal(2024, "064")
    (datetime.date(2024, 7, 15), None, datetime.date(2024, 3, 4))
    """
    if len(figures) != 3 or not 1800 <= year <= 2200:
        return None
    day = date(year, 1, 1) + timedelta(days=int(figures) - 1)
    return day if day.year == year else None


def _persian_leap(year: int) -> bool:
    return (25 * year + 11) % 33 < 8


def _persian(year: int, month: int, day: int) -> date | None:
    if not (1178 <= year <= 1633 and 1 <= month <= 12):
        return None
    length = 31 if month <= 6 else 30 if month < 12 or _persian_leap(year) else 29
    if not 1 <= day <= length:
        return None
    # 1 Farvardin 1300 was 21 March 1921.
    leaps = sum(map(_persian_leap, range(min(year, 1300), max(year, 1300))))
    days = (year - 1300) * 365 + (leaps if year >= 1300 else -leaps)
    return date(1921, 3, 21) + timedelta(days=days + (month - 1) * 30 + min(month - 1, 6) + day - 1)


def _islamic(year: int, month: int, day: int) -> date | None:
    if not (1000 <= year <= 1700 and 1 <= month <= 12):
        return None
    length = 30 if month % 2 or (month == 12 and (11 * year + 14) % 30 < 11) else 29
    if not 1 <= day <= length:
        return None
    # 1 Muharram 1 was 19 July 622 (proleptic Gregorian) in the civil reckoning.
    days = (year - 1) * 354 + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + day - 1
    return date(622, 7, 19) + timedelta(days=days)
