"""Where the archive lies: a folder, or a prefix of an object store, behind one small set of operations.

Names are paths below the location. A file appears under its name whole and durable, or not at all.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, Self

import fsspec
from fsspec.implementations.local import LocalFileSystem

from pipeline.errors import ArchiveAway, ArchiveDamaged, SettingsError

UNFINISHED = ".part"
LONGEST_BATCH = timedelta(days=1)
"""A batch is closed within this time of its beginning, which its segment's name tells."""
_DAY = re.compile(r"\d{4}/\d{2}/\d{2}")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the archive."""

    name: str
    size_bytes: int


def folder_of(name: str) -> str:
    """The folder of a file: the day, for all that is the archive's own.

    >>> folder_of("2026/03/01/page-235930-1b4e28ba.warc.gz")
    '2026/03/01'
    """
    return str(PurePosixPath(name).parent)


def day_folder(day: date) -> str:
    """The folder of what was begun on that day, in UTC."""
    return day.isoformat().replace("-", "/")


def is_day(folder: str) -> bool:
    """True of the name of a day's folder."""
    return bool(_DAY.fullmatch(folder))


class Location:
    """A folder, or an fsspec URL.

    Raises:
        SettingsError: there is no such kind of location, or its package is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            filesystem, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise SettingsError(
                f"the archive {url} cannot be opened: {_remedy(url, error)}", url=url
            ) from error
        self.filesystem: Any = filesystem
        self._root = str(root).rstrip("/")
        self.is_local = isinstance(filesystem, LocalFileSystem)

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Those bytes of a file; fewer where it ends before.

        Raises:
            FileNotFoundError: there is no such file in a location that is there.
            ArchiveAway: the location does not answer, or is not there.
        """
        with self._answering():
            return bytes(self.filesystem.cat_file(self.path(name), start=offset, end=offset + length))

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """The file, to be read from its beginning.

        Raises:
            FileNotFoundError, ArchiveAway: as for ``read``; while it is read, too.
        """
        with self._answering(), self.filesystem.open(self.path(name), "rb") as file:
            yield file

    def files(self, folder: str = "") -> list[File]:
        """What lies in a folder, by name; below the whole location where none is given."""
        with self._answering():
            self.filesystem.invalidate_cache()  # another process may have written there since
            try:
                if folder:
                    found = self.filesystem.ls(self.path(folder), detail=True)
                else:
                    found = self.filesystem.find(self._root, detail=True).values()
            except FileNotFoundError:
                return []
        listed = (File(self._name(one["name"]), one["size"]) for one in found if one["type"] == "file")
        return sorted(listed, key=lambda file: file.name)

    def modified(self, name: str) -> datetime:
        """When the file was written last; aware."""
        with self._answering():
            at: datetime = self.filesystem.modified(self.path(name))
        return at.astimezone(UTC)

    def remove(self, name: str) -> None:
        """Takes a file away; one that is not there is no fault."""
        with self._answering():
            try:
                self.filesystem.rm_file(self.path(name))
            except FileNotFoundError:
                return

    def path(self, name: str) -> str:
        """The filesystem's own path of a file.

        Raises:
            ArchiveDamaged: the name leads out of the archive.
        """
        if name.startswith("/") or ".." in name.split("/"):
            raise self.damaged(name, "the name leads out of the archive")
        return f"{self._root}/{name}"

    def damaged(self, name: str, problem: str) -> ArchiveDamaged:
        """The error that says so, and what to do."""
        message = (
            f"archive {self.url}, segment {name}: {problem}. Restore that file from a copy, or fetch its "
            "stories again; 'dateline archive verify' lists all that is damaged."
        )
        return ArchiveDamaged(message, url=name)

    def _name(self, path: str) -> str:
        return path.removeprefix(self._root).lstrip("/")

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            # A missing file in a present archive is damage; an absent archive is most likely not mounted.
            if self.filesystem.exists(self._root):
                raise
            raise self._away("there is nothing at this location") from error
        except OSError as error:
            raise self._away(str(error)) from error

    def _away(self, problem: str) -> ArchiveAway:
        message = f"the archive {self.url} cannot be read ({problem}); is it mounted, and is DATELINE_ARCHIVE right?"
        return ArchiveAway(message, url=self.url)


def _remedy(url: str, error: Exception) -> str:
    if isinstance(error, ImportError) and url.startswith("s3"):
        return (
            "the package s3fs is not installed. Beside the locked packages: "
            f"pip install 's3fs=={fsspec.__version__}'; otherwise: pip install 'dateline[s3]'"
        )
    return str(error)


class Draft:
    """A new file: written under a temporary name, published when the context ends well, else thrown away."""

    def __init__(self, location: Location, name: str) -> None:
        self.name = name
        self._location = location
        self._final = location.path(name)
        self.file = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        written = Path(self.file.name)
        try:
            with self.file:
                if error is None and self._location.is_local:
                    self.file.flush()
                    os.fsync(self.file.fileno())
            if error is None:
                self._publish(written)
        finally:
            written.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if not self._location.is_local:
            return tempfile.NamedTemporaryFile(prefix="dateline-", suffix=UNFINISHED, delete=False)
        final = Path(self._final)
        _make_private(final.parent)
        return open(final.with_name(f".{final.name}{UNFINISHED}"), "wb", opener=_private)

    def _publish(self, written: Path) -> None:
        if not self._location.is_local:
            filesystem = self._location.filesystem
            filesystem.makedirs(str(PurePosixPath(self._final).parent), exist_ok=True)
            filesystem.put_file(str(written), self._final)
            return
        final = Path(self._final)
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
