"""Charts as SVG elements: plain functions of numbers, coloured by the stylesheet's classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

WIDTH, HEIGHT = 960, 220
_LEFT, _TOP, _BOTTOM = 40, 8, 22
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of numbers, one for each hour; ``colour`` is the number of a class of the stylesheet."""

    name: str
    colour: int
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        """Of all hours."""
        return sum(self.values)


def series(counts: Mapping[tuple[datetime, str | None], int], hours: Sequence[datetime]) -> list[Series]:
    """A row for each name, the largest first, and for None (all others) last.

    >>> hour = datetime(2026, 3, 1)
    >>> [(one.name, one.values) for one in series({(hour, "A"): 1, (hour, None): 9, (hour, "B"): 2}, [hour])]
    [('B', (2,)), ('A', (1,)), ('others', (9,))]
    """
    names = {name for _, name in counts}
    rows = {name: tuple(counts.get((hour, name), 0) for hour in hours) for name in names}
    known = sorted((name for name in names if name is not None), key=lambda name: (-sum(rows[name]), name))
    found = [Series(name, number, rows[name]) for number, name in enumerate(known)]
    return [*found, Series(OTHERS, 9, rows[None])] if None in rows else found


def stacked_hours(rows: Sequence[Series], hours: Sequence[datetime], *, title: str) -> str:
    """Bars of stories an hour, stacked by row, with lines at round numbers and the days' begins named."""
    step = (WIDTH - _LEFT) / max(1, len(hours))
    sums = [sum(row.values[place] for row in rows) for place in range(len(hours))]
    tick = round_step(max(sums, default=0))
    top = max(tick, -(-max(sums, default=0) // tick) * tick)
    scale = (HEIGHT - _TOP - _BOTTOM) / top
    floor = HEIGHT - _BOTTOM
    parts = [
        (
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
            'preserveAspectRatio="none">'
        )
    ]
    for value in range(0, top + 1, tick):
        y = floor - value * scale
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="axis" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>')
    for place, hour in enumerate(hours):
        x, base = _LEFT + place * step, float(floor)
        if hour.hour % 6 == 0:
            label = f"{hour:%a %d}" if hour.hour == 0 else f"{hour:%H}"
            parts.append(f'<text class="axis" x="{x + 4:.1f}" y="{HEIGHT - 6}">{label}</text>')
            if hour.hour == 0:
                parts.append(f'<line class="day" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - 4}"/>')
        for row in rows:
            if row.values[place]:
                height = row.values[place] * scale
                base -= height
                parts.append(
                    f'<rect class="c{row.colour}" x="{x + 1.5:.1f}" y="{base:.1f}" width="{step - 3:.1f}" '
                    f'height="{max(height - 0.8, 0.8):.1f}"><title>{escape(row.name)}: {row.values[place]:,}, '
                    f"{hour:%a %d %b %H}:00 to {(hour.hour + 1) % 24:02d}:00 UTC</title></rect>"
                )
    return "".join((*parts, "</svg>"))


def round_step(most: int) -> int:
    """The distance of the lines for values up to ``most``: 1, 2 or 5 times a power of ten, at most four of them.

    >>> [round_step(most) for most in (0, 3, 17, 40, 930)]
    [1, 1, 5, 10, 500]
    """
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 4 >= most:
                return step * factor
        step *= 10


def share_bar(parts: Sequence[tuple[str, int]], *, title: str) -> str:
    """One bar, split by the shares of named parts; each part's name is its class."""
    total = sum(count for _, count in parts) or 1
    at, drawn = 0.0, []
    for name, count in parts:
        width = 100 * count / total
        if count:
            drawn.append(
                f'<rect class="s-{escape(name)}" x="{at:.2f}" width="{max(width - 0.2, 0.3):.2f}" height="3">'
                f"<title>{escape(name)}: {count:,}</title></rect>"
            )
        at += width
    return (
        f'<svg class="shares" viewBox="0 0 100 3" role="img" aria-label="{escape(title)}" preserveAspectRatio="none">'
        f"{''.join(drawn)}</svg>"
    )
