"""The state of a feed between two polls, as one value: read with its lease, written with its poll."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from pipeline.poll.moves import Address
from pipeline.poll.pace import Pace


@dataclass(frozen=True, slots=True)
class FeedState:
    """A row of ``ops.feed_state`` without its lease; the columns' comments are its dictionary."""

    etag: str | None = None
    last_modified: str | None = None
    validators_url: str | None = None
    validators_lie_until: datetime | None = None
    body_digest: str | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_news_at: datetime | None = None
    news_every_seconds: float | None = None
    next_poll_at: datetime | None = None
    failures: float = 0.0
    last_reason: str | None = None
    gone_at: datetime | None = None
    ttl_minutes: int | None = None
    update_minutes: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    fresh_seconds: float | None = None
    pace: Pace | None = None
    address: Address = field(default_factory=Address)

    def as_row(self) -> dict[str, Any]:
        """The columns and their values; those of a pace that is not known are NULL."""
        row = {name: getattr(self, name) for name in _OWN}
        row |= {name: sorted(getattr(self, name)) for name in ("skip_hours", "skip_days")}
        row |= self.pace.as_row() if self.pace else dict.fromkeys(_NO_PACE)
        return row | {name: getattr(self.address, name) for name in _ADDRESS}

    @classmethod
    def of_row(cls, row: RowMapping) -> FeedState:
        """The state in a row that has these columns among others; of a feed without a row, that of a new one."""
        if row["failures"] is None:
            return cls()
        held = dict(row)  # a row finds each of its columns anew
        own = {name: held[name] for name in _OWN}
        return cls(
            **{**own, "skip_hours": frozenset(own["skip_hours"]), "skip_days": frozenset(own["skip_days"])},
            pace=Pace.of_row(held),
            address=Address(**{name: held[name] for name in _ADDRESS}),
        )


_OWN = tuple(one.name for one in fields(FeedState) if one.name not in {"pace", "address"})
_ADDRESS = tuple(one.name for one in fields(Address))
_NO_PACE = tuple(Pace().as_row())
