"""The class of a word in the grammar of dates, by its language."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pipeline.dateline import names
from pipeline.dateline.abbreviations import ABBREVIATIONS, UNIVERSAL
from pipeline.dateline.calendars import ERAS
from pipeline.dateline.folding import fold
from pipeline.dateline.vocabulary import OPENERS, PHRASES


class Word(NamedTuple):
    """A word's class (the letters of ``lexing``) and readings.

    Two classes are for ``lexing`` to settle: ``V``, a weekday here and a month in other languages, and
    ``N``, the other way round; ``values`` then holds the months, a bar, and the weekdays.
    """

    kind: str
    values: tuple[int | str, ...] = ()
    calendar: str = "gregorian"


_LETTERS = {"T": "t", "t": "t", "h": "h", "H": "h", "นาฬิกา": "h", "นาที": "i", "วินาที": "s"}
_LETTERS |= {"ໂມງ": "h", "ນາທີ": "i", "ວິນາທີ": "s", "сарын": "m"}
"""Letters of ISO 8601 and units of a clock that stand apart."""
_UNKNOWN = Word("x")


@lru_cache(maxsize=16384)
def opens_a_name(text: str) -> bool:
    """True for a first word of names of several words, such as "Eastern" or "по"."""
    key = fold(text)
    return key in names.names().openers or key in OPENERS


@lru_cache(maxsize=16384)
def word(text: str, language: str | None) -> Word:
    """What ``text``, a word or several, is to a date; ``language`` is a primary subtag.

    >>> word("diciembre", None).kind, word("CEST", "de").values, word("house", "en").kind
    ('M', ('CEST',), 'x')
    """
    return _printed(text) or _named(fold(text), language) or _leftover(text, fold(text))


def _printed(text: str) -> Word | None:
    """Words known by their exact print: abbreviations of zones, letters of ISO 8601."""
    bare = text.replace(".", "").replace(" ", "")
    if bare in UNIVERSAL or (bare in ABBREVIATIONS and "." not in text):
        return Word("Z", (bare,))
    return Word(_LETTERS[text]) if text in _LETTERS else None


def _named(key: str, language: str | None) -> Word | None:
    """Words known by their folded form."""
    if key in PHRASES:
        return Word("Z", (PHRASES[key],))
    if key in ERAS:
        return Word("E", (ERAS[key],))
    if key in names.CLOCK_UNITS:
        return Word("u")
    found = names.meaning_of(key, language)
    if not found:
        return Word("Z", (names.names().zones[key],)) if key in names.names().zones else None
    best = found[0]
    if len(found) > 1 and {found[0].kind, found[1].kind} == {"M", "W"}:
        month, day = sorted(found[:2], key=lambda one: one.kind)
        return Word("V" if best.kind == "W" else "N", (*month.values, "|", *day.values), month.calendar)
    return Word(best.kind, best.values, best.calendar)


def _leftover(text: str, key: str) -> Word:
    if text.islower() and len(text) > 2 and (text.upper() in ABBREVIATIONS or text.upper() in UNIVERSAL):
        return Word("z", (text.upper(),))
    if key in names.RANGE_WORDS:
        return Word("r")
    return Word("f") if key in names.FILLERS else _UNKNOWN
