"""Printed clocks, found on the class string of ``lexing``, and the time of day that each means."""

from __future__ import annotations

import re
from datetime import time
from functools import lru_cache
from typing import Literal, NamedTuple

from pipeline.dateline.lexing import Token

_FORMS = re.compile(
    r"""
    (?=[AdYn])(?:
          (?P<word>(?<![d:.])A(?!d))
        | (?P<colon>A?d:d(?::d)?[hu]?A?)
        | (?P<hour>A?d[hu](?:di?(?:ds?)?)?A?)
        | (?P<dots>d\.d(?:\.d)?(?:A|(?=Z)|u|(?![.\d])))
        | (?P<half>dA)
        | (?P<military>Y(?:(?=Z)|u)|(?<=f)Y|(?<=f\.)Y)
        | (?P<iso>(?<=t)(?:[nY]|d(?=[-+Z]|$)))
    )
    """,
    re.VERBOSE,
)
"""``word``: noon; ``military``: 1523 GMT, kl 1523; ``iso``: the clock of 20171215T151300."""
_LONGEST_LAYOUT = 200
"""Tokens of a text whose layout is worth keeping."""

ClockPrecision = Literal["second", "minute", "hour"]
_PRECISIONS: tuple[ClockPrecision, ...] = ("hour", "minute", "second")


class ClockMatch(NamedTuple):
    """A clock in the stream; ``clock`` is None where the digits are no time of day."""

    start: int
    end: int
    clock: time | None
    precision: ClockPrecision = "minute"
    next_day: bool = False
    """24:00, the end of the day."""
    twelve: bool = False
    """Printed with a half of the day."""
    form: str = ""


def spans(kinds: str) -> tuple[tuple[int, int, str], ...]:
    """Start, end and form of each clock in a class string. The same few layouts come again and again."""
    return _spans(kinds) if len(kinds) <= _LONGEST_LAYOUT else _spans.__wrapped__(kinds)


@lru_cache(maxsize=4096)
def _spans(kinds: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((*match.span(), match.lastgroup or "") for match in _FORMS.finditer(kinds))


def read_clock(stream: list[Token], start: int, end: int, form: str) -> ClockMatch:
    """The clock of the given ``form`` between two tokens, with its time of day."""
    half: str | None = None
    figures: list[Token] = []
    for token in stream[start:end]:
        if token.kind in "dYn":
            figures.append(token)
        elif token.kind == "A" and half is None:
            half = str(token.values[0])
    if form == "word":
        return ClockMatch(start, end, time(12) if half == "noon" else None, form=form)
    values = _values(form, figures)
    hour, minute, second = (*values, 0, 0, 0)[:3]
    next_day = hour == 24 and minute == second == 0 and half is None
    hour = 0 if next_day else hour_of_day(hour, half)
    second -= second == 60  # a leap second
    if not values or hour > 23 or minute > 59 or second > 59:
        return ClockMatch(start, end, None, form=form)
    precision = _PRECISIONS[len(values) - 1]
    return ClockMatch(start, end, time(hour, minute, second), precision, next_day, half is not None, form)


def _values(form: str, figures: list[Token]) -> list[int]:
    """Hour, minute and second as far as they are printed; empty: no clock."""
    digits = figures[0].text
    if form in {"military", "iso"}:
        return (
            [int(digits[at : at + 2]) for at in range(0, len(digits), 2)] if len(digits) in {2, 4, 6} else []
        )
    if form in {"colon", "dots"} and len(figures) == 2 and len(figures[1].text) != 2:
        return []
    return [token.number for token in figures[:3]]


def hour_of_day(hour: int, half: str | None) -> int:
    """The hour from 0 to 23; "15:13 PM" is a 24-hour clock with a needless PM.

    >>> hour_of_day(12, "am"), hour_of_day(12, "pm"), hour_of_day(15, "pm"), hour_of_day(1, "night")
    (0, 12, 15, 1)
    """
    if half is None or hour > 12:
        return hour
    if half == "night":
        return (hour + 12) % 24 if hour >= 6 else hour
    if half == "noon":
        return hour + 12 if hour < 6 else hour
    return hour % 12 + (12 if half == "pm" else 0)
