"""Quality on real strings and leads, measured by their own scorers; the floors stand a little below."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT.parent / "shared" / "gold"
pytestmark = [
    pytest.mark.gold,
    pytest.mark.skipif(not GOLD.is_dir(), reason="no gold sets beside the checkout"),
]


def scores(kind, name, tmp_path, keep=lambda item: True):
    folder = GOLD / f"{kind}s"
    items = [
        line
        for line in (folder / name).read_text("utf-8").splitlines()
        if line.strip() and keep(json.loads(line))
    ]
    gold, predictions = tmp_path / "gold.jsonl", tmp_path / "predictions.jsonl"
    gold.write_text("\n".join(items), "utf-8")
    with predictions.open("w") as out:
        command = [sys.executable, str(ROOT / "bench" / f"predict_{kind}s.py"), str(gold)]
        subprocess.run(command, stdout=out, check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""})
    command = [sys.executable, str(folder / "score.py"), str(gold), str(predictions), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["all"]


def test_timestamps(tmp_path):
    found = scores("timestamp", "dev.jsonl", tmp_path)
    assert found["SCORE"] >= 0.994
    assert found["neg_fpr"] == 0


def test_timestamps_of_pages(tmp_path):
    found = scores("timestamp", "dev.jsonl", tmp_path, lambda item: item["source"].startswith("page:"))
    assert found["zone_precision"] == 1
    assert found["zone_instant"] >= 0.995
    assert found["local_wall"] >= 0.99


def test_tricky_timestamps(tmp_path):
    found = scores("timestamp", "tricky_dev.jsonl", tmp_path)
    assert found["zone_instant"] >= 0.97
    assert found["amb_all_candidates"] == 1
    assert found["neg_fpr"] == 0


def test_timestamps_in_other_languages(tmp_path):
    found = scores("timestamp", "languages_dev.jsonl", tmp_path)
    assert found["local_wall"] >= 0.99
    assert found["zone_instant"] >= 0.99
    assert found["neg_fpr"] == 0


def test_datelines(tmp_path):
    found = scores("dateline", "dev.jsonl", tmp_path)
    assert found["joint"] >= 0.995
    assert found["macro_joint"] >= 0.99
    assert found["country_acc"] >= 0.993
    assert found["fpr"] <= 0.002
    assert found["fpr_hard"] <= 0.004
    assert found["agency_only_place_fp"] == 0


def test_tricky_datelines(tmp_path):
    assert scores("dateline", "tricky_dev.jsonl", tmp_path)["joint"] == 1


def test_datelines_in_other_languages(tmp_path):
    found = scores("dateline", "languages_dev.jsonl", tmp_path)
    assert found["joint"] >= 0.98
    assert found["country_acc"] >= 0.97
