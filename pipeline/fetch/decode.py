"""Content codings undone while a body arrives, never more than the cap at once.

httpx2 bounds each step to a megabyte, but gives no sign of a stream that was cut short and lets a
zstd frame ask for a window of 128 MB; hence our own few lines over the same three libraries.
"""

from __future__ import annotations

import zlib
from typing import Literal, Protocol

import brotli
from backports import zstd

_ZSTD_WINDOW_LOG = 23
"""8 MB: what RFC 9659 lets a server ask for."""
_MAX_CODINGS = 3


class TooLarge(Exception):
    """The decoded body is longer than its cap."""


class BadEncoding(Exception):
    """The body is not in the coding that its header names."""


class CutShort(Exception):
    """The body ends before its coding does."""


class Coding(Protocol):
    """One content coding, undone piece by piece."""

    def feed(self, data: bytes, limit: int) -> bytes:
        """What ``data`` decodes to; may stop once more than ``limit`` bytes are out.

        Raises:
            BadEncoding: ``data`` is not in this coding.
        """
        ...

    def end(self) -> None:
        """Called when all is fed.

        Raises:
            CutShort: more should have come.
        """
        ...


class Decoder:
    """The codings of one body, in the order in which they are undone, under one cap."""

    def __init__(self, content_encoding: str, max_bytes: int) -> None:
        """``content_encoding`` is the header's value; unknown names in it are passed over.

        Raises:
            BadEncoding: more codings are stacked than anyone honest does.
        """
        names = [name.strip().lower() for name in content_encoding.split(",")]
        self._codings = [_CODINGS[name]() for name in reversed(names) if name in _CODINGS]
        if len(self._codings) > _MAX_CODINGS:
            message = f"{len(self._codings)} codings stacked on one body"
            raise BadEncoding(message)
        self._left = max_bytes
        self._raw_left = max_bytes

    def feed(self, data: bytes) -> bytes:
        """What ``data`` decodes to.

        The cap holds for the bytes that come in as well: a coding can turn much into nothing, for ever.

        Raises:
            TooLarge: the body is now past its cap; ``args[0]`` is what still fits.
            BadEncoding: as above.
        """
        self._raw_left -= len(data)
        for number, coding in enumerate(self._codings, 1):
            data = coding.feed(data, self._left)
            if len(data) > self._left and number < len(self._codings):
                raise TooLarge(b"")
        if len(data) > self._left:
            raise TooLarge(data[: self._left])
        self._left -= len(data)
        if self._raw_left < 0:
            raise TooLarge(data)
        return data

    def end(self) -> None:
        """Called when the body is complete.

        Raises:
            CutShort: it is not.
        """
        for coding in self._codings:
            coding.end()


class _Deflate:
    """RFC 1950, or the bare RFC 1951 that many servers send under the same name."""

    def __init__(self) -> None:
        self._inner: zlib._Decompress | None = None
        self._head = b""

    def feed(self, data: bytes, limit: int) -> bytes:
        if self._inner is None:
            data = self._head + data
            self._head = data
            if len(data) < 2:
                return b""
            wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0  # RFC 1950, section 2.2
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        try:
            return self._inner.decompress(data, limit + 1)
        except zlib.error as error:
            raise BadEncoding(str(error)) from error

    def end(self) -> None:
        if self._head and (self._inner is None or not self._inner.eof):
            raise CutShort("the deflate stream has no end")


class _Gzip:
    """RFC 1952, several members allowed; a body that is plain though its header says gzip too."""

    def __init__(self) -> None:
        self._inner: zlib._Decompress | None = None
        self._head = b""
        """The first byte of what may be a member, while its second is awaited."""
        self._state: Literal["start", "member", "between", "plain", "padding"] = "start"

    def feed(self, data: bytes, limit: int) -> bytes:
        out = []
        room = limit + 1
        while data and room > 0 and self._state != "padding":
            if self._state == "plain":
                out.append(data)
                break
            if self._inner is None:
                self._head, data = b"", self._head + data
                if len(data) < 2:
                    self._head = data
                    break
                self._begin(data)
                continue
            piece, data = self._unpack(self._inner, data, room)
            out.append(piece)
            room -= len(piece)
        return b"".join(out)

    def _begin(self, data: bytes) -> None:
        if data.startswith(b"\x1f\x8b"):
            self._state = "member"
            self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        else:  # not gzip at all; or zeros after the last member, which many writers leave
            self._state = "plain" if self._state == "start" else "padding"

    def _unpack(self, inner: zlib._Decompress, data: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            piece = inner.decompress(data, room)
        except zlib.error as error:
            raise BadEncoding(str(error)) from error
        if not inner.eof:
            return piece, inner.unconsumed_tail
        self._state, self._inner = "between", None
        return piece, inner.unused_data

    def end(self) -> None:
        if self._state == "member" or (self._state == "start" and self._head):
            raise CutShort("the gzip stream has no end")


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._fed = False

    def feed(self, data: bytes, limit: int) -> bytes:
        self._fed = self._fed or bool(data)
        out = []
        room = limit + 1
        try:
            while room > 0 and not self._inner.is_finished():
                piece = self._inner.process(data, output_buffer_limit=room)
                data = b""
                out.append(piece)
                room -= len(piece)
                if self._inner.can_accept_more_data():
                    break
        except brotli.error as error:
            raise BadEncoding(str(error)) from error
        return b"".join(out)

    def end(self) -> None:
        if self._fed and not self._inner.is_finished():
            raise CutShort("the brotli stream has no end")


class _Zstd:
    """RFC 8878 with the window of RFC 9659; several frames allowed."""

    def __init__(self) -> None:
        self._inner = self._new()
        self._fed = False

    @staticmethod
    def _new() -> zstd.ZstdDecompressor:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    def feed(self, data: bytes, limit: int) -> bytes:
        self._fed = self._fed or bool(data)
        out = []
        room = limit + 1
        try:
            while room > 0:
                if self._inner.eof:
                    data = self._inner.unused_data + data
                    if not data:
                        break
                    self._inner = self._new()
                piece = self._inner.decompress(data, room)
                data = b""
                out.append(piece)
                room -= len(piece)
                if self._inner.needs_input:
                    break
        except zstd.ZstdError as error:
            raise BadEncoding(str(error)) from error
        return b"".join(out)

    def end(self) -> None:
        if self._fed and not self._inner.eof:
            raise CutShort("the zstd stream has no end")


_CODINGS: dict[str, type[_Gzip | _Deflate | _Brotli | _Zstd]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
