"""Stories erased: rows first, then the bytes; and what of the archive's tombstones a new warehouse has to know."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from pipeline.flow.context import Context
from pipeline.poll import parse_feed
from pipeline.records import ArchiveRef, Response
from pipeline.warehouse import archived, erased, erasing
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.erased import Listing, Tombstone
from pipeline.warehouse.erasing import Erasure
from pipeline.warehouse.tombstones import digest_of, marks_of

KIND = "tombstone"
"""Of the archive's segments that hold nothing but tombstones."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What was done to the archive."""

    blanked: int
    """Responses that were overwritten."""
    is_whole: bool
    """False: another command works on the archive's files; the bytes are still there."""


def erase_story(context: Context, story: uuid.UUID, why: str | None) -> Erasure | None:
    """Erases a story from the warehouse; ``finish`` does the same to the archive. None: it is no more."""
    with transaction(context.engine) as connection:
        return erasing.erase(connection, story, why, context.clock())


def finish(context: Context) -> Finished:
    """Puts the tombstones into the archive, and overwrites whatever it still has of pages of erased stories.

    Again it does nothing. What a worker brings that was under way at the time of an erasure is found by the next one.

    Raises:
        ArchiveDamaged: something else lies where a page is said to be.
        ArchiveAway: the archive does not answer.
    """
    _archive_tombstones(context)
    with archived.alone(context.engine) as is_ours:
        if not is_ours:
            return Finished(0, is_whole=False)
        with transaction(context.engine) as connection:
            left = erased.places_left(connection)
        blanked = context.archive.blank((ref for ref in left.values() if ref), now=context.clock())
        with transaction(context.engine) as connection:
            erased.forget(connection, left)
    return Finished(blanked, is_whole=True)


def erase_documents(context: Context, story: uuid.UUID) -> Finished:
    """Overwrites the feed documents that list an erased story, whole: what else they list stays in the warehouse alone.

    A feed that lists it still gives the next one. Again, it does what is new.

    Raises:
        ArchiveDamaged, ArchiveAway: as for ``finish``.
    """
    with transaction(context.engine) as connection:
        source, digests = erased.digests_of(connection, story)
        documents = erased.listings(connection, source)
    with archived.alone(context.engine) as is_ours:
        if not is_ours:
            return Finished(0, is_whole=False)
        places = [
            one.place
            for _, same in groupby(documents, key=lambda one: (one.feed_id, one.place.digest))
            for group in [list(same)]
            if _lists(context, group[0], source, digests)
            for one in group
        ]
        blanked = context.archive.blank(places, now=context.clock())
        with transaction(context.engine) as connection:
            erased.forget_documents(connection, places)
    return Finished(blanked, is_whole=True)


def _lists(context: Context, one: Listing, source: uuid.UUID, digests: frozenset[str]) -> bool:
    if context.archive.is_blank(one.place):
        return True  # an earlier run was stopped before the rows had followed
    page = context.archive.read(one.place)
    entries = parse_feed(page.body, url=page.final_url, headers=page.headers).entries
    marks = (mark for entry in entries for mark in marks_of(source, one.feed_id, entry.key, entry))
    return any(digest_of(mark) in digests for mark in marks)


def restore_tombstones(context: Context) -> int:
    """Enters the archive's tombstones into a warehouse that does not know them; how many were new.

    Called before a warehouse is built again from the archive; the publishers are registered by then.
    """
    restored = 0
    names = (file.name for file in context.archive.files())
    days = {name[:10] for name in names if name.rpartition("/")[2].startswith(f"{KIND}-")}
    for day in sorted(days):
        since = datetime.strptime(day, "%Y/%m/%d").replace(tzinfo=UTC)
        for ref, response in context.archive.scan(KIND, since, since + timedelta(days=1)):
            with transaction(context.engine) as connection:
                restored += erased.restore(connection, _tombstone(response.body), ref)
    return restored


def _archive_tombstones(context: Context) -> None:
    with transaction(context.engine) as connection:
        waiting = erased.unarchived(connection)
    if not waiting:
        return
    places: dict[uuid.UUID, ArchiveRef] = {}
    with context.archive.segment(KIND, context.clock()) as segment:
        for one in waiting:
            places[one.story_id] = segment.append(_response(one, context.clock()))
    with transaction(context.engine) as connection:
        for story, place in sorted(places.items()):
            erased.set_place(connection, story, place)


def _response(tombstone: Tombstone, at: datetime) -> Response:
    url = f"urn:dateline:tombstone:{tombstone.story_id}"
    body = json.dumps(asdict(tombstone), default=str).encode()
    return Response(url, url, 200, {"content-type": "application/json"}, body, at)


def _tombstone(body: bytes) -> Tombstone:
    told: dict[str, Any] = json.loads(body)
    return Tombstone(
        story_id=uuid.UUID(told["story_id"]),
        source_id=uuid.UUID(told["source_id"]),
        erased_at=datetime.fromisoformat(told["erased_at"]),
        why=told["why"],
        digests=tuple(told["digests"]),
    )
