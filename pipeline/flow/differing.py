"""Where two readings of the same bytes differ: values in, differences by field out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.warehouse.rows import OWNED, StoryRows
from pipeline.warehouse.stored import Stored
from pipeline.warehouse.tables import BRIDGES

Row = Mapping[str, Any]

_DERIVED = frozenset(
    {*OWNED, "story_id", "source_id", "version_id", "fetched_at", "loaded_at"}
    | {"extractor_version", "content_hash", "text_hash"}
)
"""Columns of a story that follow from others, or that no reading of its bytes changes."""
_OF_VERSION = ("headline", "published_at", "published_local")
_LENGTH = 100
_BEFORE = 30
"""Characters that two long texts have in common, shown before the place where they part."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that today's code reads otherwise."""

    url: str
    field: str
    """A column of the story, ``body``, a table that hangs on it without its prefix (``keyword``), ``status`` or ``story``."""
    before: str
    after: str


def of_shown(url: str, stored: Stored, rows: StoryRows) -> list[Difference]:
    """What differs between what a story shows and ``rows``, another reading of that capture."""
    found = [
        _difference(url, name, stored.article[name], value)
        for name, value in rows.article.items()
        if name not in _DERIVED and stored.article[name] != value
    ]
    if stored.body != rows.body:
        found.append(_difference(url, "body", stored.body, rows.body))
    for table in BRIDGES:
        before, after = _parts(stored.bridges[table.fullname]), _parts(rows.bridges[table.fullname])
        if before != after:
            found.append(_difference(url, table.name.removeprefix("article_"), before, after))
    # Never silent: what the digest tells apart and no column does.
    return found or [Difference(url, "other", stored.article["content_hash"], rows.article["content_hash"])]


def of_version(url: str, held: Row | None, rows: StoryRows) -> list[Difference]:
    """What differs between a version and ``rows``, another reading of its capture; None: that capture has no version."""
    if held is None:
        return [Difference(url, "version", "", _line(rows.version["headline"]))]
    new = {**{name: rows.version[name] for name in _OF_VERSION}, "body": rows.body}
    return [_difference(url, name, held[name], value) for name, value in new.items() if held[name] != value]


def of_identity(url: str, field: str, before: Any, after: Any) -> list[Difference]:
    """One difference where the two are not the same, else none."""
    return [] if before == after else [_difference(url, field, before, after)]


def _parts(rows: Iterable[Row]) -> list[tuple[tuple[str, Any], ...]]:
    return sorted(
        (tuple(sorted((name, value) for name, value in row.items() if name != "story_id")) for row in rows),
        key=repr,
    )


def _difference(url: str, field: str, before: Any, after: Any) -> Difference:
    old, new = _line(before), _line(after)
    # Of long texts the part where they part.
    alike = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    start = max(0, alike - _BEFORE) if max(len(old), len(new)) > _LENGTH else 0
    return Difference(url, field, _cut(old, start), _cut(new, start))


def _cut(text: str, start: int) -> str:
    shown = text[start : start + _LENGTH]
    return f"{'…' if start else ''}{shown}{'…' if start + _LENGTH < len(text) else ''}"


def _line(value: Any) -> str:
    """The value in one line."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(_part(one) for one in value)
    return " ".join(str(value).split())


def _part(one: Any) -> str:
    if isinstance(one, tuple):
        return ", ".join(str(value) for name, value in one if value is not None and name != "position")
    return str(one)
