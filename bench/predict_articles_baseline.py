"""Prediction lines of trafilatura and htmldate for the article gold set: ``predict_articles_baseline.py DIR > P``.

What a user would take instead: trafilatura with its defaults for all fields, and htmldate, which
finds more dates, for the date. Neither gives a time of day.
"""

from __future__ import annotations

import gzip
import json
import logging
import sys
from pathlib import Path
from typing import Any

from htmldate import find_date
from trafilatura import bare_extraction

Fields = dict[str, Any]


def fields(html: bytes, url: str) -> Fields:
    """The fields of one page, in the scorer's names; without those that it lacks."""
    document = bare_extraction(html, url=url, with_metadata=True, include_comments=False)
    found = document.as_dict() if document is not None else {}
    answer = {
        "title": found.get("title"),
        "authors": (found.get("author") or "").split("; "),
        "published": day(html, url),
        "tags": found.get("tags"),
        "section": found.get("categories"),
        "body": found.get("text"),
        "image": found.get("image"),
    }
    return {name: value for name, value in answer.items() if value and value != [""]}


def day(html: bytes, url: str) -> str | None:
    """The day of publication as htmldate finds it."""
    try:
        return find_date(html.decode("utf-8", "replace"), url=url, original_date=True, extensive_search=True)
    except (ValueError, TypeError, AttributeError):  # it gives up on some pages
        return None


def main() -> None:
    logging.disable(logging.CRITICAL)
    folder = Path(sys.argv[1])
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            html = gzip.decompress((folder / f"{record['id']}.html.gz").read_bytes())
            answer = {"id": record["id"], **fields(html, record["url"])}
            print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
