"""Every body received, in WARC segments below one folder or object-store prefix.

A segment is one claimed batch. It is written under a temporary name and gets its real one, whole,
when the batch is done: only then may the places that it handed out be stored anywhere. A crash
before leaves at most a temporary file to which nothing refers.
"""

from __future__ import annotations

import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, Self

import fsspec
from fsspec.implementations.local import LocalFileSystem

from pipeline.errors import ArchiveAway, ArchiveDamaged
from pipeline.fetch import warc
from pipeline.records import ArchiveRef, Response

_KIND = re.compile(r"[a-z]+")
_SUFFIX = ".warc.gz"
_UNFINISHED = ".part"
_LONGEST_BATCH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the archive."""

    object: str
    """Path of the file below the archive's location."""
    problem: str


class Archive:
    """Reads and writes segments at ``location``, a folder or an fsspec URL (``s3://bucket/prefix``)."""

    def __init__(self, location: str) -> None:
        self.location = location
        filesystem, root = fsspec.core.url_to_fs(location)
        self._filesystem: Any = filesystem
        self._root = str(root).rstrip("/")

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
        name = f"{at.astimezone(UTC):%Y/%m/%d}/{kind}-{at.astimezone(UTC):%H%M%S}-{uuid.uuid4()}{_SUFFIX}"
        return Segment(self._filesystem, self._root, name)

    def read(self, ref: ArchiveRef) -> Response:
        """The response at ``ref``; only its own bytes of the segment are read.

        Raises:
            ArchiveDamaged: it is missing, or is not what ``ref.digest`` says.
            ArchiveAway: the location does not answer, or is not there.
        """
        data = self._bytes(ref)
        try:
            stored = next(warc.read_responses(BytesIO(data), at=ref.offset), None)
        except warc.Damaged as error:
            raise self._damaged(ref.object, str(error)) from error
        if stored is None or stored.digest != ref.digest:
            raise self._damaged(ref.object, f"offset {ref.offset} does not hold {ref.digest}")
        return stored.response

    def scan(self, kind: str, since: datetime, until: datetime) -> Iterator[tuple[ArchiveRef, Response]]:
        """The responses of ``kind`` fetched from ``since`` on and before ``until`` (aware).

        In the order of segment names, then of offsets.

        Raises:
            ArchiveDamaged: a segment cannot be read to its end.
        """
        day = (since - _LONGEST_BATCH).astimezone(UTC).date()
        while day <= until.astimezone(UTC).date():
            for name in self._segments(f"{day:%Y/%m/%d}", f"{kind}-"):
                for ref, response in self._walk(name):
                    if since <= response.fetched_at < until:
                        yield ref, response
            day += timedelta(days=1)

    def verify(self, *, now: datetime) -> Iterator[Finding]:
        """What is wrong: segments that cannot be read whole, batches that never ended. Reads all."""
        for path in sorted(self._filesystem.find(self._root)) if self._filesystem.exists(self._root) else []:
            name = self._name(path)
            if name.endswith(_UNFINISHED):
                if now - self._filesystem.modified(path).astimezone(UTC) > _LONGEST_BATCH:
                    yield Finding(
                        name, "a batch that did not end left it; nothing refers to it: it may be deleted"
                    )
                continue
            if not name.endswith(_SUFFIX):
                yield Finding(name, "no segment; it does not belong here")
                continue
            try:
                for _ in self._walk(name):
                    pass
            except ArchiveDamaged as error:
                yield Finding(name, str(error))

    def _walk(self, name: str) -> Iterator[tuple[ArchiveRef, Response]]:
        try:
            with self._filesystem.open(self._path(name), "rb") as file:
                for stored in warc.read_responses(file):
                    yield ArchiveRef(name, stored.offset, stored.length, stored.digest), stored.response
        except (FileNotFoundError, warc.Damaged) as error:
            raise self._damaged(name, str(error)) from error

    def _bytes(self, ref: ArchiveRef) -> bytes:
        path = self._path(ref.object)
        try:
            return bytes(self._filesystem.cat_file(path, start=ref.offset, end=ref.offset + ref.length))
        except FileNotFoundError as error:
            # A missing file in a present archive is damage; an absent archive is most likely not mounted.
            if self._filesystem.exists(self._root):
                raise self._damaged(ref.object, str(error)) from error
            raise self._away("there is nothing at this location") from error
        except OSError as error:
            raise self._away(str(error)) from error

    def _away(self, problem: str) -> ArchiveAway:
        message = f"the archive {self.location} cannot be read ({problem}); is it mounted, and is DATELINE_ARCHIVE right?"
        return ArchiveAway(message, url=self.location)

    def _segments(self, folder: str, prefix: str) -> list[str]:
        try:
            paths = self._filesystem.ls(self._path(folder), detail=False)
        except FileNotFoundError:
            return []
        names = (self._name(path) for path in paths)
        return sorted(
            name for name in names if PurePosixPath(name).name.startswith(prefix) and name.endswith(_SUFFIX)
        )

    def _path(self, name: str) -> str:
        if name.startswith("/") or ".." in name.split("/"):
            raise self._damaged(name, "the name leads out of the archive")
        return f"{self._root}/{name}"

    def _name(self, path: str) -> str:
        return path.removeprefix(self._root).lstrip("/")

    def _damaged(self, name: str, problem: str) -> ArchiveDamaged:
        message = (
            f"archive {self.location}, segment {name}: {problem}. Restore that file from a copy, or fetch its "
            "stories again; 'dateline archive verify' lists all that is damaged."
        )
        return ArchiveDamaged(message, url=name)


class Segment:
    """One batch on its way into the archive; made by ``Archive.segment``."""

    def __init__(self, filesystem: Any, root: str, name: str) -> None:
        self.name = name
        """Path below the archive's location, once closed."""
        self._filesystem = filesystem
        self._path = f"{root}/{name}"
        self._local = isinstance(filesystem, LocalFileSystem)
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def append(self, response: Response) -> ArchiveRef:
        """Where ``response`` will lie: to be stored only after the segment has been closed."""
        if self._file is None:
            self._file = self._open()
            warc.write_info(self._file, PurePosixPath(self.name).name)
        offset = self._file.tell()
        digest = warc.write_response(self._file, response)
        return ArchiveRef(self.name, offset, self._file.tell() - offset, digest)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        written = Path(self._file.name)
        try:
            with self._file:
                if error is None and self._local:
                    self._file.flush()
                    os.fsync(self._file.fileno())
            if error is None:
                self._publish(written)
        finally:
            written.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if not self._local:
            return tempfile.NamedTemporaryFile(prefix="dateline-", suffix=_UNFINISHED, delete=False)
        final = Path(self._path)
        _make_private(final.parent)
        return open(final.with_name(f".{final.name}{_UNFINISHED}"), "xb", opener=_private)

    def _publish(self, written: Path) -> None:
        if not self._local:
            self._filesystem.makedirs(str(PurePosixPath(self._path).parent), exist_ok=True)
            self._filesystem.put_file(str(written), self._path)
            return
        final = Path(self._path)
        written.rename(final)
        _sync_folder(final.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _make_private(folder: Path) -> None:
    """Makes ``folder`` and what is missing above it, for this user only, and durable."""
    if folder.is_dir():
        return
    _make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
