"""Relative times: "2 hours ago", "vor 3 Minuten", "5分钟前", "час назад", read against a reference.

Only what is printed as past is one. Reading times ("3 min read"), durations and times ahead use the same
units without the word for "ago", so the patterns of CLDR that lack it ("-3 min") are left out of
the table (see ``build_names``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from pipeline.dateline import zones
from pipeline.dateline.folding import fold
from pipeline.dateline.names import names
from pipeline.dateline.roles import role_of
from pipeline.records import Precision, Timestamp

_FIGURES = re.compile(
    r"(?P<before>\D*?)(?:(?P<first>\d{1,3})(?P<between>[^\d:.,/]+,?\s))?"
    r"(?<![\d:.,/])(?P<last>\d{1,3})(?P<after>(?![:.,/]\d)\D*)"
)
"""A text with one figure, or with two: "2 hours 5 min ago"."""
_ONE = re.compile(
    r"\b(?:an?|one|eine[mr]?|une?|una|uma?|un'|een|ett|en|én|egy|o|bir|jeden|jedna|één|μία|μια|ένα)(?:\b|(?<='))",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_SEPARATOR = re.compile(r"[|:()]| - ")
_BESIDE = frozenset(
    fold(word) for word in "by in from von par por di da av af door oleh od от від 来源 來源".split()
)
"""Words with which a byline or a section goes on."""
_ABOUT = frozenset(
    fold(word) for word in "about around over almost etwa rund environ unas unos circa около".split()
)
_AND = frozenset(fold(word) for word in "and und et y e i и en og och ja ve và".split())
_NOW = frozenset(
    fold(words).replace(" ", "")
    for words in (
        *(
            "just now",
            "now",
            "moments ago",
            "gerade eben",
            "à l'instant",
            "ahora mismo",
            "agora mesmo",
            "agora",
        ),
        *(
            "刚刚",
            "剛剛",
            "たった今",
            "방금",
            "방금 전",
            "только что",
            "az once",
            "az önce",
            "الآن",
            "adesso",
            "zojuist",
        ),
    )
)
_PRECISIONS: tuple[tuple[int, Precision], ...] = (
    (86400, "day"),
    (3600, "hour"),
    (60, "minute"),
    (1, "second"),
)
_LABELS = frozenset(("published", "updated"))
_LONGEST = 80
"""Characters of a text that can be a relative time with its label."""
_MOST_WORDS = 4
_MORE = {
    60: "#minsago #minago #mago #분전 #分钟前 #分鐘前 #分前 #minuttitagasi #minutittagasi #menitlalu #menityanglalu "
    "#minitlepas قبلدقيقة #хвтому #минназад #นาทีก่อน #นาทีที่แล้ว #dkonce",
    3600: "#hrsago #hrago قبلساعة #hago #시간전 #小时前 #小時前 #時間前 #tunditagasi #jamlalu #jamyanglalu #jamlepas #чназад "
    "#годтому #ชั่วโมงก่อน #ชั่วโมงที่แล้ว #saonce #घंटेपहले",
    86400: "#dago #天前 #日前 #일전 #päevatagasi #harilalu #hariyanglalu #harilepas #дназад #วันก่อน #วันที่แล้ว #gonce",
}
"""What the press adds to CLDR's patterns, without spaces."""
_VARIANTS = (("قبل", "منذ"), ("πριναπο", "πριν"), ("for#", "#"), ("once", "evvel"), ("oncə", "əvvəl"))
"""A part of a pattern, and what is printed for it."""


class _Words(NamedTuple):
    """The folded words around a figure, and whether others may stand before and behind the pattern."""

    left: list[str]
    right: list[str]
    labelled: bool


@lru_cache(maxsize=1)
def _patterns() -> dict[str, int]:
    """Pattern without spaces, ``#`` for the figure, → seconds of one unit; without a figure, of all."""
    table = {key.replace(" ", ""): seconds for key, seconds in names().relative.items()}
    for seconds, patterns in _MORE.items():
        table.update({_key(pattern): seconds for pattern in patterns.split()})
    for part, printed in _VARIANTS:
        part, printed = fold(part), fold(printed)  # noqa: PLW2901  both are keys
        table |= {
            key.replace(part, printed): seconds for key, seconds in table.items() if part in key
        } | table
    return table


