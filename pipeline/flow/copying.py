"""Pages that are gone: where an archive on the web keeps a copy, that is read in their place, and told to be one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.fetch import Visit, fetch_page
from pipeline.flow.context import Context
from pipeline.flow.keeping import about
from pipeline.records import ArchiveRef, Failure, Response
from pipeline.warehouse.claims import Claim
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.hosts import host_of, paused
from pipeline.warehouse.places import GONE
from pipeline.warehouse.quotas import next_day, take


@dataclass(frozen=True, slots=True)
class Copied:
    """What came in place of a page that is gone."""

    answer: Response | Failure
    """A page as if its own server had sent it when the archive received it; or why no copy can be had for now."""
    asked: Response | Failure
    """The archive's own last answer, by which its host is judged."""
    copy: Mapping[str, str]
    """Of the claim's copies, the one that was asked last."""


async def copies_of_gone(
    context: Context, visit: Visit, claims: Sequence[Claim], answers: Sequence[Response | Failure]
) -> dict[int, Copied]:
    """By the place in ``claims``: copies of pages that are gone; without one the failure stands."""
    gone = [
        number
        for number, (claim, answer) in enumerate(zip(claims, answers, strict=True))
        if claim.copies and isinstance(answer, Failure) and answer.reason in GONE
    ]
    copied = await asyncio.gather(*(_first_copy(context, visit, claims[number]) for number in gone))
    return {number: one for number, one in zip(gone, copied, strict=True) if one}


async def _first_copy(context: Context, visit: Visit, claim: Claim) -> Copied | None:
    """The first of the copies that is to be had; a failure that may pass is told, for the entry to wait."""
    for copy in claim.copies:
        if held := await asyncio.to_thread(_held, context, copy["url"]):
            return Copied(held, held, copy)
        most = context.settings.page_max_bytes
        answer = await fetch_page(copy["url"], source=claim.source, visit=visit, max_bytes=most)
        if isinstance(answer, Response):
            return Copied(_original(claim, copy, answer), answer, copy)
        if answer.kind == "transient":
            return Copied(answer, answer, copy)
    return None


def _held(context: Context, url: str) -> Failure | None:
    """Why the archive must not be asked now; None: it may, and the request is counted."""
    now, host = context.clock(), host_of(url) or ""
    with transaction(context.engine) as connection:
        if until := paused(connection, [host], now).get(host):
            reason, words = "host_paused", f"{host} refused several addresses in a row"
        elif not take(connection, {host: context.settings.history_requests_per_day}, now):
            reason, words, until = (
                "daily_limit",
                f"the requests of the day at {host} are spent",
                next_day(now),
            )
        else:
            return None
    wait = (until - now).total_seconds()
    return Failure(url, "transient", reason, words, retry_after_seconds=wait, fetched_at=now)


def _original(claim: Claim, copy: Mapping[str, str], answer: Response) -> Response:
    """The copy as the page that it was: under its own address, received when the archive received it."""
    url = claim.url or answer.url
    captured_at = datetime.fromisoformat(copy["captured_at"]).astimezone(UTC)
    return replace(answer, url=url, final_url=url, fetched_at=captured_at, redirects=())


def keep_copy(context: Context, claim: Claim, copied: Copied) -> ArchiveRef | None:
    """Where the copy lies from now on: among what was received on the day of its capture; None: there is none."""
    if not isinstance(copied.answer, Response):
        return None
    provenance = {"copy_url": copied.copy["url"], "archived_by": copied.copy["archive"]}
    with context.archive.segment("page", copied.answer.fetched_at) as segment:
        return segment.append(copied.answer, about=about(claim) | provenance)


__all__ = ["Copied", "copies_of_gone", "keep_copy"]
