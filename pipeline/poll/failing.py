"""How long to wait after polls that failed: longer each time, never for ever."""

from __future__ import annotations

from datetime import timedelta

from pipeline.poll.feedhistory import FeedHistory

DEAD = timedelta(days=7)
"""The longest wait for a feed that does not answer. A domain that is bought back, a site that is mended after
months: it is found within a week, for 52 requests a year."""
GONE = timedelta(days=30)
"""410 says "gone, and on purpose": the feed is muted, and asked once a month whether that still holds."""
RETRIED_AFTER = 0.5
"""The share of the feed's own wait after which a failed poll is tried again. The document was half turned over
when that poll was due, so its other half is what the first tries may use."""

PATIENT_FOR = 16.0
"""Failures of weight 1 after which the wait is four times the first. Its square, not an exponent: after a night of
503 a busy feed is still tried every half hour and loses little once the server is back, and a dead one gets a
hundred requests in its first two months."""

_OF_THE_WAY = frozenset({"dns", "connect", "reset", "robots_unreachable", "secret_missing", "enter_fault"})
_OF_THE_MOMENT = frozenset({"timeout", "truncated", "protocol", "bad_encoding", "false_304", "bot_check"})
_TLS = "tls"
"""Begins every reason of a handshake: certificates are renewed by their owners, mostly within days."""
_PICKY = frozenset({403, 404, 408, 425, 429})


def failure_weight(reason: str, status: int | None = None) -> float:
    """How much one failed poll counts: 1 for a lasting cause, less for one that may pass.

    The three classes are Media Cloud's. A name or a connection that is away (and what is at fault on our side)
    counts 0.25: that is mostly somebody's network. A server that is busy, broken or picky (403, 404, 429, 5xx,
    a timeout, TLS, a test of the reader) counts 0.5: those are taken back more often than not. All else counts 1.

    >>> failure_weight("dns"), failure_weight("http_503", 503), failure_weight("http_410", 410)
    (0.25, 0.5, 1.0)
    >>> failure_weight("tls_expired"), failure_weight("bot_check", 200)
    (0.5, 0.5)
    """
    if reason in _OF_THE_WAY:
        return 0.25
    if status is None and reason.startswith("http_") and reason[5:].isdigit():
        status = int(reason[5:])
    if reason in _OF_THE_MOMENT or reason.startswith(_TLS):
        return 0.5
    if status is not None and (status in _PICKY or 500 <= status <= 599):
        return 0.5
    return 1.0


def failed_wait(history: FeedHistory, own: timedelta) -> timedelta:
    """The wait after a failed poll of a feed whose pace asks for ``own``.

    It grows with the square of the failures, each by its weight, up to ``DEAD``; "410 Gone" mutes for ``GONE``.

    >>> hour = timedelta(hours=1)
    >>> [str(failed_wait(FeedHistory("f", failures=n), hour)) for n in (0, 16, 64, 1e9)]
    ['0:30:00', '2:00:00', '12:30:00', '7 days, 0:00:00']
    """
    if history.reason == "http_410":
        return GONE
    # The power of ten keeps a count that ran for years from overflowing; the cap is reached long before.
    return min(own * RETRIED_AFTER * (1 + min(max(history.failures, 0.0), 1e4) / PATIENT_FOR) ** 2, DEAD)
