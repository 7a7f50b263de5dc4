"""Zones as they stand beside a clock: offsets in every spelling, abbreviations, names."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.dateline.abbreviations import UNIVERSAL
from pipeline.dateline.lexing import Token

_OPENINGS = frozenset("(ZzI+-xf")
"""Classes of the tokens with which a zone can begin."""


class ZoneMatch(NamedTuple):
    """A printed zone: tokens from ``start`` to before ``end``, and what it is."""

    start: int
    end: int
    label: str = ""
    """An abbreviation, or ``kind:zone`` for a zone in words."""
    offset_minutes: int | None = None
    unknown: bool = False
    """``-0000`` (RFC 3339, section 4.3): Universal Time, and nothing known about the place."""


def minutes_of(sign: str, hours: str, rest: str) -> int | None:
    """The offset in minutes; None beyond those that clocks are set to (−12:00 to +14:00).

    >>> minutes_of("-", "03", "30"), minutes_of("+", "31", "")
    (-210, None)
    """
    value = int(hours) * 60 + int(rest or 0)
    if int(rest or 0) > 59 or value > (12 if sign == "-" else 14) * 60:
        return None
    return -value if sign == "-" else value


def signed_offset(
    stream: list[Token], kinds: str, at: int, *, bare: bool, iso: bool = True
) -> ZoneMatch | None:
    """The offset that starts at the sign ``at``; None for a dash of another meaning.

    ``bare``: no GMT stands before it, so a loose "- 3" is none. ``iso``: the date is written year
    first; elsewhere "10:00-11:00" is a range of hours.
    """
    if kinds[at : at + 1] not in {"+", "-"} or kinds[at + 1 : at + 2] not in {"d", "Y", "n"}:
        return None
    sign, figure = kinds[at], stream[at + 1]
    tight = figure.start == stream[at].end
    if not tight and (bare or stream[at].start == stream[at - 1].end):
        return None  # "GMT- 3 min read"
    # "10:00 -03:00" has the space of an offset; a range has none, or one on each side.
    iso = iso or stream[at].start > stream[at - 1].end
    value, width = _value(stream, kinds, at, bare=bare, iso=iso)
    if value is None:
        return None
    if width == 2 and kinds[at + 2 : at + 3] == "x" and stream[at + 2].text == "½":
        value, width = value + (30 if value > 0 else -30), 3
    unknown = bare and sign == "-" and value == 0 and figure.kind == "Y"
    return ZoneMatch(at, at + width, "", value, unknown)


def _value(stream: list[Token], kinds: str, at: int, *, bare: bool, iso: bool) -> tuple[int | None, int]:
    """The offset in minutes and the number of its tokens, sign included."""
    sign, figure = kinds[at], stream[at + 1]
    behind = kinds[at + 2 : at + 4]
    if figure.kind == "d" and behind == ":d":
        wanted = iso or not bare or sign == "+"
        return (minutes_of(sign, figure.text, stream[at + 3].text) if wanted else None), 4
    if figure.kind == "d" and behind == ".d" and stream[at + 3].text in {"5", "25", "50", "75"}:
        return minutes_of(sign, figure.text, str(int(float("0." + stream[at + 3].text) * 60))), 4
    if figure.kind == "d":
        wanted = not bare or sign == "+" or (iso and len(figure.text) == 2)
        return (minutes_of(sign, figure.text, "") if wanted else None), 2
    if figure.kind == "Y" or len(figure.text) == 3:
        return minutes_of(sign, figure.text[:-2], figure.text[-2:]), 2
    return None, 2


def _letter(stream: list[Token], kinds: str, at: int) -> ZoneMatch | None:
    """A zone of one letter straight behind a clock: "z" (RFC 3339), or a military one at the end of the text.

    RFC 822 had the signs of the military zones wrong, so that they tell no offset (RFC 5322, 4.3).
    """
    text = stream[at].text
    if text == "z" and stream[at - 1].end == stream[at].start:
        return ZoneMatch(at, at + 1, "Z", 0)
    military = len(text) == 1 and "A" <= text <= "Y" and text != "J" and at + 1 == len(stream)
    return ZoneMatch(at, at + 1, "", 0, unknown=True) if military and kinds[at - 5 : at] == "d:d:d" else None


def zone_at(stream: list[Token], kinds: str, at: int, *, iso: bool = True) -> ZoneMatch | None:
    """The zone printed at token ``at``, perhaps in brackets; None where none stands there."""
    if kinds[at : at + 1] not in _OPENINGS:
        return None
    start = at
    at += kinds[at] == "("
    kind = kinds[at : at + 1]
    found: ZoneMatch | None = None
    if kind == "I":
        found = ZoneMatch(start, at + 1, "g:" + stream[at].text)
    elif kind and kind in "Zz":
        label = str(stream[at].values[0])
        found = ZoneMatch(start, at + 1, label)
        if label in UNIVERSAL:
            behind = signed_offset(stream, kinds, at + 1, bare=False)
            found = behind._replace(start=start) if behind else found._replace(offset_minutes=0)
    elif kind and kind in "xf" and at and kinds[at - 1] == "d":
        found = _letter(stream, kinds, at)
    elif kind and kind in "+-":
        found = signed_offset(stream, kinds, at, bare=True, iso=iso)
    if found and at > start and kinds[found.end : found.end + 1] == ")":
        return found._replace(end=found.end + 1)
    return found
