"""Is the archive whole? Every file read, every digest made again, every row's reference followed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, groupby
from typing import Literal

from pipeline.errors import ArchiveDamaged
from pipeline.fetch.location import LONGEST_BATCH, UNFINISHED, File, day_folder, folder_of, is_day
from pipeline.fetch.reading import SEGMENT, Move, Reader
from pipeline.fetch.warc import Stored
from pipeline.records import ArchiveRef

Trouble = Literal["damaged", "missing", "dangling", "leftover", "unfinished", "foreign", "orphan"]
ADVICE: dict[Trouble, str] = {
    "damaged": "restore the file from a copy; without one, its stories have to be fetched again",
    "missing": "restore the file from a copy; what is still pending is fetched again by itself",
    "dangling": "restore the file that has the body; the next change of the page is kept whole",
    "leftover": "run 'dateline archive compact': it finishes what was begun",
    "unfinished": "delete it: nothing refers to it",
    "foreign": "move it out of the archive",
    "orphan": "nothing to do: a worker was stopped before it wrote its rows; 'dateline backfill' enters feeds again",
}
"""What to do about each kind of finding."""
FAULTS = frozenset(ADVICE) - {"orphan"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the archive."""

    object: str
    """Path of the file below the archive's location."""
    problem: str
    trouble: Trouble = "damaged"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a row of the warehouse says of the archive."""

    object: str
    offset: int
    length: int | None
    digest: str | None
    table: str


@dataclass(slots=True)
class Tally:
    """What was looked at."""

    files: int = 0
    unread: int = 0
    """Files that the sample left out."""
    size_bytes: int = 0
    records: int = 0
    revisits: int = 0
    references: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is to be looked at."""

    since: date = date.min
    until: date = date.max
    """The first day, as folders are named, that is not looked at any more."""
    share: float = 1.0
    """Part of the files to be read. Another part each day; the rest is looked at by name and size."""

    def has(self, folder: str) -> bool:
        return self.is_whole or (is_day(folder) and day_folder(self.since) <= folder < day_folder(self.until))

    @property
    def is_whole(self) -> bool:
        """True where no day is left out."""
        return self.since == date.min and self.until == date.max

    def takes(self, name: str, now: datetime) -> bool:
        return zlib.crc32(f"{now:%Y-%m-%d} {name}".encode()) < self.share * 2**32


def verify(
    reader: Reader,
    *,
    now: datetime,
    scope: Scope,
    known: Iterable[Reference] | None,
    tally: Tally,
    progress: Callable[[int, int], None],
) -> Iterator[Finding]:
    """What is wrong, file by file.

    Args:
        reader: of the archive.
        now: aware; what is younger than a batch may last is not called unfinished or an orphan.
        scope: the days, and the share of their files.
        known: what the warehouse refers to within those days, by object in the order of code points; None:
            only the archive itself is looked at.
        tally: is counted up.
        progress: told how many bytes are done, and of how many.
    """
    # The rows first: what they refer to was durable before them, so the list of files has it.
    known = None if known is None else _begun(known)
    files = [file for file in reader.location.files() if scope.has(folder_of(file.name))]
    total, done = sum(file.size_bytes for file in files), 0
    by_folder = groupby(files, key=lambda file: folder_of(file.name))
    for folder, of_folder, references in _merged(by_folder, known or ()):
        check = _Folder(reader, folder, of_folder, references if known is not None else None, now)
        tally.references += len(references)
        yield from check.strays()
        for file in check.to_read:
            if scope.takes(file.name, now):
                yield from check.read(file, tally)
            else:
                yield from check.look(file, tally)
            done += file.size_bytes
            progress(done, total)
        yield from check.missing()


def _begun(known: Iterable[Reference]) -> Iterator[Reference]:
    """The same, with the first one already fetched: the query has seen what it will ever see."""
    rest = iter(known)
    return chain([first], rest) if (first := next(rest, None)) else iter(())


def _merged(
    files: Iterable[tuple[str, Iterable[File]]], known: Iterable[Reference]
) -> Iterator[tuple[str, list[File], list[Reference]]]:
    """Each folder with its files and what refers to it; both sides are in the order of folders."""
    groups = groupby(known, key=lambda reference: folder_of(reference.object))
    group = next(groups, None)
    for folder, of_folder in files:
        while group and group[0] < folder:
            yield group[0], [], list(group[1])
            group = next(groups, None)
        references: list[Reference] = []
        if group and group[0] == folder:
            references = list(group[1])
            group = next(groups, None)
        yield folder, list(of_folder), references
    while group:
        yield group[0], [], list(group[1])
        group = next(groups, None)


