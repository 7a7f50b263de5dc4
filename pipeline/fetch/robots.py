"""robots.txt (RFC 9309): may this address be fetched, and how fast."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol
from weakref import WeakValueDictionary

from protego import Protego

from pipeline.fetch.client import Gate, utc_now
from pipeline.fetch.faults import fault
from pipeline.fetch.freshness import fresh_seconds
from pipeline.fetch.target import BadUrl, Target, withheld
from pipeline.records import Failure, Response

MAX_BYTES = 500 * 1024
"""RFC 9309, section 2.5: at least 500 KiB are read, what lies beyond is not."""
MAX_REDIRECTS = 5
"""RFC 9309, section 2.3.1.2: at the end of more there are no rules."""
TIMEOUT_SECONDS = 10.0
_LONGEST = timedelta(hours=24)
"""RFC 9309, section 2.4."""
_SHORTEST = timedelta(minutes=10)
_UNREACHABLE_FOR = timedelta(minutes=10)
PATIENCE = timedelta(days=30)
"""RFC 9309, section 2.3.1.4: rules that could not be had for so long are no reason to stay away any more. The last
ones that were had hold then, and where there never were any, all is allowed."""
_NOT_REACHED = frozenset({"dns", "connect", "tls", "tls_expired", "tls_untrusted", "tls_wrong_host"})
_UNREACHABLE = "{}/robots.txt cannot be had, so nothing is fetched from there for now"


@dataclass(frozen=True, slots=True)
class CachedRobots:
    """A host's rules as last had, and whether they can be had now."""

    text: str | None
    """Empty: no rules, all is allowed. None: they never could be had."""
    expires_at: datetime
    """When the host is to be asked again: aware, UTC."""
    unreachable_since: datetime | None = None
    """From then on every request for them failed; all is refused for ``PATIENCE``. None: the last one did not fail."""

    def is_refusal(self, now: datetime) -> bool:
        """True if nothing may be fetched from the host for now."""
        return self.unreachable_since is not None and now - self.unreachable_since < PATIENCE


@dataclass(frozen=True, slots=True)
class Permission:
    """The address may be fetched."""

    crawl_delay_seconds: float | None = None
    """What the host asks for between two requests; None: it says nothing."""


class RobotsCache(Protocol):
    """Keeps rules between requests, and between processes where it is shared."""

    async def get(self, origin: str) -> CachedRobots | None:
        """What is kept for ``origin`` (``scheme://host[:port]``), fresh or not; None: nothing."""
        ...

    async def put(self, origin: str, cached: CachedRobots) -> None:
        """Keeps ``cached`` in place of what was there."""
        ...


class LocalRobotsCache:
    """A cache of one process, the oldest forgotten first."""

    def __init__(self, max_hosts: int = 10_000) -> None:
        self._kept: dict[str, CachedRobots] = {}
        self._max_hosts = max_hosts

    async def get(self, origin: str) -> CachedRobots | None:
        """See ``RobotsCache``."""
        return self._kept.get(origin)

    async def put(self, origin: str, cached: CachedRobots) -> None:
        """See ``RobotsCache``."""
        self._kept.pop(origin, None)
        self._kept[origin] = cached
        if len(self._kept) > self._max_hosts:
            del self._kept[next(iter(self._kept))]


class Get(Protocol):
    """The part of the client that is needed here."""

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        timeout_seconds: float | None,
        gate: Gate | None,
        cut: bool,
        max_redirects: int,
    ) -> Response | Failure:
        """See ``pipeline.fetch.client.Client.get``."""
        ...


