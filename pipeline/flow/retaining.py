"""What goes for its age: bodies, logs and files of the archive, month by month, and only what an export has.

It may be stopped at any moment, and several may run: each month goes in a transaction of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.errors import DatelineError, WarehouseRefused
from pipeline.flow.context import Context
from pipeline.flow.erasing import KIND as TOMBSTONES
from pipeline.flow.exportfiles import Folder
from pipeline.flow.exporting import STORIES, file_path, read_manifest
from pipeline.warehouse import archived, exporting, retaining
from pipeline.warehouse.datasets import DATASETS
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.exporting import Exported

LEAST = timedelta(days=60)
"""Nothing younger goes: by then second looks are over, and texts are no longer compared with new ones."""
FILES = "archive"


@dataclass(frozen=True, slots=True)
class Ages:
    """After how long each kind goes; None: never."""

    bodies: timedelta | None = None
    logs: timedelta | None = None
    archive: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """Something old enough to go."""

    kind: str
    """``bodies``, ``polls``, ``fetches`` or ``archive``."""
    name: str
    """A month, or a file of the archive."""
    count: int
    size_bytes: int
    kept_for: str | None = None
    """Why it stays all the same, in words; None: it goes."""


def retain(context: Context, ages: Ages, *, delete: bool) -> Iterator[Going]:
    """What is old enough, and what becomes of it; nothing is touched unless ``delete`` says so.

    The files of the archive last: they are kept while a story that was read from them is in no export.

    Raises:
        ArchiveAway: the archive does not answer.
    """
    now = context.clock()
    current = _current(context)
    for dataset in retaining.DATASETS:
        age = ages.bodies if dataset == "bodies" else ages.logs
        if age is not None:
            yield from _rows(context, dataset, now - max(age, LEAST), current, delete=delete)
    if ages.archive is not None:
        yield from _files(context, now - max(ages.archive, LEAST), current, delete=delete)


Current = Mapping[str, Mapping[str, str]]
"""By dataset and month: the fingerprint that a current file of it has."""


def _current(context: Context) -> Current:
    """What stands in a file of an export that is there, and holds what the warehouse has now."""
    with transaction(context.engine) as connection:
        files = exporting.exported(connection, DATASETS)
        now = {
            name: {month.name: month.fingerprint for month in exporting.months(connection, DATASETS[name])}
            for name in {one.dataset for one in files}
        }
    found: dict[str, dict[str, str]] = defaultdict(dict)
    folders: dict[str, Folder | None] = {}
    for one in files:
        if (
            not one.is_stale
            and now[one.dataset].get(one.month) == one.fingerprint
            and _is_there(one, folders)
        ):
            found[one.dataset][one.month] = one.fingerprint
    return found


def _is_there(one: Exported, folders: dict[str, Folder | None]) -> bool:
    """True where the file of an export is still as long as it was written."""
    try:
        if one.location not in folders:
            folders[one.location] = Folder(one.location)
        folder = folders[one.location]
        manifest = read_manifest(folder) if folder else None
        if folder is None or manifest is None:
            return False
        return folder.size(file_path(one.dataset, one.month, manifest["form"])) == one.size_bytes
    except (DatelineError, OSError):
        folders[one.location] = None
        return False


def _rows(
    context: Context, dataset: str, before: datetime, current: Current, *, delete: bool
) -> Iterator[Going]:
    with transaction(context.engine) as connection:
        found = retaining.aged(connection, dataset, before)
    for one in found:
        fingerprint = current.get(dataset, {}).get(one.month)
        if fingerprint is None:
            why = f"no current export has them: dateline export LOCATION --tables {dataset}"
            yield Going(dataset, one.month, one.rows, one.size_bytes, why)
        elif delete:
            yield _taken(context, one, fingerprint, before)
        else:
            yield Going(dataset, one.month, one.rows, one.size_bytes)


def _taken(context: Context, one: retaining.Aged, fingerprint: str, before: datetime) -> Going:
    try:
        with transaction(exporting.snapshot(context.engine)) as connection:
            present = exporting.months(connection, DATASETS[one.dataset], one.month)
            if [month.fingerprint for month in present] != [fingerprint]:
                return Going(
                    one.dataset, one.month, one.rows, one.size_bytes, "they have changed since the export"
                )
            rows = retaining.take_away(connection, one.dataset, one.month, before)
            after = exporting.months(connection, DATASETS[one.dataset], one.month)
            exporting.follow(
                connection, one.dataset, one.month, fingerprint, after[0].fingerprint if after else ""
            )
    except WarehouseRefused:
        return Going(
            one.dataset, one.month, one.rows, one.size_bytes, "another process has them in hand: run it again"
        )
    return Going(one.dataset, one.month, rows, one.size_bytes)


def _files(context: Context, before: datetime, current: Current, *, delete: bool) -> Iterator[Going]:
    """The youngest first: what refers to a file has gone before it, or keeps it."""
    months = set.intersection(*(set(current.get(name, ())) for name in STORIES))
    first = f"{before.astimezone(UTC):%Y/%m/%d}"
    with archived.alone(context.engine) as is_ours:
        with transaction(context.engine) as connection:
            gone = retaining.removed(connection)
        for file in reversed(context.archive.files()):
            kind = file.name.rpartition("/")[2].partition("-")[0]
            if file.name >= first or kind == TOMBSTONES:
                continue
            with transaction(context.engine) as connection:
                why = None
                if file.name not in gone:
                    why = retaining.needed_for(connection, file.name, months, gone)
                if why is None and delete and is_ours:
                    retaining.say_removed(connection, file.name, file.size_bytes, context.clock())
            if why is None:
                gone.add(file.name)
                if delete and is_ours:
                    context.archive.remove(file.name)
                elif delete:
                    why = "another command works on the archive: run it again"
            yield Going(FILES, file.name, 1, file.size_bytes, why)
