"""Predictions of ``parse_dateline`` in the scorer's format: ``predict_datelines.py GOLD.jsonl > P``.

The scorer compares places by their printed names, so those are shown beside the resolved country.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

from pipeline.dateline import dateline, parse_dateline


def line(item: dict[str, object]) -> dict[str, object]:
    """One prediction."""
    text, language = str(item["text"]), item.get("lang")
    near = date.fromisoformat(str(item["doc_date"])) if item.get("doc_date") else None
    tag = str(language) if language and language != "lang=" else None
    started = time.perf_counter()
    found = parse_dateline(text, language=tag, filed_on=near)
    spent = (time.perf_counter() - started) * 1e6
    shown = None
    if found is not None:
        printed = dateline.find(text, language=tag, country=None, filed_on=near)
        assert printed is not None
        shown = {
            "raw": found.raw,
            "places": [
                {"name": one.name, "country": place.country}
                for one, place in zip(printed.head.places, found.places, strict=True)
            ],
            "agency": found.agency,
            "date": found.filed_on.isoformat() if found.filed_on else None,
        }
    return {"id": item["id"], "dateline": shown, "us": round(spent, 1)}


def main() -> None:
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        for item in map(json.loads, lines):
            print(json.dumps(line(item), ensure_ascii=False))


if __name__ == "__main__":
    main()
