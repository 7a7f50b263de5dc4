"""Cluster of each document of the duplicates gold set, for its scorer.

``python bench/predict_dedup.py DIR > predictions.jsonl``, where DIR holds ``docs.jsonl.gz``. Only the
documents are read, no answer. Prints one JSON array ``[doc_id, cluster_id]`` a line.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.dedup import group_duplicates


@dataclass(frozen=True)
class Story:
    """A document of the set, as ``group_duplicates`` wants it."""

    id: str
    headline: str | None
    body: str | None
    published_at: datetime | None
    url: str | None


def stories(path: Path) -> list[Story]:
    """The set's documents; its dates print no zone and are read as UTC, all alike."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [
            Story(
                id=one["doc_id"],
                headline=one["title"],
                body=one["text"],
                published_at=datetime.fromisoformat(one["date"]).replace(tzinfo=UTC),
                url=one["url"],
            )
            for one in map(json.loads, lines)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    asked = parser.parse_args()
    for document, cluster in group_duplicates(stories(asked.directory / "docs.jsonl.gz")).items():
        sys.stdout.write(json.dumps([document, cluster]) + "\n")


if __name__ == "__main__":
    main()
