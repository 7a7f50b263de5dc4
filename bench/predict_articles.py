"""Prediction lines of the article gold set, for its scorer.

``python bench/predict_articles.py DIR > predictions.jsonl``, where DIR holds ``gold.jsonl`` and one
``<id>.html.gz`` a page. Only the page's bytes and its address are read, no answer. ``cpu_s`` is the
time of ``extract_page`` and of the choice of the date together.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from pipeline.extract import extract_page
from pipeline.records import Article, Timestamp

Choose = Callable[..., Timestamp | None]


def chooser() -> Choose | None:
    """``choose_published`` where that part of the pipeline is installed."""
    try:
        from pipeline.dateline import choose_published
    except ImportError:
        return None
    return choose_published


def printed(stamp: Timestamp | None) -> str | None:
    """ISO 8601 as precise as the page was: a day alone, a clock, or a clock with its offset."""
    if stamp is None or stamp.local is None:
        return stamp.instant.isoformat() if stamp and stamp.instant else None
    if stamp.precision in {"day", "month", "year"}:
        return stamp.local.date().isoformat()
    if stamp.instant is not None:
        offset = timezone(timedelta(minutes=stamp.utc_offset_minutes or 0))
        return stamp.instant.astimezone(offset).isoformat()
    return stamp.local.isoformat()


def line(gold_id: str, article: Article, published: str | None, seconds: float) -> dict[str, Any]:
    """One prediction, its empty fields left out."""
    fields = {
        "id": gold_id,
        "title": article.headline,
        "authors": list(article.authors),
        "published": published,
        "section": article.section,
        "tags": list(article.keywords),
        "body": article.body,
        "image": article.images[0].url if article.images else None,
        "cpu_s": round(seconds, 6),
        "status": article.status,
        "methods": dict(article.methods),
    }
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--limit", type=int, default=None)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    choose = chooser()
    total, count = 0.0, 0
    with (arguments.directory / "gold.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if arguments.limit is not None and count >= arguments.limit:
                break
            body = gzip.decompress((arguments.directory / f"{record['id']}.html.gz").read_bytes())
            started = time.process_time()
            article = extract_page(body, url=record["url"])
            stamp = choose(article.date_candidates) if choose else None
            seconds = time.process_time() - started
            total, count = total + seconds, count + 1
            print(json.dumps(line(record["id"], article, printed(stamp), seconds), ensure_ascii=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count} pages, {count / total if total else 0:.1f} a second of CPU, peak {peak:.0f} MB",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
