"""Many small segments of one day and kind into few large files, byte for byte.

A joined file is its segments one after the other behind a record that says which they are and where
they begin. So a place handed out before is found again for ever (``Reader.current``), whoever holds
it: a row, a later record that refers to it, a reader at work. The order makes every crash harmless:
the joined file is durable, then the rows point to it, then the segments go. What a crash leaves
undone the next compaction finishes.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from pathlib import PurePosixPath
from typing import IO

from pipeline.errors import ArchiveDamaged
from pipeline.fetch import warc
from pipeline.fetch.location import Draft, File, day_folder, folder_of, is_day
from pipeline.fetch.reading import JOINED, Move, Reader
from pipeline.fetch.warcwriting import write_info

MOST_BYTES = 1_000_000_000
"""Of a joined file: what CC-NEWS and the WARC guidelines take."""
_SEGMENT = re.compile(r"(?P<kind>[a-z]+)-(?P<time>\d{6})-[0-9a-f-]{36}\.warc\.gz")

Repoint = Callable[[Sequence[Move]], None]
"""Makes the rows of the warehouse follow those moves, in one transaction, before it returns."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Segments of one day and kind that are to be one file."""

    name: str
    """Of the joined file: made from theirs, so the same again after a crash."""
    segments: tuple[File, ...]

    @property
    def size_bytes(self) -> int:
        """Of the segments together."""
        return sum(file.size_bytes for file in self.segments)


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of a ``Joining``."""

    name: str
    segments: int
    size_bytes: int
    damaged: tuple[ArchiveDamaged, ...] = ()
    """Segments that cannot be read whole: they stay as they are."""


def plan(reader: Reader, before: date, most_bytes: int = MOST_BYTES) -> Iterator[Joining]:
    """What is to be joined of the days before ``before``, the oldest first. A lone segment stays."""
    for folder in _folders(reader, before):
        yield from _plan(reader, folder, most_bytes)


def compact(
    reader: Reader, before: date, repoint: Repoint, *, now: datetime, most_bytes: int = MOST_BYTES
) -> Iterator[Joined]:
    """Joins what ``plan`` lists, and finishes what an earlier compaction left undone.

    Only one may run at a time.
    """
    for folder in _folders(reader, before):
        for joining in _plan(reader, folder, most_bytes):
            yield _join(reader, joining, now)
        _settle(reader, folder, repoint)


def _folders(reader: Reader, before: date) -> list[str]:
    folders = {folder_of(file.name) for file in reader.location.files()}
    return sorted(folder for folder in folders if is_day(folder) and folder < day_folder(before))


def _plan(reader: Reader, folder: str, most_bytes: int) -> Iterator[Joining]:
    files = reader.location.files(folder)
    held = reader.moves(folder, files)
    groups: dict[str, list[list[File]]] = {}
    for file in files:
        match = _SEGMENT.fullmatch(PurePosixPath(file.name).name)
        if match and file.name not in held:
            of_kind = groups.setdefault(match["kind"], [[]])
            if sum(one.size_bytes for one in of_kind[-1]) + file.size_bytes > most_bytes:
                of_kind.append([])
            of_kind[-1].append(file)
    for of_kind in groups.values():
        yield from (_joining(group) for group in of_kind if len(group) > 1)


def _joining(segments: Sequence[File]) -> Joining:
    first = segments[0].name
    made = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(file.name for file in segments))
    kind, time, _ = PurePosixPath(first).name.split("-", 2)
    return Joining(f"{folder_of(first)}/{kind}-{time}-{made}{JOINED}", tuple(segments))


def _join(reader: Reader, joining: Joining, now: datetime) -> Joined:
    """Writes the joined file; a damaged segment is left out, and the rest is begun anew."""
    damaged: list[ArchiveDamaged] = []
    while len(joining.segments) > 1:
        try:
            size_bytes = _write(reader, joining, now)
        except ArchiveDamaged as error:
            damaged.append(error)
            joining = _joining([file for file in joining.segments if file.name != error.url])
        else:
            return Joined(joining.name, len(joining.segments), size_bytes, tuple(damaged))
    return Joined(joining.name, 0, 0, tuple(damaged))


def _write(reader: Reader, joining: Joining, now: datetime) -> int:
    sizes = [file.size_bytes for file in joining.segments]
    starts = accumulate(sizes, initial=0)
    held = (
        f"{file.name} 0 {file.size_bytes} {start}"
        for file, start in zip(joining.segments, starts, strict=False)
    )
    with Draft(reader.location, joining.name) as draft:
        write_info(draft.file, PurePosixPath(joining.name).name, now, tuple(held))
        for file in joining.segments:
            _copy(reader, file, draft.file)
        return draft.file.tell()


def _copy(reader: Reader, segment: File, out: IO[bytes]) -> None:
    begin = out.tell()
    try:
        with reader.location.open(segment.name) as file:
            for _ in warc.read_responses(_Copying(file, out)):  # type: ignore[arg-type]  # all that it needs is read()
                pass
    except (FileNotFoundError, warc.Damaged) as error:
        raise reader.location.damaged(segment.name, str(error)) from error
    if (copied := out.tell() - begin) != segment.size_bytes:
        raise reader.location.damaged(segment.name, f"{copied} bytes, not the {segment.size_bytes} listed")


class _Copying:
    """A file whose bytes are written elsewhere as they are read: checked and copied in one pass."""

    def __init__(self, file: IO[bytes], out: IO[bytes]) -> None:
        self._file, self._out = file, out

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._out.write(data)
        return data


def _settle(reader: Reader, folder: str, repoint: Repoint) -> None:
    """Takes away the segments of a folder that joined files hold, once the rows have followed."""
    files = reader.location.files(folder)
    moves = reader.moves(folder, files)
    left = [file.name for file in files if file.name in moves]
    if not left:
        return
    sizes = {file.name: file.size_bytes for file in files}
    following = [move for name in left for move in moves[name]]
    for move in following:
        if sizes[move.new_object] < move.new_offset + move.length:
            raise reader.location.damaged(
                move.new_object, "it is shorter than it says; the segments are still there"
            )
    repoint(following)
    for name in left:
        reader.location.remove(name)
