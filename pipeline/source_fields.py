"""What may stand in a source and in its hints: strict types, and what each fault is called."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from pipeline.history_fields import HistoryModel, web_address
from pipeline.records import NO_HEADERS, Hints, Source

_DOMAIN = re.compile(
    r"(?=.{4,253}$)(?!www\.)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
# language[-script][-region][-variant] of RFC 5646, in its usual letter case.
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SECRET = re.compile(r"authorization|cookie|token|secret|password|api-?key", re.IGNORECASE)
_REFERENCE = re.compile(r"\$\{env:[A-Za-z_][A-Za-z0-9_]*\}")


def suggestion(value: str, choices: Iterable[str]) -> str:
    """A question after the choice that ``value`` comes nearest to; empty where none is near."""
    close = difflib.get_close_matches(value, list(choices), n=1)
    return f"; did you mean {close[0]}?" if close else ""


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The two-letter codes of ISO 3166-1, and XK, which everyone uses for Kosovo."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if line and not line.startswith("#")) | {"XK"}


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _name(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return value


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise ValueError(f"is not a domain in lower case without www: {value!r}")
    return value


def _country(value: str) -> str:
    if value not in countries():
        raise ValueError(f"is not a two-letter country code in capitals: {value!r}")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"is not a language tag such as en, pt-BR or zh-Hant: {value!r}")
    return value


def _zone(value: str) -> str:
    if value not in _zones():
        raise ValueError(f"is not an IANA zone: {value!r}{suggestion(value, _zones())}")
    return value


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if not _HEADER.fullmatch(name) or re.search(r"[\r\n\0]", text):
            raise ValueError(f"has a header that HTTP does not allow: {name!r}")
        if _SECRET.search(name) and not _REFERENCE.search(text):
            raise ValueError(
                f"{name} holds a secret in plain text: set a variable and write ${{env:NAME}} here"
            )
    return value


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"is not a day such as 2024-03-09: {value!r}") from None
    return value


def _selector(value: str) -> str:
    # Few publishers have hints.
    from lxml.cssselect import CSSSelector, SelectorError  # noqa: PLC0415
    from lxml.etree import XPathError  # noqa: PLC0415

    try:
        CSSSelector(value, translator="html")
    except (SelectorError, XPathError) as error:
        raise ValueError(f"is not a CSS selector: {value!r} ({error})") from None
    return value


_Selectors = list[Annotated[str, AfterValidator(_selector)]]
_Day = Annotated[date | None, BeforeValidator(_day)]


class HintsModel(BaseModel):
    """One item of a publisher's ``hints``; the fields are those of ``records.Hints``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    since: _Day = None
    until: _Day = None
    headline: _Selectors = Field(default_factory=list)
    byline: _Selectors = Field(default_factory=list)
    body: _Selectors = Field(default_factory=list)
    published: _Selectors = Field(default_factory=list)
    section: _Selectors = Field(default_factory=list)
    image: _Selectors = Field(default_factory=list)
    drop: _Selectors = Field(default_factory=list)
    drop_authors: list[Annotated[str, AfterValidator(_name)]] = Field(default_factory=list)
    zone: Annotated[str, AfterValidator(_zone)] | None = None

    @model_validator(mode="after")
    def _holds_and_says(self) -> HintsModel:
        if self.since and self.until and self.since >= self.until:
            raise ValueError(f"hold on no day: until {self.until} is not after since {self.since}")
        if not self.model_dump(exclude_defaults=True, exclude={"since", "until"}):
            raise ValueError("say nothing: name a field")
        return self

    def record(self) -> Hints:
        """The record."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self.model_dump().items()
        }
        return Hints(**values)


def plain_hints(hints: Hints) -> dict[str, str | list[str]]:
    """What the hints say, as YAML and JSON write it; what they do not say is left out.

    >>> plain_hints(Hints(since=date(2024, 3, 1), headline=("h1.title",)))
    {'since': '2024-03-01', 'headline': ['h1.title']}
    """
    said = {field.name: getattr(hints, field.name) for field in fields(hints)}
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in said.items()
        if value
    }


class SourceModel(BaseModel):
    """One item of the list, strictly typed; the fields are those of ``records.Source``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, AfterValidator(_name)]
    domain: Annotated[str, AfterValidator(_domain)]
    country: Annotated[str, AfterValidator(_country)] | None = None
    language: Annotated[str, AfterValidator(_language)] | None = None
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    feeds: list[Annotated[str, AfterValidator(web_address)]] = Field(min_length=1)
    feed_only: bool = False
    paused: bool = False
    obey_robots_for_feeds: bool = True
    delay_seconds: Annotated[float, Field(ge=0, le=3600)] | None = None
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(default_factory=dict)
    hints: list[HintsModel] = Field(default_factory=list)
    history: list[HistoryModel] = Field(default_factory=list)

    def record(self) -> Source:
        """The record; header references stay unresolved."""
        headers = MappingProxyType(dict(self.headers)) if self.headers else NO_HEADERS
        values = {**self.model_dump(), "feeds": tuple(self.feeds), "headers": headers}
        listed = {
            "hints": tuple(item.record() for item in self.hints),
            "history": tuple(item.record() for item in self.history),
        }
        return Source(**{**values, **listed})
