"""Feeds into the ledger: ask, keep the bytes, read them, enter what is new."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pipeline.errors import WarehouseRefused
from pipeline.fetch import Visit, fetch_feed
from pipeline.fetch.loop import run
from pipeline.fetch.warcwriting import digest_of
from pipeline.flow.asking import ask_sitemaps, read
from pipeline.flow.batches import Batches
from pipeline.flow.context import Context, visiting
from pipeline.flow.feedqueue import FeedQueue
from pipeline.flow.indexing import enter_index, enter_received
from pipeline.flow.judging import Answered, Question, judge, judge_refused, question
from pipeline.flow.keeping import copies, kept_of
from pipeline.history.archive import Received
from pipeline.poll.sitemapindex import may_be_index, read_index
from pipeline.records import ArchiveRef, Failure, Response
from pipeline.warehouse.due import Share, claim_feeds, release
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import RegisteredFeed
from pipeline.warehouse.hosts import heed, host_of, paused
from pipeline.warehouse.leases import worker
from pipeline.warehouse.polls import Poll, count_known, record_poll, record_quiet
from pipeline.warehouse.subscriptions import pushed_feeds

BATCH = 256
"""Answers that are entered together: one segment of the archive, and one statement for all that hold nothing new."""
BATCH_BYTES = 4_000_000
"""So many bytes of documents are a batch too."""
BATCH_SECONDS = 2.0
"""And whatever there is, so long after the first of them came: a story is not to wait for other feeds."""
CLAIM = 256
"""Feeds taken in hand at once."""

Progress = Callable[[str, int], None]
"""Called with the name of a step and how many more of its items are done; with ``feeds``, and how many there are so far."""
Asked = tuple[RegisteredFeed, Question, Response | Failure]


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
    left_out: int = 0
    """Entries of a sitemap that were not entered, because they are no news."""


def silent(step: str, count: int) -> None:
    """Progress that nobody watches."""


def poll_feeds(context: Context, share: Share, progress: Progress = silent) -> list[PollLine]:
    """Polls the feeds of a share and enters what they hold; a feed that fails is a line with its reason.

    Feeds that another poller has in hand are left to it.
    """
    with worker(context.engine) as number:
        return run(_Poller(context, share, number, progress).run())


class _Poller:
    """One run over a share: lanes that ask, and batches of answers that are entered."""

    def __init__(self, context: Context, share: Share, number: int, progress: Progress) -> None:
        self._context = context
        self._share = share
        self._worker = number
        self._progress = progress
        self._queue: FeedQueue[RegisteredFeed] = FeedQueue(self._claim, self._host)
        self._answered: Batches[Asked] = Batches(most=BATCH, most_bytes=BATCH_BYTES, seconds=BATCH_SECONDS)
        self._lines: list[PollLine] = []
        self._claimed = 0

    async def run(self) -> list[PollLine]:
        async with visiting(self._context) as visit:
            await asyncio.gather(self._ask_all(visit), self._enter_all())
        return sorted(self._lines, key=lambda line: line.url)

    async def _ask_all(self, visit: Visit) -> None:
        await asyncio.gather(*(self._lane(visit) for _ in range(self._context.settings.concurrency)))
        await self._answered.close()

    async def _lane(self, visit: Visit) -> None:
        # As many feeds are under way as may be: one that is slow holds up its lane, and no batch.
        while (feed := await self._queue.next()) is not None:
            asked = question(feed, self._share.began)
            answer = await _ask(self._context, visit, feed, asked)
            is_index = isinstance(answer, Response) and await self._follow(visit, feed, asked, answer)
            await self._queue.done(feed)
            if not is_index:
                await self._answered.put((feed, asked, answer), _size(answer))

    async def _follow(self, visit: Visit, feed: RegisteredFeed, asked: Question, answer: Response) -> bool:
        """Asks for the sitemaps of an index, and enters them; False: the answer is no index."""
        if not may_be_index(answer.body):
            return False
        index = await asyncio.to_thread(read_index, answer)
        if index is None:
            return False
        found = await ask_sitemaps(self._context, visit, feed, answer, index)
        enter = partial(enter_index, self._context, feed, asked, answer, document=index, found=found)
        self._lines.append(_line(*await asyncio.to_thread(enter)))
        await asyncio.to_thread(self._release, [feed])
        self._progress("poll", 1)
        return True

    async def _enter_all(self) -> None:
        while batch := await self._answered.take():
            lines, refusing = await asyncio.to_thread(_enter, self._context, batch, self._worker)
            self._lines += lines
            self._progress("poll", len(batch))
            if refusing and (left := await self._queue.drop(refusing)):
                await asyncio.to_thread(self._release, left)

    async def _claim(self, busy: Collection[str]) -> list[RegisteredFeed]:
        def claim() -> list[RegisteredFeed]:
            with transaction(self._context.engine) as connection:
                return claim_feeds(connection, self._worker, self._share, limit=CLAIM, busy=busy)

        feeds = await asyncio.to_thread(claim)
        self._claimed += len(feeds)
        self._progress("feeds", self._claimed)
        return feeds

    def _release(self, feeds: Sequence[RegisteredFeed]) -> None:
        with transaction(self._context.engine) as connection:
            release(connection, self._worker, [feed.feed_id for feed in feeds])

    def _host(self, feed: RegisteredFeed) -> str:
        return host_of(question(feed, self._share.began).url) or ""


def _size(answer: Response | Failure) -> int:
    page = answer if isinstance(answer, Response) else answer.response
    return len(page.body) if page else 0


async def _ask(context: Context, visit: Visit, feed: RegisteredFeed, asked: Question) -> Response | Failure:
    return await fetch_feed(
        asked.url,
        source=feed.source,
        visit=visit,
        max_bytes=context.settings.feed_max_bytes,
        etag=asked.etag,
        last_modified=asked.last_modified,
    )


def _enter(context: Context, batch: Sequence[Asked], number: int) -> tuple[list[PollLine], set[str]]:
    """The lines of a batch, recorded; and the hosts that refuse to be asked for now."""
    answered = _keep(context, batch)
    now = context.clock()
    with transaction(context.engine) as connection:
        heed(connection, (answer for _, _, answer in batch), now)
        hosts = {one.feed.feed_id: host_of(one.question.url) or "" for one in answered}
        free_at = paused(connection, set(hosts.values()), now)
        pushed = pushed_feeds(connection, hosts.keys(), now)
        answered = [replace(one, is_pushed=True) if one.feed.feed_id in pushed else one for one in answered]
        quiet = [
            judge(
                one,
                known=0,
                now=now,
                host_free_at=free_at.get(hosts[one.feed.feed_id]),
                shortest=context.settings.feed_interval,
            )
            for one in answered
            if one.document is None or one.document.format is None
        ]
        record_quiet(connection, quiet)
    lines = [_line(poll, 0) for poll in quiet]
    lines += [_entered(context, one) for one in answered if one.document and one.document.format]
    with transaction(context.engine) as connection:
        release(connection, number, [one.feed.feed_id for one in answered])
    return lines, set(free_at)


def _keep(context: Context, batch: Sequence[Asked]) -> list[Answered]:
    """The answers archived, and read but for the last document again; closed before anything refers to them."""
    kept: list[Answered] = []
    before = copies(context, ((feed, answer) for feed, _, answer in batch))
    with context.archive.segment("feed", context.clock()) as segment:
        for feed, asked, answer in batch:
            if not isinstance(answer, Response) or not _is_other(feed, answer):
                page, same = kept_of(answer), before.get(feed.feed_id)
                archived = segment.append(page, same_as=same) if page else None
                kept.append(Answered(feed, asked, answer, archived))
                continue
            archived = segment.append(answer) if answer.body else None
            document, left_out = read(answer)
            kept.append(Answered(feed, asked, answer, archived, document, left_out))
    return kept


def _is_other(feed: RegisteredFeed, answer: Response) -> bool:
    """True if the answer has to be read: neither a 304 nor the bytes of the last document."""
    if answer.status == 304:
        return False
    return digest_of(answer.body) != feed.state.body_digest


def _entered(context: Context, one: Answered) -> PollLine:
    """The line of one feed; a document that the database refuses is that feed's failure and no other's."""
    try:
        return _enter_document(context, one)
    except WarehouseRefused as error:
        at, shortest = one.answer.fetched_at or context.clock(), context.settings.feed_interval
        poll = judge_refused(one.feed, one.question, error, at=at, shortest=shortest)
        with transaction(context.engine) as connection:
            record_quiet(connection, [poll])
        return _line(poll, 0)


def enter_answer(context: Context, feed: RegisteredFeed, answer: Response, archived: ArchiveRef) -> PollLine:
    """Records a document that was received before, its entries with it, in one transaction."""
    document, left_out = read(answer)
    return _enter_document(
        context, Answered(feed, Question.behind(answer), answer, archived, document, left_out)
    )


def enter_group(context: Context, feed: RegisteredFeed, received: Received) -> PollLine:
    """Records an index that was received before, and its sitemaps with it."""
    return _line(*enter_received(context, feed, received))


def _enter_document(context: Context, one: Answered) -> PollLine:
    with transaction(context.engine) as connection:
        known = count_known(connection, one.feed, one.document) if one.document else 0
        poll = judge(one, known=known, now=context.clock(), shortest=context.settings.feed_interval)
        return _line(poll, record_poll(connection, poll), one.carried)


def _line(poll: Poll, new: int, left_out: int = 0) -> PollLine:
    document = poll.document
    return PollLine(
        feed_id=poll.feed.feed_id,
        domain=poll.feed.source.domain,
        url=poll.feed.url,
        outcome=poll.outcome,
        reason=poll.reason,
        detail=poll.detail or (document.fault if document else None),
        entries=len(document.entries) if document else 0,
        new=new,
        is_gap=poll.is_gap,
        left_out=left_out,
    )
