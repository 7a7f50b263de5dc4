"""A month without a day, where a short text prints nothing nearer: "March 2020", "2020年3月"."""

from __future__ import annotations

import re

from pipeline.dateline.dates import DateMatch, Day, day_of
from pipeline.dateline.folding import fold
from pipeline.dateline.lexing import Token
from pipeline.dateline.names import is_month_in

_FORMS = re.compile(
    r"""
      (?P<My>M\.?[-/,.']?f{0,2}E?Y(?:f?\.)?|M\.?f?Yf)
    | (?P<yM>Y[-,.]?f?\.?M\.?)
    | (?P<cjk>E?[Yd]ydm)
    | (?P<vietnamese>fd[-/,]?f?Y)
    | (?P<Ym>Y[-/]d)
    | (?P<mY>d/Y)
    """,
    re.VERBOSE,
)
"""Months of a year; the last two are one only where they are the whole text."""


def month_in(stream: list[Token], kinds: str, language: str | None) -> DateMatch | None:
    """The month that a short text without a day prints, as its first day; None: none.

    Running text is full of months that date no story ("since March 2020"), so it has to be a part
    of its own: the whole text, or set off by a bar or a colon, or straight behind a first word. The caller
    judges that word. A month's name has to be one in ``language`` or in English: "Mars 2020"
    is a spacecraft to English readers.
    """
    for match in _FORMS.finditer(kinds):
        start, end = match.span()
        form = match.lastgroup or ""
        whole = start == 0 and end == len(stream)
        if end < len(stream) and kinds[end:] != "." and kinds[end] != "|":
            continue
        if not whole and form in {"Ym", "mY"}:
            continue
        day = _first_of_month(form, stream[start:end], language)
        if day is not None:
            return DateMatch(start, end, "month", (day,))
    return None


def _first_of_month(form: str, part: list[Token], language: str | None) -> Day | None:
    figures = [token for token in part if token.kind in "dYn"]
    era = next((int(token.values[0]) for token in part if token.kind == "E"), 0)
    if "M" in form:
        name = next(token for token in part if token.kind == "M")
        if name.calendar != "gregorian" or len(name.values) != 1 or not is_month_in(name.text, language):
            return None
        year, month = figures[0], name.number
    elif form in {"vietnamese", "mY"}:
        month, year = figures[0].number, figures[1]
    else:
        year, month = figures[0], figures[1].number
    loose = (
        (form == "vietnamese" and fold(part[0].text) != "thang")
        or (form == "Ym" and len(figures[1].text) != 2)
        or (form == "cjk" and year.kind == "d" and not era)
    )
    if loose:
        return None
    return next(iter(day_of(year.number + era, month, 1, era=era)), None)
