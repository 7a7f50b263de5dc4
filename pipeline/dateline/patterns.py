"""The characters of printed dates, and the expressions that cut text into tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pipeline.dateline.vocabulary import ERAS_CJK, PERIODS_CJK, RELATIVE_CJK, ZONES_CJK

_LATIN = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_CJK = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u05f3\u200c\u200d\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0970-\u0dff\u0e30-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Combining marks, which Python does not count as letters; whole blocks where they are frequent."""
_LATIN_REST = r"(?:[a-z\u00c0-\u024f\u1e00-\u1eff\u0300-\u036f]+(?:(?<![a-z])[A-Z]+)?)*"
"""A Latin word behind its first capitals: up to a capital that follows a small ASCII letter (``RoeJuly``)."""


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _other_letters() -> str:
    """The ranges of letters neither Latin nor CJK, with the marks: ``re`` makes one table of them."""
    wanted = re.compile(rf"(?![{_CJK}{_LATIN}])[^\W\d_]|[{_MARKS}]")
    ranges: list[list[int]] = []
    for code in filter(lambda code: wanted.match(chr(code)), range(128, 0x10000)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_KNOWN_CJK = "|".join(
    (
        _any((*ZONES_CJK, *PERIODS_CJK, *RELATIVE_CJK, *ERAS_CJK)),
        "星期[一二三四五六日天]|[周週][一二三四五六日](?![一-龥])|[월화수목금토일]요일|[月火水木金土日]曜日?",
    )
)
_NUMBER = (
    r"(?P<seconds>\d\d(?<=\d:\d\d:\d\d)(?:\.\d+|,\d{3,9}|:\d{3})(?![\d.:]))"
    r"|(?P<number>\d+(?:(?:st|nd|rd|th|er|re|ère|[ºª°])(?![^\W\d_]))?)"
)
_IANA = (
    r"(?P<iana>(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)"
    r"/[A-Za-z_]+(?:/[A-Za-z_]+)?(?:[+-]\d\d?)?)"
)
_HAN_DIGITS = "〇零一二三四五六七八九十元"
_UNIT = "[年년月월日号號일点點]|[時时分](?!間|间|鐘|钟)|시(?!간)|분|秒|초"
_HAN_NUMBER = "[〇零一二三四五六七八九十]{1,4}(?=[年月日号號])|元(?=年)"
_ELIDED = "[Aa]ujourd'hui|[Aa]vant-hier"
"""Words for a day with a mark inside."""
_INITIALS = r"(?P<initials>[^\W\d_]\.(?<![^\W\d_]..)\s?[^\W\d_]\.?(?![^\W\d_]))"
TOKEN = re.compile(
    rf"""
      {_NUMBER}
    | {_IANA}
    | (?P<unit>(?:{_UNIT})(?<=[\d{_HAN_DIGITS}].)(?!間|间|간)|\s(?:{_UNIT})(?<=[\d{_HAN_DIGITS}]\s.)(?!間|间|간))
    | {_INITIALS}
    | (?P<thai>[\u0e00-\u0eff](?<![\u0e00-\u0eff].)[\u0e00-\u0eff]{{0,2}}\.[\u0e00-\u0eff]{{1,3}}\.)
    | (?P<word>{_ELIDED}|[A-Z]{{2,}}(?=[A-Z][a-z])|(?=[{_LATIN}])[A-Z]*{_LATIN_REST}|[{_other_letters()}]+)
    | (?=[{_CJK}])(?:(?P<cjk>{_KNOWN_CJK})|(?P<figures>{_HAN_NUMBER})|(?P<han>(?:(?!{_KNOWN_CJK}|{_HAN_NUMBER})[{_CJK}])+))
    | (?P<mark>[^\s])
    """,
    re.VERBOSE,
)
"""Ordered so that most places are told by their first character."""
ASCII_TOKEN = re.compile(
    rf"""
      {_NUMBER} | {_IANA} | {_INITIALS} | (?P<word>{_ELIDED}|[A-Z]+(?![a-z])|[A-Z]?[a-z]+) | (?P<mark>[^\s])
    """,
    re.VERBOSE | re.ASCII,
)
"""The same for plain ASCII, three times as fast."""
_LAST_DIGIT = 0x1FC00
"""No script has digits or spaces from here on."""


def _plain_table() -> dict[int, str]:
    """Characters by what stands for them in the grammar, one for one."""
    table: dict[int, str] = {}
    for code in range(128, _LAST_DIGIT):
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


PLAIN = _plain_table()
"""Digits of all scripts, and signs written one for the other, by their plain ones (for ``str.translate``)."""
