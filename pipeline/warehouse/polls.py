"""What came of a poll: the log, the validators, and the entries, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func
from sqlalchemy.dialects.postgresql import insert

from pipeline.records import ArchiveRef, Failure, ParsedFeed, Response
from pipeline.warehouse import ledger
from pipeline.warehouse.registry import RegisteredFeed
from pipeline.warehouse.tables import FEED_POLL, FEED_STATE


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of one feed, as it is to be recorded."""

    feed: RegisteredFeed
    answer: Response | Failure
    polled_at: datetime
    outcome: str
    """``changed``, ``unchanged``, ``same_body`` or ``failed``."""
    document: ParsedFeed | None = None
    archived: ArchiveRef | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """When the feed is due again, at what pace of its own, and whether stories may be lost."""

    next_poll_at: datetime
    interval: timedelta
    is_gap: bool


def count_known(connection: Connection, feed: RegisteredFeed, document: ParsedFeed) -> int:
    """How many entries of the document the ledger has already."""
    return len(ledger.known_keys(connection, feed.feed_id, [entry.key for entry in document.entries]))


def record_poll(connection: Connection, poll: Poll, pace: Pace) -> int:
    """Writes the poll, the feed's new validators and its new entries; returns how many entries are new."""
    new = 0
    if poll.document is not None:
        new = ledger.discover(
            connection,
            feed_id=poll.feed.feed_id,
            source_id=poll.feed.source_id,
            entries=poll.document.entries,
            feed_only=poll.feed.source.feed_only,
            received_at=poll.polled_at,
            archived=poll.archived,
        )
    # Counted in the ledger itself, after the fact: an entry lost on the way would be missing here.
    entered = count_known(connection, poll.feed, poll.document) if poll.document else 0
    row = insert(FEED_POLL).values({**_poll_row(poll, new, is_gap=pace.is_gap), "entered_entries": entered})
    # The same document read again, by a better parser, may hold more entries: they are counted once as well.
    more = {
        "new_entries": FEED_POLL.c.new_entries + row.excluded.new_entries,
        "entries": row.excluded.entries,
        "entered_entries": row.excluded.entered_entries,
    }
    keys = [FEED_POLL.c.feed_id, FEED_POLL.c.polled_at]
    connection.execute(
        row.on_conflict_do_update(index_elements=keys, set_=more, where=row.excluded.new_entries > 0)
    )
    state = _state(poll, pace)
    statement = insert(FEED_STATE).values(feed_id=poll.feed.feed_id, **state)
    # Of two polls that ran at once the later one's validators count, whichever is written first.
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[FEED_STATE.c.feed_id],
            set_=state,
            where=func.coalesce(FEED_STATE.c.last_polled_at, poll.polled_at) <= poll.polled_at,
        )
    )
    return new


def _poll_row(poll: Poll, new: int, *, is_gap: bool) -> dict[str, Any]:
    answer, document, archived = poll.answer, poll.document, poll.archived
    failed = isinstance(answer, Failure)
    reason, detail = (answer.reason, answer.detail) if isinstance(answer, Failure) else (None, None)
    if not failed and poll.outcome == "failed":
        reason, detail = "not_a_feed", (document.fault if document else None)
    return {
        "feed_id": poll.feed.feed_id,
        "polled_at": poll.polled_at,
        "outcome": poll.outcome,
        "status": answer.status,
        "reason": reason,
        "detail": detail,
        "format": document.format if document else None,
        "fault": document.fault if document and poll.outcome != "failed" else None,
        "entries": len({entry.key for entry in document.entries}) if document else 0,
        "new_entries": new,
        "is_gap": is_gap,
        "body_bytes": len(answer.body) if isinstance(answer, Response) else 0,
        "duration_seconds": answer.duration_seconds if isinstance(answer, Response) else 0.0,
        "archive_object": archived.object if archived else None,
        "archive_offset": archived.offset if archived else None,
        "archive_length": archived.length if archived else None,
        "archive_digest": archived.digest if archived else None,
    }


def _state(poll: Poll, pace: Pace) -> dict[str, Any]:
    state: dict[str, Any] = {
        "last_polled_at": poll.polled_at,
        "next_poll_at": pace.next_poll_at,
        "interval_seconds": pace.interval.total_seconds(),
    }
    if poll.outcome == "failed":
        reason = poll.answer.reason if isinstance(poll.answer, Failure) else "not_a_feed"
        return state | {"failures": poll.feed.failures + 1, "last_reason": reason}
    state |= {"failures": 0, "last_reason": None, "last_success_at": poll.polled_at}
    if poll.outcome == "changed" and isinstance(poll.answer, Response):
        state |= {
            "etag": poll.answer.headers.get("etag"),
            "last_modified": poll.answer.headers.get("last-modified"),
            "body_digest": poll.archived.digest if poll.archived else None,
        }
    return state
