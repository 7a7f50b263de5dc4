"""A publisher's hints as JSON, and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from pipeline.records import Hints


def stored(hints: Hints) -> dict[str, Any]:
    """What the hints say, as JSON; what they do not say is left out."""
    said = {field.name: getattr(hints, field.name) for field in fields(hints)}
    return {name: _plain(value) for name, value in said.items() if value}


def _plain(value: date | tuple[str, ...] | str) -> str | list[str]:
    return (
        value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
    )


def read(stored: dict[str, Any]) -> Hints:
    """The hints that ``stored`` made JSON of."""
    days = {name: date.fromisoformat(stored[name]) for name in ("since", "until") if name in stored}
    lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
    return Hints(**{**stored, **lists, **days})
