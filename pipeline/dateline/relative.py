"""Relative times: "2 hours ago", "vor 3 Minuten", "5分钟前", read against a reference."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from pipeline.dateline import zones
from pipeline.dateline.folding import fold
from pipeline.dateline.names import names
from pipeline.records import Precision, Timestamp

_NUMBER = re.compile(r"(?<![\d:.,/])\d{1,3}(?![\d:.,/])(?!.*\d)")
"""The only figures of the text."""
_ONE = re.compile(r"\b(?:an?|one|eine[mr]?|une?|una|uma?)\b", re.IGNORECASE)
_NOW = frozenset(
    fold(words) for words in ("just now", "now", "gerade eben", "à l'instant", "ahora mismo", "agora mesmo")
)
_NOW |= frozenset(("刚刚", "剛剛", "たった今", "방금", "방금 전", "только что", "az once", "الآن"))
_PRECISION: dict[int, Precision] = {1: "second", 60: "minute", 3600: "hour", 86400: "day", 604800: "day"}
_LONGEST = 80
"""Characters of a text that can be a relative time with its label."""


@lru_cache(maxsize=1)
def _patterns() -> dict[str, int]:
    """CLDR's patterns with what the press adds: mins, hrs, the CJK forms without spaces."""
    table = {key.replace(" ", ""): seconds for key, seconds in names().relative.items()}
    more = {
        "#minsago": 60,
        "#minago": 60,
        "#hrsago": 3600,
        "#hrago": 3600,
        "#hago": 3600,
        "#mago": 60,
        "#dago": 86400,
    }
    more |= {
        "#分钟前": 60,
        "#小时前": 3600,
        "#天前": 86400,
        "#分鐘前": 60,
        "#小時前": 3600,
        "#分前": 60,
        "#時間前": 3600,
        "#日前": 86400,
    }
    more |= {
        "#분전": 60,
        "#시간전": 3600,
        "#일전": 86400,
        "#jamyanglalu": 3600,
        "#menityanglalu": 60,
        "#hariyanglalu": 86400,
    }
    more |= {key.replace("قبل", "منذ"): seconds for key, seconds in table.items() if "قبل" in key}
    return table | {fold(key.replace("#", "# ")).replace(" ", ""): value for key, value in more.items()}


def read(text: str, reference: datetime | None, zone: str | None) -> Timestamp | None:
    """The moment that a short plain text gives relative to ``reference``; None for any other text.

    The instant is that of the reference less the span, at the span's precision; for days only
    the local day is known, and the instant is None.
    """
    if reference is None or len(text) > _LONGEST:
        return None
    match = _NUMBER.search(text) or _ONE.search(text)
    if match and any(char.isdigit() for char in text[: match.start()]):
        return None
    if match:
        seconds = _unit(text[: match.start()], text[match.end() :])
        count = int(match.group()) if match.group().isdigit() else 1
    else:
        seconds, count = (60, 0) if fold(text) in _NOW else (None, 0)
    if seconds is None:
        return None
    moment = reference.astimezone(UTC) - timedelta(seconds=count * seconds)
    info = zones.zone_info(zone) if zone else None
    home = moment.astimezone(info or reference.tzinfo)
    local = home.replace(tzinfo=None)
    precision = _PRECISION[seconds]
    evidence = text.strip()
    if precision == "day":
        day = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return Timestamp(
            None, day, None, zone if info else None, "day", evidence, (), frozenset(("relative",))
        )
    delta = home.utcoffset()
    offset = int(delta.total_seconds() // 60) if delta is not None else None
    return Timestamp(
        moment, local, offset, zone if info else None, precision, evidence, (), frozenset(("relative",))
    )


def _unit(before: str, after: str) -> int | None:
    """Seconds of the unit in the words around a number, with up to three words of a label before them."""
    patterns = _patterns()
    left, right = fold(before).split(), fold(after).split()
    for lead in range(min(4, len(left)), -1, -1):
        for tail in range(min(4, len(right)), -1, -1):
            if lead + tail == 0:
                continue
            key = "".join(left[len(left) - lead :]) + "#" + "".join(right[:tail])
            if key in patterns:
                return patterns[key]
    return None
