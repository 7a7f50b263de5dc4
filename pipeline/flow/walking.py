"""One walk through a place of the past: document by document into the ledger, gone on with wherever it was left."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from pipeline.errors import DatelineError, WarehouseRefused
from pipeline.fetch import Visit
from pipeline.flow.context import Context, visiting
from pipeline.flow.ingesting import until_all_idle
from pipeline.flow.pastdocuments import Documents, NotNow
from pipeline.flow.polling import Progress
from pipeline.history.found import Listed, Window
from pipeline.history.places import Place, places
from pipeline.records import Failure, Source
from pipeline.warehouse import backfills
from pipeline.warehouse.backfills import MOST_TRIES, Scope, Step, Walk
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.places import PlaceFeed, enter, note_copies, place_feed
from pipeline.warehouse.registry import sources

ARCHIVE, WARCS = "archive", "news_warc"
TOGETHER = (ARCHIVE, WARCS)
"""Places that are read for many publishers at once."""
ENTRIES_THEMSELVES = (ARCHIVE, "feed_pages")
"""Places of a publisher whose entries are the stories: the others list nothing but addresses."""

_log = structlog.get_logger()


def named_places(source: Source) -> dict[str, Place]:
    """The places of a publisher in the order of its settings, under the names of ``ops.backfill``."""
    named: dict[str, Place] = {}
    count: dict[str, int] = defaultdict(int)
    for place in places(source):
        via = place.setting.via
        if source.feed_only and via not in ENTRIES_THEMSELVES:
            continue
        count[via] += 1
        named[via if count[via] == 1 else f"{via} {count[via]}"] = place
    return named


async def walk_all(context: Context, scope: Scope, number: int, *, lanes: int, progress: Progress) -> None:
    """Walks on until every walk in the scope is done or has to wait, but for those of ``TOGETHER``."""
    async with visiting(context) as visit:

        async def walk_one() -> int:
            walk = await asyncio.to_thread(_claim, context, scope, number)
            if walk is None:
                return 0
            await _Walker(context, visit, walk, progress).run()
            progress("walk", 1)
            return 1

        await until_all_idle([walk_one] * lanes)


def _claim(context: Context, scope: Scope, number: int) -> Walk | None:
    with transaction(context.engine) as connection:
        return backfills.claim(connection, number, scope, context.clock(), without=TOGETHER)


class _Walker:
    """One walk, from where it was left to its end, to a limit, or to a document that fails for now."""

    def __init__(self, context: Context, visit: Visit, walk: Walk, progress: Progress) -> None:
        self._context = context
        self._visit = visit
        self._walk = walk
        self._progress = progress
        self._counted = 0
        """Requests that are in the walk's row."""

    async def run(self) -> None:
        walk, context = self._walk, self._context
        found = await asyncio.to_thread(self._prepared)
        if found is None:
            await asyncio.to_thread(
                self._advance, Step(None, reason="no_such_place", detail="not in the settings now")
            )
            return
        feed, place = found
        get = Documents(context, self._visit, feed, walk, place.setting.requests_per_day)
        try:
            await self._follow(feed, place, get)
        except NotNow as wait:
            await asyncio.to_thread(self._put_off, get, wait.reason, wait.detail, wait.until, failed=False)
        except DatelineError:
            raise
        except Exception as error:  # noqa: BLE001  # one place must not hold up the others
            _log.exception("discover_fault", place=walk.place, source=feed.source.domain)
            detail = f"{type(error).__name__}: {error}"
            if walk.tries + 1 < MOST_TRIES:
                until = context.clock() + backfills.wait_of(walk)
                await asyncio.to_thread(self._put_off, get, "discover_fault", detail, until)
                return
            last = Step(
                None, failures=1, requests=self._uncounted(get), reason="discover_fault", detail=detail
            )
            await asyncio.to_thread(self._advance, last)

    async def _follow(self, feed: PlaceFeed, place: Place, get: Documents) -> None:
        assert place.discover
        walk, tries = self._walk, self._walk.tries
        window = Window(walk.since, walk.until)
        documents = place.discover(feed.source, window, get, cursor=walk.cursor)
        async for listed in documents:
            failure = listed.failure
            if failure and failure.kind == "transient" and tries + 1 < MOST_TRIES:
                wait = timedelta(seconds=failure.retry_after_seconds or 0)
                until = self._context.clock() + max(wait, backfills.wait_of(replace(walk, tries=tries)))
                await asyncio.to_thread(self._put_off, get, failure.reason, failure.detail, until)
                return
            await asyncio.to_thread(self._enter, feed, listed, get)
            self._progress("document", 1)
            tries = 0
            if listed.cursor is None:
                return
        await asyncio.to_thread(self._advance, Step(None, requests=self._uncounted(get)))

    def _prepared(self) -> tuple[PlaceFeed, Place] | None:
        walk = self._walk
        with transaction(self._context.engine) as connection:
            source = sources(connection, every=True, only={walk.source_id})[walk.source_id]
            place = named_places(source).get(walk.place)
            if place is None or place.discover is None:
                return None
            feed_id = place_feed(connection, walk.source_id, source.domain, place.setting.via)
        return PlaceFeed(feed_id, walk.source_id, source), place

    def _enter(self, feed: PlaceFeed, listed: Listed, get: Documents) -> None:
        requests = self._uncounted(get)
        if listed.failure:
            self._advance(_passed_over(listed, listed.failure, requests))
            return
        try:
            self._enter_found(feed, listed, get, requests)
        except WarehouseRefused as error:
            _log.exception("enter_fault", url=listed.url)
            refused = Failure(listed.url, "permanent", "enter_fault", str(error))
            self._advance(_passed_over(listed, refused, requests))

    def _enter_found(self, feed: PlaceFeed, listed: Listed, get: Documents, requests: int) -> None:
        document = get.received(listed.url)
        entries = [found.entry for found in listed.found]
        with transaction(self._context.engine) as connection:
            new = enter(connection, feed, document, entries)
            note_copies(connection, feed.feed_id, _copies(listed))
            step = Step(
                listed.cursor,
                documents=1,
                found=len(listed.found),
                outside=listed.outside,
                new=new,
                requests=requests,
            )
            # In one transaction with its entries: whoever goes on after it has them.
            backfills.advance(connection, self._walk, step, self._context.clock())

    def _advance(self, step: Step) -> None:
        with transaction(self._context.engine) as connection:
            backfills.advance(connection, self._walk, step, self._context.clock())

    def _put_off(
        self, get: Documents, reason: str, detail: str, until: datetime, *, failed: bool = True
    ) -> None:
        requests = self._uncounted(get)
        with transaction(self._context.engine) as connection:
            backfills.put_off(connection, self._walk, reason, detail, until, requests=requests, failed=failed)

    def _uncounted(self, get: Documents) -> int:
        more, self._counted = get.asked - self._counted, get.asked
        return more


def _passed_over(listed: Listed, failure: Failure, requests: int) -> Step:
    """The step over a document that cannot be read. One that there is not is no failure: not every site has a sitemap."""
    is_absent = failure.status in {404, 410}
    return Step(
        listed.cursor,
        failures=0 if is_absent else 1,
        requests=requests,
        reason=failure.reason,
        detail=f"{listed.url}: {failure.detail}",
    )


def _copies(listed: Listed) -> dict[str, list[dict[str, str]]]:
    return {
        found.entry.key: [
            {"url": copy.url, "captured_at": copy.captured_at.isoformat(), "archive": copy.archive}
            for copy in found.copies
        ]
        for found in listed.found
        if found.copies
    }


__all__ = ["named_places", "walk_all"]
