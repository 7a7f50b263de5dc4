"""The records of a WARC file of any origin, one after the other: packed record by record, as a whole, or not at all.

Nothing in such a file can be relied on. A record whose length is wrong, bytes that cannot be unpacked or an end
amid a record cost that record and no other: reading goes on with the next gzip member, or the next line that begins
a record. What is held is bounded, and so is what is read: of a file, of a record, and of what little bytes unpack to.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from pipeline.history.warcbytes import BEGIN, MAGIC, MOST_LINE_BYTES, Bomb, Member, Part, Plain, Source


@dataclass(frozen=True, slots=True)
class Record:
    """A record, or why there is none at this place."""

    offset: int
    """Of its gzip member; in a file that is not packed, its own."""
    next_offset: int
    """Where reading can begin again to find what follows; within a member of many records, that member's."""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    block: bytes | None = None
    """None: it was not wanted, or there is a fault."""
    fault: str | None = None
    """``too_large``, ``wrong_length``, ``broken_head``, ``broken_member``, ``cut_off`` or ``no_record``."""

    @property
    def is_end(self) -> bool:
        """True where nothing of the file can be read behind it."""
        return self.fault in {"cut_off", "endless"}


def read_records(
    file: IO[bytes], *, at: int = 0, wanted: Callable[[dict[str, str]], bool], most_bytes: int
) -> Iterator[Record]:
    """The records of a file from offset ``at`` on, where a member or a record begins; of those not wanted the head alone.

    Args:
        file: opened to be read; it must be able to seek unless ``at`` is 0.
        at: as ``next_offset`` gave it.
        wanted: told the headers of a record, says whether its block is read.
        most_bytes: longer blocks are passed over.

    Raises:
        OSError: the file cannot be read.
    """
    source = Source(file, at)
    while True:
        while source.peek(1) in {b"\r", b"\n"}:
            source.take(1)
        begin = source.peek(len(MAGIC))
        if not begin:
            return
        part: Part = Member(source) if begin == MAGIC else Plain(source)
        if not (begin == MAGIC or source.peek(len(BEGIN)) == BEGIN):
            yield Record(source.offset, source.offset, fault="no_record")
            if not source.seek_record():
                return
            continue
        try:
            yield from _records_of(part, wanted, most_bytes)
        except (zlib.error, Bomb) as error:
            fault = "endless" if isinstance(error, Bomb) else "broken_member"
            begun = part.offset
            yield Record(begun, begun, fault=fault)
            if fault == "endless" or not source.go_on_after(begun):
                return
        except EOFError:
            yield Record(part.offset, part.offset, fault="cut_off")
            return


def _records_of(part: Part, wanted: Callable[[dict[str, str]], bool], most_bytes: int) -> Iterator[Record]:
    while True:
        line = part.first_line()
        offset = part.offset
        if not line:
            return
        headers = _headers(part) if line.startswith(BEGIN) else None
        length = _length(headers)
        if headers is None or length is None:
            fault = "broken_head" if line.startswith(BEGIN) else "wrong_length"
            yield Record(offset, part.give_up(), fault=fault)
            continue
        if not wanted(headers):
            part.skip(length)
            yield Record(offset, part.next_offset(), headers)
        elif length > most_bytes:
            part.skip(length)
            yield Record(offset, part.next_offset(), headers, fault="too_large")
        else:
            block, end = part.take(length), part.take(4)
            if len(block) == length and not end.strip(b"\r\n"):
                yield Record(offset, part.next_offset(), headers, block)
            else:
                yield Record(offset, part.give_up(block + end), headers, fault="wrong_length")


def _headers(part: Part) -> dict[str, str] | None:
    """The headers behind a record's first line; None: they have no end."""
    found: dict[str, str] = {}
    size, name = 0, ""
    while size < MOST_LINE_BYTES:
        line = part.line(MOST_LINE_BYTES)
        size += len(line)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            return None
        if not text:
            return found
        if text[0] in " \t" and name:
            found[name] += " " + text.strip()
            continue
        name, _, value = text.partition(":")
        name = name.strip().lower()
        found.setdefault(name, value.strip())
    return None


def _length(headers: dict[str, str] | None) -> int | None:
    said = (headers or {}).get("content-length", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None
