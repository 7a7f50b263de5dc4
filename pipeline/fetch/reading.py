"""Responses out of the archive, wherever a compaction has put them and whichever record has their body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import IO

from pipeline.fetch import warc
from pipeline.fetch.location import File, Location, folder_of
from pipeline.fetch.warc import Extent, Stored
from pipeline.fetch.warcwriting import Original
from pipeline.records import ArchiveRef, Response

SEGMENT = ".warc.gz"
JOINED = ".joined.warc.gz"
"""Ending of a file that compaction made of segments."""


@dataclass(frozen=True, slots=True)
class Move:
    """Bytes of a segment that lie in a joined file now."""

    object: str
    offset: int
    length: int
    new_object: str
    new_offset: int

    def has(self, offset: int) -> bool:
        """True where that byte of the segment is among them."""
        return self.offset <= offset < self.offset + self.length


class Reader:
    """Reads a location. A place handed out before a compaction is as good after it."""

    def __init__(self, location: Location) -> None:
        self.location = location
        # A joined file's name says what it holds, so what its head said once holds for ever.
        self._moves_of = lru_cache(maxsize=256)(self._read_moves)

    def read(self, ref: ArchiveRef) -> Response:
        """The response at ``ref``; only its own bytes, and those of its body, are read.

        Raises:
            ArchiveDamaged: it is missing, or is not what ``ref.digest`` says.
            ArchiveAway: the location does not answer, or is not there.
        """
        return self.whole(self._checked(ref))

    def whole(self, stored: Stored) -> Response:
        """The response with its body; that of a revisit is the one of the record that it refers to.

        Raises:
            ArchiveDamaged: that record is missing, or has another body.
        """
        if stored.same_as is None:
            return stored.response
        return replace(stored.response, body=self._first(stored).response.body)

    def original(self, ref: ArchiveRef) -> Original:
        """The record that has the body of ``ref``: its own, or the one that it refers to.

        Raises:
            ArchiveDamaged: as for ``read``.
        """
        stored = self._checked(ref)
        if stored.same_as is None:
            return Original(ref, stored.record_id, stored.response)
        first = self._first(stored)
        at = stored.same_as
        return Original(
            ArchiveRef(at.object, at.offset, at.length, first.digest), first.record_id, first.response
        )

    def walk(self, name: str) -> Iterator[tuple[ArchiveRef, Stored]]:
        """What a file holds, in order; a segment that a compaction took away meanwhile is read where it is now.

        Raises:
            ArchiveDamaged: it cannot be read to its end, or is gone.
        """
        try:
            with self.location.open(name) as file:
                yield from self._parsed(name, file)
        except FileNotFoundError as error:
            moves = self.moved(name)
            if not moves:
                raise self.location.damaged(name, str(error)) from error
            for move in moves:
                data = self.location.read(move.new_object, move.new_offset, move.length)
                yield from self._parsed(move.new_object, BytesIO(data), at=move.new_offset)

    def at(self, name: str, offset: int) -> tuple[ArchiveRef, Stored]:
        """The response that begins at that offset, of whatever length.

        Raises:
            ArchiveDamaged: there is none.
        """
        place = self.current(Extent(name, offset, 1))
        try:
            with self.location.open(place.object) as file:
                file.seek(place.offset)
                for ref, stored in self._parsed(place.object, file, at=place.offset):
                    if ref.offset == place.offset:
                        return ref, stored
                    break
        except FileNotFoundError as error:
            raise self.location.damaged(name, str(error)) from error
        raise self.location.damaged(name, f"no response begins at offset {offset}")

    def segments(self, folder: str, prefix: str = "") -> list[str]:
        """The files of a folder to be read, by name: not what a joined file holds already."""
        files = self.location.files(folder)
        moved = self.moves(folder, files)
        names = (file.name for file in files if file.name not in moved)
        return [name for name in names if name.endswith(SEGMENT) and name.startswith(f"{folder}/{prefix}")]

    def moves(self, folder: str, files: list[File] | None = None) -> dict[str, list[Move]]:
        """By the names of segments: what of them joined files of their folder hold."""
        found: dict[str, list[Move]] = {}
        for file in self.location.files(folder) if files is None else files:
            if file.name.endswith(JOINED):
                for move in self._moves_of(file.name):
                    found.setdefault(move.object, []).append(move)
        return found

    def moved(self, name: str) -> list[Move]:
        """Where the bytes of a segment are now; nothing: it was not moved."""
        return self.moves(folder_of(name)).get(name, [])

    def current(self, place: Extent) -> Extent:
        """The place where those bytes are now, for the same place if they were not moved."""
        for move in self.moved(place.object):
            if move.has(place.offset):
                return Extent(move.new_object, place.offset - move.offset + move.new_offset, place.length)
        return place

    def _checked(self, ref: ArchiveRef) -> Stored:
        stored = self._stored(Extent(ref.object, ref.offset, ref.length))
        if stored is None or stored.digest != ref.digest:
            raise self.location.damaged(ref.object, f"offset {ref.offset} does not hold {ref.digest}")
        return stored

    def _first(self, revisit: Stored) -> Stored:
        assert revisit.same_as
        at = revisit.same_as
        first = self._stored(at)
        if first is None or first.same_as or first.digest != revisit.digest:
            raise self.location.damaged(
                at.object,
                f"offset {at.offset} does not hold {revisit.digest}, to which a later record refers",
            )
        return first

    def _stored(self, place: Extent) -> Stored | None:
        """What lies there, read where it was or where it is now."""
        try:
            data = self.location.read(place.object, place.offset, place.length)
        except FileNotFoundError as error:
            now = self.current(place)
            if now == place:
                raise self.location.damaged(place.object, str(error)) from error
            place, data = now, self.location.read(now.object, now.offset, now.length)
        found = next(self._parsed(place.object, BytesIO(data), at=place.offset), None)
        return found[1] if found else None

    def _parsed(self, name: str, file: IO[bytes], *, at: int = 0) -> Iterator[tuple[ArchiveRef, Stored]]:
        try:
            for stored in warc.read_responses(file, at=at):
                yield ArchiveRef(name, stored.offset, stored.length, stored.digest), stored
        except warc.Damaged as error:
            raise self.location.damaged(name, str(error)) from error

    def _read_moves(self, name: str) -> tuple[Move, ...]:
        try:
            with self.location.open(name) as file:
                head_bytes, held = warc.read_held(file)
        except (FileNotFoundError, warc.Damaged) as error:
            raise self.location.damaged(name, str(error)) from error
        moves = []
        for line in held:
            segment, offset, length, at = line.rsplit(" ", 3)
            moves.append(Move(segment, int(offset), int(length), name, head_bytes + int(at)))
        return tuple(moves)
