"""A map of places as SVG: land as dots, stories as circles. Equirectangular, a unit is a degree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import groupby
from pathlib import Path

TOP, BOTTOM = 78.0, -58.0
"""Degrees of latitude that are shown: beyond them hardly anybody lives, and less is filed."""
CELL = 2.0
"""Degrees from one dot to the next."""
LAND = Path(__file__).with_name("land.txt")
"""Written by ``build_land``: ``#`` where people live."""
LARGEST, SMALLEST = 5.5, 1.4
"""Radius in degrees of the place with the most stories, and of one with a single one."""
LABELS = 8
_LABEL_HEIGHT = 6.0
_LABEL_LETTER = 2.75


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with so many stories."""

    name: str
    lat: float
    lon: float
    stories: int


def world_map(spots: Sequence[Spot], *, title: str) -> str:
    """The map as an SVG element; ``spots`` with the most stories first, the first of which are named.

    >>> drawn = world_map([Spot("Oslo", 59.9, 10.7, 3)], title="Where stories were filed")
    >>> '<title>Oslo: 3 stories</title>' in drawn, "Where stories were filed" in drawn
    (True, True)
    """
    most = max((spot.stories for spot in spots), default=1)
    circles = "".join(_circle(spot, most) for spot in spots)
    return (
        f'<svg class="map" viewBox="-180 0 360 {TOP - BOTTOM:g}" role="img" aria-label="{escape(title)}">'
        f'<path class="land" d="{_land()}" stroke-dasharray="0 {CELL:g}"/>{circles}{"".join(_labels(spots, most))}</svg>'
    )


@lru_cache(maxsize=1)
def _land() -> str:
    """A line along each run of land; dashed, it becomes a dot in each cell."""
    return _lines(LAND.read_text(encoding="ascii").split())


def _lines(rows: Sequence[str]) -> str:
    """The path for rows of land and water.

    >>> _lines([".##.", "...#"])
    'M-177 1h2.1M-173 3h.1'
    """
    parts = []
    for row, signs in enumerate(rows):
        for is_land, run in groupby(enumerate(signs), key=lambda pair: pair[1] == "#"):
            columns = [column for column, _ in run]
            if is_land:
                x, y = -180 + (columns[0] + 0.5) * CELL, (row + 0.5) * CELL
                # A little more than the way to the last dot, which lies on the end otherwise.
                length = f"{(len(columns) - 1) * CELL + 0.1:g}".removeprefix("0")
                parts.append(f"M{x:g} {y:g}h{length}")
    return "".join(parts)


def _radius(stories: int, most: int) -> float:
    """Circles grow with their area, so that twice as many look like twice as many."""
    return float(SMALLEST + (LARGEST - SMALLEST) * (stories / most) ** 0.5)


def _circle(spot: Spot, most: int) -> str:
    noun = "story" if spot.stories == 1 else "stories"
    return (
        f'<circle class="spot" cx="{spot.lon:.1f}" cy="{TOP - spot.lat:.1f}" r="{_radius(spot.stories, most):.1f}">'
        f"<title>{escape(spot.name)}: {spot.stories:,} {noun}</title></circle>"
    )


def _labels(spots: Sequence[Spot], most: int) -> list[str]:
    """The names of the first places, right of them or left where that is the edge; none over another."""
    taken: list[tuple[float, float, float, float]] = []
    drawn = []
    for spot in spots:
        width, radius, y = _LABEL_LETTER * len(spot.name), _radius(spot.stories, most) + 1, TOP - spot.lat
        for at, anchor in ((spot.lon + radius, "start"), (spot.lon - radius, "end")):
            left = at if anchor == "start" else at - width
            box = (left, y - _LABEL_HEIGHT / 2, left + width, y + _LABEL_HEIGHT / 2)
            if left > -179 and left + width < 179 and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                drawn.append(
                    f'<text class="place" x="{at:.1f}" y="{y + 1.6:.1f}" text-anchor="{anchor}">{escape(spot.name)}</text>'
                )
                break
        if len(drawn) == LABELS:
            break
    return drawn


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
