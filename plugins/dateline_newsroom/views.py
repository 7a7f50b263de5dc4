"""The routes: a question to the warehouse each, and the page that shows its answer."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dateline_newsroom import charts
from dateline_newsroom.render import base, page
from dateline_newsroom.security import is_own_form
from dateline_newsroom.words import ALARM_WORDS
from dateline_newsroom.worldmap import Spot, world_map
from pipeline.warehouse import (
    pages,
    pages_alarms,
    pages_feeds,
    pages_history,
    pages_ledger,
    pages_stories,
)
from pipeline.warehouse.engine import Engine, transaction

CENSUS_SECONDS = 60
"""The whole ledger is counted at most so often, however many look on."""
_MOST_PAGES = 100_000
_WELL = ("healthy", "new", "off")
_LATE = timedelta(minutes=6)
"""Longer than a watcher ever waits between two rounds: beyond it none is at work, or each of its rounds fails."""
_AILING = 5
"""Feeds to look at that the overview names: the rest are a click away."""


class Desk:
    """What the routes share: the warehouse, the clock, and the last count of the ledger."""

    def __init__(self, warehouse: Callable[[], Engine], clock: Callable[[], datetime]) -> None:
        self.warehouse, self.now = warehouse, clock
        self._counting = threading.Lock()
        self._census: pages_ledger.Census | None = None

    def ask(self, question: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """The answer to one question, in a transaction of its own."""
        with pages.reading(self.warehouse()) as connection:
            return question(connection, *arguments, **named)

    def census(self) -> pages_ledger.Census:
        """The ledger as counted within the last minute; who comes while it is counted waits for that count."""
        with self._counting:
            now = self.now()
            last = self._census
            if last is None or not timedelta() <= now - last.counted_at < timedelta(seconds=CENSUS_SECONDS):
                last = self._census = self.ask(pages_ledger.census, now)
            return last

    def recount(self) -> None:
        """Forgets the last count: the ledger was changed from here."""
        with self._counting:
            self._census = None


def routes(desk: Desk, may_write: Callable[..., Any]) -> APIRouter:
    """All routes; those that change something are behind ``may_write`` and take their own forms alone."""
    router = APIRouter(default_response_class=HTMLResponse)
    _add_overview(router, desk)
    _add_feeds(router, desk)
    _add_alarms(router, desk)
    _add_stories(router, desk)
    _add_ledger(router, desk, may_write)
    return router


def _add_overview(router: APIRouter, desk: Desk) -> None:
    @router.get("/")
    def overview(request: Request) -> str:
        now = desk.now()
        told: pages.Overview = desk.ask(pages.overview, now)
        hours = [
            told.since + timedelta(hours=n) for n in range((told.until - told.since) // timedelta(hours=1))
        ]
        feeds: pages_feeds.FeedList = desk.ask(pages_feeds.feed_list, pages_feeds.Choice(), now)
        rows = charts.series({(one.hour, one.source): one.stories for one in told.hours}, hours)
        spots = [Spot(one.name, one.lat, one.lon, one.stories) for one in told.places]
        return page(
            request,
            "overview.html",
            now=now,
            told=told,
            rows=rows,
            hours=hours,
            chart=charts.stacked_hours(rows, hours, title="Stories by hour of publication and publisher"),
            map=world_map(spots, title="Where the stories of the last 48 hours were filed"),
            census=desk.census(),
            health=feeds.by_health,
            LATE=_LATE,
            alarms=desk.ask(pages_alarms.alarm_list, pages_alarms.Choice(), now),
            ailing=[feed for feed in feeds.feeds if feed.health not in _WELL][:_AILING],
        )

    @router.get("/history")
    def history(request: Request) -> str:
        now = desk.now()
        return page(request, "history.html", now=now, told=desk.ask(pages_history.history, now))


def _add_feeds(router: APIRouter, desk: Desk) -> None:
    @router.get("/feeds")
    def feeds(  # noqa: PLR0917 - each is a parameter of the address
        request: Request,
        health: str = "",
        q: Annotated[str, Query(max_length=200)] = "",
        sort: str = "health",
        order: Literal["asc", "desc"] = "asc",
        page_number: Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES)] = 1,
    ) -> str:
        choice = pages_feeds.Choice(
            health=health if health in pages_feeds.HEALTHS else None,
            words=q.strip(),
            sort=sort if sort in pages_feeds.SORTS else "health",
            direction=order,
            page=page_number,
        )
        now = desk.now()
        told = desk.ask(pages_feeds.feed_list, choice, now)
        return page(request, "feeds.html", now=now, told=told, choice=choice)

    @router.get("/feeds/{feed_id}")
    def feed(request: Request, feed_id: uuid.UUID) -> str:
        now = desk.now()
        found = desk.ask(pages_feeds.feed_with_polls, feed_id, now)
        if found is None:
            raise HTTPException(404, "There is no such feed.")
        count = next((one for one in desk.census().feeds if one.feed == found[0].url), None)
        alarms = desk.ask(pages_alarms.alarms_of_feed, feed_id, now)
        return page(request, "feed.html", now=now, feed=found[0], polls=found[1], count=count, alarms=alarms)


def _add_alarms(router: APIRouter, desk: Desk) -> None:
    @router.get("/alarms")
    def alarms(
        request: Request,
        kind: str = "",
        q: Annotated[str, Query(max_length=200)] = "",
        over: bool = False,
        page_number: Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES)] = 1,
    ) -> str:
        choice = pages_alarms.Choice(
            kind=kind if kind in ALARM_WORDS else None, words=q.strip(), is_over=over, page=page_number
        )
        now = desk.now()
        told = desk.ask(pages_alarms.alarm_list, choice, now)
        is_last = len(told.alarms) < pages_alarms.PAGE
        return page(request, "alarms.html", now=now, told=told, choice=choice, is_last=is_last)


def _add_stories(router: APIRouter, desk: Desk) -> None:
    @router.get("/stories")
    def stories(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        before: Annotated[str, Query(max_length=100)] = "",
        live: bool = True,
    ) -> str:
        words, after = q.strip(), _cursor(before)
        cards = desk.ask(pages_stories.latest, words=words, after=after)
        return page(
            request,
            "stories.html",
            now=desk.now(),
            words=words,
            cards=cards,
            is_first=after is None,
            is_live=live and after is None,
            more=_cursor_of(cards),
        )

    @router.get("/stories/{story_id}")
    def story(request: Request, story_id: uuid.UUID) -> str:
        found = desk.ask(pages_stories.story, story_id)
        if found is None:
            raise HTTPException(404, "There is no such story.")
        return page(request, "story.html", now=desk.now(), story=found)


def _add_ledger(router: APIRouter, desk: Desk, may_write: Callable[..., Any]) -> None:
    @router.get("/ledger")
    def ledger(
        request: Request,
        reason: Annotated[str, Query(max_length=100)] = "",
        page_number: Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES)] = 1,
        retried: Annotated[int | None, Query(ge=0)] = None,
    ) -> str:
        now = desk.now()
        rejected = desk.ask(pages_ledger.rejected, reason or None, page_number)
        return page(
            request,
            "ledger.html",
            now=now,
            census=desk.census(),
            rejected=rejected,
            reason=reason,
            page_number=page_number,
            is_last=len(rejected) < pages_ledger.PAGE,
            retried=retried,
        )

    @router.post("/ledger/retry", dependencies=[Depends(may_write)])
    def retry(
        request: Request,
        before: Annotated[datetime, Form()],
        reason: Annotated[str, Form(max_length=100)] = "",
        feed_id: Annotated[uuid.UUID | None, Form()] = None,
        entry_key: Annotated[str | None, Form()] = None,
    ) -> RedirectResponse:
        if not is_own_form(request.headers):
            raise HTTPException(403, "This form was not sent from the newsroom's own page.")
        wanted = pages_ledger.Wanted(before, reason or None, feed_id, entry_key)
        with transaction(desk.warehouse()) as connection:
            count = pages_ledger.retry(connection, wanted)
        desk.recount()
        # 303: a reload shows the page again and does not send the form again.
        return RedirectResponse(f"{base(request)}/ledger?retried={count}", status_code=303)


def _cursor(text: str) -> tuple[datetime, uuid.UUID] | None:
    """Where the page before ended; None for what is no such mark."""
    moment, _, story = text.partition("_")
    try:
        at, number = datetime.fromisoformat(moment), uuid.UUID(story)
    except ValueError:
        return None
    return (at, number) if at.tzinfo else None


def _cursor_of(cards: tuple[pages_stories.Card, ...]) -> str | None:
    """The mark of the next page; None: this is the last."""
    if len(cards) < pages_stories.PAGE:
        return None
    return f"{cards[-1].first_seen_at.isoformat()}_{cards[-1].story_id}"
