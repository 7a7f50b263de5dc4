"""Scores on the development halves of the gold sets, against the floors in quality.toml.

    python bench/quality.py [--gold FOLDER] [SET ...]

SET is timestamps, datelines or articles; without one all three are scored. The gold sets lie beside
the checkout and are no part of it. The status is 1 if a figure is below its floor.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]


def predicted(kind: str, gold: Path, into: Path) -> None:
    """Runs the predictor of a kind of gold set."""
    with into.open("w") as out:
        subprocess.run(
            [sys.executable, str(ROOT / "bench" / f"predict_{kind}.py"), str(gold)], stdout=out, check=True
        )


def scored(kind: str, gold: Path, predictions: Path, folder: Path) -> dict[str, float]:
    """The scorer's figures by name."""
    scorer = gold.parent / "score.py"
    if kind == "articles":
        result = folder / "articles.json"
        command = [
            sys.executable,
            scorer,
            "--pred",
            predictions,
            "--gold",
            gold / "gold.jsonl",
            "--json",
            result,
        ]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        return flat(json.loads(result.read_text()))
    command = [sys.executable, str(scorer), str(gold), str(predictions), "--json"]
    return flat(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def flat(figures: dict) -> dict[str, float]:
    """The figures over all items, whatever the scorer wraps them in."""
    if "groups" in figures:
        return {name: mean for name, (mean, _) in figures["groups"]["ALL"].items()}
    return figures["all"]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--gold", type=Path, default=ROOT.parent / "shared" / "gold")
    asked = parser.parse_args()
    if not asked.gold.is_dir():
        print(f"SKIPPED: the gold sets are not at {asked.gold}; nothing was scored", file=sys.stderr)
        return 0
    floors = tomllib.loads((ROOT / "quality.toml").read_text())
    screen = Console(width=100)
    table = Table(
        "set", "figure", "measured", "floor", "", title="Quality, development halves", title_justify="left"
    )
    below = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, sets in floors.items():
            if asked.sets and kind not in asked.sets:
                continue
            for part, wanted in sets.items():
                gold = asked.gold / kind / (part if kind == "articles" else f"{part}.jsonl")
                predictions = folder / f"{kind}-{part}.jsonl"
                with screen.status(f"{kind} {part}"):
                    predicted(kind, gold, predictions)
                    figures = scored(kind, gold, predictions, folder)
                for label, floor in wanted.items():
                    figure = label.removesuffix("_at_most")
                    value = figures[figure]
                    good = value <= floor if label.endswith("_at_most") else value >= floor
                    below += not good
                    bound = f"≤ {floor}" if label.endswith("_at_most") else f"{floor}"
                    table.add_row(f"{kind}/{part}", figure, f"{value:.4f}", bound, "ok" if good else "BELOW")
    screen.print(table)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
