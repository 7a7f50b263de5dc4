"""What a rebuild from the archive has to know of the ledger, and how it tells fetches and looks apart."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, tuple_

from pipeline.dedup import EntryId
from pipeline.warehouse.claims import Claim, as_claims
from pipeline.warehouse.revisits import Revisit
from pipeline.warehouse.tables import FETCH, LEDGER, REVISIT

Fetched = tuple[uuid.UUID, str, datetime]
"""A feed, the key of an entry, and when the answer came."""


def claims_of(connection: Connection, entries: Collection[EntryId]) -> dict[EntryId, tuple[Claim, str]]:
    """These entries as claims, each with its state in the ledger; one that it does not know is left out."""
    if not entries:
        return {}
    rows = tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key).in_(sorted(entries))
    found = connection.execute(select(LEDGER).where(rows)).all()
    states = {(row.feed_id, row.entry_key): row.state for row in found}
    return {
        (claim.feed_id, claim.entry_key): (claim, states[claim.feed_id, claim.entry_key])
        for claim in as_claims(connection, found)
    }


def known_fetches(connection: Connection, entries: Collection[EntryId]) -> set[Fetched]:
    """The requests for pages of these entries that are on record."""
    if not entries:
        return set()
    columns = (FETCH.c.feed_id, FETCH.c.entry_key, FETCH.c.fetched_at)
    query = select(*columns).where(tuple_(FETCH.c.feed_id, FETCH.c.entry_key).in_(sorted(entries)))
    return {(row.feed_id, row.entry_key, row.fetched_at) for row in connection.execute(query)}


def looks_of(
    connection: Connection, looked: Collection[tuple[EntryId, datetime]]
) -> dict[tuple[EntryId, datetime], Revisit]:
    """The look that each answer was given to: the latest that was due by then; left out: the entry tells no story."""
    claims = claims_of(connection, {entry for entry, _ in looked})
    stories = _stories(connection, claims)
    due: dict[uuid.UUID, list[Any]] = {}
    query = select(REVISIT).where(REVISIT.c.story_id.in_(stories.values()), REVISIT.c.outcome.is_(None))
    for row in connection.execute(query.order_by(REVISIT.c.due_at)):
        due.setdefault(row.story_id, []).append(row)
    found = {}
    for entry, at in looked:
        if entry not in stories:
            continue
        story = stories[entry]
        meant = [row for row in due.get(story, ()) if row.due_at <= at]
        turn, tries = (meant[-1].turn, meant[-1].tries) if meant else (0, 0)
        found[entry, at] = Revisit(story, turn, tries, claims[entry][0])
    return found


def _stories(connection: Connection, claims: Collection[EntryId]) -> dict[EntryId, uuid.UUID]:
    """By entry: the story that its own page tells."""
    if not claims:
        return {}
    rows = tuple_(LEDGER.c.feed_id, LEDGER.c.entry_key).in_(sorted(claims))
    query = select(LEDGER.c.feed_id, LEDGER.c.entry_key, LEDGER.c.story_id)
    told = query.where(rows, LEDGER.c.story_id == LEDGER.c.told_story_id)
    return {(row.feed_id, row.entry_key): row.story_id for row in connection.execute(told)}
