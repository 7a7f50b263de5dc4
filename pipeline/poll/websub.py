"""WebSub (W3C Recommendation of 23 January 2018), the subscriber's side: what to ask of a hub, and whom to believe.

A subscription is asked for over HTTP, and begins when the hub has asked back whether it was really we
(verification of intent). Only what was asked for is confirmed, only what is signed with the subscription's
secret is believed, and a hub that fails costs nothing: its feed is pulled as before.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from pipeline.poll.identity import site_host
from pipeline.poll.texts import absolute, distinct
from pipeline.records import ParsedFeed

State = Literal["none", "announced", "requested", "active", "denied", "expired", "unsubscribed"]
Mode = Literal["subscribe", "unsubscribe"]

LEASE = timedelta(days=10)
"""Asked for; the hub decides. The Recommendation's own proposal for hubs."""
LONGEST_LEASE = timedelta(days=30)
"""A longer one is renewed as if it were no longer: a hub may forget."""
FIRST_RETRY = timedelta(minutes=50)
"""Time for the hub to ask back, and before what failed is tried again; doubled with each failure."""
LONGEST_RETRY = timedelta(days=1)
GIVEN_UP_AFTER = 6
"""Failures in a row, four days of them; after that the hub is asked once in ``HOPE``, as one that said no."""
HOPE = timedelta(days=7)
PROVED_FOR = timedelta(hours=24)
"""So long after a push with news the hub counts as delivering (FreshRSS takes the same day)."""

