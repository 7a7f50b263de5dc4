"""Time a string of ``parse_timestamp`` and ``parse_dateline``, beside dateparser and dateutil in the same run.

    python bench/dateline.py [--gold FOLDER] [--rounds N]

Strings are those of the gold sets beside the checkout, else invented ones. Each is read in turn by
every reader, so that a busy machine slows all alike; of N rounds the fastest counts. Nothing is
cached between strings but what a library caches itself.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import baselines
import dateparser
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipeline.dateline import parse_dateline, parse_timestamp

ROOT = Path(__file__).resolve().parents[1]
Item = dict[str, Any]
Reader = Callable[[Item], object]

TIMESTAMPS = [
    ("en", "Published {d} May 2021 {h}:15 BST"),
    ("en", "May {d}, 2021, {h}:40 a.m. ET"),
    ("en", "2021-05-{d}T{h}:15:27+02:00"),
    ("en", "{h}:13 GMT +3{d} May 2021"),
    ("de", "{d}. Mai 2021, {h}:15 Uhr"),
    ("fr", "Publié le {d} mai 2021 à {h}h15"),
    ("ru", "{d} мая 2021, {h}:15 МСК"),
    ("zh", "2021年5月{d}日 {h}:15"),
    ("en", "{h} hours of rain, {d} roads closed"),
]
DATELINES = [
    ("en", "LISBON, May {d} (Reuters) - Ferries stopped for {h} hours on Tuesday."),
    ("en", "PORTLAND, Ore. (AP) — A bridge built {d} years ago was closed."),
    ("de", "Wien/Graz – Am {d}. Mai fuhren {h} Züge nicht."),
    ("ru", "МОСКВА, {d} мая - РИА Новости. Закрыто {h} станций."),
    ("zh", "【新华社北京5月{d}日电】{h}座桥关闭。"),
    ("en", "The mayor closed {h} bridges on May {d} after a storm."),
]


def texts(gold: Path, kind: str, invented: list[tuple[str, str]]) -> list[Item]:
    """The items of a gold set, else invented ones."""
    path = gold / kind / "dev.jsonl"
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            items = [json.loads(line) for line in lines]
        return items[:: max(1, len(items) // 1500)]
    numbers = [(day, hour) for day in range(10, 29) for hour in range(10, 13)]
    return [
        {"text": form.format(d=day, h=hour), "lang": language}
        for day, hour in numbers
        for language, form in invented
    ]


def language(item: Item) -> str | None:
    """The item's language; the gold sets say ``lang=`` for none."""
    given = str(item.get("lang") or "")
    return None if given in {"", "lang="} else given


def by_dateparser(item: Item) -> object:
    """``dateparser.parse`` with the language, the cheapest way to call it: no search through the text."""
    tag = str(item.get("lang") or "").split("-")[0]
    known = [tag] if tag in baselines.default_loader.get_locale_map() else None
    return dateparser.parse(str(item["text"]), languages=known)


READERS: dict[str, dict[str, Reader]] = {
    "timestamps": {
        "parse_timestamp": lambda item: parse_timestamp(item["text"], language=language(item)),
        "dateparser": by_dateparser,
        "dateutil": baselines.by_dateutil,
    },
    "datelines": {"parse_dateline": lambda item: parse_dateline(item["text"], language=language(item))},
}


def timed(readers: dict[str, Reader], items: Sequence[Item], rounds: int) -> dict[str, list[float]]:
    """Microseconds of each reader on each item, ranked; of all rounds the fastest."""
    for reader in readers.values():  # what is loaded once is no part of a string's time
        reader(items[0])
    out: dict[str, list[float]] = {name: [] for name in readers}
    for item in track(items, description="reading", transient=True):
        for name, reader in readers.items():
            out[name].append(min(once(reader, item) for _ in range(rounds)))
    return {name: sorted(values) for name, values in out.items()}


def once(reader: Reader, item: Item) -> float:
    """Microseconds of one call."""
    started = time.perf_counter_ns()
    reader(item)
    return (time.perf_counter_ns() - started) / 1000


def quantile(ranked: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies.

    >>> quantile([1, 2, 3, 4], 0.5)
    3
    """
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path, default=ROOT.parent / "shared" / "gold")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # the libraries warn of zones that they do not know
    table = Table(title="Microseconds a string", title_justify="left")
    for column in ("", "strings", "median", "p95", "p99", "median against ours"):
        table.add_column(column, justify="left" if not column else "right")
    for kind, invented in (("timestamps", TIMESTAMPS), ("datelines", DATELINES)):
        items = texts(asked.gold, kind, invented)
        found = timed(READERS[kind], items, asked.rounds)
        ours = quantile(next(iter(found.values())), 0.5)
        for name, ranked in found.items():
            cells = [f"{quantile(ranked, share):.1f}" for share in (0.5, 0.95, 0.99)]
            table.add_row(name, str(len(ranked)), *cells, f"{quantile(ranked, 0.5) / ours:.2f} ×")
        table.add_section()
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
