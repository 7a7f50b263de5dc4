"""Digits that two figures share: ``GMT +315 December``, ``20199:29 AM``, ``10:3215 May``.

Every way to take them apart is tried; the caller keeps those that give a day, a clock and an
offset that exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.dateline.lexing import Token, number
from pipeline.dateline.sightings import Sighting

_GLUED = re.compile(r"[nY](?::|[-/.Mm])")
_QUARTERS = frozenset((0, 30, 45))
"""Minutes of the offsets that clocks are set to."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A token stream with one run of digits taken apart."""

    stream: list[Token]
    at: int
    """The first half; the second one follows it."""
    offset: bool
    """The first half stands behind a sign, so it has to be read as an offset."""

    def holds(self, sighting: Sighting) -> bool:
        """True where a sighting reads both halves, and an offset as one that clocks are set to."""
        if sighting.clock is None or not sighting.start <= self.at <= self.at + 1 < sighting.end:
            return False
        zone = sighting.zone
        if not self.offset:
            return True
        if zone is None or zone.offset_minutes is None or zone.end != self.at + 1:
            return False
        return zone.offset_minutes % 60 in _QUARTERS


def cuts(stream: list[Token], kinds: str) -> Iterator[Cut]:
    """Every way to take the glued digits of a stream with its class string apart, one run at a time."""
    if not _GLUED.search(kinds):
        return
    for at, token in enumerate(stream):
        if token.kind not in "nY" or not 3 <= len(token.text) <= 8:
            continue
        before = stream[at - 1] if at else None
        after = stream[at + 1] if at + 1 < len(stream) else None
        touches = before is not None and before.end == token.start
        in_date = at > 3 and [one.kind for one in stream[at - 4 : at]] == ["Y", "-", "d", "-"]
        offset = touches and before is not None and before.kind in "+-" and not in_date
        minutes = touches and before is not None and before.kind == ":"
        month = after is not None and after.kind in "Mm"
        separator = offset and after is not None and after.kind in "-/."
        clock = after is not None and after.kind == ":" and after.start == token.end
        if not (clock or separator or (month and (offset or minutes))):
            continue
        for cut in range(1, len(token.text)):
            middle = token.start + cut
            halves = [
                number(token.text[:cut], token.start, middle),
                number(token.text[cut:], middle, token.end),
            ]
            yield Cut([*stream[:at], *halves, *stream[at + 1 :]], at, offset)
