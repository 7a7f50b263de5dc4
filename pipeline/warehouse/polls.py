"""What came of a poll: the log, the feed's state, and the entries, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_
from sqlalchemy.dialects.postgresql import insert

from pipeline.poll.moves import to_ask
from pipeline.records import ArchiveRef, Failure, ParsedFeed, Response
from pipeline.warehouse import ledger
from pipeline.warehouse.bulk import insert_rows
from pipeline.warehouse.feeds import RegisteredFeed
from pipeline.warehouse.feedstate import FeedState
from pipeline.warehouse.hosts import host_of
from pipeline.warehouse.tables import FEED_POLL, FEED_STATE


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of one feed, as it is to be recorded."""

    feed: RegisteredFeed
    answer: Response | Failure
    polled_at: datetime
    outcome: str
    """``changed``, ``unchanged``, ``same_body`` or ``failed``."""
    asked_url: str
    state: FeedState
    """The feed's state after it."""
    reason: str | None = None
    """Why it failed; None: it did not."""
    detail: str | None = None
    document: ParsedFeed | None = None
    """What was read, of whatever outcome; only that of ``changed`` is entered."""
    archived: ArchiveRef | None = None
    is_conditional: bool = False
    is_gap: bool = False
    is_false_304: bool = False


def count_known(connection: Connection, feed: RegisteredFeed, document: ParsedFeed) -> int:
    """How many entries of the document the ledger has already."""
    return len(ledger.known_keys(connection, feed.feed_id, [entry.key for entry in document.entries]))


def record_poll(connection: Connection, poll: Poll) -> int:
    """Writes a poll that brought a document, with its entries; returns how many entries are new."""
    new = entered = 0
    if poll.document is not None and poll.outcome == "changed":
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
        entered = count_known(connection, poll.feed, poll.document)
    row = insert(FEED_POLL).values({**_poll_row(poll), "new_entries": new, "entered_entries": entered})
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
    _write_states(connection, [poll])
    return new


def record_quiet(connection: Connection, polls: Sequence[Poll]) -> None:
    """Writes polls that brought no document: not modified, the same body again, failures. Thousands at once."""
    if polls:
        rows = [_poll_row(poll) for poll in polls]
        connection.execute(insert_rows(FEED_POLL, rows).on_conflict_do_nothing())
        _write_states(connection, polls)


def _write_states(connection: Connection, polls: Sequence[Poll]) -> None:
    """Of two polls of a feed the later one's state counts, whichever is written first; the same one again changes nothing."""
    latest = {poll.feed.feed_id: poll for poll in sorted(polls, key=lambda poll: poll.polled_at)}
    rows = [
        {"feed_id": feed_id, "host": _next_host(poll), **poll.state.as_row()}
        for feed_id, poll in sorted(latest.items())
    ]
    statement = insert_rows(FEED_STATE, rows)
    statement = statement.on_conflict_do_update(
        index_elements=[FEED_STATE.c.feed_id],
        set_={name: statement.excluded[name] for name in rows[0] if name != "feed_id"},
        where=or_(
            FEED_STATE.c.last_polled_at.is_(None),
            FEED_STATE.c.last_polled_at < statement.excluded.last_polled_at,
        ),
    )
    connection.execute(statement)


def _next_host(poll: Poll) -> str | None:
    at = poll.state.next_poll_at or poll.polled_at
    return host_of(to_ask(poll.feed.url, poll.state.address, at))


def _poll_row(poll: Poll) -> dict[str, Any]:
    answer, document, archived = poll.answer, poll.document, poll.archived
    page = answer if isinstance(answer, Response) else answer.response
    came_from = answer.final_url or poll.asked_url
    return {
        "feed_id": poll.feed.feed_id,
        "polled_at": poll.polled_at,
        "outcome": poll.outcome,
        "status": answer.status,
        "reason": poll.reason,
        "detail": poll.detail,
        "format": document.format if document else None,
        "fault": document.fault if document and poll.outcome != "failed" else None,
        "entries": len({entry.key for entry in document.entries})
        if document and poll.outcome == "changed"
        else 0,
        "is_gap": poll.is_gap,
        "asked_url": poll.asked_url if poll.asked_url != poll.feed.url else None,
        "final_url": came_from if came_from != poll.asked_url else None,
        "is_conditional": poll.is_conditional,
        "is_false_304": poll.is_false_304,
        "retry_after_seconds": answer.retry_after_seconds if isinstance(answer, Failure) else None,
        "body_bytes": len(page.body) if page else 0,
        "duration_seconds": page.duration_seconds if page else 0.0,
        "archive_object": archived.object if archived else None,
        "archive_offset": archived.offset if archived else None,
        "archive_length": archived.length if archived else None,
        "archive_digest": archived.digest if archived else None,
    }