class _Folder:
    """One day of the archive, and what the warehouse says of it."""

    def __init__(
        self, reader: Reader, folder: str, files: list[File], known: list[Reference] | None, now: datetime
    ) -> None:
        self._reader, self._now, self._files = reader, now, files
        self._compared = known is not None
        moves: dict[str, list[Move]] = {}
        for file in files:
            try:
                moves |= reader.moves(folder, [file])
            except ArchiveDamaged:
                continue  # told when the file itself is read
        self._moved = moves.keys() & {file.name for file in files}
        own = [file for file in files if file.name.endswith(SEGMENT) and is_day(folder)]
        self.to_read = [file for file in own if file.name not in self._moved]
        self._foreign = {file.name for file in files} - {file.name for file in own}
        self._open: dict[str, dict[int, list[Reference]]] = {}
        """References not found yet: by file and offset, as they are now."""
        for reference in known or ():
            name, offset = _leads_to(reference, moves)
            self._open.setdefault(name, {}).setdefault(offset, []).append(reference)

    def strays(self) -> Iterator[Finding]:
        """Files that have no place here."""
        for file in self._files:
            if file.name in self._moved:
                yield Finding(file.name, "a compaction that did not end left it", "leftover")
            elif file.name.endswith(UNFINISHED):
                if not self._is_young(file):
                    yield Finding(file.name, "a batch that did not end left it", "unfinished")
            elif file.name in self._foreign:
                yield Finding(file.name, "no segment; it does not belong here", "foreign")

    def read(self, file: File, tally: Tally) -> Iterator[Finding]:
        """What is wrong with a file, and with what refers to it."""
        tally.files += 1
        tally.size_bytes += file.size_bytes
        references, orphans = self._open.pop(file.name, {}), 0
        try:
            for ref, stored in self._reader.walk(file.name):
                tally.records += 1
                tally.revisits += stored.same_as is not None
                found = references.pop(ref.offset, [])
                orphans += not found
                yield from self._check(ref, stored, found)
        except ArchiveDamaged as error:
            yield Finding(file.name, str(error), "damaged")
            return
        yield from _nothing_there(references)
        if orphans and self._compared and not self._is_young(file):
            yield Finding(file.name, f"no row refers to {orphans} of its responses", "orphan")

    def look(self, file: File, tally: Tally) -> Iterator[Finding]:
        """What can be said of a file without reading it."""
        tally.unread += 1
        beyond = {
            offset: references
            for offset, references in self._open.pop(file.name, {}).items()
            if offset + (references[0].length or 1) > file.size_bytes
        }
        yield from _nothing_there(beyond)

    def missing(self) -> Iterator[Finding]:
        """References to files that are not there."""
        for references in self._open.values():
            yield from _nothing_there(references)

    def _check(self, ref: ArchiveRef, stored: Stored, references: list[Reference]) -> Iterator[Finding]:
        for one in references:
            if one.digest not in (None, ref.digest) or one.length not in (None, ref.length):
                yield Finding(ref.object, f"{one.table} has other bytes at offset {ref.offset}", "missing")
        try:
            self._reader.whole(stored)
        except ArchiveDamaged as error:
            problem = f"the response at offset {ref.offset} refers to a body that is not to be had: {error}"
            yield Finding(ref.object, problem, "dangling")

    def _is_young(self, file: File) -> bool:
        return self._now - self._reader.location.modified(file.name) <= LONGEST_BATCH


def _leads_to(reference: Reference, moves: Mapping[str, Sequence[Move]]) -> tuple[str, int]:
    for move in moves.get(reference.object, ()):
        if move.has(reference.offset):
            return move.new_object, reference.offset - move.offset + move.new_offset
    return reference.object, reference.offset


def _nothing_there(references: Mapping[int, Sequence[Reference]]) -> Iterator[Finding]:
    for found in references.values():
        for one in found:
            yield Finding(one.object, f"{one.table}: there is nothing at offset {one.offset}", "missing")
