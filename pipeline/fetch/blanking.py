"""Single responses taken out of the archive: their bytes overwritten in place, so that every other place stays good.

The three records of a response become one warcinfo record that says so. It takes exactly as many bytes: the
rest of its gzip member is a comment in the header, which every reader skips. The file is written beside and
put in the place of the old one, so a crash leaves either.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

from pipeline.fetch import warc
from pipeline.fetch.location import Draft
from pipeline.fetch.reading import Reader
from pipeline.fetch.warc import Extent
from pipeline.fetch.warcwriting import write_info
from pipeline.records import ArchiveRef

_CHUNK = 1 << 20
_HEAD = 10
"""Bytes of a gzip header without optional fields; its fourth has the flags."""
_COMMENT = 0x10


def blank(reader: Reader, refs: Iterable[ArchiveRef], *, now: datetime) -> int:
    """Takes those responses out of the archive; returns how many were still there. Again it changes nothing.

    A segment that a compaction has joined is blanked where it is now, and where a crash has left it.

    Raises:
        ArchiveDamaged: something else lies at one of the places.
    """
    by_file: dict[str, list[ArchiveRef]] = defaultdict(list)
    for ref in refs:
        for place in _places(reader, Extent(ref.object, ref.offset, ref.length)):
            by_file[place.object].append(ArchiveRef(place.object, place.offset, place.length, ref.digest))
    return sum(_blank_in(reader, name, found, now) for name, found in sorted(by_file.items()))


def is_blank(reader: Reader, ref: ArchiveRef) -> bool:
    """True where the response at ``ref`` has been taken out.

    Raises:
        ArchiveDamaged: what lies there cannot be read.
    """
    place = reader.current(Extent(ref.object, ref.offset, ref.length))
    try:
        return warc.is_erased(reader.location.read(place.object, place.offset, place.length))
    except (FileNotFoundError, warc.Damaged) as error:
        raise reader.location.damaged(place.object, str(error)) from error


def _places(reader: Reader, place: Extent) -> set[Extent]:
    found = {place, reader.current(place)}
    held = {file.name for file in reader.location.files(str(PurePosixPath(place.object).parent))}
    return {one for one in found if one.object in held}


def _blank_in(reader: Reader, name: str, refs: Sequence[ArchiveRef], now: datetime) -> int:
    blanks: dict[int, bytes] = {}
    for ref in refs:
        data = reader.location.read(name, ref.offset, ref.length)
        try:
            if warc.is_erased(data):
                continue
            stored = next(warc.read_responses(io.BytesIO(data), at=ref.offset), None)
        except warc.Damaged as error:
            raise reader.location.damaged(name, str(error)) from error
        if stored is None or stored.digest != ref.digest or stored.length != ref.length:
            raise reader.location.damaged(name, f"offset {ref.offset} does not hold {ref.digest}")
        blanks[ref.offset] = _record(name, ref.length, now)
    if blanks:
        with reader.location.open(name) as file, Draft(reader.location, name) as draft:
            _copy(file, draft.file, blanks)
    return len(blanks)


def _copy(file: IO[bytes], out: IO[bytes], blanks: Mapping[int, bytes]) -> None:
    at = 0
    for offset, record in sorted(blanks.items()):
        at += _pass_on(file, out, offset - at)
        file.seek(offset + len(record))
        out.write(record)
        at = offset + len(record)
    while data := file.read(_CHUNK):
        out.write(data)


def _pass_on(file: IO[bytes], out: IO[bytes], size: int) -> int:
    left = size
    while left and (data := file.read(min(left, _CHUNK))):
        out.write(data)
        left -= len(data)
    return size - left


def _record(name: str, length: int, at: datetime) -> bytes:
    """A record of that length which says that something was erased."""
    made = io.BytesIO()
    write_info(made, PurePosixPath(name).name, at, erased=length)
    member = made.getvalue()
    spare = length - len(member)
    if spare == 0:
        return member
    flags = bytes([member[3] | _COMMENT])
    return member[:3] + flags + member[4:_HEAD] + b" " * (spare - 1) + b"\0" + member[_HEAD:]
