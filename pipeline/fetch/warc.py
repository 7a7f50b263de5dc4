"""The records of ``warcwriting`` read back and checked: gzip members, WARC grammar, both digests."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders

from pipeline.fetch.warcwriting import ERASED, HELD, ORIGINAL, digest_of
from pipeline.records import Response, Truncation

_READ_BYTES = 1 << 16
_NEEDED = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
_ANSWERS = ("response", "revisit")


class Damaged(Exception):
    """The bytes are no record of ours."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where something lies: bytes of a file of the archive."""

    object: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A response as found in a file: where its records lie, and what they hold."""

    offset: int
    length: int
    """Of its three records together."""
    digest: str
    record_id: str
    response: Response
    """Without its body where ``same_as`` says who has it."""
    same_as: Extent | None = None
    """Of a revisit: where the first record was when this one was written."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What the writer knew of it besides, such as its feed."""


def read_responses(file: IO[bytes], *, at: int = 0) -> Iterator[Stored]:
    """The responses of a file, in order; ``file`` begins at offset ``at`` of it.

    Raises:
        Damaged: what follows cannot be read, or is not what a record's digests say.
    """
    parts: list[_Record] = []
    start = end = at
    for offset, length, member in _members(file, at):
        record = _record(member, offset)
        if record.type in _ANSWERS or record.type == "warcinfo":
            if parts:
                yield _stored(parts, start, end)
            parts, start = [], offset
        if record.type in _ANSWERS or parts:
            parts.append(record)
        end = offset + length
    if parts:
        yield _stored(parts, start, end)


def read_held(file: IO[bytes]) -> tuple[int, list[str]]:
    """The length of a file's first member, and what it says that the file holds of others.

    Raises:
        Damaged: the file does not begin with such a record.
    """
    for _, length, member in _members(file, 0):
        record = _record(member, 0)
        lines = (line.partition(": ") for line in record.block.decode().splitlines())
        return length, [value for field, _, value in lines if field == HELD]
    raise Damaged("the file is empty")


def is_erased(data: bytes) -> bool:
    """True where what lay there was erased: ``data`` are the bytes from there on."""
    for _, _, member in _members(io.BytesIO(data), 0):
        record = _record(member, 0)
        lines = record.block.decode("utf-8", "replace").splitlines()
        return record.type == "warcinfo" and any(line.startswith(f"{ERASED}: ") for line in lines)
    return False


def read_notes(file: IO[bytes]) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """The notes of a file that holds no responses: when each was made, and what it says.

    Raises:
        Damaged: what follows cannot be read, or is not what a record's digests say.
    """
    for offset, _, member in _members(file, 0):
        record = _record(member, offset)
        if record.type != "metadata":
            continue
        try:
            said = json.loads(record.block)
            yield datetime.fromisoformat(record.date), said
        except ValueError as error:
            raise Damaged(f"the record at offset {offset} holds no note: {error}") from error


@dataclass(frozen=True, slots=True)
class _Record:
    type: str
    id: str
    date: str
    digest: str
    truncated: Truncation | None
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
        if missing := [name for name in _NEEDED if headers.get_header(name) is None]:
            raise Damaged(f"the record at offset {offset} has no {missing[0]}")
        block = found.raw_stream.read()
        if len(block) != int(headers.get_header("Content-Length")) or stream.read() != b"\r\n\r\n":
            raise Damaged(f"the record at offset {offset} is not as long as it says")
    except (ArchiveLoadFailed, EOFError, ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"what lies at offset {offset} is no WARC record: {error}") from error
    _check_block(headers, block, offset)
    return _Record(
        type=found.rec_type,
        id=headers.get_header("WARC-Record-ID"),
        date=headers.get_header("WARC-Date"),
        digest=headers.get_header("WARC-Payload-Digest") or "",
        truncated=headers.get_header("WARC-Truncated"),
        block=block,
    )


def _check_block(headers: StatusAndHeaders, block: bytes, offset: int) -> None:
    said = headers.get_header("WARC-Block-Digest")
    found = f"sha1:{base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()}"
    if said != found:
        raise Damaged(f"the block at offset {offset} is not the one that was archived: {found}, not {said}")


def _stored(parts: list[_Record], start: int, end: int) -> Stored:
    by_type = {part.type: part for part in parts}
    try:
        answer = parts[0]
        status, headers, body = _http(answer.block)
        rest = json.loads(by_type["metadata"].block)
        response = Response(
            url=rest["url"],
            final_url=rest["final_url"],
            status=status,
            headers=headers,
            body=body,
            fetched_at=datetime.fromisoformat(answer.date),
            redirects=tuple((int(hop), address) for hop, address in rest["redirects"]),
            duration_seconds=rest["duration_seconds"],
            request_headers=_headers(by_type["request"].block.split(b"\r\n\r\n", 1)[0]),
            truncated=answer.truncated,
        )
        same_as = Extent(*rest["same_as"]) if answer.type == "revisit" else None
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise Damaged(f"the records at offset {start} do not hold a whole response: {error!r}") from error
    if same_as is None and (digest := digest_of(body)) != answer.digest:
        raise Damaged(
            f"the body at offset {start} is not the one that was archived: {digest}, not {answer.digest}"
        )
    about = rest.get("about") or {}
    return Stored(start, end - start, answer.digest, answer.id, response, same_as, about)


def _http(block: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = block.partition(b"\r\n\r\n")
    headers = _headers(head)
    del headers["content-length"]  # ours; the server's stands beside it
    return (
        int(head.split(b" ", 2)[1]),
        {name.removeprefix(ORIGINAL): value for name, value in headers.items()},
        body,
    )


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}
