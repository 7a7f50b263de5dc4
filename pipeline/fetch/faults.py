"""What went wrong with a request, as a reason that stays the same and a sentence for people."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

import h2.exceptions
import httpcore2

from pipeline.fetch import decode
from pipeline.fetch.guard import ForbiddenAddress, UnknownHost, Unreachable
from pipeline.records import FailureKind

TRANSIENT_STATUSES = frozenset({408, 425, 429})
"""Besides all of 5xx: the server asks for another try."""

LONGEST_RETRY_SECONDS = 86_400.0

NETWORK_FAULTS = (
    decode.TooLarge,
    decode.BadEncoding,
    decode.CutShort,
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
    h2.exceptions.H2Error,
    OSError,
)
"""All that a server, or the way to it, can make the libraries raise."""


class Fault(NamedTuple):
    """The part of a ``Failure`` that does not depend on the request."""

    kind: FailureKind
    reason: str
    detail: str


_SAID: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Fault], ...] = (
    (decode.BadEncoding, Fault("transient", "bad_encoding", "the body is not in its stated coding: {}")),
    (decode.CutShort, Fault("transient", "truncated", "the connection was closed too early: {}")),
    (ForbiddenAddress, Fault("permanent", "forbidden_address", "{}")),
    (UnknownHost, Fault("transient", "dns", "{}")),
    (Unreachable, Fault("transient", "connect", "{}")),
    ((httpcore2.TimeoutException, TimeoutError), Fault("transient", "timeout", "no answer in time: {}")),
    # The guard's own kinds of ConnectError are above: what is left of it is the TLS handshake.
    ((httpcore2.ConnectError, ssl.SSLError), Fault("transient", "tls", "no secure connection: {}")),
    (httpcore2.UnsupportedProtocol, Fault("permanent", "forbidden_scheme", "{}")),
)


def fault_of(error: Exception, *, answered: bool) -> Fault:
    """The fault that one of ``NETWORK_FAULTS`` tells of; ``answered``: the status had come.

    A certificate or a name may be mended, so ``tls`` and ``dns`` are transient; an address inside
    the network stays where it is.
    """
    if isinstance(error, (httpcore2.ProtocolError, h2.exceptions.H2Error)):
        return _protocol_fault(error, str(error), answered=answered)
    for kinds, fault in _SAID:
        if isinstance(error, kinds):
            return fault._replace(detail=fault.detail.format(_text(error)))
    return Fault(
        "transient", "reset", f"the connection broke while {'the body came' if answered else 'waiting'}"
    )


def _protocol_fault(error: Exception, text: str, *, answered: bool) -> Fault:
    inner = error.args[0] if error.args else None
    if (
        getattr(inner, "error_status_hint", None) == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        and not answered
    ):
        return Fault("permanent", "headers_too_large", "the answer's header has no end within 100 kB")
    if isinstance(error, h2.exceptions.DenialOfServiceError) or "Oversized header" in text:
        return Fault("permanent", "headers_too_large", f"the answer's header is too large: {text}")
    if "isconnected" in text:
        return Fault("transient", "reset", "the server closed the connection without an answer")
    if "peer closed connection" in text:
        return Fault("transient", "truncated", "the server sent less than it had announced, and closed")
    return Fault("transient", "protocol", f"the answer is not HTTP: {text}")


def _text(error: Exception) -> str:
    """The words of the first cause that has some; OpenSSL keeps its own apart."""
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError):
        return getattr(cause, "verify_message", None) or cause.reason or str(cause)
    return str(error) or str(cause or "") or type(error).__name__


def status_fault(status: int) -> Fault:
    """The fault that a status of 300 or more tells of, where it was not followed.

    >>> status_fault(503)
    Fault(kind='transient', reason='http_503', detail='the server answered 503 Service Unavailable')
    """
    kind: FailureKind = "transient" if status >= 500 or status in TRANSIENT_STATUSES else "permanent"
    return Fault(kind, f"http_{status}", f"the server answered {status} {phrase(status)}".rstrip())


def phrase(status: int) -> str:
    """The standard reason phrase, empty for a status without one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def retry_after_seconds(value: str | None, *, now: datetime, date: str | None = None) -> float | None:
    """How long a ``Retry-After`` asks to wait, at most a day; None: it asks nothing readable.

    Both forms of RFC 9110, section 10.2.3. ``date`` is the server's Date header: a date is
    measured against the server's own clock where it tells it, else against ``now``.

    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> retry_after_seconds("120", now=at), retry_after_seconds("Thu, 01 Jan 2026 00:05:00 GMT", now=at)
    (120.0, 300.0)
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_RETRY_SECONDS)
    until = http_date(text)
    if until is None:
        return None
    reference = http_date(date or "") or now
    return min(max((until - reference).total_seconds(), 0.0), LONGEST_RETRY_SECONDS)


def http_date(text: str) -> datetime | None:
    """The instant of an HTTP date in any of its three forms (aware, UTC); None: it is none."""
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)  # RFC 9110: an HTTP date is always GMT
