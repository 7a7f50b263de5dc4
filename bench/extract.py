"""Speed and memory of the extraction of a page's fields beside the libraries that a user would pick instead.

    python bench/extract.py [FOLDER] [--limit N] [--rounds N] [--with NAME ...]

FOLDER holds pages as ``*.html`` or ``*.html.gz``; a ``gold.jsonl`` in it gives their addresses. Without
one it is the development half of the article gold set, if that lies beside the checkout. Every
extractor runs in a process of its own, on one core, over the same pages, already decoded: htmldate and
trafilatura keep caches that one would otherwise warm for the other. Rounds are interleaved, and what
is compared is CPU seconds within the same run. bench/requirements-extract.txt pins the extractors that
are no part of this project.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from bs4.dammit import EncodingDetector
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT.parent / "shared" / "gold" / "articles" / "dev"
BASE = "trafilatura"
Extract = Callable[[str, str], object]


def dateline() -> Extract:
    """All fields, with the dates read and the dateline placed."""
    from pipeline import extract_article

    return lambda html, url: extract_article(html, url=url)


def trafilatura(*, fast: bool = False) -> Extract:
    """Text and metadata."""
    from trafilatura import bare_extraction

    return lambda html, url: bare_extraction(
        html, url=url, with_metadata=True, include_comments=False, fast=fast
    )


def htmldate() -> Extract:
    """The date alone."""
    from htmldate import find_date

    return lambda html, url: find_date(html, url=url, original_date=True, extensive_search=True)


def newspaper4k() -> Extract:
    from newspaper import Article

    def extract(html: str, url: str) -> object:
        article = Article(url, fetch_images=False)  # else it asks the web for the size of each picture
        article.download(input_html=html)
        article.parse()
        return article

    return extract


def goose3() -> Extract:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})
    return lambda html, _url: goose.extract(raw_html=html)


def news_please() -> Extract:
    from newsplease import NewsPlease

    return lambda html, url: NewsPlease.from_html(html, url=url, fetch_images=False)


EXTRACTORS: dict[str, tuple[str, Callable[[], Extract]]] = {
    "dateline": ("pipeline", dateline),
    BASE: ("trafilatura", trafilatura),
    "trafilatura-fast": ("trafilatura", lambda: trafilatura(fast=True)),
    "htmldate": ("htmldate", htmldate),
    "newspaper4k": ("newspaper", newspaper4k),
    "goose3": ("goose3", goose3),
    "news-please": ("newsplease", news_please),
}
"""Each by its name: the module that must be installed, and what makes it ready."""


def pages(folder: Path, limit: int | None) -> Iterator[tuple[str, str]]:
    """The pages' text and addresses, the same ones in the same order for everybody."""
    gold = folder / "gold.jsonl"
    addresses = {}
    if gold.exists():
        with gold.open(encoding="utf-8") as lines:
            addresses = {record["id"]: record["url"] for record in map(json.loads, lines)}
    found = sorted(path for path in folder.iterdir() if path.name.endswith((".html", ".html.gz")))
    for path in found[:limit]:
        body = path.read_bytes()
        body = gzip.decompress(body) if path.suffix == ".gz" else body
        yield decoded(body), addresses.get(path.name.split(".")[0], "https://example.org/news/story")


def decoded(body: bytes) -> str:
    """A page's text as UTF-8, else as it declares itself; by none of the extractors' own means."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        declared = EncodingDetector.find_declared_encoding(body[:8192], is_html=True) or "cp1252"
        try:
            return body.decode(declared, "replace")
        except LookupError:
            return body.decode("cp1252", "replace")


def measure(name: str, folder: Path, limit: int | None) -> dict[str, float]:
    """Runs one extractor in this process: pages, those it raised on, CPU seconds, and the peak of its memory."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    extract = EXTRACTORS[name][1]()
    count, failed, seconds = 0, 0, 0.0
    for html, url in pages(folder, limit):
        started = time.process_time()
        try:
            extract(html, url)
        except Exception:  # noqa: BLE001 - whatever a library raises is counted, not hidden
            failed += 1
        seconds += time.process_time() - started
        count += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"pages": count, "failed": failed, "seconds": seconds, "peak": peak}


def in_own_process(name: str, folder: Path, limit: int | None) -> dict[str, float]:
    command = [sys.executable, __file__, str(folder), "--measure", name]
    command += ["--limit", str(limit)] if limit else []
    one_core = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **one_core}
    )
    return json.loads(done.stdout)


def table(runs: dict[str, list[dict[str, float]]], folder: Path) -> Table:
    """A line an extractor: the median of its rounds, and its ratio to trafilatura's default in the same rounds."""
    drawn = Table(
        "extractor", "pages a second", f"of {BASE}", "peak MB", "raised", title=f"Extraction of {folder.name}"
    )
    for name, rounds in runs.items():
        speeds = [one["pages"] / one["seconds"] for one in rounds]
        ratios = [
            speed / (base["pages"] / base["seconds"]) for speed, base in zip(speeds, runs[BASE], strict=True)
        ]
        drawn.add_row(
            name,
            f"{statistics.median(speeds):.1f}",
            f"{statistics.median(ratios):.2f}",
            f"{max(one['peak'] for one in rounds):.0f}",
            f"{rounds[0]['failed']:.0f} of {rounds[0]['pages']:.0f}",
        )
    return drawn


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=GOLD)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--with", dest="names", nargs="+", choices=EXTRACTORS, default=list(EXTRACTORS))
    parser.add_argument("--measure", choices=EXTRACTORS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        print(f"SKIPPED: no pages at {asked.folder}; name a folder of *.html", file=sys.stderr)
        return 0
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.folder, asked.limit)))
        return 0
    names = [name for name in EXTRACTORS if name in {*asked.names, BASE}]
    missing = [name for name in names if importlib.util.find_spec(EXTRACTORS[name][0]) is None]
    for name in missing:
        print(f"SKIPPED: {name} is not installed (bench/requirements-extract.txt)", file=sys.stderr)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names if name not in missing}
    screen = Console(width=100)
    for number in range(asked.rounds):
        for name, rounds in runs.items():
            with screen.status(f"round {number + 1}: {name}"):
                rounds.append(in_own_process(name, asked.folder, asked.limit))
    screen.print(table(runs, asked.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
