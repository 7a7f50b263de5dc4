"""Where WebSub hubs call: the one address of ours in Airflow's API server that is open to everybody.

A caller has to know a subscription's token to be listened to at all, and its secret to be believed. Everything
else is bounded: calls by address and by token, the size of a body, how long it may take, how many at once.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from airflow.plugins_manager import AirflowPlugin
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse
from starlette.requests import ClientDisconnect

from pipeline.settings import settings

ADDRESS_CALLS = (20.0, 200)
"""Calls a second from one address, and how many at once: one hub brings the news of many feeds."""
TOKEN_CALLS = (0.5, 20)
"""The same for one subscription: no feed has news more often for long."""
REMEMBERED = 10_000
"""Callers that a limit knows; the one that was silent longest is forgotten first."""
BODY_SECONDS = 30.0
BODIES_AT_ONCE = 4
"""With the cap on each, what the API server may be made to hold."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Rate:
    """A token bucket for each of many callers."""

    def __init__(
        self, calls_a_second: float, at_once: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._room, self._clock = calls_a_second, float(at_once), clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, caller: str) -> float:
        """Takes one call of ``caller``; returns 0, or the seconds after which one will be left."""
        now = self._clock()
        left, at = self._left.pop(caller, (self._room, now))
        left = min(self._room, left + (now - at) * self._rate)
        has_one = left >= 1
        self._left[caller] = (left - 1 if has_one else left, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return 0.0 if has_one else (1 - left) / self._rate


def callback_app(make_context: Callable[[], Any], ring: Callable[[dict[str, Any]], object]) -> FastAPI:
    """The callback at ``/{token}``.

    ``make_context`` gives the ``pipeline.flow.context.Context`` to work with, ``ring`` tells whoever waits for
    entries; both are called in a thread.
    """
    app = FastAPI(title="Dateline WebSub", docs_url=None, redoc_url=None, openapi_url=None)
    addresses, tokens = Rate(*ADDRESS_CALLS), Rate(*TOKEN_CALLS)
    room = asyncio.Semaphore(BODIES_AT_ONCE)

    def let_in(request: Request, token: str) -> None:
        caller = request.client.host if request.client else ""
        wait = addresses.wait_seconds(caller)
        if not wait and not _TOKEN.fullmatch(token):
            raise HTTPException(404)
        if wait := wait or tokens.wait_seconds(token):
            raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait))})

    @app.get("/{token}")
    async def verify(request: Request, token: str) -> Response:
        from pipeline.flow.websub import verify_intent

        let_in(request, token)
        query = dict(request.query_params)
        answer = await run_in_threadpool(lambda: verify_intent(make_context(), token, query))
        if answer is None:
            raise HTTPException(404)
        # Text, so that no browser takes a challenge for a page.
        return PlainTextResponse(answer, headers={"X-Content-Type-Options": "nosniff"})

    @app.post("/{token}")
    async def push(request: Request, token: str) -> Response:
        from pipeline.flow.pushing import is_awaited

        let_in(request, token)
        # Before its body: whoever is to be waited for has a subscription.
        if not await run_in_threadpool(lambda: is_awaited(make_context(), token)):
            return Response(status_code=410)
        async with room:
            body = await _body(request, settings().feed_max_bytes)
            headers = {name.lower(): value for name, value in request.headers.items()}
            outcome = await run_in_threadpool(_receive, make_context, ring, token, headers, body)
        # 410 ends a subscription that is none. Of a wrong signature nobody is told (section 8).
        return Response(status_code=410 if outcome == "gone" else 202)

    return app


async def _body(request: Request, most: int) -> bytes:
    """The body, refused as soon as it is too long or takes too long."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise HTTPException(413)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(body)


def _receive(
    make_context: Callable[[], Any],
    ring: Callable[[dict[str, Any]], object],
    token: str,
    headers: dict[str, str],
    body: bytes,
) -> str:
    from pipeline.flow.pushing import receive_push

    received = receive_push(make_context(), token, headers, body)
    if received.new:
        try:
            ring({"new": received.new, "from": "websub"})
        except Exception:
            # The entries are in the ledger: `news_hourly` drains it. A 500 would make the hub push again.
            logging.getLogger(__name__).exception("The asset dateline_entries could not be rung")
    return received.outcome


def _context() -> Any:
    # Here and below and not above: every process of Airflow imports this module.
    from dateline_context import warehouse_context

    return warehouse_context()


def _ring(told: dict[str, Any]) -> None:
    """One event of the asset ``dateline_entries``; none where no DAG names it."""
    from airflow.assets.manager import asset_manager
    from airflow.models.asset import AssetModel
    from airflow.utils.retries import run_with_db_retries
    from airflow.utils.session import create_session
    from sqlalchemy import select

    # Of many pushes at once some find Airflow's own database locked.
    for attempt in run_with_db_retries():
        with attempt, create_session() as session:
            entries = session.scalar(select(AssetModel).where(AssetModel.name == "dateline_entries"))
            if entries is not None:
                asset_manager.register_asset_change(
                    asset=entries, extra=told, session=session, source_is_api=True
                )


class DatelineWebSub(AirflowPlugin):
    """Mounts the callback in the API server."""

    name = "dateline_websub"
    fastapi_apps = (  # nothing is open where no hub is to call
        [
            {
                "app": callback_app(_context, _ring),
                "url_prefix": "/dateline/websub",
                "name": "dateline_websub",
            }
        ]
        if settings().websub_callback
        else []
    )
