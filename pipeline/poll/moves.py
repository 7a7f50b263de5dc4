"""Where a feed is asked: a new address is taken on after it has proved itself, and given up when it fails.

The registered address is never overwritten. Beside it stands one that was adopted, and one that is being
proved: the end of a permanent redirect (301, 308), https in place of a http host that is dead, or a feed that a page in
the feed's place announces. Feedbin adopts after 576 redirects, NewsBlur after 10; a hijacked domain or a
login page of an afternoon is never adopted here, since proof takes ``CONFIRMATIONS`` polls over ``PROVED_AFTER``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from urllib.parse import urlsplit

from pipeline.urls import host

CONFIRMATIONS = 5
"""Polls that must confirm an address in a row ..."""
PROVED_AFTER = timedelta(days=2)
"""... and the time from the first of them to the last: a weekend's mishap is over by then."""
RECHECKED_AFTER = timedelta(days=14)
"""So often the registered address is asked again: it may have been mended, or speak of another move."""
DEAD_AFTER = 0.75
"""Weight of failures (three of the connection) after which a http host's https is asked."""
LEFT_AFTER = 2.0
"""Weight of passing failures (eight of the connection, four of the server) after which an adopted address is left."""
TRIED_AGAIN_AFTER = timedelta(days=1)
"""So long an address that failed its trial is not tried again."""

_PERMANENT = frozenset({301, 308})
_OF_CONNECTION = frozenset({"connect", "reset", "timeout", "robots_unreachable"})

Kind = Literal["redirect", "https", "announced", "refused"]


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of a feed's addresses besides the registered one."""

    adopted_url: str | None = None
    """Asked in place of the registered address; None: that itself is asked."""
    checked_at: datetime | None = None
    """When the registered address last said that the adopted one is right, or failed to say otherwise."""
    candidate_url: str | None = None
    """The address that is being proved."""
    candidate_kind: Kind | None = None
    """How it was found: ``redirect``, ``https``, ``announced``; ``refused``: it has just failed."""
    candidate_polls: int = 0
    """Polls in a row that confirmed it."""
    candidate_since: datetime | None = None
    """The first of them; of a refused one, when it failed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one poll showed."""

    asked: str
    at: datetime
    is_feed: bool
    """True: a feed's document came, or a 304 of one."""
    final_url: str | None = None
    redirects: tuple[tuple[int, str], ...] = ()
    is_same: bool = False
    """True: the document shares entries with what this feed gave before, or is unchanged."""
    reason: str | None = None
    """Why there is no feed; None: there is one."""
    is_lasting: bool = False
    """True: that reason does not pass by itself."""
    failures: float = 0.0
    """Weight of the failures in a row, this one included."""
    announced: tuple[str, ...] = ()
    """Feeds that the page in place of the feed names."""


def to_ask(registered: str, address: Address, now: datetime) -> str:
    """The address to ask at this poll.

    >>> to_ask("http://a.example/rss", Address(), datetime(2026, 1, 1))
    'http://a.example/rss'
    """
    if address.candidate_url and address.candidate_kind in {"https", "announced"}:
        return address.candidate_url
    if address.adopted_url is None:
        return registered
    is_old = address.checked_at is None or now - address.checked_at >= RECHECKED_AFTER
    return registered if is_old else address.adopted_url


def may_speak_for(registered: str, seen: Seen) -> bool:
    """True if the document is the feed's own: asked where it may be, or shown by shared entries or site.

    A page may announce whatever it likes: a stranger's feed is not entered under the publisher's name.
    """
    return seen.is_same or _same_site(registered, seen.asked)


def observe(registered: str, address: Address, seen: Seen) -> Address:
    """What is known of the feed's addresses after a poll."""
    on_trial = address.candidate_kind in {"https", "announced"} and seen.asked == address.candidate_url
    if on_trial:
        if seen.is_feed and may_speak_for(registered, seen):
            return _confirmed(address, seen)
        return _refused(address, seen)
    if address.adopted_url is not None and seen.asked == registered:
        return _rechecked(address, seen)
    if not seen.is_feed:
        return _after_failure(registered, address, seen)
    return _after_feed(address, seen)


