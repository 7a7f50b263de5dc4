"""What ``make quality`` holds the project to, and that it says so where it cannot measure."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUALITY = ROOT / "bench" / "quality.py"
BOUNDS = tomllib.loads((ROOT / "quality.toml").read_text("utf-8"))
FIGURES = [
    (f"{kind}/{part} {figure}", bound)
    for kind, parts in BOUNDS.items()
    for part, figures in parts.items()
    for figure, bound in figures.items()
]
ASKED = {
    "timestamps/pages SCORE": 0.985,
    "timestamps/pages zone_precision": 0.995,
    "timestamps/pages zone_instant": 0.98,
    "timestamps/tricky_dev zone_instant": 0.91,
    "timestamps/tricky_dev amb_all_candidates": 1,
    "timestamps/languages_dev local_wall": 0.95,
    "datelines/dev joint": 0.98,
    "datelines/dev macro_joint": 0.96,
    "datelines/dev country_acc": 0.98,
    "datelines/tricky_dev joint": 11 / 13,
    "datelines/languages_dev joint": 0.85,
    "datelines/languages_dev country_acc": 0.9,
    "articles/dev body_f1": 0.95,
    "articles/dev title_norm": 0.85,
    "articles/dev authors_f1": 0.725,
    "articles/dev pub_date": 0.9,
    "articles/dev pub_instant": 0.89,
    "articles/dev pub_offset": 0.97,
    "articles/dev tags_f1": 0.65,
    "articles/dev section_hit": 0.5,
    "articles/dev image_hit": 0.78,
}
"""The floors that the project set itself at its start: none may fall below."""


@pytest.mark.parametrize(("name", "bound"), FIGURES, ids=[name for name, _ in FIGURES])
def test_a_figure_has_a_bound_and_an_aim_beyond_it(name, bound):
    if "floor" in bound:
        assert ASKED.get(name, 0) <= bound["floor"] <= bound["aim"]
    else:
        assert 0 <= bound["aim"] <= bound["ceiling"] <= 0.01


def test_every_figure_asked_for_is_held():
    assert set(ASKED) <= {name for name, _ in FIGURES}


def test_it_says_that_nothing_was_scored(tmp_path):
    run = subprocess.run(
        [sys.executable, QUALITY, "--gold", tmp_path / "none"], capture_output=True, text=True, check=True
    )
    assert "nothing was scored" in run.stderr
