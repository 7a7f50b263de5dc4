"""What is pending becomes stories: fetch the pages, read them from the archive, load them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from pipeline.errors import ArchiveDamaged
from pipeline.extract import extract_entry
from pipeline.fetch import Archive, Visit, fetch_page
from pipeline.flow.article import extract_article, when_and_where
from pipeline.flow.context import Context, visiting
from pipeline.flow.polling import Progress, silent
from pipeline.records import ArchiveRef, Article, Failure, Response
from pipeline.warehouse import ledger
from pipeline.warehouse.claims import Claim, claim_to_fetch, claim_to_load
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.rows import Loadable
from pipeline.warehouse.writer import load

BATCH = 64
"""Entries of one claim, one segment and one load."""

_log = structlog.get_logger()


@dataclass(slots=True)
class IngestReport:
    """What one worker did."""

    fetched: int = 0
    failed: int = 0
    loaded: int = 0
    duplicate: int = 0
    rejected: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def ingest_pending(context: Context, progress: Progress = silent) -> IngestReport:
    """Works on what is pending, whoever found it, until nothing is left that can be done now."""
    report = IngestReport()
    with worker(context.engine) as number:
        asyncio.run(_drain(context, number, report, progress))
    return report


async def _drain(context: Context, number: int, report: IngestReport, progress: Progress) -> None:
    async with visiting(context) as visit:
        while True:
            fetched, loaded = await asyncio.gather(
                _fetch_batch(context, visit, number, report),
                asyncio.to_thread(_load_batch, context, number, report),
            )
            with transaction(context.engine) as connection:
                repeats = ledger.settle_repeats(connection, context.clock())
            report.duplicate += repeats
            progress("fetch", fetched)
            progress("load", loaded + repeats)
            if not (fetched or loaded or repeats):
                return


async def _fetch_batch(context: Context, visit: Visit, number: int, report: IngestReport) -> int:
    claims = await asyncio.to_thread(_claim_to_fetch, context, number)
    if not claims:
        return 0
    enough = asyncio.Semaphore(context.settings.concurrency)

    async def one(claim: Claim) -> Response | Failure:
        async with enough:
            return await fetch_page(
                claim.url or "", source=claim.source, visit=visit, max_bytes=context.settings.page_max_bytes
            )

    answers = await asyncio.gather(*(one(claim) for claim in claims))
    await asyncio.to_thread(_record, context, claims, answers)
    failed = sum(isinstance(answer, Failure) for answer in answers)
    report.failed += failed
    report.fetched += len(answers) - failed
    return len(claims)


def _claim_to_fetch(context: Context, number: int) -> list[Claim]:
    with transaction(context.engine) as connection:
        return claim_to_fetch(connection, number, BATCH, context.clock())


def _record(context: Context, claims: Sequence[Claim], answers: Sequence[Response | Failure]) -> None:
    """The bytes first, whole and closed; then the rows that refer to them."""
    kept: list[ArchiveRef | None] = []
    with context.archive.segment("page", context.clock()) as segment:
        kept += [segment.append(answer) if isinstance(answer, Response) else None for answer in answers]
    with transaction(context.engine) as connection:
        for claim, answer, archived in zip(claims, answers, kept, strict=True):
            ledger.record_fetch(connection, claim, answer, archived, context.clock())


def _load_batch(context: Context, number: int, report: IngestReport) -> int:
    with transaction(context.engine) as connection:
        claims = claim_to_load(connection, number, BATCH)
    if not claims:
        return 0
    read = [(claim, _article(context, claim)) for claim in claims]
    now = context.clock()
    with transaction(context.engine) as connection:
        loadables = []
        for claim, article in read:
            if article.status == "article":
                loadables.append(Loadable(claim, article, claim.fetched_at or claim.discovered_at))
            else:
                code, _, words = article.status.partition(":")
                ledger.reject(connection, claim, code.strip(), words.strip(), now)
                report.rejected += 1
        loaded = load(connection, loadables, now)
    report.loaded += loaded.loaded
    report.duplicate += loaded.duplicate
    return len(claims)


def _article(context: Context, claim: Claim) -> Article:
    url = claim.url or claim.entry_key
    try:
        return claimed_article(claim, context.archive)
    except ArchiveDamaged as error:
        return Article(url=url, canonical_url=url, status=f"archive_damaged: {error}")
    except Exception as error:  # noqa: BLE001  # one page that the parser trips over must not hold up the others
        _log.exception("extractor_fault", url=url)
        return Article(url=url, canonical_url=url, status=f"extractor_fault: {type(error).__name__}: {error}")


def claimed_article(claim: Claim, archive: Archive) -> Article:
    """The article of a claimed entry, from its archived bytes; a feed-only story from its entry.

    Raises:
        ArchiveDamaged: the bytes are not there, or not those that were archived.
    """
    source = claim.source
    if claim.archived is None:
        url = claim.url or f"urn:dateline:{claim.feed_id}:{claim.entry_key}"
        article = extract_entry(claim.entry, url=url, source=source)
        return when_and_where(article, source=source, fetched_at=claim.discovered_at)
    page = archive.read(claim.archived)
    return extract_article(
        page.body,
        url=page.final_url,
        headers=page.headers,
        entry=claim.entry,
        source=source,
        fetched_at=page.fetched_at,
    )
