"""The page of reasons says what the code can answer today."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from pipeline.fetch.faults import REASONS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reasons.md").read_text("utf-8")
LISTED = set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE))
"""The reasons that the page lists, statuses apart."""


def test_the_page_is_what_the_code_says():
    written = subprocess.run(
        [sys.executable, ROOT / "bench" / "reasons_table.py"], capture_output=True, check=True, cwd=ROOT
    )
    assert written.stdout.decode() == PAGE, "run: python bench/reasons_table.py > docs/reasons.md"


def test_each_reason_is_given_somewhere():
    """A reason that nothing gives any more is taken off the list."""
    texts = set().union(*(_texts(file) for file in (ROOT / "pipeline" / "fetch").glob("*.py")))
    assert set(REASONS) - texts == set()
    further = {name for name in LISTED - set(REASONS) if not name.startswith("http_")}
    texts = set().union(
        *(
            _texts(file)
            for stage in ("flow", "warehouse", "extract", "history")
            for file in (ROOT / "pipeline" / stage).glob("*.py")
        )
    )
    assert further - {text.partition(":")[0] for text in texts} == set()


def test_each_reason_that_is_given_is_listed():
    """Of the ways in which the flow and the ledger name a reason: as an argument, in a pair, under a key."""
    given = {
        reason
        for stage in ("flow", "warehouse")
        for file in (ROOT / "pipeline" / stage).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for reason in _given(node)
    }
    assert {"enter_fault", "host_paused", "foreign_feed", "load_fault", "archive_damaged"} <= given
    assert given - LISTED == set()


def _given(node):
    """The reasons that one expression names."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        place = {"Failure": 2, "reject": 2, "ask_again": 2, "_hold": 3, "NotNow": 0}.get(called)
        yield from _constants([] if place is None else node.args[place : place + 1])
    elif isinstance(node, ast.Tuple) and [*_constants(node.elts[:1])] == ["failed"]:
        yield from _constants(node.elts[1:2])
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from _constants(value for key, value in pairs if key and [*_constants([key])] == ["reason"])


def _constants(nodes):
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _texts(file):
    """Every text in a module but those in the list of reasons; of an f-string its parts."""
    tree = ast.parse(file.read_text("utf-8"))
    listed = next((node for node in tree.body if _names(node) == "REASONS"), None)
    inside = set(ast.walk(listed)) if listed else set()
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside
    }


def _names(node):
    return node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else None
