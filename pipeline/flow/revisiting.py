"""Second looks at stories: their pages again, archived, read and compared."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pipeline.fetch import Visit, fetch_page
from pipeline.flow.article import extract_article
from pipeline.flow.context import Context
from pipeline.flow.keeping import keep_failures, keep_pages
from pipeline.records import Article, Failure, Response
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.hosts import heed
from pipeline.warehouse.revising import Look, record_looks
from pipeline.warehouse.revisits import Revisit, claim_due

PAGES = 24
"""Stories looked at in one batch, which is one segment of the archive and one transaction."""


async def revisit_batch(context: Context, visit: Visit, number: int) -> tuple[int, int]:
    """Looks again at some stories that are due; returns how many were looked at, and how many changed.

    The bytes are archived before anything refers to them; a worker that dies in between leaves its
    looks due.
    """
    revisits = await asyncio.to_thread(_claim, context, number)
    if not revisits:
        return 0, 0
    most = context.settings.page_max_bytes
    answers = await asyncio.gather(
        *(
            fetch_page(one.claim.url or "", source=one.claim.source, visit=visit, max_bytes=most)
            for one in revisits
        )
    )
    return len(revisits), await asyncio.to_thread(_record, context, revisits, answers)


def _claim(context: Context, number: int) -> list[Revisit]:
    with transaction(context.engine) as connection:
        return claim_due(connection, number, PAGES, context.clock())


def _record(context: Context, revisits: Sequence[Revisit], answers: Sequence[Response | Failure]) -> int:
    claims = [revisit.claim for revisit in revisits]
    kept = keep_pages(context, claims, answers)
    keep_failures(context, claims, answers, context.clock())
    looks = [
        Look(revisit, answer, archived, read_look(revisit, answer))
        for revisit, answer, archived in zip(revisits, answers, kept, strict=True)
    ]
    with transaction(context.engine) as connection:
        heed(connection, answers, context.clock())
    with transaction(context.engine) as connection:
        return record_looks(connection, looks, context.clock())


def read_look(revisit: Revisit, answer: Response | Failure) -> Article | None:
    """What a second look read of the page; None: there was none to be read."""
    if isinstance(answer, Failure):
        return None
    return extract_article(
        answer.body,
        url=answer.final_url,
        headers=answer.headers,
        entry=revisit.claim.entry,
        source=revisit.claim.source,
        fetched_at=answer.fetched_at,
    )
