"""The sources file: which publishers are read, and what is known of each.

A YAML file with one list, ``sources``. Everything that is wrong with it is said at once, each fault
with its line and field, so that a file of hundreds is mended in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.errors import SettingsError
from pipeline.history_fields import HistoryModel, plain_place
from pipeline.records import Hints, Source
from pipeline.source_fields import HintsModel, SourceModel, plain_hints, suggestion

_UNRESOLVED = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: ``no`` is Norwegian and ``NO`` is Norway. A date is a text, as a name may be."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag not in _UNRESOLVED]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), ["t", "f"])


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
            sources.append(SourceModel.model_validate(item).record())
            faults += _overlaps(sources[-1], ("sources", index, "hints"), lines)
        except ValidationError as error:
            faults += [_fault(detail, ("sources", index), item, lines) for detail in error.errors()]
    faults += _duplicates(items, lines)
    if faults:
        told = "\n".join(f"{name}: line {line}: {what}" for line, what in sorted(faults))
        raise SettingsError(told, url=name)
    return tuple(sources)


def dump_sources(sources: Iterable[Source]) -> str:
    """A file that ``load_sources`` reads as ``sources``; what is at its default is left out."""
    defaults = {field.name: field.default for field in fields(Source)} | {
        "headers": {},
        "hints": [],
        "history": [],
    }
    items = []
    for source in sources:
        values = {name: getattr(source, name) for name in defaults}
        values |= {"feeds": list(source.feeds), "headers": dict(source.headers)}
        values["hints"] = [plain_hints(hints) for hints in source.hints]
        values["history"] = [plain_place(place) for place in source.history]
        items.append({name: value for name, value in values.items() if value != defaults[name]})
    return yaml.dump({"sources": items}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Quotes what a YAML 1.1 reader would take for a boolean (the dumper's own resolvers do that)."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, False)


_Trail = tuple[str | int, ...]
_MODELS: Mapping[str, type[BaseModel]] = {"hints": HintsModel, "history": HistoryModel}
"""Of the items of a source's lists."""


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
        model = _MODELS[str(detail["loc"][0])] if len(detail["loc"]) > 1 else SourceModel
        message = f"is not a known field{suggestion(str(detail['loc'][-1]), model.model_fields)}"
    elif detail["type"] == "missing":
        message = "is missing"
    return lines[location], f"{field}{who}: {message}"


def _overlaps(source: Source, path: _Trail, lines: Mapping[_Trail, int]) -> Iterator[tuple[int, str]]:
    """Hints that hold on days on which earlier ones of the list do: nobody could say which are meant."""
    for index, hints in enumerate(source.hints):
        for before, other in enumerate(source.hints[:index]):
            if _begins(hints) < _ends(other) and _begins(other) < _ends(hints):
                line = lines[*path, index]
                yield line, f"hints.{index} of {source.name}: its days overlap those of hints.{before}"


def _begins(hints: Hints) -> date:
    return hints.since or date.min


def _ends(hints: Hints) -> date:
    return hints.until or date.max


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


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)
