"""Second looks: each story's page is asked for again a day and a week after it was first received, and when its feed says something else.

In the day after publication 15 % of stories change, in the week 18 %; 1.5 % go (GDELT, 88 million pages).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.records import Failure
from pipeline.warehouse.claims import LEASE, Claim, as_claims
from pipeline.warehouse.leases import unleased
from pipeline.warehouse.rows import StoryRows
from pipeline.warehouse.tables import ARTICLE, LEDGER, REVISIT

AFTER = (timedelta(days=1), timedelta(days=7))
LATEST = timedelta(days=30)
"""A look that is later than this tells nothing about the time that it was meant for."""
MOST_TRIES = 4
_FIRST_WAIT = timedelta(hours=1)
_GONE = frozenset(("http_404", "http_410"))


@dataclass(frozen=True, slots=True)
class Revisit:
    """A look that this worker has in hand."""

    story_id: uuid.UUID
    turn: int
    tries: int
    claim: Claim
    """The story's own entry."""


def plan(connection: Connection, stories: Sequence[StoryRows]) -> None:
    """Enters the second looks at stories that have a page of their own; those entered before stay as they are."""
    rows = [
        {"story_id": one.telling.story_id, "turn": turn, "due_at": one.article["fetched_at"] + after}
        for one in stories
        if one.claim.url and one.claim.archived
        for turn, after in enumerate(AFTER, start=1)
    ]
    if rows:
        connection.execute(insert(REVISIT).values(rows).on_conflict_do_nothing())


def hasten(connection: Connection, feed_id: uuid.UUID, entry_key: str, at: datetime) -> None:
    """Makes a look at an entry's story due at once, if its page was received before that moment."""
    owner = (LEDGER.c.feed_id == feed_id, LEDGER.c.entry_key == entry_key, LEDGER.c.state == "loaded")
    due = (
        select(LEDGER.c.story_id, len(AFTER) + LEDGER.c.restatements, literal(at))
        .join(ARTICLE, ARTICLE.c.story_id == LEDGER.c.story_id)
        .where(*owner, LEDGER.c.fetch_id.is_not(None), ARTICLE.c.fetched_at < at)
    )
    statement = insert(REVISIT).from_select(["story_id", "turn", "due_at"], due)
    connection.execute(statement.on_conflict_do_nothing())


def claim_due(connection: Connection, worker: int, limit: int, now: datetime) -> list[Revisit]:
    """Up to ``limit`` looks that are due, leased to ``worker``, one a story.

    Those long past, or overtaken by the next one, are ended as ``missed``.
    """
    open_ = REVISIT.c.outcome.is_(None)
    later = REVISIT.alias("later")
    overtaken = exists().where(
        later.c.story_id == REVISIT.c.story_id,
        later.c.turn > REVISIT.c.turn,
        later.c.outcome.is_(None),
        later.c.due_at <= now,
    )
    missed = (
        select(REVISIT.c.story_id, REVISIT.c.turn)
        .where(open_, REVISIT.c.due_at <= now, or_(REVISIT.c.due_at < now - LATEST, overtaken))
        # One that is being answered at this moment is not missed; and who claims waits for nobody.
        .with_for_update(skip_locked=True)
        .cte("missed")
    )
    ended = update(REVISIT).where(REVISIT.c.story_id == missed.c.story_id, REVISIT.c.turn == missed.c.turn)
    connection.execute(ended.values(outcome="missed", answered_at=now))
    free = and_(unleased(REVISIT), REVISIT.c.lease_worker.is_distinct_from(worker))
    chosen = (
        select(REVISIT.c.story_id, REVISIT.c.turn)
        .where(open_, REVISIT.c.due_at <= now, free)
        .order_by(REVISIT.c.due_at, REVISIT.c.story_id, REVISIT.c.turn)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    statement = (
        update(REVISIT)
        .where(REVISIT.c.story_id == chosen.c.story_id, REVISIT.c.turn == chosen.c.turn)
        .values(lease_worker=worker, lease_until=func.now() + LEASE)
        .returning(REVISIT)
    )
    taken = {row.story_id: row for row in connection.execute(statement)}
    owners = select(LEDGER).where(LEDGER.c.state == "loaded", LEDGER.c.story_id.in_(taken))
    # Asked once: a load may name another owner at any moment.
    owned = connection.execute(owners).all()
    rows = {(row.feed_id, row.entry_key): row.story_id for row in owned}
    claims = as_claims(connection, owned)
    stories = [(rows[claim.feed_id, claim.entry_key], claim) for claim in claims]
    return [Revisit(story, taken[story].turn, taken[story].tries, claim) for story, claim in stories]


def put_off(
    connection: Connection, revisit: Revisit, failure: Failure, fetch_id: uuid.UUID, at: datetime
) -> None:
    """Ends a look that was answered by a failure, or lets it wait where the failure may pass."""
    tries = revisit.tries + 1
    if failure.kind == "transient" and tries < MOST_TRIES:
        wait = max(timedelta(seconds=failure.retry_after_seconds or 0), _FIRST_WAIT * 4 ** (tries - 1))
        values: dict[str, Any] = {"due_at": at + wait, "reason": failure.reason}
        _write(connection, revisit, {**values, "tries": tries, "fetch_id": fetch_id})
        return
    outcome = "gone" if failure.reason in _GONE else "failed"
    end(connection, revisit, outcome, fetch_id, at, reason=failure.reason)


def end(
    connection: Connection, revisit: Revisit, outcome: str, fetch_id: uuid.UUID, at: datetime, **more: Any
) -> None:
    """Ends a look with what it showed; ``more`` are other columns of its row."""
    values = {"outcome": outcome, "answered_at": at, "tries": revisit.tries + 1, "fetch_id": fetch_id}
    _write(connection, revisit, {"reason": None, **values, **more})


def _write(connection: Connection, revisit: Revisit, values: dict[str, Any]) -> None:
    row = and_(REVISIT.c.story_id == revisit.story_id, REVISIT.c.turn == revisit.turn)
    # A worker whose lease ran out may come late: what has been done since then stands.
    open_ = REVISIT.c.outcome.is_(None)
    connection.execute(
        update(REVISIT).where(row, open_).values(**values, lease_worker=None, lease_until=None)
    )
