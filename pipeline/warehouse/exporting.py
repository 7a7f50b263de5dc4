"""What is exported: the datasets with their columns, their rows month by month, and which files are current.

A month's fingerprint is made from its rows: a file is current while the warehouse gives the same one. So a
late story, a new version, another cluster or an erasure makes its month, and no other, to be written again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.warehouse.datasets import Dataset
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.tables import EXPORT

UNDATED = "undated"
"""The month of stories that have no instant of publication."""
_BUFFER = 2000
"""Rows that the server hands over at once."""


@dataclass(frozen=True, slots=True)
class Month:
    """What the warehouse has of a dataset in one month."""

    name: str
    """``2026-03``, or ``undated``."""
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    location: str
    dataset: str
    month: str
    fingerprint: str
    rows: int
    size_bytes: int
    is_stale: bool = False
    """True: it holds something that was erased since."""


@contextmanager
def alone(engine: Engine, location: str) -> Iterator[bool]:
    """True for the only one that may write to that location; False where another does already."""
    name = {"name": f"export:{location}"}
    with transaction(engine.execution_options(isolation_level="AUTOCOMMIT")) as connection:
        taken = connection.execute(text("select pg_try_advisory_lock(hashtextextended(:name, 0))"), name)
        is_ours = bool(taken.scalar_one())
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.execute(text("select pg_advisory_unlock(hashtextextended(:name, 0))"), name)


def months(connection: Connection, dataset: Dataset, only: str | None = None) -> list[Month]:
    """What the warehouse has of a dataset, month by month; ``only`` asks for one of them."""
    query = (
        f"select coalesce(to_char({dataset.month_of}, 'YYYY-MM'), '{UNDATED}') as name, count(*) as rows, "  # noqa: S608  # names of ours
        f"md5(sum(hashtextextended({dataset.mark}, 0))::text) as fingerprint "
        f"from {dataset.tables} where {_within(dataset, only)} group by 1 order by 1"
    )
    found = connection.execute(text(query), _bounds(only))
    return [Month(row.name, row.rows, row.fingerprint) for row in found]


def rows(connection: Connection, dataset: Dataset, month: str) -> Iterator[Sequence[Any]]:
    """The rows of a month, in the dataset's order, streamed."""
    listed = ", ".join(f"{column.sql} as {column.name}" for column in dataset.columns)
    order = ", ".join(f'{name} collate "C"' if name.endswith("_id") else name for name in dataset.order)
    query = f"select * from (select {listed} from {dataset.tables} {dataset.beside} where {_within(dataset, month)}) one order by {order}"  # noqa: S608  # names of ours
    streamed = connection.execution_options(stream_results=True, yield_per=_BUFFER)
    yield from streamed.execute(text(query), _bounds(month))


def snapshot(engine: Engine) -> Engine:
    """The engine for reading a month: all statements of a transaction see the same rows."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def record(connection: Connection, file: Exported, now: datetime) -> None:
    """Says that a file was written; it is current again."""
    row = insert(EXPORT).values(
        location=file.location,
        dataset=file.dataset,
        month=file.month,
        fingerprint=file.fingerprint,
        rows=file.rows,
        size_bytes=file.size_bytes,
        exported_at=now,
        stale_at=None,
    )
    names = ("fingerprint", "rows", "size_bytes", "exported_at", "stale_at")
    keys = list(EXPORT.primary_key.columns)
    connection.execute(
        row.on_conflict_do_update(index_elements=keys, set_={name: row.excluded[name] for name in names})
    )


def forget(connection: Connection, location: str, dataset: str, month: str) -> None:
    """Says that a file was taken away, because the warehouse has nothing for it any more."""
    found = (EXPORT.c.location == location, EXPORT.c.dataset == dataset, EXPORT.c.month == month)
    connection.execute(delete(EXPORT).where(*found))


def follow(connection: Connection, dataset: str, month: str, before: str, after: str) -> None:
    """Files that had those rows stay current, although retention has taken some of them away."""
    same = (EXPORT.c.dataset == dataset, EXPORT.c.month == month, EXPORT.c.fingerprint == before)
    connection.execute(update(EXPORT).where(*same).values(fingerprint=after))


def exported(connection: Connection, datasets: Collection[str]) -> list[Exported]:
    """The files that were written of these datasets, at every location."""
    query = select(EXPORT).where(EXPORT.c.dataset.in_(datasets))
    return [
        Exported(
            row.location,
            row.dataset,
            row.month,
            row.fingerprint,
            row.rows,
            row.size_bytes,
            row.stale_at is not None,
        )
        for row in connection.execute(query.order_by(*EXPORT.primary_key.columns))
    ]


def month_name(at: datetime | None) -> str:
    """The month of an instant.

    >>> month_name(datetime(2026, 3, 31, 23, 30, tzinfo=UTC)), month_name(None)
    ('2026-03', 'undated')
    """
    return f"{at.astimezone(UTC):%Y-%m}" if at else UNDATED


def mark_stale(connection: Connection, published_at: datetime | None, now: datetime) -> None:
    """Says that the files with a story of that date hold something erased."""
    of_story = (
        EXPORT.c.month == month_name(published_at),
        EXPORT.c.dataset.in_(("stories", "versions", "bodies")),
    )
    connection.execute(update(EXPORT).where(*of_story).values(stale_at=now))


def _within(dataset: Dataset, month: str | None) -> str:
    at = dataset.month_of
    if month is None:
        return "true"
    return f"{at} is null" if month == UNDATED else f"{at} >= :since and {at} < :until"


def _bounds(month: str | None) -> dict[str, datetime]:
    if month in {None, UNDATED}:
        return {}
    year, number = map(int, str(month).split("-"))
    since = datetime(year, number, 1, tzinfo=UTC)
    until = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return {"since": since, "until": until}
