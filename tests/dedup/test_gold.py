"""The development half of the duplicates gold set, scored by its own scorer against floors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT.parent / "shared" / "gold" / "dedup"

pytestmark = [
    pytest.mark.gold,
    pytest.mark.skipif(
        not GOLD.is_dir(), reason="the gold sets are not beside the checkout: copies were not scored"
    ),
]


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    predictions = tmp_path_factory.mktemp("gold") / "clusters.jsonl"
    with predictions.open("w") as out:
        predictor = [sys.executable, str(ROOT / "bench" / "predict_dedup.py"), str(GOLD / "dev")]
        subprocess.run(predictor, stdout=out, check=True, cwd=ROOT)
    scorer = [sys.executable, str(GOLD / "score.py"), str(GOLD / "dev"), str(predictions)]
    return json.loads(subprocess.run(scorer, capture_output=True, text=True, check=True).stdout)


def test_pairs_and_clusters(figures):
    assert figures["pairs"]["F1"] >= 0.985
    assert figures["bcubed"]["F1"] >= 0.992
    assert figures["pairs"]["P"] >= 0.995


@pytest.mark.parametrize("way", ["trunc", "embed"])
def test_cut_and_embedded_copies(figures, way):
    assert float(figures["recall_vs_original_by_op"][way].rpartition("=")[2]) >= 0.95


def test_no_template_and_no_follow_up_is_taken_for_a_copy(figures):
    parts = "+".join(figures["false_pairs_by_part"])
    assert "template" not in parts
    assert "followup" not in parts
