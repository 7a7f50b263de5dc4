"""Moments as options give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.errors import SettingsError


def moment(text: str, *, end: bool) -> datetime:
    """A moment of an option, UTC where no offset is given; as an end, a bare day means its whole length.

    Raises:
        SettingsError: it is neither a day nor a moment.

    >>> moment("2026-11-24", end=True).isoformat()
    '2026-11-25T00:00:00+00:00'
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no ISO 8601 day or moment, as 2026-11-24 or 2026-11-24T15:00+03:00"
        raise SettingsError(message) from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at + timedelta(days=1) if end and len(text) == 10 else at
