"""Pages of known hosts that a news crawler captured in a window, out of its WARC files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import fsspec
from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeadersParser

from pipeline.fetch.decode import BadEncoding, CutShort, Decoder, TooLarge
from pipeline.history.found import Window
from pipeline.history.warcstream import Record, read_records
from pipeline.records import Response

_HEADROOM = 1 << 16
"""Bytes of a block beside the body: the HTTP head, and the ends of chunks."""
_HTTP = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/2", "HTTP/3"]
_PAGES = ("text/html", "application/xhtml+xml")
_TRUNCATED = {"length": "length", "time": "time", "disconnect": "disconnect"}


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as somebody's crawler received it."""

    response: Response
    """``fetched_at`` is the moment of the capture."""
    record_id: str
    offset: int
    """Of its gzip member in the file."""


@dataclass(frozen=True, slots=True)
class Step:
    """One record of the file that concerns us, or a fault; reading can go on behind it."""

    next_offset: int
    capture: Capture | None = None
    skipped: str | None = None
    """Why there is no capture; None with no capture: the records up to here are of others."""
    is_end: bool = False
    """Nothing can be read behind it."""


def read(
    file: str, *, is_known: Callable[[str], bool], window: Window, at: int = 0, most_bytes: int
) -> Iterator[Step]:
    """What concerns us in a file from offset ``at`` on: pages of known hosts captured in the window.

    Args:
        file: an address for fsspec.
        is_known: whether pages of a host, in lower case, are looked for.
        window: of captures.
        at: 0, or a step's ``next_offset``.
        most_bytes: of a body, decoded; a longer one is passed over.

    Raises:
        OSError: the file cannot be opened, or not be read any further.
    """

    def wanted(headers: dict[str, str]) -> bool:
        return _passed_over(headers, is_known, window) is None and headers.get("warc-type") == "response"

    with fsspec.open(file, "rb", compression=None) as opened:
        for record in read_records(opened, at=at, wanted=wanted, most_bytes=most_bytes + _HEADROOM):
            yield _step(record, is_known, window, most_bytes)


def _step(record: Record, is_known: Callable[[str], bool], window: Window, most_bytes: int) -> Step:
    step = Step(record.next_offset, is_end=record.is_end)
    if record.fault:
        return replace(step, skipped=record.fault)
    if reason := _passed_over(record.headers, is_known, window):
        return step if reason == "other" else replace(step, skipped=reason)
    if record.headers.get("warc-type") != "response":
        return replace(step, skipped="revisit") if record.headers.get("warc-type") == "revisit" else step
    found = _response(record, most_bytes)
    if isinstance(found, str):
        return replace(step, skipped=found)
    return replace(
        step, capture=Capture(found, record.headers.get("warc-record-id", "").strip("<>"), record.offset)
    )


def _passed_over(headers: dict[str, str], is_known: Callable[[str], bool], window: Window) -> str | None:
    """Why a record is no page of the window; ``other``: it is of nobody whom we know."""
    if headers.get("warc-type") not in {"response", "revisit"} or not is_known(_host(headers)):
        return "other"
    at = _moment(headers.get("warc-date", ""))
    if at is None:
        return "bad_date"
    if not window.holds(at):
        return "outside"
    return None


def _host(headers: dict[str, str]) -> str:
    try:
        return urlsplit(_address(headers)).hostname or ""
    except ValueError:
        return ""


def _address(headers: dict[str, str]) -> str:
    return headers.get("warc-target-uri", "").strip("<>")


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _response(record: Record, most_bytes: int) -> Response | str:
    """The page of a record, or why it is none."""
    assert record.block is not None
    stream = BytesIO(record.block)
    try:
        head = StatusAndHeadersParser(_HTTP, verify=True).parse(stream)
        status = int(head.get_statuscode())
    except Exception:  # noqa: BLE001  # whatever bytes of strangers make it trip over
        return "broken_http"
    headers = _joined(head.headers)
    if status != 200:
        return "not_200"
    if headers.get("content-type", "text/html").partition(";")[0].strip().lower() not in _PAGES:
        return "not_html"
    body = _body(stream, headers, most_bytes, is_whole="warc-truncated" not in record.headers)
    if isinstance(body, str):
        return body
    at, url = _moment(record.headers["warc-date"]), _address(record.headers)
    if not body.strip() or at is None:
        return "empty"
    truncated: Any = None
    if said := record.headers.get("warc-truncated"):
        truncated = _TRUNCATED.get(said, "unspecified")
    return Response(url, url, 200, headers, body, fetched_at=at, duration_seconds=0.0, truncated=truncated)


def _joined(lines: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for printed, value in lines:
        name = printed.lower()
        found[name] = f"{found[name]}, {value}" if name in found and name != "content-type" else value
    return found


def _body(stream: BytesIO, headers: dict[str, str], most_bytes: int, *, is_whole: bool) -> bytes | str:
    """The body without chunks and codings; as it stands where a crawler has undone them and left their headers."""
    raw = stream.read()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        raw = _unchunked(raw)
    coding = headers.get("content-encoding", "")
    try:
        decoder = Decoder(coding, most_bytes)
        body = b"".join(decoder.feed(raw))
        decoder.end()
    except TooLarge:
        return "too_large"
    except BadEncoding:
        return raw if raw.lstrip()[:1] == b"<" else "bad_encoding"
    except CutShort:
        return "cut_short" if is_whole else b"".join(_as_far(coding, raw, most_bytes))
    return body


def _as_far(coding: str, raw: bytes, most_bytes: int) -> Iterator[bytes]:
    return Decoder(coding, most_bytes).feed(raw)


def _unchunked(raw: bytes) -> bytes:
    reader = ChunkedDataReader(BytesIO(raw))
    out = bytearray()
    while piece := reader.read():
        out += piece
    return bytes(out)
