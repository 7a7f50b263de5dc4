"""One GET, whatever the server does: a ``Response``, or a ``Failure`` that says why not."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import certifi
import httpcore2
import httpx2

from pipeline.errors import SettingsError
from pipeline.fetch import faults
from pipeline.fetch.addresses import load_resolve_table
from pipeline.fetch.backend import GuardedBackend
from pipeline.fetch.exchange import Answer, Limits, exchange
from pipeline.fetch.faults import Fault
from pipeline.fetch.guard import Guard
from pipeline.fetch.redirects import Trip, without_secrets
from pipeline.fetch.target import BadUrl, Target, without_credentials
from pipeline.records import NO_HEADERS, Failure, Response
from pipeline.settings import Settings

Gate = Callable[[str], AbstractAsyncContextManager[Failure | None]]
"""Opened for each address before it is asked, redirects too; a ``Failure`` refuses that address."""

_IDLE_SECONDS = 5.0


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
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``timeout_seconds`` caps one request with its redirects; ``clock`` gives ``fetched_at``.

        Raises:
            SettingsError: ``ca_file`` cannot be read as certificates.
        """
        self.user_agent = user_agent
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._room = asyncio.Semaphore(concurrency)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_trust(ca_file),
            max_connections=2 * concurrency,
            max_keepalive_connections=concurrency,
            keepalive_expiry=_IDLE_SECONDS,
            http2=True,
            network_backend=GuardedBackend(guard or Guard()),
        )

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
    ) -> Response | Failure:
        """What ``url`` gives, after redirects, its body decoded and within ``max_bytes``.

        Network trouble of any kind, and any status of 400 or more, is a ``Failure``. A 304 is a
        ``Response`` with an empty body. ``cut`` shortens a body that is too long instead of
        failing. Time spent in ``gate`` does not count towards ``timeout_seconds`` (None: the
        client's own). Credentials in ``url`` become an Authorization header and appear nowhere.
        """
        try:
            target = Target.parse(url)
        except BadUrl as error:
            return self._failure(without_credentials(url), Fault("permanent", error.reason, str(error)))
        trip = Trip(without_credentials(url), target, headers)
        budget = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        while True:
            async with _opened(gate, str(trip.target)) as refusal:
                if refusal is not None:
                    return replace(refusal, url=trip.asked, detail=trip.told(refusal.detail))
                sent = trip.headers(self.user_agent)
                async with self._room:
                    began = time.monotonic()
                    limits = Limits(max_bytes, budget - trip.spent_seconds, cut)
                    answer = await exchange(self._pool, trip.target, sent, limits, self._clock)
                    trip.spent_seconds += time.monotonic() - began
            if isinstance(answer, Fault):
                return self._failure(trip.asked, answer._replace(detail=trip.told(answer.detail)))
            if trip.has_arrived(answer):
                return self._response(trip, answer, sent)
            fault = trip.follow(answer)
            if fault is not None:
                return self._failure(trip.asked, fault._replace(detail=trip.told(fault.detail)), answer)

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
        )

    def _failure(self, url: str, fault: Fault, answer: Answer | None = None) -> Failure:
        at = answer.at if answer and answer.at else self._clock()
        headers = answer.headers if answer else NO_HEADERS
        wait = faults.retry_after_seconds(headers.get("retry-after"), now=at, date=headers.get("date"))
        return Failure(
            url=url,
            kind=fault.kind,
            reason=fault.reason,
            detail=without_credentials(fault.detail),
            retry_after_seconds=wait,
            status=answer.status if answer else None,
            fetched_at=at,
        )


@asynccontextmanager
async def _opened(gate: Gate | None, url: str) -> AsyncIterator[Failure | None]:
    if gate is None:
        yield None
        return
    async with gate(url) as refusal:
        yield refusal


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
