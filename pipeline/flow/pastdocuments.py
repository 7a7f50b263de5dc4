"""Documents of the past: asked for within the limits of the day, archived, and not twice on one day."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.errors import ArchiveDamaged
from pipeline.fetch import Visit, fetch_feed
from pipeline.flow.context import Context
from pipeline.flow.keeping import kept_of
from pipeline.records import Failure, Response
from pipeline.warehouse.backfills import Walk
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.hosts import heed, host_of, paused
from pipeline.warehouse.places import PastDocument, PlaceFeed, received_since, record_document
from pipeline.warehouse.quotas import next_day, take

KIND = "past"
"""Of the archive's segments: a replay of feeds must not read these documents, whose windows it does not know."""
FRESH = timedelta(days=1)
"""A document received within so long serves the next window as well: a month's sitemap each of its days."""


class NotNow(Exception):
    """A limit is reached, or the host wants to be left alone: to be gone on with ``until`` then."""

    def __init__(self, reason: str, detail: str, until: datetime) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.until = until


@dataclass(slots=True)
class Documents:
    """A ``history.Get`` for one place of one publisher."""

    context: Context
    visit: Visit
    feed: PlaceFeed
    walk: Walk
    per_day: int | None
    """Requests that the source's settings allow this place on one day; None: the host's limit is enough."""
    asked: int = 0
    """Requests made so far."""
    _last: dict[str, PastDocument] | None = None

    async def __call__(self, url: str) -> Response | Failure:
        """The document at ``url``.

        Raises:
            NotNow: it must not be asked for at the moment.
        """
        if kept := await asyncio.to_thread(self._kept, url):
            return kept
        await asyncio.to_thread(self._allow, url)
        answer = await fetch_feed(
            url,
            source=self.feed.source,
            visit=self.visit,
            max_bytes=self.context.settings.feed_max_bytes,
        )
        self.asked += 1
        await asyncio.to_thread(self._keep, url, answer)
        return answer

    def received(self, url: str) -> PastDocument:
        """Where the document at ``url`` stands; one that came another way gets a row without bytes."""
        if self._last and url in self._last:
            return self._last[url]
        now = self.context.clock()
        unseen = Response(url, url, 200, {}, b"", now)
        with transaction(self.context.engine) as connection:
            return record_document(connection, self.feed, unseen, None, url=url, now=now)

    def _kept(self, url: str) -> Response | None:
        now = self.context.clock()
        # What this walk has asked for it does not ask for again, be it days ago. But before the window's end a
        # document may lack the last of its entries.
        since = max(self.walk.until, min(now - FRESH, self.walk.started_at or now))
        with transaction(self.context.engine) as connection:
            document = received_since(connection, self.feed.feed_id, url, since)
        if document is None or document.archived is None:
            return None
        try:
            response = self.context.archive.read(document.archived)
        except ArchiveDamaged:
            return None
        self._remember(url, replace(document, received_at=response.fetched_at))
        return response

    def _allow(self, url: str) -> None:
        now, host = self.context.clock(), host_of(url) or ""
        limits = {host: self.context.settings.history_requests_per_day}
        if self.per_day is not None:
            limits[f"{self.feed.source.domain} {self.walk.place}"] = self.per_day
        with transaction(self.context.engine) as connection:
            if until := paused(connection, [host], now).get(host):
                detail = f"{host} refused several addresses in a row"
                raise NotNow("host_paused", detail, until)
            if not take(connection, limits, now):
                told = " or ".join(f"{most:,} of {subject}" for subject, most in sorted(limits.items()))
                raise NotNow("daily_limit", f"the requests of the day are spent: {told}", next_day(now))

    def _keep(self, url: str, answer: Response | Failure) -> None:
        now, page = self.context.clock(), kept_of(answer)
        archived = None
        if page:
            about = {"publisher": self.feed.source.domain, "place": self.walk.place}
            with self.context.archive.segment(KIND, now) as segment:
                archived = segment.append(page, about=about)
        with transaction(self.context.engine) as connection:
            document = record_document(connection, self.feed, answer, archived, url=url, now=now)
        with transaction(self.context.engine) as connection:
            heed(connection, [answer], now)
        self._remember(url, document)

    def _remember(self, url: str, document: PastDocument) -> None:
        self._last = {**(self._last or {}), url: document}


__all__ = ["Documents", "NotNow"]
