"""News WARCs of others as a source of the past: their captures go into our archive, and into the ledger as fetched."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.errors import SettingsError
from pipeline.flow.capturing import PLACE, Finder, House, archived
from pipeline.flow.context import Context
from pipeline.flow.polling import Progress, silent
from pipeline.flow.workers import spread
from pipeline.history.found import Window
from pipeline.history.newswarc import Capture, read
from pipeline.history.warclist import files, may_hold
from pipeline.records import Failure
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.places import place_feed
from pipeline.warehouse.registry import sources
from pipeline.warehouse.warcfiles import (
    Reading,
    WarcFile,
    enter_captures,
    reading_of,
    record_reading,
)

AT_ONCE = 64
"""Captures entered in one transaction."""
AT_ONCE_BYTES = 16_000_000
_QUIET_RECORDS = 20_000
"""Records of others, after which it is kept how far the file has been read."""


@dataclass(slots=True)
class WarcReport:
    """What the files held."""

    files: int = 0
    """Looked into, now or before."""
    records: int = 0
    """Pages of these publishers captured in the window."""
    entered: int = 0
    """Those that the ledger did not know: ``ingest_pending`` loads them."""
    known: int = 0
    outside: int = 0
    """Pages of these publishers captured at another time."""
    skipped: Counter[str] = field(default_factory=Counter)
    """What was passed over, by reason; of broken records it is not known whose they are."""
    failures: list[Failure] = field(default_factory=list)
    """Locations and files that cannot be opened, or not be read to their end."""


class FileOf(NamedTuple):
    """A file to be read, and for whom."""

    file: str
    window: Window
    houses: tuple[House, ...]


def enter_warcs(
    context: Context,
    window: Window,
    locations: Sequence[str],
    *,
    only: Collection[str] = (),
    jobs: int = 1,
    progress: Progress = silent,
) -> WarcReport:
    """Enters the pages of registered publishers that news WARCs captured in the window.

    It goes on where it was stopped, in the middle of a file, and what was read before is not read again. A
    file that cannot be read is a line of the report.

    Args:
        context: the warehouse and the archive.
        window: of captures; the date of a story shows only when it is loaded.
        locations: files, patterns, folders, addresses for fsspec, lists of paths.
        only: domains of publishers; empty: all that are registered.
        jobs: processes, each with a file at a time.
        progress: told of ``warc``, with the entries of each file.
    """
    report = WarcReport()
    with transaction(context.engine) as connection:
        houses = tuple(
            sorted(
                House(source_id, source.domain)
                for source_id, source in sources(connection).items()
                if not only or source.domain in only
            )
        )
    pieces = [FileOf(file, window, houses) for file in _files(locations, window, report)]
    for one, (reading, failure) in zip(pieces, spread(context, read_file, pieces, jobs), strict=True):
        report.files += 1
        report.records += reading.records
        report.entered += reading.entered
        report.outside += reading.skipped["outside"]
        report.skipped += Counter({name: n for name, n in reading.skipped.items() if name != "outside"})
        if failure or reading.fault:
            report.failures.append(failure or Failure(one.file, "permanent", reading.fault or ""))
        progress("warc", reading.entered)
    report.known = report.records - report.entered
    return report


def read_file(context: Context, one: FileOf) -> tuple[Reading, Failure | None]:
    """How far a file has been read after this, and why no further where it is not its end."""
    key = WarcFile(one.file, one.window.since, one.window.until, _digest(one.houses))
    with transaction(context.engine) as connection:
        reading = reading_of(connection, key)
    if reading.is_done:
        return reading, None
    finder = Finder(one.houses)
    batch: list[Capture] = []
    quiet = size = 0
    steps = read(
        one.file,
        is_known=finder.is_known,
        window=one.window,
        at=reading.next_offset,
        most_bytes=context.settings.page_max_bytes,
    )
    try:
        for step in steps:
            reading.next_offset = step.next_offset
            if step.skipped:
                reading.skipped[step.skipped] += 1
            if step.is_end:
                reading.fault = step.skipped
            if step.capture:
                batch.append(step.capture)
                size += len(step.capture.response.body)
            quiet += 1
            if len(batch) >= AT_ONCE or size >= AT_ONCE_BYTES or quiet >= _QUIET_RECORDS:
                _enter(context, key, reading, batch, finder)
                batch, quiet, size = [], 0, 0
    except OSError as error:
        return reading, Failure(one.file, "transient", "unreadable", f"{type(error).__name__}: {error}")
    reading.is_done = True
    _enter(context, key, reading, batch, finder)
    return reading, None


def _files(locations: Sequence[str], window: Window, report: WarcReport) -> list[str]:
    found: dict[str, None] = {}
    for location in locations:
        try:
            found |= dict.fromkeys(file for file in files(location) if may_hold(file, window))
        except SettingsError as error:
            report.failures.append(Failure(location, "permanent", "unreadable", str(error)))
        except OSError as error:
            words = f"{type(error).__name__}: {error}"
            report.failures.append(Failure(location, "transient", "unreadable", words))
    return list(found)


def _enter(
    context: Context, key: WarcFile, reading: Reading, batch: Sequence[Capture], finder: Finder
) -> None:
    """Archives and enters a batch, and keeps how far the file has been read, in one transaction."""
    reading.records += len(batch)
    feeds = _feeds(context, batch, finder)
    captures = archived(context, key.file, batch, finder, feeds) if batch else []
    with transaction(context.engine) as connection:
        reading.entered += enter_captures(connection, captures)
        record_reading(connection, key, reading, context.clock())


def _feeds(context: Context, batch: Sequence[Capture], finder: Finder) -> Mapping[House, uuid.UUID]:
    houses = {finder.house_of(one) for one in batch}
    with transaction(context.engine) as connection:
        return {
            house: place_feed(connection, house.source_id, house.domain, PLACE) for house in sorted(houses)
        }


def _digest(houses: Sequence[House]) -> str:
    return hashlib.sha256("\n".join(house.domain for house in houses).encode()).hexdigest()
