"""The bytes first: every body that was received is in the archive, whole and closed, before a row refers to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pipeline.fetch.archive import Note
from pipeline.fetch.warcwriting import digest_of
from pipeline.flow.context import Context
from pipeline.records import ArchiveRef, Failure, Response
from pipeline.warehouse.claims import Claim
from pipeline.warehouse.copies import EntryKey, copies_of_feeds, copies_of_pages
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import RegisteredFeed

Answer = Response | Failure
FAILURES = "failure"
"""Kind of the archive's files that tell why pages could not be had."""
_OF_FAILURE = ("url", "kind", "reason", "detail", "retry_after_seconds", "status", "final_url")


def kept_of(answer: Answer) -> Response | None:
    """What of an answer is archived: the answer itself, or the page that refuses; None: it has no body.

    An empty page is kept, for there is nothing else that tells what was read of it.
    """
    page = answer if isinstance(answer, Response) else answer.response
    return page if page is not None and page.status != 304 else None


def keep_pages(
    context: Context, claims: Sequence[Claim], answers: Sequence[Answer]
) -> list[ArchiveRef | None]:
    """Where the answers to these claims lie from now on, in one segment; None: there was no body.

    Bytes that a page gave before are referred to. What the feed says of the page lies beside it, so that the
    archive alone tells whose page it is, and which date the feed printed.
    """
    pages = [kept_of(answer) for answer in answers]
    digests = {
        (claim.feed_id, claim.entry_key): digest_of(page.body)
        for claim, page in zip(claims, pages, strict=True)
        if page and (claim.tries or claim.archived)
    }
    copies: dict[EntryKey, ArchiveRef] = {}
    if digests:
        with transaction(context.engine) as connection:
            copies = copies_of_pages(connection, digests)
    with context.archive.segment("page", context.clock()) as segment:
        return [
            segment.append(page, same_as=copies.get((claim.feed_id, claim.entry_key)), about=about(claim))
            if page
            else None
            for claim, page in zip(claims, pages, strict=True)
        ]


def keep_failures(
    context: Context, claims: Sequence[Claim], answers: Sequence[Answer], now: datetime
) -> None:
    """Notes in the archive why pages could not be had, for most failures leave no bytes; a rebuild reads it there."""
    notes = [
        Note(answer.url, answer.fetched_at or now, _failed(claim, answer))
        for claim, answer in zip(claims, answers, strict=True)
        if isinstance(answer, Failure)
    ]
    context.archive.note(FAILURES, now, notes)


def failure_of(note: Note) -> Failure:
    """The failure that a note tells of, without the page that refused."""
    return Failure(**{name: note.said[name] for name in _OF_FAILURE}, fetched_at=note.at)


def _failed(claim: Claim, failure: Failure) -> dict[str, Any]:
    entry = {"feed_id": str(claim.feed_id), "entry_key": claim.entry_key}
    return {name: getattr(failure, name) for name in _OF_FAILURE} | entry


def copies(context: Context, answers: Iterable[tuple[RegisteredFeed, Answer]]) -> dict[uuid.UUID, ArchiveRef]:
    """By feed: where the bytes of its answer lie already, of those that gave the last document or failure again."""
    digests = {
        feed.feed_id: digest
        for feed, answer in answers
        if (page := kept_of(answer))
        and ((digest := digest_of(page.body)) == feed.state.body_digest or feed.state.failures)
    }
    if not digests:
        return {}
    with transaction(context.engine) as connection:
        return copies_of_feeds(connection, digests)


def about(claim: Claim) -> dict[str, str]:
    """What the archive keeps beside the page of an entry: whose it is, and which dates the feed printed."""
    said = {
        "publisher": claim.source.domain,
        "feed_id": str(claim.feed_id),
        "entry_key": claim.entry_key,
        "published": claim.entry.published_raw,
        "modified": claim.entry.updated_raw,
    }
    return {name: value for name, value in said.items() if value is not None}
