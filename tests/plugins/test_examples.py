"""The examples in the docstrings of the newsroom's modules: pytest's own search leaves the plugins out."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["build_land", "charts", "security", "words", "worldmap"])
def test_examples_hold(name):
    told = doctest.testmod(importlib.import_module(f"dateline_newsroom.{name}"))
    assert told.attempted > 0
    assert told.failed == 0


def test_the_map_is_of_the_gazetteer():
    build_land = importlib.import_module("dateline_newsroom.build_land")
    assert build_land.LAND.read_text().split() == build_land.land(build_land.settlements())
