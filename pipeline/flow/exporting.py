"""The warehouse as files, a month each: only the months that have changed are written again."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from pipeline.errors import SettingsError
from pipeline.flow.exportfiles import FORMS, Folder, Row, plain
from pipeline.warehouse import exporting
from pipeline.warehouse.datasets import DATASETS, Dataset
from pipeline.warehouse.engine import Engine, transaction
from pipeline.warehouse.exporting import Exported, Month

SCHEMA_VERSION = 1
"""Of the datasets' columns. A column that is added leaves it; one that goes or changes its meaning raises it."""
MANIFEST = "manifest.json"
STORIES = ("stories", "versions", "bodies")
LOGS = ("polls", "fetches")

Progress = Callable[[str, int], None]
"""Called with the name of a file and the number of its rows before it is written."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of an export that was written, or taken away: then it has no bytes."""

    table: str
    month: str
    path: str
    rows: int
    size_bytes: int


def _silent(_path: str, _rows: int) -> None:
    """Progress that nobody watches."""


def export_months(
    engine: Engine,
    location: str,
    *,
    now: datetime,
    form: str = "parquet",
    tables: Sequence[str] = STORIES,
    progress: Progress = _silent,
) -> list[File]:
    """Writes what has changed since the last export to that location; the files that were written or taken away.

    Args:
        engine: of the warehouse.
        location: a folder or an fsspec URL; it has one form for ever.
        now: aware; when the files are said to be written.
        form: ``parquet``, ``csv`` or ``jsonl``.
        tables: names of datasets; the files of others stay as they are.
        progress: told of each file before it is written.

    Raises:
        SettingsError: the form, a table or the location is none, or another export to it is under way.
    """
    if unknown := [name for name in tables if name not in DATASETS] or [form] * (form not in FORMS):
        raise SettingsError(
            f"an export has no {unknown[0]!r}: forms are {', '.join(FORMS)}; tables {', '.join(DATASETS)}"
        )
    folder = Folder(location)
    with _alone(engine, folder):
        return list(_Export(engine, folder, form, now, progress).run([DATASETS[name] for name in tables]))


@contextmanager
def _alone(engine: Engine, folder: Folder) -> Iterator[None]:
    with exporting.alone(engine, folder.url) as is_ours:
        if not is_ours:
            raise SettingsError(f"another export to {folder.url} is under way; wait until it has ended")
        yield


