"""Responses as WARC 1.1 records, and back: one gzip member a record, three records a response.

The body is kept decoded, so its Content-Encoding, Transfer-Encoding and Content-Length stand as
``X-Archive-Orig-…`` and every WARC tool can read it. What HTTP has no header for (the address asked
for, the redirects, the duration) is JSON in a metadata record.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.fetch.faults import phrase
from pipeline.records import Response

_ORIGINAL = "x-archive-orig-"
_MOVED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_READ_BYTES = 1 << 16


class Damaged(Exception):
    """The bytes are no record of ours."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A response as found in a segment: where its records lie, and what they hold."""

    offset: int
    length: int
    """Of its three records together."""
    digest: str
    response: Response


def digest_of(body: bytes) -> str:
    """``sha256:<hex>``, as ``ArchiveRef`` and the records' WARC-Payload-Digest have it."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def write_info(out: IO[bytes], name: str) -> None:
    """Writes the record that opens a segment and says what made it."""
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    info = {"software": "Dateline", "format": "WARC file version 1.1"}
    writer.write_record(writer.create_warcinfo_record(name, info))


def write_response(out: IO[bytes], response: Response) -> str:
    """Writes the three records of ``response``; its digest."""
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    digest = digest_of(response.body)
    response_id = _record_id()
    common = {
        "WARC-Date": response.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "WARC-Target-URI": _line(response.final_url),
    }
    block = _http_head(response) + response.body
    own = {"WARC-Record-ID": response_id, "WARC-Payload-Digest": digest}
    _write(writer, "response", block, "application/http; msgtype=response", common | own)
    beside = common | {"WARC-Concurrent-To": response_id}
    block = _request_head(response)
    own = {"WARC-Record-ID": _record_id(), "WARC-Payload-Digest": digest_of(b"")}
    _write(writer, "request", block, "application/http; msgtype=request", beside | own)
    block = json.dumps(_rest(response)).encode()
    own = {"WARC-Record-ID": _record_id(), "WARC-Payload-Digest": digest_of(block)}
    _write(writer, "metadata", block, "application/json", beside | own)
    return digest


def read_responses(file: IO[bytes], *, at: int = 0) -> Iterator[Stored]:
    """The responses of a segment, in order; ``file`` begins at offset ``at`` of it.

    Raises:
        Damaged: what follows cannot be read, or a body is not what its record's digest says.
    """
    parts: list[_Record] = []
    start = end = at
    for offset, length, member in _members(file, at):
        record = _record(member, offset)
        if record.type == "response":
            if parts:
                yield _stored(parts, start, end)
            parts, start = [], offset
        if record.type == "response" or parts:
            parts.append(record)
        end = offset + length
    if parts:
        yield _stored(parts, start, end)


# -- writing ------------------------------------------------------------------------


def _record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _write(writer: Any, kind: str, block: bytes, content_type: str, headers: Mapping[str, str]) -> None:
    # Made without warcio's builder, which would write the HTTP head anew and not byte for byte.
    lines = [("WARC-Type", kind), *headers.items()]
    head = StatusAndHeaders("", lines, protocol="WARC/1.1")
    writer.write_record(ArcWarcRecord("warc", kind, head, io.BytesIO(block), None, content_type, len(block)))


def _http_head(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {phrase(response.status)}"]
    for name, value in response.headers.items():
        shown = _ORIGINAL + name if name in _MOVED or name.startswith(_ORIGINAL) else name
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


def _rest(response: Response) -> dict[str, Any]:
    return {
        "url": response.url,
        "final_url": response.final_url,
        "redirects": [list(hop) for hop in response.redirects],
        "duration_seconds": response.duration_seconds,
    }


# -- reading ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Record:
    type: str
    date: str
    digest: str
    block: bytes


def _members(file: IO[bytes], at: int) -> Iterator[tuple[int, int, bytes]]:
    """Each gzip member: its offset, its length, what it holds."""
    offset, data = at, file.read(_READ_BYTES)
    while data:
        inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        held, used = bytearray(), 0
        while not inner.eof:
            if not data:
                raise Damaged(f"the record at offset {offset} is cut off")
            try:
                held += inner.decompress(data)
            except zlib.error as error:
                raise Damaged(f"the record at offset {offset} cannot be unpacked: {error}") from error
            used += len(data)
            data = inner.unused_data or file.read(_READ_BYTES)
        used -= len(inner.unused_data)
        yield offset, used, bytes(held)
        offset += used


def _record(member: bytes, offset: int) -> _Record:
    stream = io.BytesIO(member)
    try:
        found = ArcWarcRecordLoader().parse_record_stream(stream, known_format="warc", no_record_parse=True)
        headers = found.rec_headers
        block = found.raw_stream.read()
        if len(block) != int(headers.get_header("Content-Length")):
            raise Damaged(f"the record at offset {offset} is shorter than it says")
    except (ArchiveLoadFailed, EOFError, ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"what lies at offset {offset} is no WARC record: {error}") from error
    return _Record(
        type=found.rec_type,
        date=headers.get_header("WARC-Date") or "",
        digest=headers.get_header("WARC-Payload-Digest") or "",
        block=block,
    )


def _stored(parts: list[_Record], start: int, end: int) -> Stored:
    by_type = {part.type: part for part in parts}
    try:
        record = by_type["response"]
        status, headers, body = _http(record.block)
        rest = json.loads(by_type["metadata"].block)
        response = Response(
            url=rest["url"],
            final_url=rest["final_url"],
            status=status,
            headers=headers,
            body=body,
            fetched_at=datetime.fromisoformat(record.date),
            redirects=tuple((int(hop), address) for hop, address in rest["redirects"]),
            duration_seconds=rest["duration_seconds"],
            request_headers=_headers(by_type["request"].block.split(b"\r\n\r\n", 1)[0]),
        )
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise Damaged(f"the records at offset {start} do not hold a whole response: {error!r}") from error
    digest = digest_of(body)
    if digest != record.digest:
        raise Damaged(
            f"the body at offset {start} is not the one that was archived: {digest}, not {record.digest}"
        )
    return Stored(start, end - start, digest, response)


def _http(block: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = block.partition(b"\r\n\r\n")
    headers = _headers(head)
    del headers["content-length"]  # ours; the server's stands beside it
    return (
        int(head.split(b" ", 2)[1]),
        {name.removeprefix(_ORIGINAL): value for name, value in headers.items()},
        body,
    )


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}
