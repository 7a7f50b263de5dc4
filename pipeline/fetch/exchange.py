"""One request and its answer, within the caps of size and time: what a redirect is made of several of."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpcore2

from pipeline.fetch.connections import Connections
from pipeline.fetch.decode import BadEncoding, Decoder, TooLarge
from pipeline.fetch.faults import NETWORK_FAULTS, Fault, fault, fault_of
from pipeline.fetch.message import Reply, Request
from pipeline.fetch.target import Target
from pipeline.records import Truncation

MAX_HEADER_BYTES = 100_000
REFUSAL_BYTES = 65_536
"""How much is kept of the page that says why not. The pages of the usual walls have 5 to 20 kB."""
REFUSAL_SECONDS = 5.0
"""How long that page may take. Read to its end it spares the next request a new connection."""
_BLOCK_BYTES = 262_144
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_CONTROLS = dict.fromkeys([*range(9), *range(10, 32), 127], " ")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an answer is taken, and how long it may take."""

    max_bytes: int
    """Of the decoded body."""
    seconds: float
    """From the resolver's first question to the last byte."""
    cut: bool = False
    """True: a longer body is cut there instead of being refused."""


class Body:
    """Bytes that come in pieces, held in blocks: one growing array would be copied, and hold twice as much."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._tail = bytearray()
        self._blocked = 0

    def add(self, piece: bytes) -> None:
        """Appends ``piece``."""
        self._tail += piece
        if len(self._tail) >= _BLOCK_BYTES:
            self._blocks.append(bytes(self._tail))
            self._blocked += len(self._tail)
            self._tail = bytearray()

    def __len__(self) -> int:
        return self._blocked + len(self._tail)

    def __bytes__(self) -> bytes:
        return b"".join([*self._blocks, self._tail])


@dataclass(slots=True)
class Answer:
    """What has come so far."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Body = field(default_factory=Body)
    at: datetime | None = None
    """When the header had come."""
    latency_seconds: float = 0.0
    """From the first step towards the server to the header's end."""
    truncated: Truncation | None = None
    """Why the body is not all of it; None: it is."""

    @property
    def is_refusal(self) -> bool:
        """True where the status says that this is not what was asked for, whatever the body says."""
        return self.status >= 400


async def exchange(
    connections: Connections,
    target: Target,
    sent: Mapping[str, str],
    limits: Limits,
    clock: Callable[[], datetime],
    *,
    form: bytes | None = None,
) -> Answer | Fault:
    """The answer of ``target`` to a GET with the headers ``sent``, or to a POST of ``form``; or what went wrong.

    The body of a redirect is not read. That of a refusal is, as far as that costs little, and nothing
    in it changes the answer.
    """
    answer = Answer()
    request = _request(target, sent, limits, form)
    try:
        async with asyncio.timeout(limits.seconds):
            trouble = await _ask(connections, request, limits, answer, clock)
    except NETWORK_FAULTS as error:
        if answer.is_refusal:
            answer.truncated = _truncation(error)
            return answer
        return _fault(error, target, limits, answer)
    return answer if trouble is None else trouble


def _request(target: Target, sent: Mapping[str, str], limits: Limits, form: bytes | None) -> Request:
    headers = [(name.encode("latin-1"), _bytes_of(value)) for name, value in sent.items()]
    if form is not None:
        headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        headers.append((b"content-length", str(len(form)).encode()))
    url = target.url
    origin = (url.scheme, url.raw_host.decode("ascii"), target.port)
    return Request(origin, url.raw_path, headers, limits.seconds, form)


def _truncation(error: Exception) -> Truncation:
    if isinstance(error, BadEncoding):
        return "unspecified"
    return "time" if isinstance(error, (TimeoutError, httpcore2.TimeoutException)) else "disconnect"


def _fault(error: Exception, target: Target, limits: Limits, answer: Answer) -> Fault:
    if isinstance(error, TimeoutError):
        came = f"{len(answer.body)} bytes of the body" if answer.status else "no answer"
        return fault("timeout", f"{target.host_key}: {came} when its time was up")
    if isinstance(error, TooLarge):
        return fault("too_large", f"the decoded body is larger than {limits.max_bytes} bytes")
    return fault_of(error, answered=bool(answer.status))


async def _ask(
    connections: Connections,
    request: Request,
    limits: Limits,
    answer: Answer,
    clock: Callable[[], datetime],
) -> Fault | None:
    began = time.monotonic()
    reply = await connections.send(request)
    try:
        if sum(len(name) + len(value) for name, value in reply.headers) > MAX_HEADER_BYTES:
            return fault("headers_too_large", f"a header of over {MAX_HEADER_BYTES} bytes")
        if reply.status < 200:
            return fault("protocol", f"the server wants to speak something else ({reply.status})")
        answer.headers = _joined(reply.headers)
        answer.at = clock()
        answer.latency_seconds = time.monotonic() - began
        answer.status = reply.status
        if reply.status == 304:
            return await _see_end(reply)
        if answer.is_refusal:
            async with asyncio.timeout(REFUSAL_SECONDS):
                return await _read_body(reply, answer, Limits(REFUSAL_BYTES, REFUSAL_SECONDS, cut=True))
        return await _read_body(reply, answer, limits) if reply.status < 300 else None
    finally:
        await reply.aclose()


async def _see_end(reply: Reply) -> Fault | None:
    """Reads the end of an answer without a body: only then can its connection be used again."""
    async for _ in reply.body:
        return fault("protocol", "a 304 with a body")
    return None


async def _read_body(reply: Reply, answer: Answer, limits: Limits) -> Fault | None:
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > limits.max_bytes and not limits.cut:
        return fault("too_large", f"{announced} bytes are announced, {limits.max_bytes} are the cap")
    decoder = Decoder(answer.headers.get("content-encoding", ""), limits.max_bytes)
    try:
        async for chunk in reply.body:
            for piece in decoder.feed(chunk):
                answer.body.add(piece)
    except TooLarge as excess:
        if not limits.cut:
            raise
        answer.body.add(excess.args[0])
        answer.truncated = "length"
        return None
    decoder.end()
    return None


def _joined(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case, a repeated header joined by commas (RFC 9110, section 5.3).

    Latin-1 keeps every byte, so that a validator goes back exactly as it came.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name = raw_name.decode("latin-1").lower()
        if not _TOKEN.fullmatch(name):  # possible over HTTP/2 only, where the library does not look
            continue
        value = raw_value.decode("latin-1").strip().translate(_CONTROLS)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _bytes_of(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8")
