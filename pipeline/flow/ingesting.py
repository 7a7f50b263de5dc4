"""What is pending becomes stories: fetch the pages, read them from the archive, load them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from pipeline.errors import ArchiveDamaged, WarehouseRefused
from pipeline.extract import extract_entry
from pipeline.fetch import Visit, fetch_page
from pipeline.fetch.loop import run
from pipeline.flow.article import extract_article, when_and_where
from pipeline.flow.context import Context, visiting
from pipeline.flow.copying import Copied, copies_of_gone, keep_copy
from pipeline.flow.keeping import keep_failures, keep_pages
from pipeline.flow.polling import Progress, silent
from pipeline.flow.revisiting import revisit_batch
from pipeline.records import Article, Failure, Response
from pipeline.warehouse import ledger, schema
from pipeline.warehouse.claims import Claim, claim_to_fetch, claim_to_load
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.hosts import heed
from pipeline.warehouse.leases import worker
from pipeline.warehouse.repeats import settle_repeats
from pipeline.warehouse.rows import Loadable
from pipeline.warehouse.writer import load

LANES = 4
"""Batches of pages under way at once, so that one slow host holds up one of them and no more."""
PAGES = 24
"""Entries of one claim to fetch, which is one segment."""
STORIES = 64
"""Entries of one claim to load, which is one transaction."""

_log = structlog.get_logger()


@dataclass(slots=True)
class IngestReport:
    """What one worker did."""

    fetched: int = 0
    failed: int = 0
    loaded: int = 0
    duplicate: int = 0
    rejected: int = 0
    revisited: int = 0
    """Stories looked at again, a day or a week after."""
    changed: int = 0
    """Those of them that have another version now."""
    extract_seconds: float = 0.0
    """Time spent on reading pages, of the whole."""


def ingest_pending(context: Context, progress: Progress = silent) -> IngestReport:
    """Works on what is pending, whoever found it, until nothing is left that can be done now.

    Raises:
        SchemaMismatch: the warehouse is not at this code's revision.
        WarehouseDown, ArchiveAway: one of them does not answer; what was begun stays pending.
    """
    schema.check(context.engine)
    report = IngestReport()
    with worker(context.engine) as number:
        run(_drain(context, number, report, progress))
    return report


async def _drain(context: Context, number: int, report: IngestReport, progress: Progress) -> None:
    async with visiting(context) as visit:

        async def fetch() -> int:
            fetched = await fetch_batch(context, visit, number, report)
            progress("fetch", fetched)
            return fetched

        async def load_and_settle() -> int:
            loaded = await asyncio.to_thread(load_batch, context, number, report)
            repeats = await asyncio.to_thread(_settle_repeats, context, report)
            progress("load", loaded + repeats)
            return loaded + repeats

        async def look_again() -> int:
            looked, changed = await revisit_batch(context, visit, number)
            report.revisited += looked
            report.changed += changed
            progress("revisit", looked)
            return looked

        await until_all_idle([fetch] * LANES + [load_and_settle, look_again])


async def until_all_idle(steps: Sequence[Callable[[], Awaitable[int]]]) -> None:
    """Repeats each step, all at once, until none of them finds anything left to do.

    A step that found nothing sleeps until another has done something: its work may have become
    possible. What was done while it looked counts too, so it looks again before it sleeps.
    """
    changed, done, idle = asyncio.Condition(), 0, 0

    async def repeat(step: Callable[[], Awaitable[int]]) -> None:
        nonlocal done, idle
        before = -1
        while done != before:
            before = done
            found = await step()
            async with changed:
                if found:
                    done, idle = done + 1, 0
                    changed.notify_all()
                elif done == before:
                    idle += 1
                    while done == before and idle < len(steps):
                        await changed.wait()
                    changed.notify_all()

    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(repeat(step))
    except ExceptionGroup as faults:
        # The first is the cause; what the others met on their way out tells nothing more.
        raise faults.exceptions[0] from None


async def fetch_batch(context: Context, visit: Visit, number: int, report: IngestReport) -> int:
    """Claims some entries, asks for their pages, archives and records the answers; returns how many."""
    claims = await asyncio.to_thread(_claim_to_fetch, context, number)
    if not claims:
        return 0
    most = context.settings.page_max_bytes
    answers = await asyncio.gather(
        *(fetch_page(claim.url or "", source=claim.source, visit=visit, max_bytes=most) for claim in claims)
    )
    copied = await copies_of_gone(context, visit, claims, answers)
    await asyncio.to_thread(_record, context, claims, answers, copied)
    failed = sum(
        isinstance(copied[number].answer if number in copied else answer, Failure)
        for number, answer in enumerate(answers)
    )
    report.failed += failed
    report.fetched += len(answers) - failed
    return len(claims)


def _settle_repeats(context: Context, report: IngestReport) -> int:
    with transaction(context.engine) as connection:
        repeats = settle_repeats(connection, context.clock())
    report.duplicate += repeats
    return repeats


def _claim_to_fetch(context: Context, number: int) -> list[Claim]:
    per_day = context.settings.history_requests_per_day
    with transaction(context.engine) as connection:
        return claim_to_fetch(connection, number, PAGES, context.clock(), past_per_day=per_day)


def _record(
    context: Context,
    claims: Sequence[Claim],
    answers: Sequence[Response | Failure],
    copied: Mapping[int, Copied],
) -> None:
    kept = keep_pages(context, claims, answers)
    copies = {number: keep_copy(context, claims[number], one) for number, one in copied.items()}
    # In the order in which every other transaction takes rows of the ledger.
    order = sorted(range(len(claims)), key=lambda number: (claims[number].feed_id, claims[number].entry_key))
    now = context.clock()
    told = [copied[number].answer if number in copied else one for number, one in enumerate(answers)]
    keep_failures(context, claims, told, now)
    with transaction(context.engine) as connection:
        for number in order:
            claim, answer, archived = claims[number], answers[number], kept[number]
            if number not in copied:
                ledger.record_fetch(connection, claim, answer, archived, now)
                continue
            one = copied[number]
            ledger.write_fetch(connection, claim, answer, archived, answer.fetched_at or now)
            ledger.record_fetch(connection, claim, one.answer, copies[number], now, copy=one.copy)
    with transaction(context.engine) as connection:
        heed(connection, [*answers, *(one.asked for one in copied.values())], context.clock())


def load_batch(context: Context, number: int, report: IngestReport) -> int:
    """Claims some fetched entries, reads them from the archive and loads them; returns how many."""
    with transaction(context.engine) as connection:
        claims = claim_to_load(connection, number, STORIES)
    if not claims:
        return 0
    began = time.perf_counter()
    read = [(claim, _read(context, claim)) for claim in claims]
    report.extract_seconds += time.perf_counter() - began
    try:
        _load(context, read, report)
    except WarehouseRefused:
        # One story that the database refuses must not hold up the others.
        for one in read:
            _load_alone(context, one, report)
    return len(claims)


def _read(context: Context, claim: Claim) -> Article | ArchiveDamaged:
    try:
        return read_claimed(context, claim)
    except ArchiveDamaged as damage:
        return damage


def _load(
    context: Context, read: Sequence[tuple[Claim, Article | ArchiveDamaged]], report: IngestReport
) -> None:
    now, rejected = context.clock(), 0
    loadables = [
        Loadable(claim, article, claim.fetched_at or claim.discovered_at)
        for claim, article in read
        if not isinstance(article, ArchiveDamaged) and article.status == "article"
    ]
    with transaction(context.engine) as connection:
        # First, for it takes locks: nobody may wait for rows that this transaction holds while it waits for theirs.
        loaded = load(connection, loadables, now)
        for claim, article in sorted(read, key=lambda one: (one[0].feed_id, one[0].entry_key)):
            if isinstance(article, ArchiveDamaged):
                ledger.ask_again(connection, claim, "archive_damaged", str(article), now)
            elif article.status != "article":
                code, _, words = article.status.partition(":")
                ledger.reject(connection, claim, code.strip(), words.strip(), now)
                rejected += 1
    report.rejected += rejected + loaded.erased
    report.loaded += loaded.loaded
    report.duplicate += loaded.duplicate


def _load_alone(context: Context, one: tuple[Claim, Article | ArchiveDamaged], report: IngestReport) -> None:
    claim = one[0]
    try:
        _load(context, [one], report)
    except WarehouseRefused as error:
        _log.exception("load_fault", url=claim.url)
        with transaction(context.engine) as connection:
            ledger.reject(connection, claim, "load_fault", str(error), context.clock())
        report.rejected += 1


def read_claimed(context: Context, claim: Claim) -> Article:
    """The claim's article; a page that the parser trips over says so in its status.

    Raises:
        ArchiveDamaged: its bytes are not there, or not those that were archived.
        ArchiveAway: the archive does not answer.
    """
    page = context.archive.read(claim.archived) if claim.archived else None
    try:
        return claimed_article(claim, page)
    except Exception as error:  # noqa: BLE001  # one page must not hold up the others
        url = claim.url or claim.entry_key
        _log.exception("extractor_fault", url=url)
        return Article(url=url, canonical_url=url, status=f"extractor_fault: {type(error).__name__}: {error}")


def claimed_article(claim: Claim, page: Response | None) -> Article:
    """The article of a claimed entry, from its archived page; without one the entry itself is the story."""
    source = claim.source
    if page is None:
        url = claim.url or f"urn:dateline:{claim.feed_id}:{claim.entry_key}"
        article = extract_entry(claim.entry, url=url, source=source)
        return when_and_where(article, source=source, fetched_at=claim.discovered_at)
    return extract_article(
        page.body,
        url=page.final_url,
        headers=page.headers,
        entry=claim.entry,
        source=source,
        fetched_at=page.fetched_at,
    )
