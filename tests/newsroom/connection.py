"""One client's connection: as much of HTTP/1.1 as polite clients need."""

from __future__ import annotations

import asyncio
import gzip
import http
from collections.abc import Callable

from .web import Answer, Request, html

_HEAD_MAX_BYTES = 65_536
_GZIP_FROM_BYTES = 1_000


class Connection(asyncio.Protocol):
    """One client's connection: requests in, answers out, in order."""

    def __init__(
        self, answer: Callable[[Request, str], Answer], scheme: str, clients: set[asyncio.Transport]
    ) -> None:
        self._site = answer
        self._scheme = scheme
        self._clients = clients
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._clients.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        assert self._transport
        self._clients.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport
        self._buffer += data
        while b"\r\n\r\n" in self._buffer and not self._transport.is_closing():
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            request = _parsed(head)
            length = int(request.headers.get("content-length", "0")) if request else 0
            if request is None or len(rest) < length:
                break
            self._buffer = rest[length:]
            self._transport.write(_encoded(self._answer(request), request))
            if request.headers.get("connection", "").lower() == "close":
                self._transport.close()
        if len(self._buffer) > _HEAD_MAX_BYTES or (
            b"\r\n\r\n" in self._buffer and _parsed(self._buffer) is None
        ):
            self._transport.write(
                b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            self._transport.close()

    def _answer(self, request: Request) -> Answer:
        try:
            return self._site(request, self._scheme)
        except Exception as error:  # noqa: BLE001 - the client must see that the world is broken
            return html(f"<h1>500</h1><pre>{type(error).__name__}: {error}</pre>", 500)


def _parsed(head: bytes) -> Request | None:
    """The request of a head; None: it is none."""
    first, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return None
    pairs = [line.partition(":") for line in lines]
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    host = (
        headers.get("host", "").rpartition(":")[0]
        if ":" in headers.get("host", "")
        else headers.get("host", "")
    )
    return Request(parts[0], host.lower(), parts[1], headers)


def _encoded(answer: Answer, request: Request) -> bytes:
    """The answer as bytes, gzipped where the client takes it."""
    body, headers = answer.body, dict(answer.headers)
    if len(body) >= _GZIP_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    if answer.status != 304:
        headers["Content-Length"] = str(len(body))
    phrase = http.HTTPStatus(answer.status).phrase
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {answer.status} {phrase}\r\n{lines}\r\n".encode("latin-1")
    return head if request.method == "HEAD" or answer.status == 304 else head + body
