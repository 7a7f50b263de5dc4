"""What the polls before know of the sitemaps that an index lists: each request for one is a row of the feed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from pipeline.poll.sitemapindex import SitemapMemory
from pipeline.records import ArchiveRef
from pipeline.warehouse.bulk import among
from pipeline.warehouse.tables import FEED_POLL

_SPAN = timedelta(days=3)
"""A feed is polled at least every two days, and what is remembered counts for one."""


def remembered(
    connection: Connection, feed_id: uuid.UUID, urls: Collection[str], before: datetime
) -> dict[str, SitemapMemory]:
    """By address: what was learned of these sitemaps in the days before; one that was not asked is left out."""
    query = (
        select(FEED_POLL)
        .where(
            FEED_POLL.c.feed_id == feed_id,
            FEED_POLL.c.polled_at.between(before - _SPAN, before - timedelta(microseconds=1)),
            among(FEED_POLL.c.asked_url, sorted(urls)),
        )
        .order_by(FEED_POLL.c.polled_at)
    )
    known: dict[str, SitemapMemory] = {}
    for row in connection.execute(query):
        known[row.asked_url] = _with(known.get(row.asked_url), row)
    return known


def _with(memory: SitemapMemory | None, row: Any) -> SitemapMemory:
    at = row.polled_at
    memory = replace(memory or SitemapMemory(at), asked_at=at, status=row.status, reason=row.reason)
    if row.outcome == "failed":
        return memory
    memory = replace(memory, read_at=at)
    if row.archive_object is None:
        return memory
    body = ArchiveRef(row.archive_object, row.archive_offset, row.archive_length, row.archive_digest)
    memory = replace(memory, body=body, body_at=at)
    if row.outcome == "changed":
        memory = replace(memory, entries=row.entries, is_index=row.format == "sitemapindex")
    return memory
