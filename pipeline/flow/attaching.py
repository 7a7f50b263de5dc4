"""Archived pages, and notes of why others failed, put to the entries of the ledger that they were asked for."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from pipeline.dedup import EntryId
from pipeline.errors import ArchiveDamaged
from pipeline.fetch import Archive
from pipeline.fetch.archive import Told
from pipeline.flow.capturing import PLACE, capture_entry
from pipeline.flow.context import Context
from pipeline.flow.keeping import FAILURES, failure_of
from pipeline.records import ArchiveRef, Failure
from pipeline.warehouse import ledger
from pipeline.warehouse.engine import Connection, transaction
from pipeline.warehouse.places import place_feed
from pipeline.warehouse.registry import sources
from pipeline.warehouse.remaking import claims_of, known_fetches
from pipeline.warehouse.warcfiles import Captured, enter_captures

AT_ONCE = 200
"""Answers put to their entries in one transaction."""
_WAITS = ("discovered", "waiting")


class Day(NamedTuple):
    """The files of one day, of pages and of failures."""

    day: date
    pages: tuple[str, ...]
    failures: tuple[str, ...]


class Failed(NamedTuple):
    """A request that gave no page."""

    at: datetime
    failure: Failure
    archived: ArchiveRef | None = None
    """The page that refused, where there was one."""


@dataclass(slots=True)
class Attached:
    """What was put to entries."""

    pages: int = 0
    failures: int = 0
    unknown: int = 0
    """Pages of entries that no archived feed document has, or that were archived without saying whose they are."""
    refusals: int = 0
    """Pages that refused, of a time when failures were not noted."""
    damaged: set[str] = field(default_factory=set)
    """Files that cannot be read to their end, with the reason."""


def days_of(archive: Archive) -> list[Day]:
    """The days of which the archive has anything, in their order."""
    found: dict[date, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for name in archive.names("feed"):
        found[_day(name)]
    for name in archive.names("page"):
        found[_day(name)][0].append(name)
    for name in archive.names(FAILURES):
        found[_day(name)][1].append(name)
    return [Day(day, tuple(pages), tuple(failures)) for day, (pages, failures) in sorted(found.items())]


def attach_day(context: Context, day: Day, attached: Attached) -> bool:
    """Puts a day's first answers to their entries; True where there are second looks besides, or what may be one."""
    failing = failures_of(context.archive, day, attached.damaged)
    looks = False
    for name in day.pages:
        for part in parts(told(context.archive, name, attached.damaged)):
            looks |= _attach(context, part, failing, attached)
    with transaction(context.engine) as connection:
        for entry in sorted(failing):
            looks |= _fail(connection, entry, failing[entry], attached)
    return looks


def failures_of(archive: Archive, day: Day, damaged: set[str]) -> dict[EntryId, list[Failed]]:
    """By entry: the requests of a day that gave no page, in their order."""
    found: dict[EntryId, list[Failed]] = defaultdict(list)
    for name in day.failures:
        try:
            for note in archive.notes(name):
                entry = (uuid.UUID(note.said["feed_id"]), note.said["entry_key"])
                found[entry].append(Failed(note.at, failure_of(note)))
        except ArchiveDamaged as error:
            damaged.add(str(error))
    return {entry: sorted(many, key=lambda one: one.at) for entry, many in found.items()}


def told(archive: Archive, name: str, damaged: set[str]) -> Iterator[Told]:
    """The responses of a file as far as it can be read."""
    try:
        yield from archive.walk(name)
    except ArchiveDamaged as error:
        damaged.add(str(error))


def parts(many: Iterable[Told]) -> Iterator[list[Told]]:
    """Several responses at a time."""
    part: list[Told] = []
    for one in many:
        part.append(one)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def entry_of(one: Told) -> EntryId | None:
    """The entry that a page was asked for; None: it does not say."""
    about = one.about
    if "feed_id" not in about or "entry_key" not in about:
        return None
    return uuid.UUID(about["feed_id"]), about["entry_key"]


def take_refusal(failing: dict[EntryId, list[Failed]], entry: EntryId, one: Told) -> bool:
    """Whether a page is one that refused; the failure then knows where it lies."""
    for at, failed in enumerate(failing.get(entry, ())):
        if failed.at == one.response.fetched_at:
            failing[entry][at] = failed._replace(archived=one.ref)
            return True
    return False


def _attach(
    context: Context, part: Sequence[Told], failing: dict[EntryId, list[Failed]], attached: Attached
) -> bool:
    entries = {entry for one in part if (entry := entry_of(one))}
    looks, captures = False, list[Captured]()
    with transaction(context.engine) as connection:
        houses = {source.domain: source_id for source_id, source in sources(connection, every=True).items()}
        claims = claims_of(connection, entries)
        known = known_fetches(connection, entries)
        for one in part:
            entry, at = entry_of(one), one.response.fetched_at
            if entry is None or entry not in claims:
                captures += [found] if (found := _captured(connection, one, houses)) else []
                attached.unknown += found is None
            elif take_refusal(failing, entry, one) or (*entry, at) in known:
                continue
            elif one.response.status >= 400:
                attached.refusals += 1
            else:
                earlier = [failed for failed in failing.get(entry, ()) if failed.at < at]
                if earlier:
                    _fail(connection, entry, earlier, attached)
                    failing[entry] = [failed for failed in failing[entry] if failed.at >= at]
                    claims |= claims_of(connection, [entry])
                claim, state = claims[entry]
                if state not in _WAITS:
                    looks = True
                    continue
                ledger.record_fetch(connection, claim, one.response, one.ref, at)
                claims[entry] = (replace(claim, tries=claim.tries + 1), "fetched")
                attached.pages += 1
        attached.pages += enter_captures(connection, captures)
    return looks


def _captured(connection: Connection, one: Told, houses: Mapping[str, uuid.UUID]) -> Captured | None:
    """A page that came from a news WARC, which is an entry by itself; None: it is no such, or of nobody we know."""
    about, response = one.about, one.response
    source_id = houses.get(about.get("publisher", ""))
    if "warc_record" not in about or source_id is None:
        return None
    entry = capture_entry(response.final_url, response.fetched_at)
    copy = {"url": about["copy_url"], "archive": about["archived_by"]}
    feed_id = place_feed(connection, source_id, about["publisher"], PLACE)
    return Captured(feed_id, source_id, entry, response, one.ref, copy)


def _fail(connection: Connection, entry: EntryId, failed: Sequence[Failed], attached: Attached) -> bool:
    """Records what became of requests that gave no page; True where one of them was a second look."""
    known = known_fetches(connection, [entry])
    looks = False
    for one in failed:
        found = claims_of(connection, [entry]).get(entry)
        if found is None or (*entry, one.at) in known:
            continue
        claim, state = found
        if state not in _WAITS:
            looks = True
            continue
        ledger.record_fetch(connection, claim, one.failure, one.archived, one.at)
        attached.failures += 1
    return looks


def _day(name: str) -> date:
    return date.fromisoformat("-".join(name.split("/")[:3]))
