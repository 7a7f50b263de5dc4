"""What may stand in a source's ``history``: for each source of the past what it takes, and what it needs."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pipeline.records import HistoryPlace, Via

TAKES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "archive": frozenset(),
        "feed_pages": frozenset({"url", "pattern", "requests_per_day"}),
        "sitemap": frozenset({"url", "requests_per_day"}),
        "archive_pages": frozenset({"pattern", "requests_per_day"}),
        "wayback": frozenset({"url", "endpoint", "replay", "requests_per_day"}),
        "news_warc": frozenset({"location"}),
    }
)
"""What each of them may be told."""
_NEEDS: Mapping[str, str] = MappingProxyType({"archive_pages": "pattern", "news_warc": "location"})
_PLACES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "feed_pages": frozenset({"page", "offset"}),
        "archive_pages": frozenset({"yyyy", "yy", "mm", "m", "dd", "d", "month", "mon", "page"}),
    }
)
"""What a pattern of each has places for."""
_YEARS = frozenset({"yyyy", "yy"})


def web_address(value: str) -> str:
    """``value``, where it is an http address without a user's name in it.

    Raises:
        ValueError: it is not; the message goes on behind the field's name.
    """
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"is not an http or https address: {value!r}")
    if parts.username or parts.password:
        raise ValueError("holds a user name or password: put them into headers as ${env:NAME}")
    return value


def places_in(pattern: str) -> frozenset[str]:
    """The names in braces.

    Raises:
        ValueError: a brace has no partner, or there is more than a name between two.

    >>> sorted(places_in("https://a.example/{yyyy}/{mm}"))
    ['mm', 'yyyy']
    """
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise ValueError(f"is no pattern: {error}") from None
    if any(form or conversion for _, _, form, conversion in parts):
        raise ValueError("is no pattern: only a name may stand in braces")
    return frozenset(name for _, name, _, _ in parts if name is not None)


_Address = Annotated[str, AfterValidator(web_address)]


class HistoryModel(BaseModel):
    """One item of a publisher's ``history``; the fields are those of ``records.HistoryPlace``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    via: Via
    url: _Address | None = None
    pattern: _Address | None = None
    endpoint: _Address | None = None
    replay: _Address | None = None
    location: Annotated[str, Field(min_length=1)] | None = None
    requests_per_day: Annotated[int, Field(ge=1)] | None = None

    @field_validator("url", "pattern", "endpoint", "replay", "location", "requests_per_day")
    @classmethod
    def _is_taken(cls, value: Any, info: ValidationInfo) -> Any:
        via = str(info.data.get("via"))
        if via in TAKES and info.field_name not in TAKES[via]:
            taken = ", ".join(sorted(TAKES[via])) or "nothing"
            raise ValueError(f"says nothing to {via}, which takes {taken}")
        return value

    @field_validator("pattern", "replay")
    @classmethod
    def _has_places(cls, value: str, info: ValidationInfo) -> str:
        found = places_in(value)
        if info.field_name == "replay":
            if found != {"timestamp", "url"}:
                raise ValueError("needs the places {timestamp} and {url}, and no others")
            return value
        via = info.data.get("via", "")
        known = _PLACES.get(via, found)
        if unknown := sorted(found - known):
            raise ValueError(
                f"has places that are not known: {', '.join(unknown)} (there are {', '.join(sorted(known))})"
            )
        if via == "feed_pages" and len(found) != 1:
            raise ValueError("needs one place, {page} or {offset}")
        if via == "archive_pages" and not found & _YEARS:
            raise ValueError("needs a place for the year, {yyyy} or {yy}")
        return value

    @model_validator(mode="after")
    def _says_enough(self) -> HistoryModel:
        needed = _NEEDS.get(self.via)
        if needed and getattr(self, needed) is None:
            raise ValueError(f"{self.via} needs a {needed}")
        return self

    def record(self) -> HistoryPlace:
        """The record."""
        return HistoryPlace(**self.model_dump())


def plain_place(place: HistoryPlace) -> dict[str, str | int]:
    """What the setting says, as YAML and JSON write it; what it does not say is left out.

    >>> plain_place(HistoryPlace("sitemap", url="https://a.example/map.xml"))
    {'via': 'sitemap', 'url': 'https://a.example/map.xml'}
    """
    return {name: value for name, value in asdict(place).items() if value is not None}
