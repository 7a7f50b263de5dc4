"""Build ``names.json`` from CLDR: ``python -m pipeline.dateline.build_names``.

CLDR comes with ``babel``, which is needed for the build only. The file holds, by folded word, what
the word means in a date and in which languages: months, weekdays, halves of the day, phrases for
time zones, and the patterns of relative times. The same CLDR gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.dateline.folding import fold
from pipeline.dateline.languages import LANGUAGES
from pipeline.dateline.spellings import CASES, EXTRA_MONTHS, HALVES, VIETNAMESE

OUTPUT = Path(__file__).with_name("names.json")
Table = dict[str, dict[str, list[str]]]
"""Folded word → meaning → languages, the most printed first."""

_PERIODS = {"am": "am", "pm": "pm", "midnight": "am", "noon": "noon", "morning1": "am", "morning2": "am"} | {
    "afternoon1": "pm",
    "afternoon2": "pm",
    "evening1": "pm",
    "evening2": "pm",
    "night1": "night",
    "night2": "am",
}
_SIGNED = re.compile(r"[-–−+\u2011]\u200e?\s*\{0\}")
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_METAZONES = {
    "GMT": "Etc/UTC",
    "America_Eastern": "America/New_York",
    "America_Central": "America/Chicago",
    "America_Mountain": "America/Denver",
    "America_Pacific": "America/Los_Angeles",
    "Alaska": "America/Anchorage",
    "Hawaii": "Pacific/Honolulu",
    "Hawaii_Aleutian": "Pacific/Honolulu",
    "Atlantic": "America/Halifax",
    "Newfoundland": "America/St_Johns",
    "Brasilia": "America/Sao_Paulo",
    "Argentina": "America/Argentina/Buenos_Aires",
    "Chile": "America/Santiago",
    "Colombia": "America/Bogota",
    "Peru": "America/Lima",
    "Venezuela": "America/Caracas",
    "Cuba": "America/Havana",
    "Europe_Western": "Europe/Lisbon",
    "Europe_Central": "Europe/Paris",
    "Europe_Eastern": "Europe/Athens",
    "Moscow": "Europe/Moscow",
    "Israel": "Asia/Jerusalem",
    "Arabian": "Asia/Riyadh",
    "Gulf": "Asia/Dubai",
    "Iran": "Asia/Tehran",
    "Pakistan": "Asia/Karachi",
    "India": "Asia/Kolkata",
    "Nepal": "Asia/Kathmandu",
    "Bangladesh": "Asia/Dhaka",
    "Indochina": "Asia/Bangkok",
    "Indonesia_Western": "Asia/Jakarta",
    "Indonesia_Central": "Asia/Makassar",
    "Indonesia_Eastern": "Asia/Jayapura",
    "Malaysia": "Asia/Kuala_Lumpur",
    "Singapore": "Asia/Singapore",
    "Philippines": "Asia/Manila",
    "China": "Asia/Shanghai",
    "Hong_Kong": "Asia/Hong_Kong",
    "Taipei": "Asia/Taipei",
    "Japan": "Asia/Tokyo",
    "Korea": "Asia/Seoul",
    "Australia_Eastern": "Australia/Sydney",
    "Australia_Central": "Australia/Adelaide",
    "Australia_Western": "Australia/Perth",
    "New_Zealand": "Pacific/Auckland",
    "Africa_Western": "Africa/Lagos",
    "Africa_Central": "Africa/Maputo",
    "Africa_Eastern": "Africa/Nairobi",
    "Africa_Southern": "Africa/Johannesburg",
}
"""CLDR's metazones that the press prints, each with a zone that follows it."""


def names_in(language: str, kind: str) -> Iterator[tuple[int, str]]:
    """(number, name) of the months or days of ``language``, in every width but the narrow one."""
    from babel import Locale  # noqa: PLC0415  needed for the build only

    locale = Locale.parse(language)
    table: Any = getattr(locale, kind)
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated", "short"):
            yield from sorted(table[context].get(width, {}).items())


def _add(table: Table, name: str, meaning: str, language: str) -> None:
    key = fold(name)
    if key and not key.replace(" ", "").isdigit() and (len(key) > 1 or not key.isascii()):
        languages = table[key].setdefault(meaning, [])
        if language not in languages:
            languages.append(language)


