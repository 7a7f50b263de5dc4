"""Text into tokens, and the tokens' classes into one string for the forms to match.

Every step is one pass: characters are made plain one for one (so that offsets hold), one compiled
expression cuts tokens, a dictionary gives each word its class. The class string has one letter a
token::

    d  number of one or two digits     M  month        A  half of the day    ymD  年 月 日
    Y  number of four digits           W  weekday      Z  zone, in capitals  his  時 分 秒, h
    n  number of other lengths         R  today …      z  zone, in lower case  E  era
    f  particle (at, um, de …)         I  IANA name    u  Uhr, น.            t  the T of ISO 8601
    r  to, until                       x  any other word or sign; . , : / - + ( ) | ' themselves

``a``, ``v``, ``V`` and ``N`` are words whose class depends on their neighbours (see ``_settle``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipeline.dateline import zones
from pipeline.dateline.calendars import ERAS
from pipeline.dateline.patterns import ASCII_TOKEN, PLAIN, TOKEN
from pipeline.dateline.vocabulary import PERIODS_CJK, RELATIVE_CJK, UNITS, WEEKDAYS_CJK, ZONES_CJK
from pipeline.dateline.words import opens_a_name, word

_WORDS = frozenset(("word", "initials", "thai"))
_LONGEST_PIECE = 40
"""Characters of the longest word or number that can mean something."""
_VERBS = frozenset(("may", "march"))
_UNSETTLED = frozenset("aVNv")
_LONGEST_NAME = 6
"""Words of the longest name looked for ("по московскому времени")."""


@dataclass(slots=True)
class Token:
    """A piece of the text and its class."""

    kind: str
    text: str
    start: int
    end: int
    values: tuple[int | str, ...] = ()
    """A number's value; the readings of a name; ``kind:zone`` of a zone in words."""
    calendar: str = "gregorian"

    @property
    def number(self) -> int:
        """The value of a number or of an unambiguous name."""
        return int(self.values[0])


def plain(text: str) -> str:
    """``text`` with plain digits, spaces, hyphens and brackets, of the same length.

    >>> plain("１５：１３（ＵＴＣ）")
    '15:13(UTC)'
    """
    return text.translate(PLAIN)


def number(digits: str, start: int, end: int) -> Token:
    """The token of a run of digits."""
    kind, text, values, _ = _number(digits)
    return Token(kind, text, start, end, values)


class _Piece(NamedTuple):
    """What a token is wherever it stands: the fields of ``Token`` without its place."""

    kind: str
    text: str
    values: tuple[int | str, ...] = ()
    calendar: str = "gregorian"


def _number(digits: str) -> _Piece:
    width = len(digits)
    kind = "d" if width <= 2 else "Y" if width == 4 else "n"
    return _Piece(kind, digits, (int(digits) if width <= 18 else 0,))


def tokens(text: str, language: str | None) -> list[Token]:
    """The tokens of a plain ``text`` (see ``plain``), words read for a primary ``language``."""
    out: list[Token] = []
    skip_to = 0
    unsettled = False
    pattern = ASCII_TOKEN if text.isascii() else TOKEN
    for match in pattern.finditer(text):
        start, end = match.span()
        if start < skip_to:
            continue
        group, piece = match.lastgroup, match.group()
        if end - start > _LONGEST_PIECE:
            out.append(Token("x", piece, start, end))
            continue
        kind, piece, values, calendar = _piece(group, piece, language)
        if group in _WORDS and opens_a_name(piece):
            kind, values, calendar, end = _longest_name(text, start, end, language)
            skip_to = end
            piece = text[start:end]
        unsettled = unsettled or kind in _UNSETTLED
        out.append(Token(kind, piece, start, end, values, calendar))
    if unsettled:
        _settle(out)
    return out


