"""The interval of a gain: of publishers, paired, the same every time."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(scope="module")
def interval():
    spec = importlib.util.spec_from_file_location("interval", BENCH / "interval.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = {f"page{number}": f"paper{number % 20}" for number in range(200)}


def test_a_gain_on_every_page_is_a_sure_one(interval):
    ours, theirs = ({page: {"date": score} for page in PAGES} for score in (0.9, 0.5))
    low, high = interval.gain("date", ours, theirs, PAGES)
    assert (round(low, 9), round(high, 9)) == (0.4, 0.4)


def test_a_gain_at_one_publisher_is_no_sure_one(interval):
    theirs = {page: {"date": 0.0} for page in PAGES}
    ours = {page: {"date": float(PAGES[page] == "paper7")} for page in PAGES}
    low, high = interval.gain("date", ours, theirs, PAGES)
    assert low == 0.0
    assert 0.05 < high <= 0.25


def test_publishers_are_drawn_and_not_pages(interval):
    theirs = {page: {"date": 0.0} for page in PAGES}
    by_publisher = {page: {"date": float(int(PAGES[page][5:]) % 2)} for page in PAGES}
    by_page = {page: {"date": float(number % 40 < 20)} for number, page in enumerate(PAGES)}
    narrow = interval.gain("date", by_page, theirs, PAGES)
    wide = interval.gain("date", by_publisher, theirs, PAGES)
    assert wide[1] - wide[0] > 3 * (narrow[1] - narrow[0])


def test_a_page_without_an_answer_counts_as_wrong(interval):
    low, _ = interval.gain("date", {page: {"date": 1.0} for page in PAGES}, {}, PAGES)
    assert low == 1.0