def months() -> Table:
    """Folded month name → number → languages."""
    table: Table = defaultdict(dict)
    for language in LANGUAGES:
        base = language.partition("_")[0]
        for number, name in names_in(language, "months"):
            if any(char.isdigit() for char in name):
                continue  # Chinese, Japanese, Korean, Vietnamese: the number itself is printed
            _add(table, name, str(number), base)
        for name, number in EXTRA_MONTHS.get(language, {}).items():
            _add(table, name, str(number), base)
    for name in [name for name, readings in table.items() if any("ckb" in one for one in readings.values())]:
        for meaning in list(table[name]):
            _add(table, name + "ی", meaning, "ckb")  # the genitive before a year
    for name in [name for name, readings in table.items() if any("he" in one for one in readings.values())]:
        for meaning in list(table[name]):
            _add(table, "ב" + name, meaning, "he")  # 'in December'
    _add_cases(table)
    for number, name in enumerate(VIETNAMESE, start=1):
        _add(table, "tháng " + name, str(number), "vi")
    return table


def _add_cases(table: Table) -> None:
    for language, endings in CASES.items():
        for number, name in names_in(language, "months"):
            old, new = next(((old, new) for old, new in endings if name.endswith(old)), ("", ""))
            if len(name) > 3 and new:
                _add(table, name.removesuffix(old) + new, str(number), language)


def weekdays() -> Table:
    """Folded weekday name → number (Monday is 0) → languages."""
    table: Table = defaultdict(dict)
    for language in LANGUAGES:
        for number, name in names_in(language, "days"):
            _add(table, name, str(number), language.partition("_")[0])
    for number, name in enumerate(("tues", "wednes", "thur", "thurs")):
        _add(table, name, str((1, 2, 3, 3)[number]), "en")
    return table


def periods() -> Table:
    """Folded half of the day → ``am``, ``pm``, ``noon`` or ``night`` → languages."""
    from babel import Locale  # noqa: PLC0415  needed for the build only

    table: Table = defaultdict(dict)
    for language, halves in HALVES.items():
        for half, name in halves.items():
            _add(table, name, half, language)
    for language in LANGUAGES:
        for widths in Locale.parse(language).day_periods.values():
            for names in widths.values():
                for period, name in sorted(names.items()):
                    if period in _PERIODS:
                        _add(table, name, _PERIODS[period], language.partition("_")[0])
    return table


def zone_phrases() -> dict[str, str]:
    """Folded long name of a zone in some language → ``kind:zone``: ``s`` standard, ``d`` daylight, ``g`` generic."""
    from babel import Locale  # noqa: PLC0415  needed for the build only

    phrases: dict[str, str] = {}
    for language in LANGUAGES:
        metas = Locale.parse(language).meta_zones
        for meta, zone in _METAZONES.items():
            for kind, name in sorted((metas.get(meta) or {}).get("long", {}).items()):
                key = fold(name)
                if len(key) > 3 and kind in ("generic", "standard", "daylight"):
                    phrases.setdefault(key, f"{kind[0]}:{zone}")
    return phrases


def relatives() -> dict[str, int]:
    """Folded pattern of a past time → seconds: with ``#`` for the number, of its unit; without, of all.

    Patterns that say "past" by a minus sign or not at all ("-3 min") are left out: a reading time
    looks the same. The singular of the long form gives one without its number too ("hour ago",
    "час назад").
    """
    from babel import Locale  # noqa: PLC0415  needed for the build only

    patterns: dict[str, int] = {}
    ahead: set[str] = set()
    for language in LANGUAGES:
        fields: Any = Locale.parse(language)._data["date_fields"]  # noqa: SLF001  babel shows them no other way
        for unit, seconds in _UNITS.items():
            for width in ("", "-short", "-narrow"):
                forms = fields.get(unit + width) or {}
                ahead |= {_pattern(form) for form in forms.get("future", {}).values()}
                for number, form in forms.get("past", {}).items():
                    key, counted = _pattern(form), "{0}" in form
                    if len(key) <= 3 or _SIGNED.search(form):
                        continue
                    patterns.setdefault(key, seconds * (2 if number == "two" and not counted else 1))
                    if counted and number == "one" and not width:
                        patterns.setdefault(key.replace("# ", "").replace(" #", ""), seconds)
    return {key: seconds for key, seconds in patterns.items() if key not in ahead}


def _pattern(form: str) -> str:
    return fold(form.replace("{0}", " # "))


def build() -> bytes:
    """The file's content; the same on every run."""
    content = {
        "months": months(),
        "weekdays": weekdays(),
        "periods": periods(),
        "zones": zone_phrases(),
        "relative": relatives(),
    }
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def main() -> None:
    """Write the file beside this module."""
    content = build()
    OUTPUT.write_bytes(content)
    sys.stdout.write(f"{OUTPUT.name}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
