"""The index of a web archive: what a CDX server answers, in each of the forms that there are.

Plain text, a capture a line, the fields apart by spaces; JSON as one list of lists, the first naming the fields (the
Wayback Machine); JSON as one object a line (pywb). Behind the captures may stand a key to go on with
(github.com/internetarchive/wayback, wayback-cdx-server, "Resumption Key").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest")
_ELEVEN = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "redirect", "robotflags", "length",
           "offset", "filename")  # fmt: skip
_STAMP = re.compile(r"\d{4,14}")
_PYWB = {"url": "original", "mime": "mimetype", "status": "statuscode"}


@dataclass(frozen=True, slots=True)
class Capture:
    """A line of the index."""

    urlkey: str
    timestamp: str
    """Of receipt: ``YYYYMMDDhhmmss``, UTC, as the archive names the capture."""
    at: datetime
    original: str
    digest: str
    """Of the bytes; empty where the index has none."""


@dataclass(frozen=True, slots=True)
class Index:
    """What one answer holds."""

    captures: tuple[Capture, ...]
    broken: int = 0
    """Lines that are none."""
    resume_key: str | None = None
    """None: there is nothing more, or the server does not say."""

    @property
    def lines(self) -> int:
        """Lines in all."""
        return len(self.captures) + self.broken


def query(endpoint: str, url: str, **asked: str | int | tuple[str, ...]) -> str:
    """The address that asks a CDX server for the captures of ``url``.

    >>> query("https://web.example/cdx", "a.example/x", matchType="prefix", filter=("statuscode:200", "mimetype:text/html"))
    'https://web.example/cdx?url=a.example%2Fx&matchType=prefix&filter=statuscode%3A200&filter=mimetype%3Atext%2Fhtml'
    """
    pairs = [("url", url)]
    for name, value in asked.items():
        pairs += [(name, str(one)) for one in (value if isinstance(value, tuple) else (value,))]
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(pairs)}"


def read_index(body: bytes) -> Index:
    r"""The captures in an answer, in its order; a line that is broken is counted and left out.

    >>> read_index(b"example,a)/1 20171215101500 http://a.example/1 text/html 200 ABC 1024\nnonsense\n\nexample,a)/2\n")
    Index(captures=(Capture(urlkey='example,a)/1', timestamp='20171215101500', at=datetime.datetime(2017, 12, 15, 10, 15, tzinfo=datetime.timezone.utc), original='http://a.example/1', digest='ABC'),), broken=1, resume_key='example,a)/2')
    """
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("["):
        return _of_table(text)
    rows: list[dict[str, Any] | None] = []
    key, is_behind = None, False
    for line in text.splitlines():
        if not line.strip():
            is_behind = True
        elif is_behind:
            key = line.strip()
        elif not line.lstrip().startswith("CDX "):
            rows.append(_row(line))
    return _index(rows, key)


def _row(line: str) -> dict[str, Any] | None:
    """The fields of a line of text: our six, with the length behind them, or the eleven of a CDX file; or an object."""
    brace = line.find("{")
    if brace >= 0 and line.rstrip().endswith("}"):
        try:
            found = json.loads(line[brace:])
        except ValueError:
            return None
        before = dict(zip(("urlkey", "timestamp"), line[:brace].split(), strict=False))
        return {**before, **{_PYWB.get(name, name): value for name, value in found.items()}}
    parts = line.split(" ")
    return dict(zip(_ELEVEN if len(parts) == len(_ELEVEN) else FIELDS, parts, strict=False))


def _of_table(text: str) -> Index:
    try:
        table = json.loads(text)
    except ValueError:
        table = _rows_before_the_fault(text)
    if not table or not isinstance(table[0], list):
        return Index((), broken=len(table))
    names, rows, key = [str(name) for name in table[0]], table[1:], None
    if len(rows) >= 2 and rows[-2] == [] and isinstance(rows[-1], list) and len(rows[-1]) == 1:
        rows, key = rows[:-2], str(rows[-1][0])
    return _index(
        (dict(zip(names, row, strict=False)) if isinstance(row, list) else None for row in rows), key
    )


def _rows_before_the_fault(text: str) -> list[Any]:
    """A table that was cut off, row by row."""
    rows, decoder = [], json.JSONDecoder()
    for found in re.finditer(r"\[\s*\"", text):
        try:
            rows.append(decoder.raw_decode(text, found.start())[0])
        except ValueError:
            rows.append(None)
    return rows


def _index(rows: Iterable[dict[str, Any] | None], key: str | None) -> Index:
    rows = list(rows)
    captures = tuple(capture for row in rows if row and (capture := _capture(row)))
    return Index(captures, len(rows) - len(captures), key if key and key.isprintable() else None)


def _capture(row: dict[str, Any]) -> Capture | None:
    stamp, original = str(row.get("timestamp", "")), str(row.get("original", ""))
    at = _moment(stamp)
    if at is None or not original.startswith(("http://", "https://")) or not original.isprintable():
        return None  # JSON can say NUL and half a surrogate pair, which no address has and no column holds
    return Capture(str(row.get("urlkey") or original), stamp, at, original, str(row.get("digest") or ""))


def _moment(stamp: str) -> datetime | None:
    """A stamp may be cut short: what it leaves out is the first of it."""
    if not _STAMP.fullmatch(stamp):
        return None
    try:
        return datetime.strptime(stamp + "00000101000000"[len(stamp) :], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
