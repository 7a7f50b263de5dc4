"""Strings and leads of real pages, measured by their own scorers against the floors of quality.toml."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT.parent / "shared" / "gold"
FLOORS = tomllib.loads((ROOT / "quality.toml").read_text("utf-8"))
SETS = [(kind, part) for kind in ("timestamps", "datelines") for part in FLOORS[kind]]
pytestmark = [
    pytest.mark.gold,
    pytest.mark.skipif(not GOLD.is_dir(), reason="no gold sets beside the checkout"),
]


@pytest.fixture(scope="module")
def scoring():
    spec = importlib.util.spec_from_file_location("scoring", ROOT / "bench" / "scoring.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("kind", "part"), SETS)
def test_floors(kind, part, scoring, tmp_path):
    gold = scoring.gold_of(GOLD, kind, part, tmp_path)
    predictions = tmp_path / "predictions.jsonl"
    scoring.predict(scoring.OURS, kind, gold, predictions)
    found = scoring.scored(kind, GOLD / kind / "score.py", gold, predictions)
    kept = {
        figure: found[figure] >= bound["floor"] if "floor" in bound else found[figure] <= bound["ceiling"]
        for figure, bound in FLOORS[kind][part].items()
    }
    assert all(kept.values()), {figure: found[figure] for figure, good in kept.items() if not good}
