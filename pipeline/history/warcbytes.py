"""The bytes of a file that may be packed in parts: looked at, taken, given up, with the place of each part."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO

CHUNK_BYTES = 1 << 18
MOST_FILE_BYTES = 64 << 30
"""Of one file, packed; theirs have one gigabyte."""
MOST_LINE_BYTES = 1 << 16
MAGIC = b"\x1f\x8b\x08"
BEGIN = b"WARC/"
"""Of a record."""
_LEAST_RATIO_BYTES = 64 << 20
_MOST_RATIO = 400
"""Unpacked by packed bytes, beyond ``_LEAST_RATIO_BYTES``; pages come to 10, all zeros to a thousand."""


class Bomb(Exception):
    """Few bytes unpack to more than any page does."""


class Source:
    """The bytes of the file, some of them looked at and not yet taken."""

    def __init__(self, file: IO[bytes], at: int) -> None:
        self._file = file
        self._held = b""
        self.offset = at
        """Of the next byte that is not taken."""
        if at:
            file.seek(at)

    def peek(self, count: int) -> bytes:
        """The next bytes, fewer at the end."""
        while len(self._held) < count and (more := self._read()):
            self._held += more
        return self._held[:count]

    def take(self, count: int) -> bytes:
        """Takes at most so many bytes, at least one unless it is the end."""
        data = self._held or self._read()
        taken, self._held = data[:count], data[count:]
        self.offset += len(taken)
        return taken

    def put_back(self, data: bytes) -> None:
        """Gives back the bytes taken last."""
        self._held = data + self._held
        self.offset -= len(data)

    def go_on_after(self, offset: int) -> bool:
        """Goes to the next gzip member behind ``offset`` that begins a record; False: there is none, or no way back."""
        if not self._file.seekable():
            return False
        self._file.seek(offset + 1)
        self._held, self.offset = b"", offset + 1
        return self.seek_record()

    def seek_record(self) -> bool:
        """Goes forward to where a record, or a member that holds one, begins; False: none does."""
        while data := self.peek(CHUNK_BYTES):
            for at in _candidates(data):
                if self._begins_record(data, at):
                    self.take(at)
                    return True
            # What may begin at the very end is looked at again with what follows.
            self.take(max(1, len(data) - len(BEGIN)))
        return False

    def _begins_record(self, data: bytes, at: int) -> bool:
        if data.startswith(BEGIN, at):
            return True
        try:
            unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[at : at + 4096], 16)
        except zlib.error:
            return False
        return unpacked.startswith(BEGIN)

    def _read(self) -> bytes:
        return b"" if self.offset > MOST_FILE_BYTES else self._file.read(CHUNK_BYTES)


def _candidates(data: bytes) -> Iterator[int]:
    """Where a record may begin, in their order."""
    places: list[int] = []
    for mark in (MAGIC, b"\n" + BEGIN):
        at = data.find(mark)
        while at >= 0:
            places.append(at + (mark[0] == 10))
            at = data.find(mark, at + 1)
    yield from sorted(places)


class Part:
    """Bytes that hold records, unpacked: a gzip member, or all of a file that is not packed."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held = bytearray()

    offset: int
    """Where reading would have to begin to find the record that is read now."""

    def _more(self) -> bool:
        """Holds more bytes; False: there are none in this part."""
        raise NotImplementedError

    def next_offset(self) -> int:
        """Where reading can begin again for what follows."""
        raise NotImplementedError

    def give_up(self, taken: bytes = b"") -> int:
        """Passes over what cannot be understood to the next record, which may begin in ``taken``; as ``next_offset``."""
        raise NotImplementedError

    def take(self, count: int) -> bytes:
        while len(self._held) < count and self._more():
            pass
        data = bytes(self._held[:count])
        del self._held[:count]
        return data

    def skip(self, count: int) -> None:
        while count > 0:
            if not self._held and not self._more():
                return
            gone = min(count, len(self._held))
            del self._held[:gone]
            count -= gone

    def line(self, most: int) -> bytes:
        """A line with its end; one that is longer than ``most`` in pieces."""
        searched = 0
        while True:
            end = self._held.find(b"\n", searched)
            if end >= 0:
                return self.take(end + 1)
            searched = len(self._held)
            if searched >= most or not self._more():
                return self.take(most)

    def first_line(self) -> bytes:
        """The next line that is not empty."""
        self._begin()
        while (line := self.line(MOST_LINE_BYTES)) in {b"\r\n", b"\n"}:
            self._begin()
        return line

    def _begin(self) -> None:
        """Told that a record may begin here."""


class Member(Part):
    """A gzip member."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.offset = source.offset
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._packed = self._unpacked = 0

    def _more(self) -> bool:
        if self._inner.eof:
            return False
        data = self._inner.unconsumed_tail or self._source.take(CHUNK_BYTES)
        if not data and not self._inner.unconsumed_tail:
            raise EOFError
        self._packed += len(data)
        unpacked = self._inner.decompress(data, CHUNK_BYTES)
        self._packed -= len(self._inner.unconsumed_tail) + len(self._inner.unused_data)
        self._unpacked += len(unpacked)
        if self._unpacked > _LEAST_RATIO_BYTES and self._unpacked > _MOST_RATIO * self._packed:
            raise Bomb
        if self._inner.eof and self._inner.unused_data:
            self._source.put_back(self._inner.unused_data)
        self._held += unpacked
        return True

    def next_offset(self) -> int:
        while True:
            # Empty lines are all that may follow the last record of a member.
            blank = len(self._held) - len(self._held.lstrip(b"\r\n"))
            del self._held[:blank]
            if self._held:
                return self.offset
            if not self._more():
                return self._source.offset

    def give_up(self, taken: bytes = b"") -> int:
        self._held[:0] = taken
        mark = b"\n" + BEGIN
        while (at := self._held.find(mark)) < 0:
            del self._held[: -len(mark)]
            if not self._more():
                self._held.clear()
                return self._source.offset
        del self._held[: at + 1]
        return self.offset


class Plain(Part):
    """What is not packed: to the end of the file, or to where packed members follow."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.offset = source.offset

    def _more(self) -> bool:
        data = self._source.take(CHUNK_BYTES)
        self._held += data
        return bool(data)

    def next_offset(self) -> int:
        return self._source.offset - len(self._held)

    def give_up(self, taken: bytes = b"") -> int:
        self._source.put_back(taken + bytes(self._held))
        self._held.clear()
        self._source.seek_record()
        return self._source.offset

    def _begin(self) -> None:
        self.offset = self.next_offset()
