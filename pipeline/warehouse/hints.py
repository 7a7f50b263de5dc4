"""A publisher's hints out of the JSON that the registry keeps of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipeline.records import Hints


def read(stored: dict[str, Any]) -> Hints:
    """The hints that ``source_fields.plain_hints`` made JSON of."""
    days = {name: date.fromisoformat(stored[name]) for name in ("since", "until") if name in stored}
    lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
    return Hints(**{**stored, **lists, **days})
