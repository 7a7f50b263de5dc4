"""Keys of addresses a second on one core, beside the standard library's split alone and courlan's cleaning.

    python bench/urls.py [--addresses 100000] [--runs 5]

The addresses are invented in the mixture that feeds and pages print: three in five plain, the others with
campaign marks, AMP, phones' hosts, sessions, escapes, letters outside ASCII and anchors; over 2,000 hosts,
none twice. CPU time of the process, the best of several runs.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit, urlunsplit

from rich.console import Console
from rich.table import Table

from pipeline.urls import canonical_url

FLOOR = 100_000

# weight, shape: {h} host, {n} a number of its own, {w} a headline
SHAPES = (
    (30, "https://www.{h}/world/2026/03/09/{w}-{n}"),
    (20, "https://{h}/news/{w}-{n}.html"),
    (10, "http://www.{h}/{w}/{n}/"),
    (10, "https://www.{h}/news/{w}-{n}?utm_source=rss&utm_medium=feed&utm_campaign=top"),
    (6, "https://www.{h}/story.php?id={n}&partner=rss&emc=rss"),
    (4, "https://{h}/a/{n}?fbclid=IwAR2x{n}&ref=home#comments"),
    (4, "https://www.{h}/sport/{w}-{n}/amp/"),
    (3, "https://m.{h}/{w}-{n}"),
    (3, "https://{h}/?p={n}"),
    (2, "https://amp.{h}/{w}/{n}?amp=1"),
    (2, "https://www.google.com/amp/s/www.{h}/{w}-{n}.amp"),
    (2, "http://{h}:80/{w}/caf%c3%a9-{n}/index.html"),
    (2, "https://{h}/nachrichten/größe-{n}.html"),
    (1, "https://{h}/live/{w}#block-5f3c6a9e8f08b1c2d3{n}"),
    (1, "https://{h}/a//b/../{w};jsessionid=9F{n}"),
)
WORDS = (
    "ministers agree budget after long night river council opens bridge storm talks vote rain coast".split()
)


def addresses(count: int) -> list[str]:
    """Invented addresses, the same in every run."""
    chance = random.Random(5)
    weights = [weight for weight, _ in SHAPES]
    shapes = chance.choices([shape for _, shape in SHAPES], weights, k=count)
    return [
        shape.format(
            h=f"paper{chance.randrange(2000)}.example",
            n=1_000_000 + number,
            w="-".join(chance.sample(WORDS, 6)),
        )
        for number, shape in enumerate(shapes)
    ]


def rate(work: Callable[[str], object], texts: Sequence[str], runs: int) -> float:
    """Addresses a second of CPU time, the best of ``runs``."""
    best = float("inf")
    for _ in range(runs):
        started = time.process_time()
        for text in texts:
            work(text)
        best = min(best, time.process_time() - started)
    return len(texts) / best


def split_and_join(url: str) -> str:
    """What any key made with the standard library pays before it decides anything."""
    return urlunsplit(urlsplit(url))


def rivals() -> dict[str, Callable[[str], object]]:
    """What is installed of the libraries that a user would pick instead."""
    found: dict[str, Callable[[str], object]] = {"urlsplit + urlunsplit": split_and_join}
    try:
        from courlan import clean_url
    except ImportError:
        return found
    return found | {"courlan.clean_url": clean_url}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--addresses", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    texts = addresses(options.addresses)
    ours = rate(canonical_url, texts, options.runs)
    table = Table("", "a second", "ours is", title=f"{len(texts):,} addresses, best of {options.runs} runs")
    table.add_row("canonical_url", f"{ours:,.0f}", "")
    for name, work in rivals().items():
        speed = rate(work, texts, options.runs)
        table.add_row(name, f"{speed:,.0f}", f"{ours / speed:.2f} times as fast")
    Console().print(table)
    if ours < FLOOR:
        raise SystemExit(f"canonical_url: {ours:,.0f} a second, {FLOOR:,} are asked for")


if __name__ == "__main__":
    main()
