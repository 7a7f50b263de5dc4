"""Content codings undone while a body arrives, a small piece at a time.

httpx2 bounds each step to a megabyte, but gives no sign of a stream that was cut short and lets a
zstd frame ask for a window of 128 MB; hence our own few lines over the same three libraries.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Literal, Protocol

import brotli
from backports import zstd

STEP_BYTES = 65_536
"""What one step gives at most: the body's cap is then all that a bomb can fill."""
_ZSTD_WINDOW_LOG = 23
"""8 MB: what RFC 9659 lets a server ask for."""
_MAX_CODINGS = 3
_NOT_ASKED_FOR = frozenset("aes128gcm bzip2 compress dcb dcz exi lzma pack200-gzip x-compress xz".split())
"""Codings of IANA's registry and beside it. Any other name ("utf-8", "none") is a mistake over a plain body."""


class TooLarge(Exception):
    """The decoded body is longer than its cap."""


class BadEncoding(Exception):
    """The body is not in the coding that its header names."""


class CutShort(Exception):
    """The body ends before its coding does."""


class Coding(Protocol):
    """One content coding, undone piece by piece."""

    def feed(self, data: bytes) -> bytes:
        """The next piece of what all data so far decodes to, about ``STEP_BYTES`` at most.

        The rest comes by feeding nothing, until nothing comes.

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
        """``content_encoding`` is the header's value; a name in it that is no coding's is passed over.

        Raises:
            BadEncoding: more codings are stacked than anyone honest does, or one was not asked for.
        """
        names = [name.strip().lower() for name in content_encoding.split(",")]
        if not _NOT_ASKED_FOR.isdisjoint(names):
            raise BadEncoding(content_encoding + " was not asked for")
        self._codings = [_CODINGS[name]() for name in reversed(names) if name in _CODINGS]
        if len(self._codings) > _MAX_CODINGS:
            message = f"{len(self._codings)} codings stacked on one body"
            raise BadEncoding(message)
        self._left = [max_bytes] * (len(self._codings) + 1)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What ``data`` decodes to, in pieces.

        The cap holds for what comes in, and between two codings, as well: much can be turned into
        nothing, for ever.

        Raises:
            TooLarge: the body is now past its cap; ``args[0]`` is what still fits.
            BadEncoding: as above.
        """
        return self._undone(data, 0)

    def _undone(self, data: bytes, level: int) -> Iterator[bytes]:
        room = self._left[level]
        fits = data[:room]
        self._left[level] -= len(fits)
        if level == len(self._codings):
            if len(data) > room:
                raise TooLarge(fits)
            yield fits
            return
        piece = self._codings[level].feed(fits)
        while piece:
            yield from self._undone(piece, level + 1)
            piece = self._codings[level].feed(b"")
        if len(data) > room:
            raise TooLarge(b"")

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

    def feed(self, data: bytes) -> bytes:
        if self._inner is None:
            data = self._head + data
            self._head = data
            if len(data) < 2:
                return b""
            wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0  # RFC 1950, section 2.2
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        if self._inner.eof:
            return b""
        try:
            return self._inner.decompress(self._inner.unconsumed_tail + data, STEP_BYTES)
        except zlib.error as error:
            raise BadEncoding(str(error)) from error

    def end(self) -> None:
        if self._head and (self._inner is None or not self._inner.eof):
            raise CutShort("the deflate stream has no end")


class _Gzip:
    """RFC 1952, several members allowed; a body that is plain though its header says gzip too."""

    def __init__(self) -> None:
        self._inner: zlib._Decompress | None = None
        self._rest = b""
        """Input that is still to be read: the first byte of what may be a member, or a member's own."""
        self._state: Literal["start", "member", "between", "plain", "padding"] = "start"

    def feed(self, data: bytes) -> bytes:
        data, self._rest = self._rest + data, b""
        while self._state in ("start", "between", "member"):
            if self._state != "member":
                if len(data) < 2:
                    self._rest = data
                    return b""
                self._begin(data)
                continue
            piece, data = self._unpack(data)
            if piece or self._state == "member":
                self._rest = data
                return piece
        return data if self._state == "plain" else b""

    def _begin(self, data: bytes) -> None:
        if data.startswith(b"\x1f\x8b"):
            self._state = "member"
            self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        else:  # not gzip at all; or zeros after the last member, which many writers leave
            self._state = "plain" if self._state == "start" else "padding"

    def _unpack(self, data: bytes) -> tuple[bytes, bytes]:
        """A piece of the member, possibly empty at its end, and the input left."""
        assert self._inner is not None
        try:
            piece = self._inner.decompress(data, STEP_BYTES)
        except zlib.error as error:
            raise BadEncoding(str(error)) from error
        if not self._inner.eof:
            return piece, self._inner.unconsumed_tail
        self._state = "between"
        return piece, self._inner.unused_data

    def end(self) -> None:
        if self._state == "member" or (self._state == "start" and self._rest):
            raise CutShort("the gzip stream has no end")


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._fed = False

    def feed(self, data: bytes) -> bytes:
        self._fed = self._fed or bool(data)
        if self._inner.is_finished():
            return b""
        try:
            piece: bytes = self._inner.process(data, output_buffer_limit=STEP_BYTES)
        except brotli.error as error:
            raise BadEncoding(str(error)) from error
        return piece

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

    def feed(self, data: bytes) -> bytes:
        self._fed = self._fed or bool(data)
        piece = b""
        try:
            while not piece:
                if self._inner.eof:
                    data = self._inner.unused_data + data
                    if not data:
                        break
                    self._inner = self._new()
                piece = self._inner.decompress(data, STEP_BYTES)
                data = b""
                if self._inner.needs_input:
                    break
        except zstd.ZstdError as error:
            raise BadEncoding(str(error)) from error
        return piece

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
