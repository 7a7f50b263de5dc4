"""One claimed batch on its way into the archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

from pipeline.errors import ArchiveDamaged
from pipeline.fetch.location import Draft
from pipeline.fetch.reading import Reader
from pipeline.fetch.warcwriting import Original, digest_of, write_info, write_response
from pipeline.records import NO_HEADERS, ArchiveRef, Response

_LEAST_BYTES = 1000
"""A body of fewer is written again: to refer to it takes as much."""


class Segment:
    """Made by ``Archive.segment``; a context manager."""

    def __init__(self, reader: Reader, name: str, at: datetime) -> None:
        self.name = name
        """Path below the archive's location, once closed."""
        self._reader = reader
        self._at = at
        self._draft: Draft | None = None

    def __enter__(self) -> Self:
        return self

    def append(
        self,
        response: Response,
        *,
        same_as: ArchiveRef | None = None,
        about: Mapping[str, str] = NO_HEADERS,
    ) -> ArchiveRef:
        """Where ``response`` will lie: to be stored only after the segment has been closed.

        Args:
            response: an answer of any status but 304, which has no body of its own.
            same_as: what was archived of this address before. Where the body is the same byte for
                byte, and can still be read there, only a reference to it is written.
            about: what the caller knows and no header says: the feed, the date that it printed.

        Raises:
            ValueError: it is a 304.
            ArchiveAway: ``same_as`` was to be read, and the location does not answer.
        """
        if response.status == 304:
            message = "a 304 is a row of the warehouse, and no record"
            raise ValueError(message)
        if self._draft is None:
            self._draft = Draft(self._reader.location, self.name)
            write_info(self._draft.file, PurePosixPath(self.name).name, self._at)
        file, digest = self._draft.file, digest_of(response.body)
        offset = file.tell()
        original = self._original(response, digest, same_as) if same_as else None
        write_response(file, response, digest, original, about)
        return ArchiveRef(self.name, offset, file.tell() - offset, digest)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._draft is not None:
            self._draft.__exit__(kind, error, trace)

    def _original(self, response: Response, digest: str, same_as: ArchiveRef) -> Original | None:
        if digest != same_as.digest or len(response.body) < _LEAST_BYTES:
            return None
        try:
            original = self._reader.original(same_as)
        except ArchiveDamaged:
            return None  # the bytes are at hand once more: they are kept whole
        # Of one address only, so that what is archived of a story can be erased without harm to another's.
        return original if original.response.final_url == response.final_url else None
