"""How much backfills may ask for in a day: of a host, or of a place, counted for all processes together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.warehouse.tables import HISTORY_QUOTA


def take(connection: Connection, limits: Mapping[str, int], now: datetime, *, wanted: int = 1) -> int:
    """How many of the ``wanted`` requests are allowed on this day, each of which counts under all subjects.

    ``limits``: the most that each subject, a host or a place, may be asked on a day of UTC.
    """
    day = now.astimezone(UTC).date()
    rows = [{"subject": subject, "day": day, "requests": 0} for subject in sorted(limits)]
    connection.execute(insert(HISTORY_QUOTA).values(rows).on_conflict_do_nothing())
    mine = (HISTORY_QUOTA.c.day == day, HISTORY_QUOTA.c.subject.in_(limits))
    counted = select(HISTORY_QUOTA).where(*mine).order_by(HISTORY_QUOTA.c.subject).with_for_update()
    left: list[int] = [limits[row.subject] - row.requests for row in connection.execute(counted)]
    granted = max(0, min(wanted, *left))
    if granted:
        more = {"requests": HISTORY_QUOTA.c.requests + granted}
        connection.execute(update(HISTORY_QUOTA).where(*mine).values(more))
    return granted


def next_day(now: datetime) -> datetime:
    """When the limits of the day end.

    >>> next_day(datetime(2026, 11, 25, 23, 30, tzinfo=UTC))
    datetime.datetime(2026, 11, 26, 0, 0, tzinfo=datetime.timezone.utc)
    """
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)
