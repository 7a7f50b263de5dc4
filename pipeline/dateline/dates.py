"""Printed dates, found on the class string of ``lexing``, and every day that each may mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from pipeline.dateline.calendars import ERAS, by_ordinal, by_week, gregorian
from pipeline.dateline.date_forms import LOOSE, spans, stands_alone, without_offsets
from pipeline.dateline.lexing import Token
from pipeline.dateline.names import is_month_in

_YEARLESS = frozenset(("dM", "Md"))
_WITH_UNITS: dict[str, tuple[int | None, int, int]] = {
    "cjk": (0, 1, 2),
    "yfmd": (0, 1, 2),
    "dcjkY": (2, 1, 0),
    "cjkmd": (None, 0, 1),
    "dm": (None, 1, 0),
}
"""Forms without a separator: which of the figures is the year, the month, the day."""

Order = Literal["", "dmy", "mdy", "ymd"]


class Day(NamedTuple):
    """One reading of a printed day."""

    day: date | None
    """None: no year is printed; ``month_day`` says the rest."""
    calendar: str = "gregorian"
    month_day: tuple[int, int] | None = None
    order: Order = ""
    """The order that this reading takes, where digits leave it open."""


class DateMatch(NamedTuple):
    """A date in the stream: tokens from ``start`` to before ``end``, and its readings."""

    start: int
    end: int
    form: str
    days: tuple[Day, ...]
    """Empty: the form fits, but no such day exists."""


def dates_in(stream: list[Token], kinds: str, *, language: str | None, persian: bool) -> Iterator[DateMatch]:
    """The dates of a token stream with its class string, from left to right.

    ``language`` is a primary subtag. ``persian``: numeric years from 1300 to 1500 are of the Persian calendar.
    """
    dated = -1
    for start, end, form in spans(without_offsets(stream, kinds)):
        if form in LOOSE and not stands_alone(stream, start, end, form):
            continue
        if form in _YEARLESS and not _is_ours(stream[start:end], language):
            continue
        if form == "dmy" and dated >= 0 and kinds[start:end] == "d.d.d" and kinds[dated:start] in {"", ","}:
            continue  # the clock behind a date: 15.04.00
        days = _readings(form, stream[start:end], persian=persian)
        if days is not None:
            dated = end
            yield DateMatch(start, end, form, tuple(days))


def _is_ours(part: list[Token], language: str | None) -> bool:
    """False where a month is one in a foreign language only: too little without a year ("tra 2 ore")."""
    return all(is_month_in(token.text, language) for token in part if token.kind == "M")


def _numbered(part: list[Token]) -> list[Day] | None:
    figures = [token.text for token in part if token.kind in "dYn"]
    if not any(token.kind == "x" for token in part):
        day = by_ordinal(int(figures[0]), figures[1])
    else:
        week = any(token.text == "W" for token in part)
        day = by_week(int(figures[0]), "".join(figures[1:])) if week else None
    return [Day(day)] if day else None


def _readings(form: str, part: list[Token], *, persian: bool) -> list[Day] | None:
    """The days of a form; None where its digits were never meant as a date."""
    figures: list[Token] = []
    month: Token | None = None
    era = 0
    for token in part:
        if token.kind in "dYn":
            figures.append(token)
        elif token.kind == "M" and month is None:
            month = token
        elif token.kind == "E":
            era = token.number
    if month is not None:
        year_first = form in {"yMd", "ydM"}
        year = figures[0] if year_first else figures[1] if len(figures) > 1 else None
        return _named(month, figures[1 if year_first else 0].number, year, era)
    return _in_figures(form, part, figures, era, persian=persian)


def _in_figures(
    form: str, part: list[Token], figures: list[Token], era: int, *, persian: bool
) -> list[Day] | None:
    """The days of a form without a month's name."""
    if form == "compact":
        return _compact(figures[0].text)
    if form == "ymd":
        return _year_first(*(token.number for token in figures), persian=persian)
    if form in {"week", "ordinal"}:
        return _numbered(part)
    if form not in _WITH_UNITS:
        return _separated(part[1].kind, figures, persian=persian)
    return _with_units(form, figures, era)


