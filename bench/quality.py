"""Scores on the development halves of the gold sets, against the floors in quality.toml and beside baselines.

    python bench/quality.py [--gold FOLDER] [--floors] [SET ...]

SET is timestamps, datelines, articles or dedup; without one all four are scored. The gold sets lie beside
the checkout and are no part of it. Baselines run on the same items in the same run, but for
trafilatura, whose predictions are kept in .dateline/bench; beside its figures stands the interval
of our gain. With --floors no baseline is run: it is what CI asks. The status is 1 if a figure is below its floor.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import interval
import scoring
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
BOUNDS = ("floor", "ceiling")


@dataclass(frozen=True)
class Measured:
    """The figures of one part of a gold set, ours and those of the baselines by their names."""

    ours: dict[str, float]
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    gains: dict[str, tuple[float, float]] = field(default_factory=dict)


def measured(
    kind: str, part: str, gold_sets: Path, folder: Path, screen: Console, baselines: Iterable[str]
) -> Measured:
    """Predicts and scores one part, by us and by these baselines."""
    gold = scoring.gold_of(gold_sets, kind, part, folder)
    figures: dict[str, dict[str, float]] = {}
    pages: dict[str, Path] = {}
    for name in (scoring.OURS, *baselines):
        step = f"{kind}/{part}: {name}"
        if not screen.is_terminal:
            screen.print(step)
        with screen.status(step):
            predicted = scoring.predictions(name, kind, gold, folder)
            figures[name] = scoring.scored(kind, gold_sets / kind / "score.py", gold, predicted)
        pages[name] = scoring.pages_of(predicted)
    ours = figures.pop(scoring.OURS)
    return Measured(ours, figures, gains(gold, ours, pages) if kind == "articles" and figures else {})


def gains(gold: Path, figures: Iterable[str], pages: dict[str, Path]) -> dict[str, tuple[float, float]]:
    """The interval of our gain over the baseline, by figure."""
    ours, theirs = (interval.page_scores(path) for path in pages.values())
    publishers = interval.publishers(gold / "gold.jsonl")
    scored = {figure for page in ours.values() for figure in page}
    return {figure: interval.gain(figure, ours, theirs, publishers) for figure in figures if figure in scored}


def holds(value: float, bound: dict[str, float]) -> bool:
    """True where a figure keeps its floor, or its ceiling."""
    return value >= bound["floor"] if "floor" in bound else value <= bound["ceiling"]


def table_of(kind: str, parts: dict[str, Measured], bounds: dict[str, dict[str, dict[str, float]]]) -> Table:
    """One row a figure: measured, floor, aim, baselines and, where there is one, the interval of the gain."""
    names = list(dict.fromkeys(name for part in parts.values() for name in part.baselines))
    with_gain = any(part.gains for part in parts.values())
    table = Table(title=f"{kind}, development half", title_justify="left")
    for column in ("set", "figure", "measured", "floor", "aim", *names):
        table.add_column(column, justify="left" if column in {"set", "figure"} else "right", no_wrap=True)
    if with_gain:
        table.add_column("95 % of the gain", justify="right")
    table.add_column("")
    for part, figures in parts.items():
        for figure, bound in bounds[part].items():
            value = figures.ours[figure]
            sign = "" if "floor" in bound else "≤ "
            row = [part, figure, f"{value:.4f}", *(f"{sign}{limit:g}" for limit in limits(bound))]
            row += [shown(figures.baselines.get(name, {}).get(figure)) for name in names]
            row += [f"{low:+.3f} … {high:+.3f}" for low, high in [figures.gains[figure]]] if with_gain else []
            table.add_row(*row, verdict(value, bound))
    return table


def limits(bound: dict[str, float]) -> tuple[float, float]:
    """The floor (or the ceiling) and the aim."""
    return next(bound[name] for name in BOUNDS if name in bound), bound["aim"]


def verdict(value: float, bound: dict[str, float]) -> str:
    """A word for where a figure stands."""
    if not holds(value, bound):
        return "[red]BELOW[/red]"
    aim = bound["aim"]
    return "aim" if (value >= aim if "floor" in bound else value <= aim) else "ok"


def shown(value: float | None) -> str:
    """A baseline's figure; a dash where it has none."""
    return "–" if value is None else f"{value:.4f}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--gold", type=Path, default=ROOT.parent / "shared" / "gold")
    parser.add_argument("--floors", action="store_true", help="our own figures alone")
    asked = parser.parse_args()
    if not asked.gold.is_dir():
        print(f"SKIPPED: the gold sets are not at {asked.gold}; nothing was scored", file=sys.stderr)
        return 0
    floors = tomllib.loads((ROOT / "quality.toml").read_text())
    progress, screen = Console(stderr=True), Console(width=110)
    below: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for kind in [kind for kind in floors if not asked.sets or kind in asked.sets]:
            baselines = () if asked.floors else scoring.BASELINES[kind]
            parts = {
                part: measured(kind, part, asked.gold, Path(name), progress, baselines)
                for part in floors[kind]
            }
            screen.print(table_of(kind, parts, floors[kind]))
            below += [
                f"{kind}/{part} {figure}"
                for part, bounds in floors[kind].items()
                for figure, bound in bounds.items()
                if not holds(parts[part].ours[figure], bound)
            ]
    if below:
        screen.print(f"Below the floor: {', '.join(below)}")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
