"""Requests to WebSub hubs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from pipeline.fetch.client import Report
from pipeline.fetch.pages import Visit
from pipeline.fetch.target import Target
from pipeline.records import Failure, Response

HUB_DELAY_SECONDS = 0.1
"""Between two requests to one hub: it is made for being asked, and many feeds share one."""
_MAX_BYTES = 100_000
"""Of an answer, of which nothing is used."""


async def subscribe(hub: str, fields: Mapping[str, str], *, visit: Visit) -> Response | Failure:
    """The hub's answer to a subscription request, or to the end of one; any status below 300 is "taken".

    robots.txt is not asked: a hub is no page, and its address was given to be asked at.
    """

    @asynccontextmanager
    async def gate(url: str) -> AsyncIterator[Failure | Report | None]:
        delay = min(HUB_DELAY_SECONDS, visit.delay_seconds)
        async with visit.turns.turn(Target.parse(url).host_key, delay) as report:
            yield report

    return await visit.client.post_form(hub, fields, max_bytes=_MAX_BYTES, gate=gate)
