"""Feeds into the ledger: ask, keep the bytes, read them, enter what is new."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.fetch import Visit, fetch_feed
from pipeline.flow.context import Context, visiting
from pipeline.poll import FeedHistory, is_gap, next_poll, parse_feed
from pipeline.poll.schedule import next_interval
from pipeline.records import ArchiveRef, Failure, ParsedFeed, Response
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.polls import Pace, Poll, count_known, record_poll
from pipeline.warehouse.registry import RegisteredFeed

BATCH = 32
"""Feeds a segment and a round of requests."""

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
    async with visiting(context) as visit:
        for start in range(0, len(feeds), BATCH):
            batch = feeds[start : start + BATCH]
            answers = await asyncio.gather(*(_ask(context, visit, feed) for feed in batch))
            lines += await asyncio.to_thread(_enter, context, batch, answers)
            progress("poll", len(batch))
    return lines


async def _ask(context: Context, visit: Visit, feed: RegisteredFeed) -> Response | Failure:
    return await fetch_feed(
        feed.url,
        source=feed.source,
        visit=visit,
        max_bytes=context.settings.feed_max_bytes,
        etag=feed.etag,
        last_modified=feed.last_modified,
    )


def _enter(
    context: Context, feeds: Sequence[RegisteredFeed], answers: Sequence[Response | Failure]
) -> list[PollLine]:
    kept = _keep(context, feeds, answers)
    lines = []
    for feed, answer, archived in zip(feeds, answers, kept, strict=True):
        lines.append(enter_answer(context, feed, answer, archived))
    return lines


def _keep(
    context: Context, feeds: Sequence[RegisteredFeed], answers: Sequence[Response | Failure]
) -> list[ArchiveRef | None]:
    """Archives the bodies that are not the feed's last one again; closed before anything refers to them."""
    kept: list[ArchiveRef | None] = []
    with context.archive.segment("feed", context.clock()) as segment:
        for feed, answer in zip(feeds, answers, strict=True):
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
