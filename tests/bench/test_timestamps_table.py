"""The page that compares Dateline with other libraries says what they answer today."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "timestamps.md").read_text("utf-8")
COMPARED = ("feedparser", "python-dateutil", "dateparser", "tzdata")


def test_the_page_is_what_the_libraries_answer():
    locked = (ROOT / "requirements.lock").read_text("utf-8")
    for name in COMPARED:
        if f"\n{name}=={version(name)} " not in f"\n{locked}":
            pytest.skip(f"{name} {version(name)} is installed, the page compares the locked one")
    written = subprocess.run(
        [sys.executable, ROOT / "bench" / "timestamps_table.py"], capture_output=True, check=True, cwd=ROOT
    )
    assert written.stdout.decode() == PAGE, "run: python bench/timestamps_table.py > docs/timestamps.md"


def test_it_holds_forty_strings_and_each_reader_is_right_on_some():
    rows = re.findall(r"^\| \d+ \|.*$", PAGE, re.MULTILINE)
    assert len(rows) == 40
    for column in range(5, 9):
        cells = [row.split(" | ")[column - 1] for row in rows]
        assert any(cell.startswith("right") for cell in cells)


def test_every_flag_of_the_table_is_explained():
    shown = set(re.findall(r", `([a-z_]+)`", PAGE))
    explained = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE))
    assert shown
    assert shown <= explained
