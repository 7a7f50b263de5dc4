"""Draws the world from the gazetteer: a cell in which people live is land.

    PYTHONPATH=plugins python -m dateline_newsroom.build_land

Writes ``land.txt`` beside it, a line for each step of latitude from north to south. No coastline is
needed, nor anybody's licence for one beside GeoNames' (CC BY 4.0, see NOTICE).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator

from dateline_newsroom.worldmap import BOTTOM, CELL, LAND, TOP
from pipeline.dateline.gazetteer import PATH


def land(places: Iterable[tuple[float, float]]) -> list[str]:
    """The rows of the map, from north to south, for places by latitude and longitude.

    >>> rows = land([(TOP - 1, -179.5)])
    >>> rows[0][:3], rows[1][:3]
    ('#..', '...')
    """
    rows = [["."] * round(360 / CELL) for _ in range(round((TOP - BOTTOM) / CELL))]
    for lat, lon in places:
        row, column = int((TOP - lat) // CELL), int((lon + 180) // CELL)
        if 0 <= row < len(rows):
            rows[row][column % len(rows[0])] = "#"
    return ["".join(row) for row in rows]


def settlements() -> Iterator[tuple[float, float]]:
    """Latitude and longitude of each place in the gazetteer's file: its lines of eight fields."""
    with gzip.open(PATH, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            fields = line.split("\t")
            if len(fields) == 8:
                yield float(fields[4]), float(fields[5])


if __name__ == "__main__":
    LAND.write_text("\n".join(land(settlements())) + "\n", encoding="ascii")