def _with_units(form: str, figures: list[Token], era: int) -> list[Day] | None:
    year, month, day = _WITH_UNITS[form]
    if year is None:
        return _without_year(figures[month].number, figures[day].number) or ([] if form == "cjkmd" else None)
    if figures[year].kind == "n" and not era and 80 <= figures[year].number <= 150:
        era = ERAS["民國"]  # Taiwan prints 113年 without its era
    short = form == "cjk" and figures[year].kind == "d" and not era
    number = figures[year].number + (2000 if short else era)
    return day_of(number, figures[month].number, figures[day].number, era=era)


def full_year(token: Token) -> int:
    """The year of a two-digit number as newspapers print it: 69 to 99 are of the last century (POSIX)."""
    return token.number + (0 if token.kind != "d" else 1900 if token.number >= 69 else 2000)


def day_of(
    year: int, month: int, day: int, calendar: str = "gregorian", *, order: Order = "", era: int = 0
) -> list[Day]:
    """The day as a list of one; empty where there is none. Buddhist years are known by their size."""
    shown = "era" if era else calendar
    if calendar == "gregorian" and 2400 <= year <= 2700:
        year, shown = year - 543, "buddhist"
    if calendar == "gregorian" and not 1800 <= year <= 2200:
        return []
    found = gregorian(calendar, year, month, day)
    return [Day(found, shown, order=order)] if found else []


def _without_year(month: int, day: int) -> list[Day]:
    good = 1 <= month <= 12 and gregorian("gregorian", 2000, month, day) is not None
    return [Day(None, month_day=(month, day))] if good else []


def _named(month: Token, day: int, year: Token | None, era: int) -> list[Day]:
    """The readings of a day with its month by name, one for each month that the name may be."""
    out: list[Day] = []
    for value in month.values:
        number = int(value)
        if year is None:
            out += _without_year(number, day) if month.calendar == "gregorian" else ()
            continue
        printed = full_year(year)
        if year.kind == "d" and "\u0e00" <= month.text[0] <= "\u0e7f":
            printed = 2500 + year.number  # Thai print shortens the Buddhist year
        # Arabic writers use some Islamic month names for Gregorian ones too.
        calendar = "gregorian" if month.calendar == "islamic" and printed > 1700 else month.calendar
        out += day_of(printed + era, number, day, calendar, era=era)
    return out


def _compact(digits: str) -> list[Day] | None:
    """``20171215``; any other number is none."""
    if len(digits) != 8 or digits[:2] not in {"19", "20"}:
        return None
    return day_of(int(digits[:4]), int(digits[4:6]), int(digits[6:])) or None


def _year_first(year: int, month: int, day: int, *, persian: bool) -> list[Day] | None:
    solar = persian and 1300 <= year <= 1500
    if not (solar or 1800 <= year <= 2200 or 2400 <= year <= 2700):
        return None
    return day_of(year, month, day, "persian" if solar else "gregorian")


def _separated(separator: str, figures: list[Token], *, persian: bool) -> list[Day] | None:
    """``15/12/17``: every order that the calendar allows; behind dots the month is never first."""
    first, second, year = figures
    number, short = full_year(year), year.kind == "d"
    calendar = "persian" if persian and 1300 <= number <= 1500 else "gregorian"
    days = day_of(number, second.number, first.number, calendar, order="dmy")
    if separator in "-/":
        days += day_of(number, first.number, second.number, calendar, order="mdy")
    if short and (len(year.text) == 1 or (separator == "." and not days)):
        return None  # a version, a section
    if short and separator == "-" and any(len(figure.text) == 1 for figure in figures):
        return None  # a score, a telephone number
    if short and not days and len(first.text) == 2:
        days = day_of(full_year(first), second.number, year.number, order="ymd")
        if not days and first.number > 31:
            return None
    if len(days) == 2 and days[0].day == days[1].day:
        days = [days[0]._replace(order="")]
    return days
