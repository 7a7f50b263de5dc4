"""Runs predictors over parts of the gold sets and hands their figures back, as their own scorers measure them."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
CACHE = BENCH.parent / ".dateline" / "bench"
OURS = "dateline"
BASELINES = {
    "timestamps": ("dateparser", "dateutil"),
    "datelines": ("regex",),
    "articles": ("trafilatura",),
    "dedup": (),
}


def gold_of(gold: Path, kind: str, part: str, folder: Path) -> Path:
    """The gold of a part: a folder for articles and copies, else a file of lines.

    ``pages`` are the strings of ``dev`` that real pages print (sources ``page:…``), and all its
    texts that are no timestamps, without which the scorer has no ``SCORE``.
    """
    if kind in {"articles", "dedup"}:
        return gold / kind / part
    if part != "pages":
        return gold / kind / f"{part}.jsonl"
    into = folder / f"{kind}-{part}.gold.jsonl"
    with (gold / kind / "dev.jsonl").open(encoding="utf-8") as lines, into.open("w", encoding="utf-8") as out:
        for line in lines:
            item = json.loads(line)
            if item["source"].startswith("page:") or item["cls"] == "negative":
                out.write(line)
    return into


def predict(name: str, kind: str, gold: Path, into: Path) -> None:
    """Writes the predictions of Dateline (``OURS``) or of a baseline."""
    command = [f"predict_{kind}.py"] if name == OURS else ["baselines.py", name]
    if name == "trafilatura":
        command = ["predict_articles_baseline.py"]
    with into.open("w") as out:
        subprocess.run([sys.executable, *command, str(gold)], stdout=out, check=True, cwd=BENCH)


def predictions(name: str, kind: str, gold: Path, folder: Path) -> Path:
    """The file of predictions; those of trafilatura take a minute, and are kept for the versions that made them."""
    into = folder / f"{kind}-{gold.stem}-{name}.jsonl"
    if name != "trafilatura":
        predict(name, kind, gold, into)
        return into
    kept = CACHE / f"{gold.name}-trafilatura-{version('trafilatura')}-htmldate-{version('htmldate')}.jsonl"
    if not kept.is_file():
        predict(name, kind, gold, into)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".partial")
        partial.write_bytes(into.read_bytes())
        partial.rename(kept)
    into.write_bytes(kept.read_bytes())
    return into


def scored(kind: str, scorer: Path, gold: Path, predicted: Path) -> dict[str, float]:
    """The scorer's figures over all items, by name; for articles the scores of each page are left beside the predictions."""
    if kind == "dedup":
        command = [sys.executable, str(scorer), str(gold), str(predicted)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return of_copies(json.loads(printed))
    if kind != "articles":
        command = [sys.executable, str(scorer), str(gold), str(predicted), "--json"]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return json.loads(printed)["all"]
    result = predicted.with_suffix(".figures.json")
    command = [sys.executable, str(scorer), "--pred", str(predicted), "--gold", str(gold / "gold.jsonl")]
    command += ["--json", str(result), "--errors", str(pages_of(predicted))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {name: mean for name, (mean, _) in json.loads(result.read_text())["groups"]["ALL"].items()}


def of_copies(figures: dict[str, Any]) -> dict[str, float]:
    """The figures of copies by name; false pairs are counted, recalls are printed as ``201/210=0.957``."""

    def recall(way: str) -> float:
        return float(figures["recall_vs_original_by_op"][way].rpartition("=")[2])

    def false_pairs(part: str) -> int:
        return sum(count for parts, count in figures["false_pairs_by_part"].items() if part in parts)

    return {
        "pair_f1": figures["pairs"]["F1"],
        "pair_precision": figures["pairs"]["P"],
        "bcubed_f1": figures["bcubed"]["F1"],
        "recall_truncated": recall("trunc"),
        "recall_embedded": recall("embed"),
        "false_templates": false_pairs("template"),
        "false_follow_ups": false_pairs("followup"),
    }


def pages_of(predicted: Path) -> Path:
    """The file with the scores of each page, beside the predictions."""
    return predicted.with_suffix(".pages.jsonl")
