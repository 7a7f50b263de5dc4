"""One request, whatever the server does: a ``Response``, or a ``Failure`` that says why not."""

from __future__ import annotations

import asyncio
import logging
import resource
import ssl
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import certifi
import httpx2

from pipeline.errors import SettingsError
from pipeline.fetch.addresses import load_resolve_table
from pipeline.fetch.connections import Connections
from pipeline.fetch.exchange import Answer, Limits, exchange
from pipeline.fetch.faults import Fault, fault, retry_after_seconds
from pipeline.fetch.freshness import fresh_seconds
from pipeline.fetch.guard import Guard
from pipeline.fetch.opener import Opener
from pipeline.fetch.redirects import MAX_REDIRECTS, Trip, without_secrets
from pipeline.fetch.target import BadUrl, Target, withheld, without_credentials
from pipeline.records import NO_HEADERS, Failure, Response
from pipeline.settings import Settings

Report = Callable[[float, bool], None]
"""Told how many seconds a host took to answer, and whether it answered well (below 400, in time)."""

Gate = Callable[[str], AbstractAsyncContextManager[Failure | Report | None]]
"""Opened for each address before it is asked, redirects too; a ``Failure`` refuses that address."""

_IDLE_SECONDS = 5.0
KEPT = 1024
"""Connections that wait for another request to their host: so many other hosts may come by in between."""

for _name in ("httpcore2", "hpack"):  # at DEBUG they print every header: a source's secrets, a redirect's
    logging.getLogger(_name).setLevel(logging.INFO)


def utc_now() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)


