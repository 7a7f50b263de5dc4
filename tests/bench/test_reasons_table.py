"""The page of reasons says what the code can answer today."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from pipeline.fetch.faults import REASONS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reasons.md").read_text("utf-8")


def test_the_page_is_what_the_code_says():
    written = subprocess.run(
        [sys.executable, ROOT / "bench" / "reasons_table.py"], capture_output=True, check=True, cwd=ROOT
    )
    assert written.stdout.decode() == PAGE, "run: python bench/reasons_table.py > docs/reasons.md"


def test_each_reason_is_given_somewhere():
    """A reason that nothing gives any more is taken off the list."""
    texts = set()
    for file in (ROOT / "pipeline" / "fetch").glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        listed = next((node for node in tree.body if _names(node) == "REASONS"), None)
        inside = set(ast.walk(listed)) if listed else set()
        texts |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in inside
        }
    assert set(REASONS) - texts == set()


def _names(node):
    return node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else None
