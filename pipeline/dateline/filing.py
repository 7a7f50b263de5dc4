"""The filing date in the head of a dateline: ``Dec. 15``, ``15 de diciembre``, ``2021. május 3., hétfő``."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from pipeline.dateline import names
from pipeline.dateline.calendars import gregorian
from pipeline.dateline.folding import fold

_MONTH = r"[^\s\d.,:;()/\[\]«»–—-]{2,12}"
_DATE = re.compile(
    rf"""(?:(?P<iso>(?:19|20)\d\d-\d\d-\d\d)
      | (?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º)?\.?\s?(?:de\s+)?(?P<m1>{_MONTH})\.?(?:,?\s+(?:de\s+)?(?P<y1>(?:19|20)\d\d|\d\d))?
      | (?P<m2>{_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>(?:19|20)\d\d)|\s+d)?
      | (?P<y3>(?:19|20)\d\d)\.?\s+(?:m\.\s+)?(?P<m3>{_MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:\s+d)?
      | (?P<d4>\d{{1,2}})[./-](?P<n4>\d{{1,2}})[./-](?P<y4>(?:19|20)\d\d)
      | (?P<d5>\d{{1,2}})\ ?-\ ?(?P<n5>\d{{1,2}}))[\s.,]*$""",
    re.VERBOSE,
)
_MONTH_BEFORE = re.compile(rf"(?<![^\s\d.,:;()/\[\]«»–—-]){_MONTH}\.?\s+$")
_SMALL_WORDS = frozenset(("في", "le", "el", "am", "on"))
_UNDATED = " NO DATE"
"""What the monitors of broadcasts printed for want of a date."""
_LONGEST_DATE, _LONGEST_MONTH = 40, 16
"""Characters of the longest date, and of a month before its figure."""
_BETWEEN = " \t\n,.–-"
_FIGURE = re.compile(r"\d+")


def split_date(
    head: str, language: str | None, near: date | None, *, vouched: bool = False
) -> tuple[str, date | None, bool]:
    """The head without the date at its end, that date, and whether one is printed.

    A date without a year is the one nearest to ``near``; None where ``near`` is. A bare ``3 - 5`` is
    a date only where an agency vouches for it.
    """
    if head.endswith(_UNDATED):
        return head.removesuffix(_UNDATED), None, True
    match = _date_at_end(head) or _date_at_end(_without_weekday(head, language))
    if match is None:
        return head, None, False
    rest = head[: match.start()].rstrip(_BETWEEN)
    before, _, small = rest.rpartition(" ")
    rest = before.rstrip(_BETWEEN) if small in _SMALL_WORDS else rest
    if match["iso"] or match["d4"]:
        found = _numeric(match, language)
        return (rest, found, True) if found and "\n" not in head else (head, None, False)
    word = match["m1"] or match["m2"] or match["m3"]
    if word is None:
        return (
            (rest, _on(None, int(match["n5"]), int(match["d5"]), near), True)
            if vouched
            else (head, None, False)
        )
    month = _meaning(word, language, "M")
    if month is None:
        return head, None, False
    day = match["d1"] or match["d2"] or match["d3"]
    return rest, _on(match["y1"] or match["y2"] or match["y3"], month, int(day), near), True


def _date_at_end(head: str) -> re.Match[str] | None:
    """The date at the end of ``head``: from one of its figures on, or from the word before that."""
    for figure in _FIGURE.finditer(head, max(0, len(head) - _LONGEST_DATE)):
        at = figure.start()
        word = _MONTH_BEFORE.search(head, max(0, at - _LONGEST_MONTH), at)
        match = (_DATE.match(head, word.start()) if word else None) or _DATE.match(head, at)
        if match is not None:
            return match
    return None


def _without_weekday(head: str, language: str | None) -> str:
    """``2021. május 3., hétfő``: the head without a weekday at its end."""
    before, _, last = head.rstrip(" .,").rpartition(" ")
    return before.rstrip(",") if last.isalpha() and _meaning(last, language, "W") is not None else head


def _numeric(match: re.Match[str], language: str | None) -> date | None:
    """``2021-05-03``, ``03.05.2021``: the day before the month, but in American print."""
    if match["iso"]:
        return gregorian("gregorian", *map(int, match["iso"].split("-")))
    day, month, year = int(match["d4"]), int(match["n4"]), int(match["y4"])
    orders = ((month, day), (day, month)) if language != "en" else ((day, month), (month, day))
    return next((found for one in orders if (found := gregorian("gregorian", year, *one))), None)


def _meaning(word: str, language: str | None, kind: str) -> int | None:
    """The number of the month (kind ``M``) or weekday (``W``) that ``word`` names; None: it names none."""
    for meaning in names.meaning_of(fold(word), language):
        if meaning.kind == kind and meaning.calendar == "gregorian":
            return int(meaning.values[0])
    return None


@lru_cache(maxsize=1024)
def _on(year: str | None, month: int, day: int, near: date | None) -> date | None:
    """The day in its year, or the one nearest to ``near``; None where there is no such day."""
    if year:
        years = [int(year) + (0 if len(year) == 4 else 1900 if int(year) >= 69 else 2000)]
    else:
        years = [near.year + shift for shift in (-1, 0, 1)] if near else []
    days = [one for number in years if (one := gregorian("gregorian", number, month, day))]
    return min(days, key=lambda one: abs((one - (near or one)).days), default=None)