class Client:
    """Fetches over HTTP/1.1 and 2 within the guard and the caps. An async context manager.

    No cookies, no proxies, nothing from the environment; at most ``concurrency`` requests at once.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        guard: Guard | None = None,
        ca_file: Path | None = None,
        timeout_seconds: float = 30.0,
        concurrency: int = 16,
        kept: int = KEPT,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``timeout_seconds`` caps one request with its redirects; ``clock`` gives ``fetched_at``.

        ``kept``: connections that may wait for another request to their host, fewer where files are scarce.

        Raises:
            SettingsError: ``ca_file`` cannot be read as certificates.
        """
        self.user_agent = user_agent
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._room = asyncio.Semaphore(concurrency)
        opener = Opener(guard or Guard(), _trust(ca_file))
        self._pool = Connections(opener, keep=min(kept, _files() // 3), idle_seconds=_IDLE_SECONDS)

    @classmethod
    def from_settings(cls, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Self:
        """The client that the settings describe.

        Raises:
            SettingsError: the resolve table or the CA bundle cannot be read.
        """
        table = load_resolve_table(settings.resolve_file) if settings.resolve_file else None
        return cls(
            user_agent=settings.user_agent,
            guard=Guard(settings.allowed, table=table),
            ca_file=settings.ca_file,
            timeout_seconds=settings.request_timeout_seconds,
            concurrency=settings.concurrency,
            clock=clock,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.aclose()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        max_bytes: int,
        timeout_seconds: float | None = None,
        gate: Gate | None = None,
        cut: bool = False,
        max_redirects: int = MAX_REDIRECTS,
    ) -> Response | Failure:
        """What ``url`` gives, after redirects, its body decoded and within ``max_bytes``.

        Network trouble of any kind, and any status of 400 or more, is a ``Failure``, the latter with the
        page that came with it. A 304 is a
        ``Response`` with an empty body, where ``headers`` held a validator. ``cut`` shortens a body
        that is too long instead of failing. Time spent in ``gate`` does not count towards
        ``timeout_seconds`` (None: the client's own). Credentials in ``url`` become an Authorization
        header and appear nowhere.
        """
        limits = Limits(max_bytes, self._budget(timeout_seconds), cut)
        return await self._go(url, headers, limits, gate=gate, max_redirects=max_redirects)

    async def post_form(
        self,
        url: str,
        fields: Mapping[str, str],
        *,
        max_bytes: int,
        timeout_seconds: float | None = None,
        gate: Gate | None = None,
    ) -> Response | Failure:
        """What ``url`` answers to the form ``fields``; guard, caps and failures are those of ``get``.

        A 307 or 308 is followed with the form (but not from https to http: it may hold a secret), a 301
        or 302 on the same host only; whatever else redirects is a ``Failure``.
        """
        form = urlencode(fields).encode("ascii")
        limits = Limits(max_bytes, self._budget(timeout_seconds))
        return await self._go(url, NO_HEADERS, limits, gate=gate, form=form)

    def _budget(self, timeout_seconds: float | None) -> float:
        return self._timeout_seconds if timeout_seconds is None else timeout_seconds

    async def _go(
        self,
        url: str,
        headers: Mapping[str, str],
        limits: Limits,
        *,
        gate: Gate | None,
        max_redirects: int = MAX_REDIRECTS,
        form: bytes | None = None,
    ) -> Response | Failure:
        try:
            target = Target.parse(url)
        except BadUrl as error:
            return self._failure(withheld(url), fault(error.reason, str(error)))
        trip = Trip(without_credentials(url), target, headers, max_redirects)
        while True:
            async with _opened(gate, str(trip.target)) as leave:
                if isinstance(leave, Failure):
                    return replace(leave, url=trip.asked, detail=trip.told(leave.detail))
                sent = trip.headers(self.user_agent)
                async with self._room:
                    began = time.monotonic()
                    left = replace(limits, seconds=limits.seconds - trip.spent_seconds)
                    answer = await exchange(self._pool, trip.target, sent, left, self._clock, form=form)
                    spent = time.monotonic() - began
                trip.spent_seconds += spent
                if leave is not None:
                    leave(*_pace(answer, spent))
            if isinstance(answer, Fault):
                return self._failure(trip.asked, answer._replace(detail=trip.told(answer.detail)))
            if trip.has_arrived(answer):
                return self._response(trip, answer, sent)
            before = trip.target
            page = self._response(trip, answer, sent) if answer.body else None
            end = trip.follow(answer)
            if end is None and form is not None and not _may_carry(answer.status, before, trip.target):
                end = fault("bad_redirect", f"a form does not follow a {answer.status} to {trip.target}")
            if end is not None:
                refusal = self._failure(trip.asked, end._replace(detail=trip.told(end.detail)), answer)
                return replace(refusal, final_url=str(before), response=page)

    def _response(self, trip: Trip, answer: Answer, sent: Mapping[str, str]) -> Response:
        return Response(
            url=trip.asked,
            final_url=str(trip.target),
            status=answer.status,
            headers=answer.headers,
            body=bytes(answer.body),
            fetched_at=answer.at or self._clock(),
            redirects=tuple(trip.hops),
            duration_seconds=trip.spent_seconds,
            request_headers=without_secrets(sent),
            truncated=answer.truncated,
        )

    def _failure(self, url: str, end: Fault, answer: Answer | None = None) -> Failure:
        at = answer.at if answer and answer.at else self._clock()
        headers = answer.headers if answer else NO_HEADERS
        wait = retry_after_seconds(headers.get("retry-after"), now=at, date=headers.get("date"))
        return Failure(
            url=url,
            kind=end.kind,
            reason=end.reason,
            detail=without_credentials(end.detail),
            retry_after_seconds=wait,
            status=answer.status if answer else None,
            fetched_at=at,
            fresh_seconds=fresh_seconds(headers),
        )


def _files() -> int:
    """How many files the process may have open, connections among them."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if most == resource.RLIM_INFINITY else most


def _may_carry(status: int, before: Target, after: Target) -> bool:
    """True if a form, with the secret in it, may go where a redirect points."""
    if before.url.scheme == "https" and after.url.scheme != "https":
        return False
    return status in (307, 308) or (status != 303 and before.url.host == after.url.host)


@asynccontextmanager
async def _opened(gate: Gate | None, url: str) -> AsyncIterator[Failure | Report | None]:
    if gate is None:
        yield None
        return
    async with gate(url) as leave:
        yield leave


def _pace(answer: Answer | Fault, spent_seconds: float) -> tuple[float, bool]:
    """What a ``Report`` is told: a request that failed counts with all the time that it took."""
    if isinstance(answer, Fault):
        return spent_seconds, False
    return answer.latency_seconds, answer.status < 400


@lru_cache(maxsize=4)  # making one takes 50 ms
def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """The system's roots and Mozilla's (a slim machine has none of its own), and those of ``ca_file``."""
    context = httpx2.create_ssl_context(verify=True, trust_env=False)
    context.load_verify_locations(certifi.where())
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            message = f"DATELINE_CA_FILE: cannot read certificates from {ca_file}: {error}"
            raise SettingsError(message, url=str(ca_file)) from error
    return context
