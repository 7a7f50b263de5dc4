"""Predictions of what users have instead of Dateline, in the scorers' format, timed in the same run.

    python bench/baselines.py dateparser|dateutil GOLD.jsonl > P    (timestamps)
    python bench/baselines.py regex GOLD.jsonl > P                  (datelines)

Each library gets what it can use: dateparser the language, the reference and the publisher's zone,
and its search through the text where it cannot read all of it; dateutil the reference and a table
of zones, without which it knows none.
"""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dateparser
import dateutil.parser
from dateparser.languages.loader import default_loader
from dateparser.search import search_dates

Item = dict[str, Any]

OFFSETS = {
    "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "EET": 120, "SAST": 120,
    "EEST": 180, "MSK": 180, "TRT": 180, "GST": 240, "PKT": 300, "IST": 330, "WIB": 420, "ICT": 420, "HKT": 480, "SGT": 480,
    "AWST": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "BRT": -180, "ART": -180, "AST": -240,
    "EDT": -240, "ET": -300, "EST": -300, "CDT": -300, "CT": -360, "CST": -360, "MDT": -360, "MT": -420, "MST": -420, "PDT": -420,
    "PT": -480, "PST": -480, "AKST": -540, "HST": -600,
}  # fmt: skip
"""Minutes east of Greenwich of the abbreviations that newsrooms print most."""
TABLE = {label: minutes * 60 for label, minutes in OFFSETS.items()}


def by_dateparser(item: Item) -> datetime | None:
    """What ``dateparser.parse`` answers with the item's language, reference and zone, else its search."""
    context = item.get("context") or {}
    language = str(item.get("lang") or "").split("-")[0]
    known = [language] if language in default_loader.get_locale_map() else None
    settings = {"RELATIVE_BASE": reference(context).replace(tzinfo=None), "PREFER_DATES_FROM": "past"}
    if context.get("publisher_zone"):
        settings |= {"TIMEZONE": context["publisher_zone"], "RETURN_AS_TIMEZONE_AWARE": True}
    text = str(item["text"])
    found = dateparser.parse(text, languages=known, settings=settings)
    if found is not None:
        return found
    parts = search_dates(text, languages=known, settings=settings) or []
    return max(parts, key=lambda part: len(part[0]))[1] if parts else None


def by_dateutil(item: Item) -> datetime | None:
    """What ``dateutil.parser.parse`` finds in the text, words between its parts left out."""
    midnight = reference(item.get("context") or {}).replace(hour=0, minute=0, second=0, tzinfo=None)
    try:
        return dateutil.parser.parse(str(item["text"]), fuzzy=True, tzinfos=TABLE, default=midnight)
    except (ValueError, OverflowError, TypeError):
        return None


def reference(context: Item) -> datetime:
    """A moment shortly after the printing, where the item has one."""
    given = context.get("reference_time")
    return datetime.fromisoformat(str(given)) if given else datetime(2020, 1, 1, tzinfo=UTC)


def shown(found: datetime | None) -> Item:
    """A library's answer in the scorer's words: a naive one claims no instant."""
    if found is None:
        return {"instant": None, "local": None, "date": None}
    offset = found.utcoffset()
    minutes = None if offset is None else int(offset.total_seconds()) // 60
    local = found.replace(tzinfo=None).isoformat()
    return {
        "instant": None if minutes is None else found.astimezone(UTC).isoformat(),
        "offset_minutes": minutes,
        "local": local,
        "date": local[:10],
    }


DATELINE = re.compile(
    r"^(?P<place>[A-Z][A-Z .'/-]+)(?:, [^(\n]{1,40}?)?(?:,? [A-Z][a-z]+\.? \d{1,2})? ?(?:\((?P<agency>[\w -]+)\))? ?(?:--?|–|—)"
)
"""``PLACE, Region, May 2 (AGENCY) -``, as one writes it in an afternoon."""


def by_regex(item: Item) -> Item:
    """The dateline that one regular expression finds."""
    match = DATELINE.match(str(item["text"]).lstrip())
    if match is None:
        return {"dateline": None}
    raw = match.group(0).rstrip(" -–—")
    place = {"name": match["place"].strip(), "country": None}
    return {"dateline": {"raw": raw, "places": [place], "agency": match["agency"], "date": None}}


BASELINES: dict[str, Callable[[Item], Item]] = {
    "dateparser": lambda item: shown(by_dateparser(item)),
    "dateutil": lambda item: shown(by_dateutil(item)),
    "regex": by_regex,
}


def main() -> None:
    warnings.simplefilter("ignore")  # both warn of zones that they do not know
    name, gold = sys.argv[1:]
    answer = BASELINES[name]
    with Path(gold).open(encoding="utf-8") as lines:
        for item in map(json.loads, lines):
            started = time.perf_counter()
            found = answer(item)
            spent = (time.perf_counter() - started) * 1e6
            print(json.dumps({"id": item["id"], **found, "us": round(spent, 1)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
