"""JSON as pages carry it: wrapped, cut short, with bare quotes; repaired as far as it can be read."""

from __future__ import annotations

import html as html_lib
import json
import re
from typing import Any

_MAX_SCRIPT = 3_000_000
_MAX_REPAIR = 400_000
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_MISSING_VALUE = re.compile(r"(:)\s*([,}\]])")
_MISSING_COMMA = re.compile(r"(\"|\}|\]|\d)(\s*\n\s*)(?=\"[\w@]+\"\s*:)")
_WRAPPER = re.compile(r"^\s*(?://)?\s*(?:<!\[CDATA\[|<!--)|(?://)?\s*(?:\]\]>|-->)\s*$")
_PLAIN = re.compile(
    r"\"(headline|datePublished|dateModified|dateCreated|articleSection|description|name|url|articleBody|keywords|@type)\"\s*:\s*\"((?:[^\"\\]|\\.){0,20000})\""
)
_AUTHOR = re.compile(r"\"author\"\s*:\s*[\[{][^\]}]{0,400}?\"name\"\s*:\s*\"((?:[^\"\\]|\\.){1,200})\"")
_STORIES = ("article", "posting", "report", "page")
"""How the types of a page's own node end."""


def read_json(script: str) -> list[Any]:
    """The values in a script, repaired as far as needed; an empty list where nothing can be read.

    >>> read_json('{"headline": "A "quoted" word", "keywords": ["a", "b",],}')
    [{'headline': 'A "quoted" word', 'keywords': ['a', 'b']}]
    """
    script = script[:_MAX_SCRIPT].strip().lstrip("\ufeff")
    if not script:
        return []
    values = _strict(script)
    if values is not None:
        return values
    script = _WRAPPER.sub("", _WRAPPER.sub("", script)).strip().rstrip(";").strip()
    if "&quot;" in script and script.count('"') < script.count("&quot;"):
        script = html_lib.unescape(script)
    if len(script) > _MAX_REPAIR:
        return _by_pattern(script)
    for repair in (
        str,
        _mend,
        lambda text: _close(_escape_quotes(_mend(text))),
        lambda text: _close(_mend(text)),
    ):
        values = _strict(repair(script))
        if values is not None:
            return values
    return _by_pattern(script)


def _strict(text: str) -> list[Any] | None:
    """The values of one or more documents written one after the other; None where one is broken."""
    decoder = json.JSONDecoder(strict=False)
    values: list[Any] = []
    at = 0
    try:
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            while at < len(text) and text[at] in " \t\r\n,;":
                at += 1
    except (ValueError, RecursionError):
        return None
    return values


def _mend(text: str) -> str:
    text = _TRAILING_COMMA.sub(r"\1", text)
    text = _MISSING_VALUE.sub(r"\1 null\2", text)
    text = _MISSING_COMMA.sub(r"\1,\2", text)
    return re.sub(r"\\(?![\"\\/bfnrtu])", r"\\\\", text)


def _escape_quotes(text: str) -> str:
    """Quotes inside a value escaped: a quote closes a value only where JSON goes on behind it."""
    out: list[str] = []
    inside = False
    escaped = False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            if not inside:
                inside = True
            elif re.match(r"\s*(?:[}\]:]|,\s*[\"{\[\dtfn]|$)", text[at + 1 : at + 60]):
                inside = False
            else:
                out.append("\\")
        out.append(char)
    return "".join(out)


def _close(text: str) -> str:
    """A document cut short, with what it left open closed."""
    stack: list[str] = []
    inside = escaped = False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            inside = not inside
        elif not inside and char in "{[":
            stack.append("}" if char == "{" else "]")
        elif not inside and char in "}]" and stack:
            stack.pop()
    if not stack and not inside:
        return text
    text = text.rstrip() + ('"' if inside else "")
    text = re.sub(r",?\s*\"[^\"]*\"\s*:?\s*$", "", text) if not inside else text
    return text.rstrip().rstrip(",") + "".join(reversed(stack))


def _by_pattern(script: str) -> list[Any]:
    """A node made of the plain properties that a hopeless script still shows."""
    node: dict[str, Any] = {}
    for key, value in _PLAIN.findall(script):
        node.setdefault(key, html_lib.unescape(value.replace('\\"', '"').replace("\\/", "/")))
    author = _AUTHOR.search(script)
    if author:
        node["author"] = author.group(1)
    if "headline" in node or "datePublished" in node:
        if not str(node.get("@type", "")).lower().endswith(_STORIES):
            node["@type"] = "Article"
        return [node]
    return []
