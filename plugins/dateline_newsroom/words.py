"""How the pages say a duration, a moment, a reason, a change: plain functions of values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Literal

from pipeline.fetch.faults import REASONS, STATUSES

HEALTH_WORDS = {
    "failing": "The last poll failed",
    "gone": "410 Gone: asked once a month",
    "overdue": "Due for more than an hour, but nobody polls it",
    "silent": "Nothing new for four times its usual pause, and a day at least",
    "gap": "In the last day it scrolled past what we knew: stories may be lost",
    "new": "Not polled yet",
    "healthy": "Answers, in its usual rhythm",
    "off": "Not polled: paused, removed, or a place of the past",
}
ALARM_WORDS = {
    "gap": "In the last week nothing in a document was known: stories may be lost",
    "silent": "Nothing new for four times its usual pause, and two days at least",
    "failing": "It does not answer, or not as a feed, for more than a moment",
    "gone": "410 Gone: asked once a month",
    "moved": "Asked at another address than the registered one",
    "false_304": "It said that nothing had changed when something had",
    "rejected_share": "More of its entries than usual are rejected",
    "date_coverage": "More of its stories than usual have no instant to trust",
    "late_run": "A run has missed its deadline",
}
REASON_WORDS = {
    "not_an_article": "The page is no article: a list, a video, an empty text.",
    "archive_damaged": "The archived bytes are missing or not what they were.",
    "load_fault": "The warehouse refused the story: a fault of ours.",
    "host_paused": "The host refused several addresses in a row and is left alone.",
    "daily_limit": "Backfills have made the requests of the day at its host.",
    "not_a_feed": "The document is no feed.",
    "erased": "It tells a story that was erased: nothing of it is kept.",
}
_UNITS = ((86_400 * 365, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_MARKS = re.compile(r"\[-(.*?)-\]|\{\+(.*?)\+\}", re.DOTALL)


def duration(seconds: float | None) -> str:
    """Seconds in at most two units; an en dash for None, and for nothing.

    >>> [duration(seconds) for seconds in (0, 59, 300, 5400, 90_000, None)]
    ['–', '59 s', '5 min', '1 h 30 min', '1 d 1 h', '–']
    """
    if not seconds:
        return "–"
    left = round(abs(seconds))
    told: list[str] = []
    for size, unit in _UNITS:
        count, rest = divmod(left, size)
        if count or told:
            told.append(f"{count} {unit}" if count else "")
            left = rest
        if len(told) == 2:
            break
    return " ".join(filter(None, told)) or "0 s"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long before or after ``now``, in one unit.

    >>> from datetime import timedelta
    >>> now = datetime(2026, 3, 1, 12)
    >>> [ago(now - timedelta(minutes=m), now) for m in (0, 5, 200, -90)]
    ['just now', '5 min ago', '3 h ago', 'in 1 h']
    """
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    if -1 < seconds < 10:
        return "just now"
    size, unit = next((size, unit) for size, unit in _UNITS if abs(seconds) >= size)
    told = f"{int(abs(seconds) // size)} {unit}"
    return f"{told} ago" if seconds > 0 else f"in {told}"


def offset(minutes: int | None) -> str:
    """An offset from UTC as it is printed; empty for None.

    >>> offset(180), offset(-210), offset(0), offset(None)
    ('UTC+03:00', 'UTC−03:30', 'UTC', '')
    """
    if minutes is None:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours:02d}:{rest:02d}" if minutes else "UTC"


def size(count: int) -> str:
    """Bytes in decimal units.

    >>> size(0), size(999), size(12_345), size(3_400_000)
    ('0 B', '999 B', '12 kB', '3.4 MB')
    """
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def reason(code: str | None) -> str:
    """A reason code as a sentence; the code itself where there is none.

    >>> reason("http_404"), reason("http_418"), reason("dns"), reason("spilt_coffee")
    ('There is no such page.', "I'm a Teapot.", 'The name has no address, or the resolver does not answer.', 'spilt coffee')
    """
    code = code or ""
    if code in REASONS:
        return REASONS[code].meaning
    if code in REASON_WORDS:
        return REASON_WORDS[code]
    number = code.removeprefix("http_")
    if number != code and number.isdigit():
        return STATUSES.get(int(number)) or _phrase(int(number))
    return code.replace("_", " ")


def failure(code: str | None, detail: str | None) -> str:
    """Why, in a sentence, and then what exactly happened.

    >>> failure("not_a_feed", "not_a_feed: html page")
    'The document is no feed. Html page.'
    >>> failure("http_404", None)
    'There is no such page.'
    """
    exactly = (detail or "").removeprefix(f"{code}:").strip()
    if not exactly:
        return reason(code)
    end = "" if exactly.endswith((".", "!", "?")) else "."
    return f"{reason(code)} {exactly[0].upper()}{exactly[1:]}{end}"


def _phrase(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase}."
    except ValueError:
        return f"The server answered {status}."


def changes(diff: str) -> Iterator[tuple[Literal["same", "gone", "came"], str]]:
    """The pieces of a word diff: what stayed, what went, what came.

    >>> list(changes("The bridge [-stays-] {+is closed+} now"))
    [('same', 'The bridge '), ('gone', 'stays'), ('same', ' '), ('came', 'is closed'), ('same', ' now')]
    """
    at = 0
    for mark in _MARKS.finditer(diff):
        if mark.start() > at:
            yield "same", diff[at : mark.start()]
        yield ("came", mark[2]) if mark[1] is None else ("gone", mark[1])
        at = mark.end()
    if at < len(diff):
        yield "same", diff[at:]
