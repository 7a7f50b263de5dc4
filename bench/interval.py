"""How sure a gain over a baseline is: a paired bootstrap over publishers.

The pages of one publisher stand and fall together, so whole publishers are drawn, and both
extractors are scored on the same draw.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

DRAWS = 1000


def page_scores(path: Path) -> dict[str, dict[str, float]]:
    """Figures of each page by its id, as the scorer left them."""
    with path.open(encoding="utf-8") as lines:
        return {page["id"]: page["scores"] for page in map(json.loads, lines)}


def publishers(gold: Path) -> dict[str, str]:
    """The publisher of each page by its id."""
    with gold.open(encoding="utf-8") as lines:
        return {page["id"]: page["split_key"] for page in map(json.loads, lines)}


def gain(
    figure: str,
    ours: dict[str, dict[str, float]],
    theirs: dict[str, dict[str, float]],
    publisher_of: dict[str, str],
) -> tuple[float, float]:
    """The bounds that hold 95 % of the draws of our mean less theirs."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for page, scores in ours.items():
        if figure in scores:
            total = sums[publisher_of[page]]
            total[0] += scores[figure] - theirs.get(page, {}).get(figure, 0.0)
            total[1] += 1
    return _bounds(_drawn(list(sums.values())))


def _drawn(sums: list[list[float]]) -> Iterable[float]:
    dice = random.Random(0)
    for _ in range(DRAWS):
        drawn = dice.choices(sums, k=len(sums))
        yield sum(one[0] for one in drawn) / sum(one[1] for one in drawn)


def _bounds(values: Iterable[float]) -> tuple[float, float]:
    """
    >>> _bounds(range(1000))
    (25, 974)
    """
    ranked = sorted(values)
    cut = len(ranked) * 25 // 1000
    return ranked[cut], ranked[-1 - cut]
