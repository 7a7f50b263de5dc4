"""Where an export lies, and its three forms: Parquet, CSV and JSON lines, all with the same columns.

A file appears under its name whole or not at all. The same rows give the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

import fsspec

from pipeline.errors import SettingsError
from pipeline.warehouse.datasets import Dataset, Kind

Row = Sequence[Any]
_READ = 5000


class Folder:
    """A folder, or an fsspec URL, to which files are written.

    Raises:
        SettingsError: there is no such kind of location, or its package is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise SettingsError(f"the export to {url} cannot be opened: {error}", url=url) from error
        self.url = str(self._files.unstrip_protocol(self._root))

    def write(self, name: str, fill: Callable[[IO[bytes]], int]) -> Written:
        """A file as ``fill`` writes it; what ``fill`` returns is the number of its rows."""
        path = f"{self._root.rstrip('/')}/{name}"
        is_local = "file" in self._protocols()
        if is_local:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        folder = Path(path).parent if is_local else None
        with tempfile.NamedTemporaryFile(
            prefix=".dateline-", suffix=".part", dir=folder, delete=False
        ) as file:
            part = Path(file.name)
            try:
                rows = fill(file)
                file.flush()
                os.fsync(file.fileno())
                size, digest = part.stat().st_size, _digest(part)
                if is_local:
                    part.chmod(0o644)
                    part.replace(path)
                else:
                    self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
                    self._files.put_file(str(part), path)
            finally:
                part.unlink(missing_ok=True)
        return Written(name, rows, size, digest)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file, to be read."""
        with self._files.open(f"{self._root.rstrip('/')}/{name}", "rb") as file:
            yield file

    def size(self, name: str) -> int | None:
        """Bytes of a file; None: it is not there."""
        self._files.invalidate_cache()
        try:
            return int(self._files.size(f"{self._root.rstrip('/')}/{name}"))
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Takes a file away; one that is not there is no fault."""
        if self.size(name) is not None:
            self._files.rm_file(f"{self._root.rstrip('/')}/{name}")

    def _protocols(self) -> tuple[str, ...]:
        said = self._files.protocol
        return (said,) if isinstance(said, str) else tuple(said)


@dataclass(frozen=True, slots=True)
class Written:
    """A file of an export."""

    path: str
    rows: int
    size_bytes: int
    digest: str
    """sha256 of its bytes."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows of a dataset become a file, and are read again from it."""

    ending: str
    write: Callable[[IO[bytes], Dataset, Iterable[Row]], int]
    read: Callable[[IO[bytes], Dataset], Iterator[Row]]


def _write_parquet(out: IO[bytes], dataset: Dataset, rows: Iterable[Row]) -> int:
    import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415  # only who writes Parquet waits for it
    from pyarrow import parquet  # noqa: PLC0415

    schema = pa.schema([pa.field(one.name, _arrow(one.kind)) for one in dataset.columns])
    rows, count = iter(rows), 0
    with parquet.ParquetWriter(
        out, schema, compression="zstd", version="2.6", coerce_timestamps="us"
    ) as writer:
        while group := list(islice(rows, dataset.rows_at_once)):
            arrays = [
                pa.array(values, field.type)
                for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=len(group))
            count += len(group)
    return count


def _read_parquet(file: IO[bytes], dataset: Dataset) -> Iterator[Row]:
    from pyarrow import parquet  # noqa: PLC0415

    with parquet.ParquetFile(file) as held:
        for batch in held.iter_batches(_READ, columns=list(dataset.names)):
            yield from zip(*(batch.column(name).to_pylist() for name in dataset.names), strict=True)


def _arrow(kind: Kind) -> Any:
    """The type of a column: of those that DuckDB, pandas and Spark read alike. Moments are of microseconds."""
    import pyarrow as pa  # noqa: PLC0415

    text, number, real = pa.string(), pa.int32(), pa.float64()
    place = {"name": text, "country": text, "admin1": text, "lat": real, "lon": real, "zone": text}
    types = {
        "text": text,
        "texts": pa.list_(text),
        "places": pa.list_(pa.struct({**place, "geoname_id": number})),
        "int32": number,
        "int64": pa.int64(),
        "float64": real,
        "bool": pa.bool_(),
        "instant": pa.timestamp("us", tz="UTC"),
        "clock": pa.timestamp("us"),
    }
    return types[kind]


def _write_lines(out: IO[bytes], dataset: Dataset, rows: Iterable[Row]) -> int:
    count = 0
    with _packed(out) as lines:
        for row in rows:
            values = dict(zip(dataset.names, row, strict=True))
            lines.write(json.dumps(values, default=plain, ensure_ascii=False) + "\n")
            count += 1
    return count


def _read_lines(file: IO[bytes], dataset: Dataset) -> Iterator[Row]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            values = json.loads(line)
            yield [values[name] for name in dataset.names]


def _write_csv(out: IO[bytes], dataset: Dataset, rows: Iterable[Row]) -> int:
    count = 0
    with _packed(out) as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(dataset.names)
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    return count


def _read_csv(file: IO[bytes], dataset: Dataset) -> Iterator[Row]:
    csv.field_size_limit(2**31 - 1)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for values in csv.DictReader(lines):
            yield [values[name] or None for name in dataset.names]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, default=plain, ensure_ascii=False)
    return plain(value) if isinstance(value, datetime) else value


@contextmanager
def _packed(out: IO[bytes]) -> Iterator[IO[str]]:
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=6, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as lines,
    ):
        yield lines


FORMS = {
    "parquet": Form("parquet", _write_parquet, _read_parquet),
    "csv": Form("csv.gz", _write_csv, _read_csv),
    "jsonl": Form("jsonl.gz", _write_lines, _read_lines),
}


def plain(value: Any) -> Any:
    """What JSON has no type for, as text: times as ISO 8601."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