class Robots:
    """Answers for any address, asking its host for the rules where they are not known."""

    def __init__(
        self,
        client: Get,
        cache: RobotsCache,
        *,
        user_agent: str,
        timeout_seconds: float = TIMEOUT_SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Rules are looked up under the product name that begins ``user_agent``."""
        self._client = client
        self._cache = cache
        self._product = user_agent.partition("/")[0]
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def check(self, url: str, *, gate: Gate | None = None) -> Permission | Failure:
        """Whether ``url`` may be fetched.

        A ``Failure`` is ``robots`` (the rules forbid it, permanent), ``robots_unreachable`` (the
        host answers 5xx or nothing, so RFC 9309 has us stay away for a while), or what keeps the
        host from being reached at all (``dns``, ``tls`` …). ``gate`` is opened for the request for the
        rules, if one is needed: it takes its turn at the host as any other.
        """
        try:
            target = Target.parse(url)
        except BadUrl as error:
            return self._refusal(withheld(url), error.reason, str(error))
        rules = await self._rules(target.origin, gate)
        if isinstance(rules, Failure):
            return self._refusal(str(target), rules.reason, rules.detail)
        if rules.is_refusal(self._clock()):
            refusal = self._refusal(str(target), "robots_unreachable", _UNREACHABLE.format(target.origin))
            wait = (rules.expires_at - self._clock()).total_seconds()
            return replace(refusal, retry_after_seconds=max(wait, 0.0))
        if not rules.text:
            return Permission()
        read = _read(rules.text)
        if not read.can_fetch(str(target), self._product):
            detail = f"{target.origin}/robots.txt does not allow {self._product} to fetch this address"
            return self._refusal(str(target), "robots", detail)
        return Permission(read.crawl_delay(self._product))

    def _refusal(self, url: str, reason: str, detail: str) -> Failure:
        return Failure(url, *fault(reason, detail), fetched_at=self._clock())

    async def _rules(self, origin: str, gate: Gate | None) -> CachedRobots | Failure:
        async with self._asking.setdefault(origin, asyncio.Lock()):
            kept = await self._cache.get(origin)
            if kept is not None and kept.expires_at > self._clock():
                return kept
            answer = await self._client.get(
                f"{origin}/robots.txt",
                max_bytes=MAX_BYTES,
                timeout_seconds=self._timeout_seconds,
                gate=gate,
                cut=True,
                max_redirects=MAX_REDIRECTS,
            )
            if isinstance(answer, Failure) and answer.reason in _NOT_REACHED:
                return answer  # the address itself would end the same way, with the reason that is true
            kept = cacheable(answer, before=kept, now=self._clock())
            await self._cache.put(origin, kept)
            return kept


def cacheable(answer: Response | Failure, *, before: CachedRobots | None, now: datetime) -> CachedRobots:
    """The rules that ``answer`` gives, and until when they hold; ``before``: what was kept of the host until now.

    RFC 9309, section 2.3.1: 4xx means that there are no rules, 5xx or silence that nothing is
    allowed; a 429 asks for patience, so it counts among the latter.
    """
    if isinstance(answer, Failure):
        if answer.kind == "permanent" and answer.reason != "headers_too_large":
            return CachedRobots("", now + _LONGEST)
        pause = max(timedelta(seconds=answer.retry_after_seconds or 0), _UNREACHABLE_FOR)
        since = (before.unreachable_since if before else None) or now
        return CachedRobots(before.text if before else None, now + min(pause, _LONGEST), since)
    body = answer.body
    if len(body) >= MAX_BYTES:  # cut there: half a line would forbid, or allow, more than the whole one
        body = body[: body.rfind(b"\n") + 1]
    text = body.decode("utf-8-sig", "replace").replace("\0", "")
    received = {"date": format_datetime(now, usegmt=True)}  # RFC 9110, section 6.6.1: ours where it has none
    seconds = fresh_seconds(received | dict(answer.headers))
    fresh = _LONGEST if seconds is None else timedelta(seconds=seconds)
    return CachedRobots(text, now + min(max(fresh, _SHORTEST), _LONGEST))


@lru_cache(maxsize=64)
def _read(text: str) -> Protego:
    return Protego.parse(text)