def _after_feed(address: Address, seen: Seen) -> Address:
    """A document from the address in force: directly, or by redirects that may be a move."""
    if not _is_moved(seen):
        return _without_candidate(address)
    if not seen.is_same:
        return address  # a document of new entries alone shows nothing, for or against
    if address.candidate_url == seen.final_url and address.candidate_kind == "redirect":
        return _confirmed(address, seen)
    return _candidate(address, str(seen.final_url), "redirect", seen.at, polls=1)


def _after_failure(registered: str, address: Address, seen: Seen) -> Address:
    if address.adopted_url is not None:
        gives_up = seen.is_lasting or seen.failures >= LEFT_AFTER
        return Address() if gives_up else address
    announced = tuple(url for url in seen.announced if url != registered)
    if announced:
        return _candidate(address, _next(address, announced), "announced", seen.at)
    secure = _secure(registered)
    if secure is None or seen.reason not in _OF_CONNECTION or seen.failures < DEAD_AFTER:
        return address
    failed = address.candidate_kind == "refused" and address.candidate_url == secure
    if failed and address.candidate_since and seen.at - address.candidate_since < TRIED_AGAIN_AFTER:
        return address
    return _candidate(address, secure, "https", seen.at)


def _rechecked(address: Address, seen: Seen) -> Address:
    """The registered address, asked for once while another is adopted."""
    leads_there = _is_moved(seen) and seen.final_url == address.adopted_url
    if seen.is_feed and seen.is_same and not leads_there:
        return Address()
    return replace(address, checked_at=seen.at)


def _confirmed(address: Address, seen: Seen) -> Address:
    polls, since = address.candidate_polls + 1, address.candidate_since or seen.at
    if address.candidate_polls == 0:
        since = seen.at
    if polls >= CONFIRMATIONS and seen.at - since >= PROVED_AFTER:
        return Address(adopted_url=address.candidate_url, checked_at=seen.at)
    return replace(address, candidate_polls=polls, candidate_since=since)


def _refused(address: Address, seen: Seen) -> Address:
    """A trial that failed: begun anew where it had gone well and the failure may pass, else ended."""
    if address.candidate_polls and not seen.is_feed and not seen.is_lasting:
        return replace(address, candidate_polls=0)
    return replace(address, candidate_kind="refused", candidate_polls=0, candidate_since=seen.at)


def _candidate(address: Address, url: str, kind: Kind, at: datetime, *, polls: int = 0) -> Address:
    return replace(address, candidate_url=url, candidate_kind=kind, candidate_polls=polls, candidate_since=at)


def _without_candidate(address: Address) -> Address:
    return Address(address.adopted_url, address.checked_at)


def _is_moved(seen: Seen) -> bool:
    """True if every hop was permanent, and none led out of TLS."""
    if not seen.redirects or any(status not in _PERMANENT for status, _ in seen.redirects):
        return False
    way = [seen.asked, *(url for _, url in seen.redirects)]
    secure = [url.lower().startswith("https:") for url in way]
    return all(after or not before for before, after in pairwise(secure))


def _next(address: Address, announced: tuple[str, ...]) -> str:
    """The likeliest feed of the page, or the one after that which was tried and failed."""
    if address.candidate_kind == "refused" and address.candidate_url in announced:
        return announced[(announced.index(address.candidate_url) + 1) % len(announced)]
    return announced[0]


def _secure(url: str) -> str | None:
    """The same address over TLS; None: it is so already, or its port is not http's."""
    parts = urlsplit(url)
    return (
        f"https{url[4:]}" if parts.scheme == "http" and ":" not in parts.netloc.rpartition("@")[2] else None
    )


def _same_site(one: str, other: str) -> bool:
    first, second = host(one), host(other)
    return bool(first and second) and (first == second or _below(first, second) or _below(second, first))


def _below(name: str, parent: str) -> bool:
    return name.endswith("." + parent.removeprefix("www."))
