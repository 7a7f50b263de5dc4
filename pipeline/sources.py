"""The sources file: which publishers are read, and what is known of each.

A YAML file with one list, ``sources``. Everything that is wrong with it is said at once, each fault
with its line and field, so that a file of hundreds is mended in one go.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import SettingsError
from pipeline.records import NO_HEADERS, Source

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


_UNRESOLVED = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: ``no`` is Norwegian and ``NO`` is Norway. A date is a text, as a name may be."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag not in _UNRESOLVED]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), ["t", "f"])


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
        raise ValueError(f"is not an IANA zone: {value!r}{_suggestion(value, _zones())}")
    return value


def _feed(value: str) -> str:
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


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if not _HEADER.fullmatch(name) or re.search(r"[\r\n\0]", text):
            raise ValueError(f"has a header that HTTP does not allow: {name!r}")
        if _SECRET.search(name) and not _REFERENCE.search(text):
            raise ValueError(
                f"{name} holds a secret in plain text: set a variable and write ${{env:NAME}} here"
            )
    return value


class _SourceModel(BaseModel):
    """One item of the list, strictly typed; the fields are those of ``records.Source``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, AfterValidator(_name)]
    domain: Annotated[str, AfterValidator(_domain)]
    country: Annotated[str, AfterValidator(_country)] | None = None
    language: Annotated[str, AfterValidator(_language)] | None = None
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    feeds: list[Annotated[str, AfterValidator(_feed)]] = Field(min_length=1)
    feed_only: bool = False
    paused: bool = False
    obey_robots_for_feeds: bool = True
    delay_seconds: Annotated[float, Field(ge=0, le=3600)] | None = None
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(default_factory=dict)

    def source(self) -> Source:
        """The record; header references stay unresolved."""
        headers = MappingProxyType(dict(self.headers)) if self.headers else NO_HEADERS
        return Source(**{**self.model_dump(), "feeds": tuple(self.feeds), "headers": headers})


def load_sources(path: Path | str) -> tuple[Source, ...]:
    """The publishers of the file, in its order.

    Raises:
        SettingsError: it cannot be read, or something in it is wrong: every fault, with line and field.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}", url=str(path)) from error
    return parse_sources(text, name=str(path))


def parse_sources(text: str, *, name: str = "sources.yaml") -> tuple[Source, ...]:
    r"""The publishers that ``text`` lists; ``name`` is the file's, for the messages.

    Raises:
        SettingsError: as ``load_sources``.

    >>> parse_sources("sources:\n- {name: Avisa, domain: avisa.example, country: NO, feeds: ['https://avisa.example/rss']}")[0].country
    'NO'
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        raise SettingsError(f"{name}: {_place(error)}", url=name) from error
    items = data.get("sources") if isinstance(data, dict) and len(data) == 1 else None
    if not isinstance(items, list):
        raise SettingsError(f"{name}: line 1: the file is one list named sources, and nothing else", url=name)
    lines = _lines(node)
    sources: list[Source] = []
    faults: list[tuple[int, str]] = list(_repeated_keys(node))
    for index, item in enumerate(items):
        try:
            sources.append(_SourceModel.model_validate(item).source())
        except ValidationError as error:
            faults += [_fault(detail, ("sources", index), item, lines) for detail in error.errors()]
    faults += _duplicates(items, lines)
    if faults:
        told = "\n".join(f"{name}: line {line}: {what}" for line, what in sorted(faults))
        raise SettingsError(told, url=name)
    return tuple(sources)


def dump_sources(sources: Iterable[Source]) -> str:
    """A file that ``load_sources`` reads as ``sources``; what is at its default is left out."""
    defaults = {field.name: field.default for field in fields(Source)} | {"headers": {}}
    items = []
    for source in sources:
        values = {name: getattr(source, name) for name in defaults}
        values |= {"feeds": list(source.feeds), "headers": dict(source.headers)}
        items.append({name: value for name, value in values.items() if value != defaults[name]})
    return yaml.dump({"sources": items}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Quotes what a YAML 1.1 reader would take for a boolean (the dumper's own resolvers do that)."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, False)


_Trail = tuple[str | int, ...]


def _lines(node: Any, path: _Trail = ()) -> dict[_Trail, int]:
    """Where each value of a document starts: its path → its line, counted from 1."""
    found: dict[_Trail, int] = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found |= _lines(value, (*path, key.value)) | {(*path, key.value): key.start_mark.line + 1}
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found |= _lines(value, (*path, index))
    return found


def _repeated_keys(node: Any) -> Iterator[tuple[int, str]]:
    """YAML takes the last of two equal keys and says nothing."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, f"{key.value}: stands twice in one source"
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value)


def _fault(detail: Any, path: _Trail, item: Any, lines: Mapping[_Trail, int]) -> tuple[int, str]:
    location = (*path, *detail["loc"])
    while location not in lines:
        location = location[:-1]
    field = ".".join(str(part) for part in detail["loc"]) or "source"
    who = f" of {item['name']}" if isinstance(item, dict) and isinstance(item.get("name"), str) else ""
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = f"is not a known field{_suggestion(str(detail['loc'][0]), _SourceModel.model_fields)}"
    elif detail["type"] == "missing":
        message = "is missing"
    return lines[location], f"{field}{who}: {message}"


def _duplicates(items: list[Any], lines: Mapping[_Trail, int]) -> Iterator[tuple[int, str]]:
    seen: dict[tuple[str, str], int] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        feeds = item.get("feeds")
        values: list[tuple[str, _Trail, Any]] = [("domain", ("domain",), item.get("domain"))]
        values += [
            ("feed", ("feeds", place), feed)
            for place, feed in enumerate(feeds if isinstance(feeds, list) else [])
        ]
        for what, where, value in values:
            line = lines.get(("sources", index, *where))
            if isinstance(value, str) and line is not None:
                first = seen.setdefault((what, value.rstrip("/").lower()), line)
                if first != line:
                    yield line, f"{'.'.join(map(str, where))}: {value} stands already in line {first}"


def _suggestion(value: str, choices: Iterable[str]) -> str:
    close = difflib.get_close_matches(value, list(choices), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)
