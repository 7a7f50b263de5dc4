"""Every body received, in WARC segments below one folder or object-store prefix.

A segment is one claimed batch. It is written under a temporary name and gets its real one, whole,
when the batch is done: only then may the places that it handed out be stored anywhere. A crash
before leaves at most a temporary file to which nothing refers. Large files come from a later
compaction.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from pipeline.fetch import blanking, checking, compaction, warc
from pipeline.fetch.checking import Finding, Reference, Scope, Tally
from pipeline.fetch.compaction import Joined, Joining, Repoint
from pipeline.fetch.location import LONGEST_BATCH, Draft, File, Location, day_folder, folder_of, is_day
from pipeline.fetch.reading import SEGMENT, Move, Reader
from pipeline.fetch.segment import Segment
from pipeline.fetch.warcwriting import write_info, write_note
from pipeline.records import ArchiveRef, Response

_KIND = re.compile(r"[a-z]+")
_EVERYTHING = Scope()


class Told(NamedTuple):
    """A response as it was archived."""

    ref: ArchiveRef
    response: Response
    about: Mapping[str, str]
    """What was known of it besides, such as its feed and entry; empty: nothing was."""


class Note(NamedTuple):
    """What is remembered of a request that gave no bytes."""

    url: str
    at: datetime
    said: Mapping[str, Any]


class Archive:
    """Reads and writes segments at ``location``, a folder or an fsspec URL (``s3://bucket/prefix``)."""

    def __init__(self, location: str) -> None:
        self.location = location
        self._reader = Reader(Location(location))

    def segment(self, kind: str, at: datetime) -> Segment:
        """A new segment for a batch of ``kind`` (``feed``, ``page`` …) begun at ``at`` (aware).

        A context manager: leaving it normally makes what was appended durable, leaving it by an
        exception throws it away. A segment without a response leaves no file. It is to be closed
        within a day, or ``scan`` will not find what was fetched later.

        Raises:
            ValueError: ``kind`` is not of lower-case letters.
        """
        if not _KIND.fullmatch(kind):
            message = f"a kind of segment is lower-case letters, not {kind!r}"
            raise ValueError(message)
        at = at.astimezone(UTC)
        name = f"{day_folder(at.date())}/{kind}-{at:%H%M%S}-{uuid.uuid4()}{SEGMENT}"
        return Segment(self._reader, name, at)

    def read(self, ref: ArchiveRef) -> Response:
        """The response at ``ref``; only its own bytes, and those of its body, are read.

        A place handed out before a compaction is as good after it.

        Raises:
            ArchiveDamaged: it is missing, or is not what ``ref.digest`` says.
            ArchiveAway: the location does not answer, or is not there.
        """
        return self._reader.read(ref)

    def at(self, name: str, offset: int) -> tuple[ArchiveRef, Response]:
        """The response that begins at that offset of that file.

        Raises:
            ArchiveDamaged, ArchiveAway: as for ``read``.
        """
        ref, stored = self._reader.at(name, offset)
        return ref, self._reader.whole(stored)

    def scan(self, kind: str, since: datetime, until: datetime) -> Iterator[tuple[ArchiveRef, Response]]:
        """The responses of ``kind`` fetched from ``since`` on and before ``until`` (aware).

        In the order of file names, then of offsets.

        Raises:
            ArchiveDamaged: a file cannot be read to its end.
        """
        day = (since - LONGEST_BATCH).astimezone(UTC).date()
        while day <= until.astimezone(UTC).date():
            for name in self._reader.segments(day_folder(day), f"{kind}-"):
                for ref, stored in self._reader.walk(name):
                    if since <= stored.response.fetched_at < until:
                        yield ref, self._reader.whole(stored)
            day += timedelta(days=1)

    def names(self, kind: str) -> list[str]:
        """The files of a kind in the order in which they were begun; what a joined file holds is not named again."""
        folders = sorted({folder_of(file.name) for file in self.files()})
        return [
            name for folder in folders if is_day(folder) for name in self._reader.segments(folder, f"{kind}-")
        ]

    def walk(self, name: str) -> Iterator[Told]:
        """The responses of a file, in order, with what was known of each when it was written.

        Raises:
            ArchiveDamaged: it cannot be read to its end; what came before has been handed out.
        """
        for ref, stored in self._reader.walk(name):
            yield Told(ref, self._reader.whole(stored), stored.about)

    def note(self, kind: str, at: datetime, notes: Sequence[Note]) -> None:
        """Writes notes of requests that gave no bytes into a file of their own, begun at ``at``; durable when this returns."""
        if notes:
            name = f"{day_folder(at.astimezone(UTC).date())}/{kind}-{at.astimezone(UTC):%H%M%S}-{uuid.uuid4()}{SEGMENT}"
            with Draft(self._reader.location, name) as draft:
                write_info(draft.file, name.rpartition("/")[2], at)
                for note in notes:
                    write_note(draft.file, note.url, note.at, note.said)

    def notes(self, name: str) -> Iterator[Note]:
        """The notes of a file, in order.

        Raises:
            ArchiveDamaged: it cannot be read to its end, or is gone.
        """
        try:
            with self._reader.location.open(name) as file:
                for at, said in warc.read_notes(file):
                    yield Note(said.get("url", ""), at, said)
        except (FileNotFoundError, warc.Damaged) as error:
            raise self._reader.location.damaged(name, str(error)) from error

    def files(self) -> list[File]:
        """Every file of the archive, by name."""
        return self._reader.location.files()

    def blank(self, refs: Iterable[ArchiveRef], *, now: datetime) -> int:
        """Erases those responses where they lie; see ``blanking``. Nothing else may work on the files meanwhile."""
        return blanking.blank(self._reader, refs, now=now)

    def is_blank(self, ref: ArchiveRef) -> bool:
        """True where the response has been erased."""
        return blanking.is_blank(self._reader, ref)

    def remove(self, name: str) -> None:
        """Takes a file away; one that is not there is no fault."""
        self._reader.location.remove(name)

    def verify(
        self,
        *,
        now: datetime,
        scope: Scope = _EVERYTHING,
        known: Iterable[Reference] | None = None,
        tally: Tally | None = None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Iterator[Finding]:
        """What is wrong, file by file; see ``checking.verify``. Nothing: all that was looked at is whole."""
        return checking.verify(
            self._reader, now=now, scope=scope, known=known, tally=tally or Tally(), progress=progress
        )

    def joinable(self, before: date) -> Iterator[Joining]:
        """What ``compact`` would join of the days before ``before``."""
        return compaction.plan(self._reader, before)

    def compact(self, before: date, repoint: Repoint, *, now: datetime) -> Iterator[Joined]:
        """Joins the segments of each day before ``before``; see ``compaction``. One may run at a time.

        Args:
            before: the first day that is left as it is.
            repoint: makes the rows of the warehouse follow, in one transaction; called once a day.
            now: for the records that open the new files.

        Raises:
            ValueError: batches of the last of those days may still be under way.
        """
        if before > (now.astimezone(UTC) - LONGEST_BATCH).date():
            message = f"batches of the day before {before} may still be under way"
            raise ValueError(message)
        return compaction.compact(self._reader, before, repoint, now=now)


__all__ = [
    "Archive",
    "Finding",
    "Joined",
    "Joining",
    "Move",
    "Note",
    "Reference",
    "Scope",
    "Segment",
    "Tally",
    "Told",
]