def _key(pattern: str) -> str:
    return "#".join(fold(part).replace(" ", "") for part in pattern.split("#"))


def read(text: str, flat: str, reference: datetime | None, zone: str | None) -> Timestamp | None:
    """The moment that a short text gives relative to ``reference``; None for any other text.

    ``flat`` is the text made plain (see ``lexing``). Beside the time only a label, a byline or what is
    set off by a bar may stand, else it is running text ("He left 2 hours ago"). The instant is
    that of the reference less the span, at the span's precision; for days only the local day is
    known, and the instant is None.
    """
    if reference is None or len(flat) > _LONGEST:
        return None
    match = _FIGURES.fullmatch(flat)
    if match:
        found = _counted(match)
    elif not _DIGIT.search(flat):
        found = _uncounted(flat)
    else:
        return None
    if found is None:
        return None
    ago, unit = found
    return _before(reference, zone, ago, unit, text.strip())


def _counted(match: re.Match[str]) -> tuple[int, int] | None:
    """(seconds, seconds of the smallest unit) of a text with one or two figures."""
    words = _around(match["before"], match["after"])
    found = _pattern(words)
    if found is None:
        return None
    unit, lead, rest = found
    ago = int(match["last"]) * unit
    if match["first"] is None:
        return ago, unit
    between = [word for word in fold(match["between"]).split() if word not in _AND]
    for cut in range(len(rest) + 1):
        larger = _patterns().get("".join((*lead, "#", *between, *rest[cut:])))
        if larger and larger > unit:
            return ago + int(match["first"]) * larger, unit
    return None


def _uncounted(flat: str) -> tuple[int, int] | None:
    """The same of "an hour ago", "منذ ساعتين" and "just now"."""
    for match in _ONE.finditer(flat):
        found = _pattern(_around(flat[: match.start()], flat[match.end() :]))
        if found:
            return found[0], found[0]
    labelled = role_of(flat) in _LABELS
    for part in _SEPARATOR.split(flat):
        words = fold(part).split()
        for start in range(len(words) if labelled else min(1, len(words))):
            key = "".join(words[start:])
            if key in _NOW:
                return 0, 60
            if key in _patterns():
                return _patterns()[key], _patterns()[key]
    return None


def _around(before: str, after: str) -> _Words:
    left = [word for word in fold(_SEPARATOR.split(before)[-1]).split() if word not in _ABOUT]
    right = fold(_SEPARATOR.split(after)[0]).split()
    return _Words(left, right, not _LABELS.isdisjoint((role_of(before), role_of(after))))


def _pattern(words: _Words) -> tuple[int, list[str], list[str]] | None:
    """Seconds of the unit, and the words before and behind the figure that make the pattern."""
    patterns = _patterns()
    left, right, labelled = words
    for lead in range(min(_MOST_WORDS, len(left)), -1, -1):
        if lead < len(left) and not labelled and left[0] not in _BESIDE:
            continue
        start = "".join(left[len(left) - lead :]) + "#"
        for tail in range(min(_MOST_WORDS, len(right)), -1, -1):
            if tail < len(right) and not labelled and right[tail] not in _BESIDE:
                continue
            seconds = patterns.get(start + "".join(right[:tail]))
            if seconds:
                return seconds, left[len(left) - lead :], right[:tail]
    return None


def _before(reference: datetime, zone: str | None, ago: int, unit: int, evidence: str) -> Timestamp:
    moment = reference.astimezone(UTC) - timedelta(seconds=ago)
    info = zones.zone_info(zone) if zone else None
    home = moment.astimezone(info or reference.tzinfo)
    local = home.replace(tzinfo=None)
    name = zone if info else None
    precision = next(precision for seconds, precision in _PRECISIONS if unit >= seconds)
    flags = frozenset(("relative",))
    if precision == "day":
        day = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return Timestamp(None, day, None, name, "day", evidence, (), flags)
    delta = home.utcoffset()
    offset = int(delta.total_seconds() // 60) if delta is not None else None
    return Timestamp(moment, local, offset, name, precision, evidence, (), flags)
