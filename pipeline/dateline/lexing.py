"""Text into tokens, and the tokens' classes into one string for the forms to match.

Every step is one pass: characters are made plain one for one (so that offsets hold), one compiled
expression cuts tokens, a dictionary gives each word its class. The class string has one letter a
token::

    d  number of one or two digits     M  month        A  half of the day    ymD  年 月 日
    Y  number of four digits           W  weekday      Z  zone, in capitals  his  時 分 秒, h
    n  number of other lengths         R  today …      z  zone, in lower case  E  era
    f  particle (at, um, de …)         I  IANA name    u  Uhr, น.            t  the T of ISO 8601
    r  to, until                       x  any other word or sign; . , : / - + ( ) | ' themselves
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.dateline import zones
from pipeline.dateline.calendars import ERAS
from pipeline.dateline.vocabulary import (
    ERAS_CJK,
    PERIODS_CJK,
    RELATIVE_CJK,
    UNITS,
    WEEKDAYS_CJK,
    ZONES_CJK,
)
from pipeline.dateline.words import Word, opens_a_name, word

_LATIN = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_CJK = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u05f3\u200c\u200d\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0970-\u0dff\u0e30-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Combining marks, which Python does not count as letters; whole blocks where they are frequent."""


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_KNOWN_CJK = "|".join(
    (
        _any((*ZONES_CJK, *PERIODS_CJK, *RELATIVE_CJK, *ERAS_CJK)),
        "星期[一二三四五六日天]|[周週][一二三四五六日](?![一-龥])|[월화수목금토일]요일|[月火水木金土日]曜日?",
    )
)
_NUMBER = r"(?P<number>\d+(?:(?:st|nd|rd|th|er|re|ère|[ºª°])(?![^\W\d_]))?)"
_IANA = (
    r"(?P<iana>(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)"
    r"/[A-Za-z_]+(?:/[A-Za-z_]+)?(?:[+-]\d\d?)?)"
)
_INITIALS = r"(?P<initials>(?<![^\W\d_])[^\W\d_]\.\s?[^\W\d_]\.?(?![^\W\d_]))"
_TOKEN = re.compile(
    rf"""
      {_NUMBER}
    | {_IANA}
    | (?P<unit>(?<=\d)\s?(?:[年년月월日号號일点點]|[時时分](?!間|间|鐘|钟)|시(?!간)|분|秒|초)(?!間|间|간))
    | (?P<cjk>{_KNOWN_CJK})
    | (?P<han>(?:(?!{_KNOWN_CJK})[{_CJK}])+)
    | {_INITIALS}
    | (?P<thai>(?<![\u0e00-\u0eff])(?:[\u0e00-\u0eff]{{1,3}}\.){{2}})
    | (?P<word>(?:(?!(?<=[a-z])[A-Z])[{_LATIN}][\u0300-\u036f]*)+|(?:(?![{_CJK}{_LATIN}])[^\W\d_]|[{_MARKS}])+)
    | (?P<mark>[^\s])
    """,
    re.VERBOSE,
)
_ASCII_TOKEN = re.compile(
    rf"""
      {_NUMBER} | {_IANA} | {_INITIALS} | (?P<word>[A-Z]*[a-z]+|[A-Z]+) | (?P<mark>[^\s])
    """,
    re.VERBOSE | re.ASCII,
)
"""The same for plain ASCII, three times as fast."""
_WORDS = frozenset(("word", "initials", "thai"))
_LONGEST_NAME = 6
"""Words of the longest name looked for ("по московскому времени")."""


