"""Feeds into the ledger: ask, keep the bytes, read them, enter what is new."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.errors import WarehouseRefused
from pipeline.fetch import Visit, fetch_feed
from pipeline.flow.context import Context, visiting
from pipeline.poll import FeedHistory, is_gap, next_poll, parse_feed
from pipeline.poll.schedule import next_interval
from pipeline.records import ArchiveRef, Failure, ParsedFeed, Response
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.polls import Pace, Poll, count_known, record_poll
from pipeline.warehouse.registry import RegisteredFeed

BATCH = 32
"""Feeds a segment."""

Progress = Callable[[str, int], None]
"""Called with the name of a step and how many more of its items are done."""


@dataclass(frozen=True, slots=True)
class PollLine:
    """What came of polling one feed, for the report."""

    feed_id: uuid.UUID
    domain: str
    url: str
    outcome: str
    reason: str | None
    detail: str | None
    entries: int
    new: int
    is_gap: bool


def silent(step: str, count: int) -> None:
    """Progress that nobody watches."""


def poll_feeds(
    context: Context, feeds: Sequence[RegisteredFeed], progress: Progress = silent
) -> list[PollLine]:
    """Polls the feeds and enters what they hold; a feed that fails is a line with its reason."""
    return asyncio.run(_poll_all(context, feeds, progress))


async def _poll_all(context: Context, feeds: Sequence[RegisteredFeed], progress: Progress) -> list[PollLine]:
    lines: list[PollLine] = []
    answered: list[tuple[RegisteredFeed, Response | Failure]] = []
    waiting, entering = iter(feeds), asyncio.Lock()

    async def enter(least: int) -> None:
        async with entering:
            while len(answered) >= least:
                batch = [answered.pop() for _ in range(min(len(answered), BATCH))]
                lines.extend(await asyncio.to_thread(_enter, context, batch))
                progress("poll", len(batch))

    async def lane(visit: Visit) -> None:
        # As many feeds are under way as may be: one that is slow holds up its lane, and no batch.
        for feed in waiting:
            answered.append((feed, await _ask(context, visit, feed)))
            await enter(BATCH)

    async with visiting(context) as visit:
        await asyncio.gather(*(lane(visit) for _ in range(min(context.settings.concurrency, len(feeds)))))
        await enter(1)
    return sorted(lines, key=lambda line: line.url)


async def _ask(context: Context, visit: Visit, feed: RegisteredFeed) -> Response | Failure:
    return await fetch_feed(
        feed.url,
        source=feed.source,
        visit=visit,
        max_bytes=context.settings.feed_max_bytes,
        etag=feed.etag,
        last_modified=feed.last_modified,
    )


def _enter(context: Context, batch: Sequence[tuple[RegisteredFeed, Response | Failure]]) -> list[PollLine]:
    return [
        _entered(context, feed, answer, archived)
        for (feed, answer), archived in zip(batch, _keep(context, batch), strict=True)
    ]


def _entered(
    context: Context, feed: RegisteredFeed, answer: Response | Failure, archived: ArchiveRef | None
) -> PollLine:
    """The line of one feed; a document that the database refuses is that feed's failure and no other's."""
    try:
        return enter_answer(context, feed, answer, archived)
    except WarehouseRefused as error:
        refused = Failure(feed.url, "permanent", "enter_fault", str(error), fetched_at=answer.fetched_at)
        return enter_answer(context, feed, refused, None)


def _keep(
    context: Context, batch: Sequence[tuple[RegisteredFeed, Response | Failure]]
) -> list[ArchiveRef | None]:
    """Archives the bodies that are not the feed's last one again; closed before anything refers to them."""
    kept: list[ArchiveRef | None] = []
    with context.archive.segment("feed", context.clock()) as segment:
        for feed, answer in batch:
            is_news = (
                isinstance(answer, Response) and answer.body and _digest(answer.body) != feed.body_digest
            )
            kept.append(segment.append(answer) if is_news and isinstance(answer, Response) else None)
    return kept


def enter_answer(
    context: Context, feed: RegisteredFeed, answer: Response | Failure, archived: ArchiveRef | None
) -> PollLine:
    """Records one answer of a feed, its entries with it, in one transaction."""
    document = None
    if isinstance(answer, Failure):
        outcome = "failed"
    elif answer.status == 304:
        outcome = "unchanged"
    elif archived is None and answer.body:
        outcome = "same_body"
    else:
        document = parse_feed(answer.body, url=answer.final_url, headers=answer.headers)
        outcome = "failed" if document.format is None else "changed"
    poll = Poll(feed, answer, answer.fetched_at or context.clock(), outcome, document, archived)
    with transaction(context.engine) as connection:
        known = count_known(connection, feed, document) if document else 0
        pace = _pace(poll, document, known)
        new = record_poll(connection, poll, pace)
    failure = answer if isinstance(answer, Failure) else None
    return PollLine(
        feed_id=feed.feed_id,
        domain=feed.source.domain,
        url=feed.url,
        outcome=outcome,
        reason=failure.reason if failure else ("not_a_feed" if outcome == "failed" else None),
        detail=failure.detail if failure else (document.fault if document else None),
        entries=len(document.entries) if document else 0,
        new=new,
        is_gap=pace.is_gap,
    )


def _pace(poll: Poll, document: ParsedFeed | None, known: int) -> Pace:
    failure = poll.answer if isinstance(poll.answer, Failure) else None
    history = FeedHistory(
        feed_id=str(poll.feed.feed_id),
        outcome="unchanged" if poll.outcome == "same_body" else poll.outcome,  # type: ignore[arg-type]
        interval=poll.feed.interval,
        entries=len(document.entries) if document else 0,
        known=known,
        read_before=poll.feed.last_success_at is not None,
        failures=poll.feed.failures + 1 if poll.outcome == "failed" else 0,
        ttl_minutes=document.ttl_minutes if document else None,
        retry_after_seconds=failure.retry_after_seconds if failure else None,
    )
    now: datetime = poll.polled_at
    interval: timedelta = next_interval(history)
    return Pace(next_poll(history, now=now), interval, is_gap(history))


def _digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
