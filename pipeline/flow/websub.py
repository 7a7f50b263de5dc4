"""Hubs that push: found in the feeds' documents, asked, and answered when they ask back; ``pushing`` receives."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import ArchiveDamaged
from pipeline.fetch.loop import run
from pipeline.fetch.subscribing import subscribe
from pipeline.flow.context import Context, visiting
from pipeline.flow.pushing import is_push
from pipeline.poll import parse_feed
from pipeline.poll.websub import Announced, Subscription, announced, answered, form, requested, to_ask, verify
from pipeline.records import Failure
from pipeline.warehouse import subscriptions
from pipeline.warehouse.engine import transaction

CALLBACK_PATH = "/dateline/websub/"
"""Where the callbacks lie below the public address; the token follows."""
MOST_SEARCHES, MOST_REQUESTS = 1000, 1000
"""Of one renewal, which takes minutes at most; the next one goes on."""
SILENT = 3
"""After so many requests in a row without any answer the hub is left alone: it failed all that are left."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """What one renewal did."""

    lapsed: int
    """Subscriptions whose lease was over."""
    searched: int
    """Documents searched for hubs."""
    asked: int
    """Requests sent to hubs."""
    failed: int
    """Those of them that were not taken."""


def renew_subscriptions(context: Context, callback_base: str) -> Renewal:
    """Finds hubs, subscribes at those that are new, and renews what runs out; to be called every hour.

    ``callback_base`` is the public address of the server that has the callback: ``https://news.example``.
    """
    now = context.clock()
    with transaction(context.engine) as connection:
        lapsed = subscriptions.lapse(connection, now)
        searching = subscriptions.to_search(connection, now, limit=MOST_SEARCHES)
    for feed in searching:
        _search(context, feed, now)
    asking = _claimed(context, now)
    reasons = run(_ask(context, callback_base.rstrip("/") + CALLBACK_PATH, asking))
    with transaction(context.engine) as connection:
        for one in asking:
            subscriptions.save(connection, one, answered(one, reasons[one.token]), now)
    failed = sum(reason is not None for reason in reasons.values())
    return Renewal(lapsed, len(searching), len(asking), failed)


def verify_intent(context: Context, token: str, query: Mapping[str, str]) -> str | None:
    """The body of the 200 for a hub that asks whether it was we who asked; None: a 404."""
    now = context.clock()
    with transaction(context.engine) as connection:
        before = subscriptions.by_token(connection, token)
        if before is None:
            return None
        verdict = verify(before, query, now)
        subscriptions.save(connection, before, verdict.after, now)
    return verdict.answer


def _search(context: Context, one: subscriptions.ToSearch, now: datetime) -> None:
    is_telling, found = _found(context, one)
    with transaction(context.engine) as connection:
        if not is_telling:
            subscriptions.touched(connection, one.feed_id, now)
            return
        token, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        subscriptions.searched(connection, one.feed_id, found, token=token, secret=secret, now=now)


def _found(context: Context, one: subscriptions.ToSearch) -> tuple[bool, Announced | None]:
    """What the document says of hubs; False: it cannot say."""
    try:
        response = context.archive.read(one.document)
    except ArchiveDamaged:
        return (
            False,
            None,
        )  # `dateline archive verify` tells of it; the next document is searched in its place
    document = parse_feed(response.body, url=response.final_url, headers=response.headers)
    found = announced(document, response.headers, url=response.final_url, registered=one.registered)
    # A hub may leave out of a push what names it.
    return found is not None or not is_push(response), found


def _claimed(context: Context, now: datetime) -> list[Subscription]:
    """What is to be asked for, written down first: a hub may ask back before it answers."""
    with transaction(context.engine) as connection:
        claimed = []
        for one, wanted in subscriptions.due(connection, now, limit=MOST_REQUESTS):
            mode = to_ask(one, wanted=wanted, now=now)
            assert mode is not None
            asking = requested(one, mode, now)
            if subscriptions.save(connection, one, asking, now):
                claimed.append(asking)
        return claimed


async def _ask(context: Context, callbacks: str, asking: Sequence[Subscription]) -> dict[str, str | None]:
    """By token: None where the hub took the request, else why it did not."""
    lines: dict[str, list[Subscription]] = {}
    for one in asking:
        lines.setdefault(one.hub, []).append(one)
    reasons: dict[str, str | None] = {}
    async with visiting(context) as visit:

        async def line(ones: Sequence[Subscription]) -> None:
            silent, reason = 0, None
            for one in ones:
                if silent < SILENT:
                    answer = await subscribe(one.hub, form(one, callbacks + one.token), visit=visit)
                    reason = answer.reason if isinstance(answer, Failure) else None
                    silent = silent + 1 if reason and answer.status is None else 0
                reasons[one.token] = reason

        await asyncio.gather(*map(line, lines.values()))
    return reasons