def _plain_table() -> dict[int, str]:
    """Characters by what stands for them in the grammar, one for one."""
    table: dict[int, str] = {}
    for code in range(128, sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category == "Nd":
            table[code] = str(unicodedata.digit(chr(code)))
        elif category == "Zs":
            table[code] = " "
    invisible = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff\u2066\u2067\u2069\t\r\n"
    pairs = (
        (invisible, " "),
        ("‐‑‒–—―−－﹣〜～~", "-"),
        ("：﹕∶", ":"),
        ("，、،；;@", ","),
        ("（［【〔[", "("),
        ("）］】〕]", ")"),
        ("．。٫", "."),
        ("／⁄", "/"),
        ("·•∙⋅｜¦", "|"),
        ("’‘ʼ´`", "'"),
        ("＋", "+"),
    )
    for chars, stands_for in pairs:
        table.update(dict.fromkeys(map(ord, chars), stands_for))
    table.update({0xFF21 + at: chr(65 + at) for at in range(26)})
    return table


_PLAIN = _plain_table()


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
    return text.translate(_PLAIN)


def number(digits: str, start: int, end: int) -> Token:
    """The token of a run of digits."""
    width = len(digits)
    kind = "d" if width <= 2 else "Y" if width == 4 else "n"
    return Token(kind, digits, start, end, (int(digits) if width <= 18 else 0,))


def tokens(text: str, language: str | None) -> list[Token]:
    """The tokens of a plain ``text`` (see ``plain``), words read for a primary ``language``."""
    out: list[Token] = []
    skip_to = 0
    pattern = _ASCII_TOKEN if text.isascii() else _TOKEN
    for match in pattern.finditer(text):
        start, end = match.span()
        if start < skip_to:
            continue
        kind, piece = match.lastgroup, match.group()
        if kind == "number":
            out.append(number(piece if piece[-1].isdigit() else piece.rstrip("stndrheèºª°"), start, end))
        elif kind == "mark":
            out.append(Token(piece if piece in ".,:/-+()|'" else "x", piece, start, end))
        elif kind in _WORDS:
            meaning = word(piece, language)
            if opens_a_name(piece):
                meaning, end = _longest_name(text, start, end, meaning, language)
                skip_to = end
            out.append(Token(meaning.kind, text[start:end], start, end, meaning.values, meaning.calendar))
        else:
            out.append(_other(kind, piece, start, end))
    _settle(out)
    return out


def _longest_name(text: str, start: int, end: int, single: Word, language: str | None) -> tuple[Word, int]:
    """The longest known name that begins with a word, and its end; the word itself where there is none."""
    ends = [end]
    for match in _TOKEN.finditer(text, end, end + 80):
        if match.lastgroup not in _WORDS or len(ends) == _LONGEST_NAME:
            break
        ends.append(match.end())
    for last in reversed(ends[1:]):
        meaning = word(text[start:last], language)
        if meaning.kind not in "xf":
            return meaning, last
    return single, end


def _other(kind: str | None, text: str, start: int, end: int) -> Token:
    """The token of a unit, an IANA name or a run of CJK characters."""
    if kind == "unit":
        return Token(UNITS[text.strip()], text, start, end)
    if kind == "iana":
        return Token("I" if zones.zone_info(text) else "x", text, start, end)
    if kind == "cjk":
        for letter, table in (("Z", ZONES_CJK), ("A", PERIODS_CJK), ("R", RELATIVE_CJK), ("E", ERAS)):
            if text in table:
                return Token(letter, text, start, end, (table[text],))
        named = text[-1] if text[0] in "星周週" else text[0]
        return Token("W", text, start, end, (WEEKDAYS_CJK[named],))
    return Token("x", text, start, end)


def _settle(out: list[Token]) -> None:
    """Decide the words that are a month in one language and a weekday in another (kinds V and N of ``words``).

    Near a month they are weekdays; beside a number and without a month near, months. A half of the day
    in a language that nobody named (kind a) is one straight behind a clock only.
    """
    for at, token in enumerate(out):
        if token.kind == "a":
            token.kind = "A" if at > 2 and out[at - 1].kind == "d" and out[at - 2].kind == ":" else "x"
        if token.kind not in "VN":
            continue
        cut = token.values.index("|")
        near = out[max(0, at - 4) : at] + out[at + 1 : at + 5]
        beside = (at and out[at - 1].kind in "dY") or (at + 1 < len(out) and out[at + 1].kind == "d")
        day = any(other.kind in "Mm" for other in near)
        day = day or (token.kind == "V" and (not beside or any(other.kind == "/" for other in near)))
        token.kind, token.values = ("W", token.values[cut + 1 :]) if day else ("M", token.values[:cut])


def classes(stream: list[Token]) -> str:
    """The class string of a token list."""
    return "".join([token.kind for token in stream])
