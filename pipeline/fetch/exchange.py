"""One request and its answer, within the caps of size and time: what a redirect is made of several of."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpcore2

from pipeline.fetch import faults
from pipeline.fetch.decode import Decoder, TooLarge
from pipeline.fetch.faults import Fault
from pipeline.fetch.target import Target

MAX_HEADER_BYTES = 100_000
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


@dataclass(slots=True)
class Answer:
    """What has come so far."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    at: datetime | None = None
    """When the header had come."""


async def exchange(
    pool: httpcore2.AsyncConnectionPool,
    target: Target,
    sent: Mapping[str, str],
    limits: Limits,
    clock: Callable[[], datetime],
) -> Answer | Fault:
    """The answer of ``target`` to a GET with the headers ``sent``, or what went wrong.

    The body is read for a status below 300 only: of a redirect or an error nothing is used.
    """
    answer = Answer()
    request = httpcore2.Request(
        "GET",
        httpcore2.URL(
            scheme=target.url.raw_scheme,
            host=target.url.raw_host,
            port=target.url.port,
            target=target.url.raw_path,
        ),
        headers=[(name.encode("latin-1"), _bytes_of(value)) for name, value in sent.items()],
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), limits.seconds)},
    )
    try:
        async with asyncio.timeout(limits.seconds):
            fault = await _ask(pool, request, limits, answer, clock)
    except TimeoutError:
        came = f"{len(answer.body)} bytes of the body" if answer.status else "no answer"
        return Fault("transient", "timeout", f"{target.host_key}: {came} when its time was up")
    except TooLarge:
        return Fault("permanent", "too_large", f"the decoded body is larger than {limits.max_bytes} bytes")
    except faults.NETWORK_FAULTS as error:
        return faults.fault_of(error, answered=bool(answer.status))
    return answer if fault is None else fault


async def _ask(
    pool: httpcore2.AsyncConnectionPool,
    request: httpcore2.Request,
    limits: Limits,
    answer: Answer,
    clock: Callable[[], datetime],
) -> Fault | None:
    stream = await pool.handle_async_request(request)
    try:
        if sum(len(name) + len(value) for name, value in stream.headers) > MAX_HEADER_BYTES:
            return Fault("permanent", "headers_too_large", f"a header of over {MAX_HEADER_BYTES} bytes")
        if stream.status < 200:
            return Fault(
                "transient", "protocol", f"the server wants to speak something else ({stream.status})"
            )
        answer.headers = _joined(stream.headers)
        answer.at = clock()
        answer.status = stream.status
        if stream.status == 304:
            return await _see_end(stream)
        return await _read_body(stream, answer, limits) if stream.status < 300 else None
    finally:
        await stream.aclose()


async def _see_end(stream: httpcore2.Response) -> Fault | None:
    """Reads the end of an answer without a body: only then can its connection be used again."""
    async for _ in stream.aiter_stream():
        return Fault("transient", "protocol", "a 304 with a body")
    return None


async def _read_body(stream: httpcore2.Response, answer: Answer, limits: Limits) -> Fault | None:
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > limits.max_bytes and not limits.cut:
        return Fault(
            "permanent", "too_large", f"{announced} bytes are announced, {limits.max_bytes} are the cap"
        )
    decoder = Decoder(answer.headers.get("content-encoding", ""), limits.max_bytes)
    try:
        async for chunk in stream.aiter_stream():
            answer.body += decoder.feed(chunk)
    except TooLarge as excess:
        if not limits.cut:
            raise
        answer.body += excess.args[0]
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
