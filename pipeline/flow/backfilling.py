"""A window of the past: every place that may still list its stories is walked, and what it lists enters the ledger.

The interval decides, never the clock. Walks are rows of ``ops.backfill``: claimed by workers, gone on with after the
last document that was entered, whoever was interrupted. ``ingest_pending`` then loads what was found.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.fetch.loop import run
from pipeline.flow.context import Context
from pipeline.flow.polling import PollLine, Progress, silent
from pipeline.flow.walking import ARCHIVE, WARCS, named_places, walk_all
from pipeline.flow.warcs import WarcReport, enter_warcs
from pipeline.flow.window import enter_window
from pipeline.history.found import Window
from pipeline.warehouse import backfills, schema
from pipeline.warehouse.backfills import MOST_TRIES, Line, Planned, Scope, Step, Walk
from pipeline.warehouse.engine import Connection, transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.registry import sources

DOORS = ("feed_pages", "sitemap", "archive_pages")
"""The publisher's own places, with which a day's feeds are compared: no archive has that day yet."""


@dataclass(slots=True)
class BackfillReport:
    """What a run over a scope did, and what it leaves."""

    documents: int = 0
    found: int = 0
    outside: int = 0
    new: int = 0
    requests: int = 0
    failures: int = 0
    open: int = 0
    """Walks that others have in hand, or that have to wait."""
    waiting_until: datetime | None = None
    """When the first of those that wait may go on; None: none waits."""
    faults: list[str] = field(default_factory=list)
    """Each place that failed or waits, in words."""


def backfill_window(
    context: Context, scope: Scope, *, again: bool = False, progress: Progress = silent
) -> BackfillReport:
    """Walks the places of the publishers in ``scope`` for its window; without one, what is unfinished of all windows.

    What is done is not walked again, unless it was done before the window's end, or ``again`` is True. A place
    that has to wait is told, and not waited for. Several processes may work on one window.

    Raises:
        SchemaMismatch: the warehouse is not at this code's revision.
        ArchiveDamaged: a segment of our archive cannot be read to its end.
        WarehouseDown, ArchiveAway: one of them does not answer; what was entered stays so.
    """
    schema.check(context.engine)
    # Of all windows there may be many walks that are done.
    began = None if scope.since is not None else context.clock()
    with transaction(context.engine) as connection:
        if scope.since is not None and scope.until is not None:
            # Of this share only: what another has in hand it may have to begin anew.
            known = sources(connection, only=backfills.publishers(connection, scope))
            walks = [
                Planned(source_id, name, position)
                for source_id, source in known.items()
                for position, (name, place) in enumerate(named_places(source).items())
                if not scope.places or place.setting.via in scope.places
            ]
            backfills.plan(connection, scope.since, scope.until, walks, again=again)
        before = backfills.lines(connection, scope, open_since=began)
    progress("walks", len(before))
    progress("walk", sum(line.state in {"done", "failed"} for line in before))
    _enter_archive(context, scope, progress)
    _enter_warcs(context, scope, progress)
    publishers = {line.domain for line in before if line.state not in {"done", "failed"}}
    lanes = min(context.settings.concurrency, len(publishers))
    if lanes:
        with worker(context.engine) as number:
            run(walk_all(context, scope, number, lanes=lanes, progress=progress))
    with transaction(context.engine) as connection:
        return report_of(backfills.lines(connection, scope, open_since=began), before)


def known_places(context: Context) -> tuple[set[str], set[str]]:
    """The domains of the registered publishers, and the kinds of places that they have."""
    with transaction(context.engine) as connection:
        known = sources(connection).values()
    kinds = {place.setting.via for source in known for place in named_places(source).values()}
    return {source.domain for source in known}, set(kinds)


def report_of(after: Sequence[Line], before: Sequence[Line]) -> BackfillReport:
    """The sum of the walks, less what they had come to before."""
    report = BackfillReport()
    past = {(line.since, line.until, line.domain, line.place): line for line in before}
    for line in after:
        was = past.get((line.since, line.until, line.domain, line.place))
        if was is None:
            continue
        for name in ("documents", "found", "outside", "new", "requests", "failures"):
            grown = getattr(line, name) - getattr(was, name)
            setattr(report, name, getattr(report, name) + grown)
        if line.state not in {"done", "failed"}:
            report.open += 1
        if line.waiting_until:
            report.waiting_until = min(line.waiting_until, report.waiting_until or line.waiting_until)
        if line.state in {"waiting", "failed"}:
            until = f" until {line.waiting_until:%Y-%m-%d %H:%M}Z" if line.waiting_until else ""
            report.faults.append(
                f"{line.domain} {line.place}: {line.state}{until}, {line.reason}: {line.detail or ''}"
            )
    return report


def _enter_archive(context: Context, scope: Scope, progress: Progress) -> None:
    """Our own archive, of all publishers at once: its files hold those of many."""
    for (since, until), walks, domains in _together(context, scope, ARCHIVE):
        lines = enter_window(
            context, since, until, shard=scope.shard, of=scope.of, only=domains.values(), progress=progress
        )
        by_domain: dict[str, list[PollLine]] = defaultdict(list)
        for line in lines:
            by_domain[line.domain].append(line)
        with transaction(context.engine) as connection:
            for walk in walks:
                mine = by_domain[domains[walk.source_id]]
                new = sum(line.new for line in mine)
                step = Step(None, documents=len(mine), found=sum(line.entries for line in mine), new=new)
                backfills.advance(connection, walk, step, context.clock())
        progress("walk", len(walks))


def _enter_warcs(context: Context, scope: Scope, progress: Progress) -> None:
    """News WARCs, of all publishers at once: a file holds the pages of thousands, and is read once."""
    for (since, until), walks, domains in _together(context, scope, WARCS):
        with transaction(context.engine) as connection:
            known = sources(connection)
        by_location: dict[str, list[Walk]] = defaultdict(list)
        for walk in walks:
            place = named_places(known[walk.source_id]).get(walk.place)
            by_location[(place.setting.location if place else None) or ""].append(walk)
        for location, sharing in sorted(by_location.items()):
            only = [domains[walk.source_id] for walk in sharing]
            told = enter_warcs(context, Window(since, until), [location], only=only, progress=progress)
            with transaction(context.engine) as connection:
                for number, walk in enumerate(sharing):
                    # What was found of them together is counted once.
                    counted = told if number == 0 else replace(told, entered=0, known=0, outside=0)
                    _end_warcs(connection, walk, counted, context.clock())
            progress("walk", len(sharing))


def _end_warcs(connection: Connection, walk: Walk, told: WarcReport, now: datetime) -> None:
    """Ends a walk through WARC files; where one could not be read for now, it waits, and goes on in its midst."""
    passing = next((one for one in told.failures if one.kind == "transient"), None)
    if passing and walk.tries + 1 < MOST_TRIES:
        until = now + backfills.wait_of(walk)
        backfills.put_off(connection, walk, passing.reason, passing.detail, until)
        return
    first = next(iter(told.failures), None)
    reason, detail = (first.reason, first.detail) if first else (None, None)
    step = Step(
        None,
        documents=told.files,
        found=told.entered + told.known,
        outside=told.outside,
        new=told.entered,
        failures=len(told.failures),
        reason=reason,
        detail=detail,
    )
    backfills.advance(connection, walk, step, now)


Together = tuple[tuple[datetime, datetime], list[Walk], dict[uuid.UUID, str]]


def _together(context: Context, scope: Scope, place: str) -> list[Together]:
    """By window: its open walks of one kind, and the domains of their publishers by id."""
    with transaction(context.engine) as connection:
        found = backfills.open_walks(connection, scope, place, context.clock())
        known = sources(connection, only={walk.source_id for walk in found}) if found else {}
    windows: dict[tuple[datetime, datetime], list[Walk]] = defaultdict(list)
    for walk in found:
        windows[walk.since, walk.until].append(walk)
    return [
        (window, walks, {walk.source_id: known[walk.source_id].domain for walk in walks})
        for window, walks in windows.items()
    ]
