"""Every body received, in WARC segments below one folder or object-store prefix.

A segment is one claimed batch. It is written under a temporary name and gets its real one, whole,
when the batch is done: only then may the places that it handed out be stored anywhere. A crash
before leaves at most a temporary file to which nothing refers. Large files come from a later
compaction.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from pipeline.fetch import checking, compaction
from pipeline.fetch.checking import Finding, Reference, Scope, Tally
from pipeline.fetch.compaction import Joined, Joining, Repoint
from pipeline.fetch.location import LONGEST_BATCH, File, Location, day_folder
from pipeline.fetch.reading import SEGMENT, Move, Reader
from pipeline.fetch.segment import Segment
from pipeline.records import ArchiveRef, Response

_KIND = re.compile(r"[a-z]+")
_EVERYTHING = Scope()


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

    def files(self) -> list[File]:
        """Every file of the archive, by name."""
        return self._reader.location.files()

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


__all__ = ["Archive", "Finding", "Joined", "Joining", "Move", "Reference", "Scope", "Segment", "Tally"]
