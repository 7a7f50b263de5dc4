"""What went wrong with a request, as a reason that stays the same and a sentence for people."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

import h2.errors
import h2.events
import h2.exceptions
import httpcore2

from pipeline.fetch import decode
from pipeline.fetch.guard import ForbiddenAddress, UnknownHost, Unreachable
from pipeline.fetch.http1 import HeaderFlood
from pipeline.records import NO_HEADERS, FailureKind

_KNOWN = frozenset(HTTPStatus)
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


class Reason(NamedTuple):
    """One entry of ``REASONS``."""

    kind: FailureKind
    meaning: str
    """A sentence for the reader of the ledger."""


REASONS: dict[str, Reason] = {
    # the way to the server
    "dns": Reason("transient", "The name has no address, or the resolver does not answer."),
    "connect": Reason("transient", "No address of the host takes a connection."),
    "timeout": Reason("transient", "The request's whole time was up, with its redirects."),
    "reset": Reason("transient", "The server, or the way to it, broke off without an answer or amid one."),
    # TLS: a certificate is mended by its owner, so all of these are asked again
    "tls_expired": Reason("transient", "The certificate is past its last day, or before its first."),
    "tls_wrong_host": Reason("transient", "The certificate is for another host."),
    "tls_untrusted": Reason(
        "transient", "The certificate is self-signed, or from an authority that is not trusted."
    ),
    "tls": Reason("transient", "No secure connection came about, for another cause than those above."),
    # what the server says
    "protocol": Reason("transient", "The answer is not HTTP, or breaks its rules."),
    "truncated": Reason("transient", "The body ended before its announced length or its coding did."),
    "bad_encoding": Reason(
        "transient", "The body is not in the content coding that it names, or that was not asked for."
    ),
    "false_304": Reason("transient", "“Not modified”, where no validator was sent to compare with."),
    "too_large": Reason("permanent", "The decoded body is larger than its cap, or says that it will be."),
    "headers_too_large": Reason("permanent", "The header, or what comes before it, has no end in sight."),
    "redirect_loop": Reason("permanent", "The redirects lead in a circle, or on and on."),
    "bad_redirect": Reason("permanent", "A redirect leads to what is no address."),
    # what is not asked at all
    "bad_url": Reason("permanent", "The text is no address of the web."),
    "forbidden_scheme": Reason("permanent", "The address is neither http nor https."),
    "forbidden_address": Reason(
        "permanent", "The host leads into a network that is not public, or the port is not the web's."
    ),
    "secret_missing": Reason(
        "transient", "A header of the source names an environment variable that is not set."
    ),
    # refusals: reported as they are, never got around
    "robots": Reason("permanent", "robots.txt does not allow us this address."),
    "robots_unreachable": Reason(
        "transient",
        "robots.txt gives 5xx, 429 or nothing: RFC 9309 has us stay away until it answers, or for 30 days; then the "
        "rules that were had last hold, or none.",
    ),
    "bot_check": Reason("permanent", "The host wants proof of a human reader. We give none."),
}
"""Every reason of a request that failed, but for ``http_<status>``, which ``status_fault`` makes."""

STATUSES: dict[int, str] = {
    401: "A login is wanted: see the source's `headers`.",
    403: "The host refuses us.",
    404: "There is no such page.",
    410: "The page is gone for good.",
    429: "Too many requests: we wait as long as `Retry-After` says.",
    451: "Withheld for legal reasons.",
    503: "The host is out of service: we wait as long as `Retry-After` says.",
}
"""The statuses that tell the most, in words."""

_BOT_CHECKS = {
    "cf-mitigated": ("challenge",),
    "x-amzn-waf-action": ("captcha", "challenge"),
    "x-vercel-mitigated": ("challenge",),
}
"""Headers and values by which Cloudflare, AWS WAF and Vercel say, as they document, that the answer is a
test of theirs and not the page."""


class Fault(NamedTuple):
    """The part of a ``Failure`` that does not depend on the request."""

    kind: FailureKind
    reason: str
    detail: str


def fault(reason: str, detail: str) -> Fault:
    """The fault with a reason of ``REASONS``, of its kind there."""
    return Fault(REASONS[reason].kind, reason, detail)


_SAID: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...] = (
    (decode.BadEncoding, "bad_encoding", "the body is not in its stated coding: {}"),
    (decode.CutShort, "truncated", "the connection was closed too early: {}"),
    (ForbiddenAddress, "forbidden_address", "{}"),
    (UnknownHost, "dns", "{}"),
    (Unreachable, "connect", "{}"),
    ((httpcore2.TimeoutException, TimeoutError), "timeout", "no answer in time: {}"),
    (httpcore2.UnsupportedProtocol, "forbidden_scheme", "{}"),
)

# X509_verify_cert's codes (OpenSSL, x509_vfy.h). Any other is a certificate that nobody should trust.
_CERTIFICATE_FAULTS = {9: "tls_expired", 10: "tls_expired", 62: "tls_wrong_host", 64: "tls_wrong_host"}


def fault_of(error: Exception, *, answered: bool) -> Fault:
    """The fault that one of ``NETWORK_FAULTS`` tells of; ``answered``: the status had come."""
    if isinstance(error, HeaderFlood):
        return fault("headers_too_large", str(error))
    if isinstance(error, (httpcore2.ProtocolError, h2.exceptions.H2Error)):
        return _protocol_fault(error, str(error))
    for kinds, reason, said in _SAID:
        if isinstance(error, kinds):
            return fault(reason, said.format(_text(error)))
    # The guard's own kinds of ConnectError are in the list: what is left of it is the TLS handshake.
    if isinstance(error, (httpcore2.ConnectError, ssl.SSLError)):
        return _tls_fault(error)
    return fault("reset", f"the connection broke while {'the body came' if answered else 'waiting'}")


def _tls_fault(error: Exception) -> Fault:
    said = [one for one in (error, *error.args) if isinstance(one, ssl.SSLError)]  # the library wraps it
    for cause in said:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = _CERTIFICATE_FAULTS.get(cause.verify_code, "tls_untrusted")
            return fault(reason, f"no secure connection: {cause.verify_message}")
    return fault("tls", f"no secure connection: {(said[0].reason if said else None) or _text(error)}")


def _protocol_fault(error: Exception, text: str) -> Fault:
    inner = error.args[0] if error.args else None
    if isinstance(error, h2.exceptions.DenialOfServiceError) or "Oversized header" in text:
        return fault("headers_too_large", f"the answer's header is too large: {text}")
    if isinstance(inner, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
        return fault("reset", f"the server gave the request up ({_http2_code(inner.error_code or 0)})")
    if "isconnected" in text:
        return fault("reset", "the server closed the connection without an answer")
    if "peer closed connection" in text:
        return fault("truncated", "the server sent less than it had announced, and closed")
    return fault("protocol", f"the answer is not HTTP: {text}")


def _http2_code(code: int) -> str:
    """The name of an error code of RFC 9113, section 7."""
    try:
        return h2.errors.ErrorCodes(code).name
    except ValueError:
        return f"HTTP/2 error {code}"


def _text(error: Exception) -> str:
    return str(error) or str(error.__cause__ or "") or type(error).__name__


def is_bot_check(headers: Mapping[str, str]) -> bool:
    """True where the answer with these headers is a test of the reader and not the page.

    >>> is_bot_check({"cf-mitigated": "challenge"}), is_bot_check({"server": "cloudflare"})
    (True, False)
    """
    return any(headers.get(name, "").lower() in values for name, values in _BOT_CHECKS.items())


def status_fault(status: int, headers: Mapping[str, str] = NO_HEADERS) -> Fault:
    """The fault that a status tells of, where it is neither the page nor followed.

    >>> status_fault(503)
    Fault(kind='transient', reason='http_503', detail='the server answered 503 Service Unavailable')
    """
    kind: FailureKind = "transient" if status >= 500 or status in TRANSIENT_STATUSES else "permanent"
    said = f"{status} {phrase(status)}".rstrip()
    if is_bot_check(headers):
        return Fault(kind, "bot_check", f"the host wants to see a human reader, with {said}")
    return Fault(kind, f"http_{status}", f"the server answered {said}")


def phrase(status: int) -> str:
    """The standard reason phrase, empty for a status without one."""
    return HTTPStatus(status).phrase if status in _KNOWN else ""


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