_ALGORITHMS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_LONGEST_URL = 2000
_LONGEST_HEADER = 8000
_LINK = re.compile(r'<([^<>]*)>((?:[^<>",]|"[^"]*")*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


class Announced(NamedTuple):
    """What a feed says of being pushed."""

    hubs: tuple[str, ...]
    """Those over https first: a secret is told to them."""
    topic: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's subscription at one hub, as the warehouse keeps it; instants are aware, UTC."""

    feed_id: uuid.UUID
    hub: str
    topic: str
    token: str = field(repr=False)
    """The last part of the callback's address, which nobody can guess."""
    secret: str = field(repr=False)
    """The key of the hub's signatures: shorter than 200 bytes."""
    state: State = "announced"
    asked: Mode | None = None
    """What was asked for last; only that is confirmed."""
    requested_at: datetime | None = None
    verified_at: datetime | None = None
    """When the hub last asked back; before ``requested_at``: it has not yet."""
    lease_until: datetime | None = None
    pushed_at: datetime | None = None
    """The last push with entries that were not known."""
    failures: int = 0
    """Since the last confirmation."""
    last_reason: str | None = None

    @property
    def is_pending(self) -> bool:
        """True if the hub has yet to ask back."""
        if self.requested_at is None:
            return False
        return self.verified_at is None or self.verified_at < self.requested_at

    def is_live(self, now: datetime) -> bool:
        """True if the hub has promised to push."""
        return self.state == "active" and self.lease_until is not None and now < self.lease_until

    def is_pushed(self, now: datetime) -> bool:
        """True if the hub delivers: it has lately brought news, and its lease goes on."""
        return self.is_live(now) and self.pushed_at is not None and now - self.pushed_at < PROVED_FOR


class Verdict(NamedTuple):
    """What follows from a hub's question."""

    answer: str | None
    """The body of a 200; None: a 404, for nothing of the kind was asked for."""
    after: Subscription


def announced(
    document: ParsedFeed, headers: Mapping[str, str], *, url: str, registered: str
) -> Announced | None:
    """The hubs and the topic that a feed's document names, or the ``Link`` headers that came with it.

    Headers go before the document (section 4). ``url`` gave the document, ``registered`` is the feed's own
    address. None: no hub is named, or the topic is another site's: its news would be entered under this name.

    >>> feed = ParsedFeed((), "atom10", hubs=("https://hub.example/",), self_url="https://news.example/atom")
    >>> announced(feed, {}, url="https://news.example/atom?x", registered="https://www.news.example/feed")
    Announced(hubs=('https://hub.example/',), topic='https://news.example/atom')
    """
    links = _links(headers.get("link", ""), url)
    found = links.get("hub") or document.hubs
    hubs = distinct([hub for one in found if (hub := absolute(one, url)) and len(hub) <= _LONGEST_URL])
    topic = next(iter(links.get("self", ())), None) or absolute(document.self_url, url) or url
    if (
        not hubs
        or len(topic) > _LONGEST_URL
        or site_host(topic) not in {site_host(url), site_host(registered)}
    ):
        return None
    return Announced(tuple(sorted(hubs, key=lambda hub: not hub.startswith("https:"))), topic)


def hub_to_ask(found: Announced, before: Subscription | None) -> str:
    """The hub that the feed had, while it is named and not given up; else the next one, else the first."""
    if before is None or before.topic != found.topic or before.hub not in found.hubs:
        return found.hubs[0]
    if not is_given_up(before):
        return before.hub
    return found.hubs[(found.hubs.index(before.hub) + 1) % len(found.hubs)]


def to_ask(one: Subscription, *, wanted: bool, now: datetime) -> Mode | None:
    """What the hub is to be asked for now; None: nothing, or not yet.

    ``wanted``: whether the feed is still read.
    """
    must_wait = one.requested_at is not None and now < _retry_at(one)
    if not wanted:
        is_leaving = one.asked == "unsubscribe" and must_wait
        return "unsubscribe" if one.is_live(now) and not is_leaving else None
    if one.state == "none":
        return None
    if one.asked == "unsubscribe":
        return "subscribe"
    if one.state in ("active", "expired") and not one.is_pending:
        return "subscribe" if not one.is_live(now) or now >= renew_at(one) else None
    return None if must_wait else "subscribe"


def renew_at(one: Subscription) -> datetime:
    """When a running subscription is asked for again: after half to three quarters of its lease, each at its own time.

    Raises:
        ValueError: it was never confirmed.
    """
    if one.verified_at is None or one.lease_until is None:
        raise ValueError("a subscription that was never confirmed has no lease")
    return one.verified_at + (one.lease_until - one.verified_at) * (0.5 + 0.25 * _fraction(one))


def requested(one: Subscription, mode: Mode, now: datetime) -> Subscription:
    """The subscription as it is when ``mode`` is about to be asked for: the hub may ask back at once."""
    silent = one.is_pending and one.last_reason is None
    return replace(
        one,
        state=one.state if one.is_live(now) else "requested",
        asked=mode,
        requested_at=now,
        failures=one.failures + silent,
        last_reason="unverified" if silent else one.last_reason,
    )


def form(one: Subscription, callback: str) -> dict[str, str]:
    """The fields of the request (section 5.1); ``callback`` is where the hub asks back and pushes."""
    fields = {"hub.mode": one.asked or "subscribe", "hub.topic": one.topic, "hub.callback": callback}
    if one.asked == "unsubscribe":
        return fields
    return fields | {
        "hub.lease_seconds": str(LEASE // timedelta(seconds=1)),
        "hub.secret": one.secret,
    }


def answered(one: Subscription, reason: str | None) -> Subscription:
    """The subscription once the hub has answered the request: None where it took it, else why not."""
    if reason is None:
        return replace(one, last_reason=None)
    return replace(one, failures=one.failures + 1, last_reason=reason)


def verify(one: Subscription, query: Mapping[str, str], now: datetime) -> Verdict:
    """What to say to a hub that asks whether we meant it (section 5.3), or says that it will not (5.2)."""
    mode, challenge = query.get("hub.mode"), query.get("hub.challenge")
    if query.get("hub.topic") != one.topic or one.asked is None:
        return Verdict(None, one)
    if mode == "denied":
        reason = "denied: " + query.get("hub.reason", "no reason given")[:200]
        return Verdict("", replace(one, state="denied", lease_until=None, last_reason=reason))
    if mode != one.asked or not challenge:
        return Verdict(None, one)
    after = replace(one, verified_at=now, failures=0, last_reason=None)
    if mode == "unsubscribe":
        return Verdict(challenge, replace(after, state="unsubscribed", lease_until=None))
    lease = _lease(query.get("hub.lease_seconds", ""))
    return Verdict(challenge, replace(after, state="active", lease_until=now + lease))


def signature_fault(body: bytes, signature: str | None, secret: str) -> str | None:
    """None if ``signature`` (``X-Hub-Signature: method=hex``, section 7.1) proves the body, else why it does not.

    >>> signature_fault(b"{}", None, "key"), signature_fault(b"{}", "md5=00", "key"), signature_fault(b"{}", "sha1=00", "key")
    ('unsigned', 'unknown_method', 'wrong_signature')
    """
    if not signature:
        return "unsigned"
    method, _, given = signature.strip().partition("=")
    if method.lower() not in _ALGORITHMS:
        return "unknown_method"
    right = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    matches = hmac.compare_digest(right.encode(), given.strip().lower().encode())
    return None if matches else "wrong_signature"


def is_given_up(one: Subscription) -> bool:
    """True if the hub has refused, or failed so often that another one, if there is any, is the better hope."""
    return one.state == "denied" or one.failures >= GIVEN_UP_AFTER


def _retry_at(one: Subscription) -> datetime:
    wait = HOPE if is_given_up(one) else min(FIRST_RETRY * 2**one.failures, LONGEST_RETRY)
    return (one.requested_at or datetime.min.replace(tzinfo=UTC)) + wait * (1 + 0.1 * _fraction(one))


def _lease(text: str) -> timedelta:
    """Older hubs name none; it is then taken to be what we asked for."""
    if not (text.isascii() and text.isdecimal()):
        return LEASE
    return min(timedelta(seconds=min(int(text[:9]), 10**8)), LONGEST_LEASE)


def _fraction(one: Subscription) -> float:
    """0 up to 1, always the same for a subscription."""
    return int.from_bytes(hashlib.sha256(one.token.encode()).digest()[:8]) / 2**64


def _links(header: str, base: str) -> dict[str, tuple[str, ...]]:
    """The addresses that a ``Link`` header (RFC 8288) names, by relation."""
    found: dict[str, tuple[str, ...]] = {}
    for target, parameters in _LINK.findall(header[:_LONGEST_HEADER]):
        match, url = _REL.search(parameters), absolute(target, base)
        if match and url:
            for relation in (match[1] or match[2]).lower().split():
                found[relation] = (*found.get(relation, ()), url)
    return found
