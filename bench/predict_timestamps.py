"""Predictions of ``parse_timestamp`` in the scorer's format: ``predict_timestamps.py GOLD.jsonl > P``."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from pathlib import Path

from pipeline.dateline import parse_timestamp
from pipeline.records import Timestamp

COUNTRY_OF = {
    "indiatimes.com": "IN",
    "economictimes.com": "IN",
    "ndtv.com": "IN",
    "hindustantimes.com": "IN",
    "thehindu.com": "IN",
    "indianexpress.com": "IN",
    "amarujala.com": "IN",
    "jagran.com": "IN",
    "news18.com": "IN",
    "livemint.com": "IN",
    "indiatoday.in": "IN",
    "deccanherald.com": "IN",
    "business-standard.com": "IN",
    "rte.ie": "IE",
    "haaretz.com": "IL",
    "timesofisrael.com": "IL",
    "jpost.com": "IL",
}
"""What a sources file registers for publishers whose top-level domain says nothing."""


def country_of(context: dict[str, object]) -> str | None:
    """The publisher's country: given, or registered for its domain, or its top-level domain's."""
    given = context.get("publisher_country")
    domain = str(context.get("domain") or "")
    registered = next(
        (code for name, code in COUNTRY_OF.items() if domain == name or domain.endswith("." + name)), None
    )
    return str(given) if given else registered


def line(item: dict[str, object]) -> dict[str, object]:
    """One prediction."""
    context = item.get("context") or {}
    assert isinstance(context, dict)
    reference = context.get("reference_time")
    started = time.perf_counter()
    found = parse_timestamp(
        str(item["text"]),
        language=item.get("lang") if item.get("lang") != "lang=" else None,  # type: ignore[arg-type]
        country=country_of(context),
        zone=context.get("publisher_zone"),
        reference=datetime.fromisoformat(str(reference)) if reference else None,
    )
    spent = (time.perf_counter() - started) * 1e6
    return {"id": item["id"], **shown(found), "us": round(spent, 1)}


def shown(found: Timestamp | None) -> dict[str, object]:
    """A timestamp in the scorer's words."""
    if found is None:
        return {"instant": None, "local": None, "date": None, "offset_minutes": None, "candidates": []}
    local = found.local.isoformat() if found.local else None
    clock = found.precision not in {"day", "month", "year"}
    return {
        "instant": found.instant.isoformat() if found.instant else None,
        "local": local if clock else None,
        "date": local[:10] if local else None,
        "offset_minutes": found.utc_offset_minutes,
        "candidates": [one.instant.isoformat() for one in found.candidates if one.instant],
    }


def main() -> None:
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        for item in map(json.loads, lines):
            print(json.dumps(line(item), ensure_ascii=False))


if __name__ == "__main__":
    main()
