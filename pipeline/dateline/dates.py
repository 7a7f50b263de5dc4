"""Printed dates, found on the class string of ``lexing``, and every day that each may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from pipeline.dateline.calendars import gregorian
from pipeline.dateline.lexing import Token

_FORMS = re.compile(
    r"""
      (?P<ymd>Y(?P<s1>[-/.])d(?P=s1)d)
    | (?P<compact>n)(?=t|$|[^:.\-/d])
    | (?P<cjk>E?[dYn]ydmdD?)
    | (?P<cjkmd>dmdD)
    | (?P<yMd>(?<!\+)Y[,.]?f?\.?[-/]?f?M\.?[-/]?d(?![:hA]|,?f?Y)(?:\.?f(?=\.|$))?)
    | (?P<ydM>(?<!\+)Y[-,.]?f?\.?,?d\.?-?M\.?(?!,?f?Y))
    | (?P<dMY>(?<!d:)d\.?D?f?f?[-/.,']?M\.?[-/,.']?f?f?E?\.?Y(?!:(?!d:d)))
    | (?P<MdY>M\.?f?d\.?,?f?f?W?,?E?\.?Y(?!:(?!d:d)))
    | (?P<dMd>(?<!d:)d[-/.]?f?M\.?[-/.,]?'?d(?![:hAu.]))
    | (?P<Mdd>M\.?d,?'d(?![:hAu]))
    | (?P<dmy>d(?P<s2>[-/.])d(?P=s2)(?:Y|d)(?!:(?!d:d)|(?P=s2)d(?![:h])))
    | (?P<dfm>(?<![:.])dfd,?f?Y)
    | (?P<dM>(?<!d:)(?<!/)d\.?D?f?f?[-.]?M\.?)
    | (?P<Md>M\.?f?d(?![:hAu]))
    """,
    re.VERBOSE,
)
"""An ordered choice, what is more specific first. Capital Y, M: a year of four digits, a month by name."""

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


def dates_in(stream: list[Token], kinds: str, *, persian: bool) -> Iterator[DateMatch]:
    """The dates of a token stream with its class string, from left to right.

    ``persian``: numeric years from 1300 to 1500 are of the Persian calendar.
    """
    dated = -1
    for match in _FORMS.finditer(_without_offsets(stream, kinds)):
        start, end = match.span()
        form = match.lastgroup or ""
        if form == "dmy" and dated >= 0 and kinds[start:end] == "d.d.d" and kinds[dated:start] in {"", ","}:
            continue  # the clock behind a date: 15.04.00
        days = _readings(form, stream[start:end], persian=persian)
        if days is not None:
            dated = end
            yield DateMatch(start, end, form, tuple(days))


def _without_offsets(stream: list[Token], kinds: str) -> str:
    """The class string with a ``#`` for each figure of an offset, which else looks like a year: ``10:00 -1000, 2 Jun``."""
    for at in range(2, len(kinds)):
        if kinds[at] == "Y" and kinds[at - 1] in "+-" and stream[at - 1].end == stream[at].start:
            behind_clock = kinds[at - 2] in "ZzA" or kinds[max(0, at - 3) : at - 1] == ":d"
            kinds = f"{kinds[:at]}#{kinds[at + 1 :]}" if behind_clock else kinds
    return kinds


def _readings(form: str, part: list[Token], *, persian: bool) -> Iterable[Day] | None:
    """The days of a form; None where its digits were never meant as a date."""
    figures = [token for token in part if token.kind in "dYn"]
    era = next((int(token.values[0]) for token in part if token.kind == "E"), 0)
    if "M" in form:
        return _with_name(form, part, figures, era)
    if form == "compact":
        return _compact(figures[0].text)
    if form == "ymd":
        return _year_first(*(token.number for token in figures), persian=persian)
    if form == "cjkmd":
        return _without_year(figures[0].number, figures[1].number)
    if form == "cjk":
        short = figures[0].kind == "d" and not era
        return _day(
            figures[0].number + (2000 if short else era), figures[1].number, figures[2].number, era=era
        )
    return _separated(part[1].kind, figures, persian=persian)


def _with_name(form: str, part: list[Token], figures: list[Token], era: int) -> list[Day]:
    month = next(token for token in part if token.kind == "M")
    if form in {"yMd", "ydM"}:
        return list(_named(month, figures[1].number, figures[0], era))
    return list(_named(month, figures[0].number, figures[1] if len(figures) > 1 else None, era))


def full_year(token: Token) -> int:
    """The year of a two-digit number as newspapers print it: 69 to 99 are of the last century (POSIX)."""
    return token.number + (0 if token.kind != "d" else 1900 if token.number >= 69 else 2000)


def _day(
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


def _named(month: Token, day: int, year: Token | None, era: int) -> Iterator[Day]:
    """The readings of a day with its month by name, one for each month that the name may be."""
    for value in month.values:
        number = int(value)
        if year is None:
            yield from _without_year(number, day) if month.calendar == "gregorian" else ()
            continue
        printed = full_year(year)
        if year.kind == "d" and "\u0e00" <= month.text[0] <= "\u0e7f":
            printed = 2500 + year.number  # Thai print shortens the Buddhist year
        # Arabic writers use some Islamic month names for Gregorian ones too.
        calendar = "gregorian" if month.calendar == "islamic" and printed > 1700 else month.calendar
        yield from _day(printed + era, number, day, calendar, era=era)


def _compact(digits: str) -> list[Day] | None:
    """``20171215``; any other number is none."""
    if len(digits) != 8 or digits[:2] not in {"19", "20"}:
        return None
    return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:])) or None


def _year_first(year: int, month: int, day: int, *, persian: bool) -> list[Day] | None:
    solar = persian and 1300 <= year <= 1500
    if not (solar or 1800 <= year <= 2200 or 2400 <= year <= 2700):
        return None
    return _day(year, month, day, "persian" if solar else "gregorian")


def _separated(separator: str, figures: list[Token], *, persian: bool) -> list[Day] | None:
    """``15/12/17``: every order that the calendar allows; behind dots the month is never first."""
    first, second, year = figures
    number, short = full_year(year), year.kind == "d"
    calendar = "persian" if persian and 1300 <= number <= 1500 else "gregorian"
    days = _day(number, second.number, first.number, calendar, order="dmy")
    if separator in "-/":
        days += _day(number, first.number, second.number, calendar, order="mdy")
    if short and (len(year.text) == 1 or (separator == "." and not days)):
        return None  # a version, a section
    if short and separator == "-" and any(len(figure.text) == 1 for figure in figures):
        return None  # a score, a telephone number
    if short and not days and len(first.text) == 2:
        days = _day(full_year(first), second.number, year.number, order="ymd")
        if not days and first.number > 31:
            return None
    if len(days) == 2 and days[0].day == days[1].day:
        days = [days[0]._replace(order="")]
    return days
