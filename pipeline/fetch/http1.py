"""One connection that speaks HTTP/1.1 (RFC 9112), read by llhttp, the parser of Node.js.

h11, which is written in Python, takes as long for a "not modified" as all the rest of a poll.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import httpcore2
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from pipeline.fetch.message import Reply, Request
from pipeline.fetch.wire import Wire

_FLOOD_BYTES = 250_000
"""What may come before an answer's header is whole, or between two pieces of its body: an answer may have any
number of interim ones (1xx) before it, and of trailers after it."""
_HEAD = re.compile(rb"[^\r\n\x00]*")
_LENIENT = {
    "lenient_optional_cr_before_lf": True,
    "lenient_spaces_after_chunk_size": True,
    "lenient_chunked_length": True,
    "lenient_data_after_close": True,
}
"""Faults of honest servers that all browsers forgive. None of them lets one answer be taken for two: each connection
speaks to one server, and what comes unasked closes it."""


class HeaderFlood(httpcore2.RemoteProtocolError):
    """The server talks and talks, and no answer's header comes."""


class Gone(httpcore2.RemoteProtocolError):
    """The server hung up before it answered anything."""


class Http1:
    """Asks one thing after the other."""

    is_multiplexed = False

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._message: _Message | None = None

    @property
    def is_idle(self) -> bool:
        """True if the last answer was read to its end and the server keeps the connection open."""
        return (self._message is None or self._message.lets_go_on) and self._wire.is_quiet

    async def send(self, request: Request) -> Reply:
        """The answer, its body still to come.

        Raises:
            Gone: nothing came at all.
            HeaderFlood: no end of the header is in sight.
            httpcore2.ProtocolError, httpcore2.NetworkError: it is no HTTP; the connection broke.
        """
        message = self._message = _Message()
        await self._wire.write(_head(request) + (request.content or b""))
        taken = 0
        while not message.has_header:
            data = await self._wire.read()
            if not data:
                kind = httpcore2.RemoteProtocolError if taken else Gone
                raise kind("Server disconnected without sending a response.")
            taken += len(data)
            message.feed(data)
            if taken > _FLOOD_BYTES and not message.has_header:
                raise HeaderFlood(f"over {_FLOOD_BYTES} bytes, and no answer's header is whole")
        return Reply(message.status, message.headers, self._body(message))

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._wire.aclose()

    async def _body(self, message: _Message) -> AsyncGenerator[bytes, None]:
        silent = 0
        while True:
            for piece in message.pieces:
                silent = 0
                yield piece
            message.pieces.clear()
            if message.is_whole:
                return
            data = await self._wire.read()
            if not data:
                if message.ends_with_connection:
                    return
                raise httpcore2.RemoteProtocolError("peer closed connection amid the body")
            message.feed(data)
            silent += len(data)
            if silent > _FLOOD_BYTES and not message.pieces:
                raise httpcore2.RemoteProtocolError(f"{silent} bytes of framing without any of the body")


class _Message:
    """One answer, as the parser tells of it: the methods named ``on_…`` are called by it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces: list[bytes] = []
        self.has_header = False
        self.is_whole = False
        self.lets_go_on = False
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(**_LENIENT)

    def feed(self, data: bytes) -> None:
        """Reads on.

        Raises:
            httpcore2.RemoteProtocolError: it is no HTTP.
        """
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.is_whole = True
        except HttpParserError as error:
            # What follows a whole answer is not read, and ends the connection.
            if not self.is_whole:
                raise httpcore2.RemoteProtocolError(str(error)) from error
            self.lets_go_on = False

    @property
    def ends_with_connection(self) -> bool:
        """True if nothing else says where the body ends."""
        framing = {name.lower(): value.lower() for name, value in self.headers}
        if b"transfer-encoding" in framing:
            return not framing[b"transfer-encoding"].endswith(b"chunked")
        return b"content-length" not in framing

    def on_message_begin(self) -> None:
        if self.is_whole:
            self.lets_go_on = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_header:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self.has_header:
            return
        self.status = self._parser.get_status_code()
        if 100 <= self.status < 200 and self.status != 101:
            self.headers.clear()
        else:
            self.has_header = True

    def on_body(self, body: bytes) -> None:
        if not self.is_whole:
            self.pieces.append(body)

    def on_message_complete(self) -> None:
        if self.has_header and not self.is_whole:
            self.is_whole = True
            self.lets_go_on = self._parser.should_keep_alive()


def _head(request: Request) -> bytes:
    lines = [request.method + b" " + request.target + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.headers]
    if not all(_HEAD.fullmatch(line) for line in lines):
        raise httpcore2.LocalProtocolError("a line break in a request's header")
    return b"\r\n".join([*lines, b"", b""])