class _Export:
    """One export to one location."""

    def __init__(self, engine: Engine, folder: Folder, form: str, now: datetime, progress: Progress) -> None:
        self._engine, self._folder, self._now, self._progress = engine, folder, now, progress
        self._form, self._form_name = FORMS[form], form
        self._files: dict[str, dict[str, Any]] = {}

    def run(self, datasets: Iterable[Dataset]) -> Iterator[File]:
        self._files = self._known()
        for dataset in datasets:
            with transaction(self._engine) as connection:
                found = exporting.months(connection, dataset)
            for month in found:
                if not self._is_current(dataset, month):
                    yield self._write(dataset, month)
            if dataset.kept != "rows":
                yield from self._take_away(dataset, {month.name for month in found})

    def _known(self) -> dict[str, dict[str, Any]]:
        manifest = read_manifest(self._folder)
        if manifest is None:
            return {}
        if (manifest["form"], manifest["schema_version"]) != (self._form_name, SCHEMA_VERSION):
            raise SettingsError(
                f"{self._folder.url} holds an export as {manifest['form']}, schema {manifest['schema_version']}; "
                f"this one is {self._form_name}, schema {SCHEMA_VERSION}: choose another location"
            )
        return {one["path"]: one for one in manifest["files"]}

    def _path(self, dataset: Dataset, month: str) -> str:
        return file_path(dataset.name, month, self._form_name)

    def _is_current(self, dataset: Dataset, month: Month) -> bool:
        path = self._path(dataset, month.name)
        known = self._files.get(path)
        return (
            known is not None
            and known["fingerprint"] == month.fingerprint
            and self._folder.size(path) == known["size_bytes"]
        )

    def _write(self, dataset: Dataset, month: Month) -> File:
        path = self._path(dataset, month.name)
        self._progress(path, month.rows)
        with transaction(exporting.snapshot(self._engine)) as connection:
            (present,) = exporting.months(connection, dataset, month.name) or (month,)
            rows = exporting.rows(connection, dataset, month.name)

            def fill(out: IO[bytes]) -> int:
                with self._before(dataset, path) as before:
                    return self._form.write(out, dataset, carried(dataset, rows, before))

            written = self._folder.write(path, fill)
        told = {
            "path": path,
            "table": dataset.name,
            "month": month.name,
            "rows": written.rows,
            "size_bytes": written.size_bytes,
            "sha256": written.digest,
            "fingerprint": present.fingerprint,
        }
        self._files[path] = told
        self._tell()
        file = Exported(
            self._folder.url, dataset.name, month.name, present.fingerprint, written.rows, written.size_bytes
        )
        with transaction(self._engine) as connection:
            exporting.record(connection, file, self._now)
        return File(dataset.name, month.name, path, written.rows, written.size_bytes)

    @contextmanager
    def _before(self, dataset: Dataset, path: str) -> Iterator[Iterator[Row]]:
        if dataset.kept == "nothing" or self._folder.size(path) is None:
            yield iter(())
            return
        with self._folder.open(path) as file:
            yield self._form.read(file, dataset)

    def _take_away(self, dataset: Dataset, months: Collection[str]) -> Iterator[File]:
        """Files of months that have no story any more: the last one was erased, or has another date now."""
        gone = [
            one for one in self._files.values() if one["table"] == dataset.name and one["month"] not in months
        ]
        for one in gone:
            self._folder.remove(one["path"])
            del self._files[one["path"]]
            self._tell()
            with transaction(self._engine) as connection:
                exporting.forget(connection, self._folder.url, dataset.name, one["month"])
            yield File(dataset.name, one["month"], one["path"], 0, 0)

    def _tell(self) -> None:
        manifest = {
            "software": "Dateline",
            "schema_version": SCHEMA_VERSION,
            "form": self._form_name,
            "columns": {
                name: {one.name: one.kind for one in DATASETS[name].columns}
                for name in sorted({file["table"] for file in self._files.values()})
            },
            "files": [self._files[path] for path in sorted(self._files)],
        }
        told = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
        self._folder.write(MANIFEST, lambda out: out.write(told))


def file_path(table: str, month: str, form: str) -> str:
    """Where a file lies below its location: in the way of Hive, so that ``month`` is a column for whoever reads all.

    >>> file_path("stories", "2026-03", "parquet")
    'stories/month=2026-03/stories.parquet'
    """
    return f"{table}/month={month}/{table}.{FORMS[form].ending}"


def read_manifest(folder: Folder) -> Mapping[str, Any] | None:
    """What an export says of itself; None: there is none."""
    if folder.size(MANIFEST) is None:
        return None
    with folder.open(MANIFEST) as file:
        found: dict[str, Any] = json.load(file)
    return found


def carried(dataset: Dataset, rows: Iterable[Row], before: Iterator[Row]) -> Iterator[Row]:
    """The rows of the warehouse, completed by what it has no more and the file before still has.

    Both are in the dataset's order. Where a row is in both, a value that the warehouse has counts.
    """
    if dataset.kept == "nothing":
        yield from rows
        return
    at = [dataset.names.index(name) for name in dataset.order]

    def key(row: Row) -> tuple[str, ...]:
        return tuple(plain(row[place]) for place in at)

    old = next(before, None)
    for row in rows:
        while old is not None and key(old) < key(row):
            if dataset.kept == "rows":
                yield old
            old = next(before, None)
        if old is not None and key(old) == key(row):
            yield (
                [mine if mine is not None else theirs for mine, theirs in zip(row, old, strict=True)]
                if dataset.kept == "values"
                else row
            )
            old = next(before, None)
        else:
            yield row
    while dataset.kept == "rows" and old is not None:
        yield old
        old = next(before, None)


__all__ = ["LOGS", "STORIES", "File", "export_months", "file_path", "read_manifest"]