@lru_cache(maxsize=16384)
def _piece(group: str | None, text: str, language: str | None) -> _Piece:
    """The class and the readings of a piece that an alternative of the expressions matched."""
    if group == "number":
        return _number(text if text[-1].isdigit() else text.rstrip("stndrheèºª°"))
    if group == "mark":
        return _Piece(text if text in ".,:/-+()|'" else "x", text)
    if group in _WORDS:
        meaning = word(text, language)
        verb = text in _VERBS and language in {None, "en"}
        return _Piece("v" if verb else meaning.kind, text, meaning.values, meaning.calendar)
    return _other(group, text)


def _longest_name(
    text: str, start: int, end: int, language: str | None
) -> tuple[str, tuple[int | str, ...], str, int]:
    """The longest known name that begins with a word, and its end; the word itself where there is none."""
    ends = [end]
    if text[end : end + 2].lstrip()[:1].isalpha():
        for match in TOKEN.finditer(text, end, end + 80):
            if match.lastgroup not in _WORDS or len(ends) == _LONGEST_NAME:
                break
            ends.append(match.end())
    for last in reversed(ends[1:]):
        meaning = word(text[start:last], language)
        if meaning.kind not in "xf":
            return meaning.kind, meaning.values, meaning.calendar, last
    kind, _, values, calendar = _piece("word", text[start:end], language)
    return kind, values, calendar, end


def _other(group: str | None, text: str) -> _Piece:
    """A unit, an IANA name, seconds with their fraction or a run of CJK characters."""
    if group in {"seconds", "figures"}:
        return _number(text[:2] if group == "seconds" else _han_digits(text))
    if group == "unit":
        return _Piece(UNITS[text.strip()], text)
    if group == "iana":
        return _Piece("I" if zones.zone_info(text) else "x", text)
    return _known_cjk(text) if group == "cjk" else _Piece("x", text)


def _known_cjk(text: str) -> _Piece:
    """A zone, a part of the day, a day, an era or a weekday in Chinese, Japanese or Korean."""
    for letter, table in (("Z", ZONES_CJK), ("A", PERIODS_CJK), ("R", RELATIVE_CJK), ("E", ERAS)):
        if text in table:
            return _Piece(letter, text, (table[text],))
    named = text[-1] if text[0] in "星周週" else text[0]
    return _Piece("W", text, (WEEKDAYS_CJK[named],))


def _han_digits(figures: str) -> str:
    """A number in Chinese figures, written by place ("二〇二四", "元") or with its tens ("三十一").

    >>> _han_digits("二〇二四"), _han_digits("三十一"), _han_digits("十"), _han_digits("元")
    ('2024', '31', '10', '1')
    """
    tens, ten, ones = figures.partition("十")
    if ten:
        return str(10 * int(_han_digits(tens or "一")) + int(_han_digits(ones or "〇")))
    return "".join(
        str("〇一二三四五六七八九".index(char)) for char in figures.replace("零", "〇").replace("元", "一")
    )


def _settle(out: list[Token]) -> None:
    """Decide the words whose class depends on what stands near them (``_UNSETTLED``).

    A month in one language and a weekday in another (V and N of ``words``): near a month they are
    weekdays; beside a number and without a month near, months. A half of the day in a language
    that nobody named (a) is one straight behind a clock only; the English "may" and "march" in lower case
    (v) are months near a year only.
    """
    for at, token in enumerate(out):
        if token.kind == "a":
            token.kind = "A" if at > 2 and out[at - 1].kind == "d" and out[at - 2].kind == ":" else "x"
        elif token.kind == "v":
            token.kind = "M" if any(other.kind == "Y" for other in out[max(0, at - 2) : at + 4]) else "x"
        elif token.kind in "VN":
            cut = token.values.index("|")
            near = out[max(0, at - 4) : at] + out[at + 1 : at + 5]
            beside = (at and out[at - 1].kind in "dY") or (at + 1 < len(out) and out[at + 1].kind == "d")
            day = any(other.kind in "Mm" for other in near)
            day = day or (token.kind == "V" and (not beside or any(other.kind == "/" for other in near)))
            token.kind, token.values = ("W", token.values[cut + 1 :]) if day else ("M", token.values[:cut])


def classes(stream: list[Token]) -> str:
    """The class string of a token list."""
    return "".join([token.kind for token in stream])
