"""Responses as WARC 1.1 records: one gzip member a record, three records a response.

The body is kept decoded, so its Content-Encoding, Transfer-Encoding and Content-Length stand as
``X-Archive-Orig-…`` and every WARC tool can read it. What HTTP has no header for (the address asked
for, the redirects, the duration, what the caller knew of the page) is JSON in a metadata record.

A body that the archive holds already is not written again: a ``revisit`` record with its own HTTP
head refers to the first one (WARC 1.1, 6.7.2, profile identical-payload-digest).
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.fetch.faults import phrase
from pipeline.records import ArchiveRef, Response

ORIGINAL = "x-archive-orig-"
HELD = "held"
"""Field of a warcinfo record: a part of another file that this one holds byte for byte."""
ERASED = "erased"
"""Field of a warcinfo record: that many bytes were overwritten, of which it is the first."""
_MOVED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_LEVEL = 6
"""Of gzip. On pages 9, which warcio takes, saves another 0.6 % of the bytes and takes 1.7 times as long."""


@dataclass(frozen=True, slots=True)
class Original:
    """The record that a revisit refers to."""

    ref: ArchiveRef
    record_id: str
    response: Response


def digest_of(body: bytes) -> str:
    """``sha256:<hex>``, as ``ArchiveRef`` and the records' WARC-Payload-Digest have it."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def write_info(
    out: IO[bytes], name: str, at: datetime, held: tuple[str, ...] = (), *, erased: int | None = None
) -> None:
    """Writes the record that opens a file and says what made it, and what it holds of other files.

    Or, within a file, the one that stands where so many bytes were ``erased``.
    """
    fields = [("software", "Dateline"), ("format", "WARC File Format 1.1"), *((HELD, one) for one in held)]
    fields += [(ERASED, str(erased))] if erased is not None else []
    block = "".join(f"{field}: {value}\r\n" for field, value in fields).encode()
    headers = {"WARC-Filename": name, "WARC-Date": _date(at), "WARC-Record-ID": _record_id()}
    _write(out, "warcinfo", block, "application/warc-fields", headers)


def write_response(
    out: IO[bytes], response: Response, digest: str, original: Original | None, about: Mapping[str, str]
) -> None:
    """Writes the three records of ``response``, whose body has that digest."""
    response_id = _record_id()
    common = {"WARC-Date": _date(response.fetched_at), "WARC-Target-URI": _line(response.final_url)}
    own = {"WARC-Record-ID": response_id, "WARC-Payload-Digest": digest}
    if response.truncated:
        own["WARC-Truncated"] = response.truncated
    kind, block = "response", _http_head(response) + response.body
    if original:
        kind, block = "revisit", _http_head(response)
        own |= {
            "WARC-Profile": _SAME_PAYLOAD,
            "WARC-Refers-To": original.record_id,
            "WARC-Refers-To-Target-URI": _line(original.response.final_url),
            "WARC-Refers-To-Date": _date(original.response.fetched_at),
        }
    _write(out, kind, block, "application/http; msgtype=response", common | own)
    beside = common | {"WARC-Concurrent-To": response_id}
    block = _request_head(response)
    own = {"WARC-Record-ID": _record_id(), "WARC-Payload-Digest": digest_of(b"")}
    _write(out, "request", block, "application/http; msgtype=request", beside | own)
    block = json.dumps(_rest(response, original, about)).encode()
    own = {"WARC-Record-ID": _record_id(), "WARC-Payload-Digest": digest_of(block)}
    _write(out, "metadata", block, "application/json", beside | own)


def write_note(out: IO[bytes], url: str, at: datetime, said: Mapping[str, Any]) -> None:
    """Writes what is to be remembered of a request that gave no bytes, as a metadata record of its own."""
    block = json.dumps(said).encode()
    headers = {"WARC-Date": _date(at), "WARC-Target-URI": _line(url), "WARC-Record-ID": _record_id()}
    _write(out, "metadata", block, "application/json", {**headers, "WARC-Payload-Digest": digest_of(block)})


def _write(out: IO[bytes], kind: str, block: bytes, content_type: str, headers: Mapping[str, str]) -> None:
    # Made without warcio's builder, which would write the HTTP head anew and not byte for byte. Of a
    # revisit warcio writes no block that it has not built: it is told of a response.
    lines = [("WARC-Type", kind), *headers.items()]
    head = StatusAndHeaders("", lines, protocol="WARC/1.1")
    told = "response" if kind == "revisit" else kind
    record = ArcWarcRecord("warc", told, head, io.BytesIO(block), None, content_type, len(block))
    WARCWriter(_Member(out), gzip=False).write_record(record)


class _Member:
    """One gzip member, to which warcio writes one record."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)

    def write(self, data: bytes) -> None:
        self._out.write(self._packer.compress(data))

    def flush(self) -> None:
        """Called by warcio at the record's end, once."""
        self._out.write(self._packer.flush())


def _record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _http_head(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {phrase(response.status)}"]
    for name, value in response.headers.items():
        shown = ORIGINAL + name if name in _MOVED or name.startswith(ORIGINAL) else name
        lines.append(f"{_line(shown)}: {_line(value)}")
    lines.append(f"content-length: {len(response.body)}")
    return _head(lines)


def _request_head(response: Response) -> bytes:
    path = response.final_url.partition("://")[2].partition("/")[2]
    lines = [f"GET /{_line(path)} HTTP/1.1"]
    lines += [f"{_line(name)}: {_line(value)}" for name, value in response.request_headers.items()]
    return _head(lines)


def _head(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "backslashreplace")


def _line(text: str) -> str:
    return text.translate({10: " ", 13: " ", 0: " "})


def _rest(response: Response, original: Original | None, about: Mapping[str, str]) -> dict[str, Any]:
    rest: dict[str, Any] = {
        "url": response.url,
        "final_url": response.final_url,
        "redirects": [list(hop) for hop in response.redirects],
        "duration_seconds": response.duration_seconds,
    }
    if original:
        rest["same_as"] = [original.ref.object, original.ref.offset, original.ref.length]
    if about:
        rest["about"] = dict(about)
    return rest
