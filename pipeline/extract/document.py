"""One parse of a page: the tree that every field is read from, and the text of its elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree, html

Element = Any
"""An ``lxml.html.HtmlElement``; lxml carries no types."""

# libxml2 gives up below 256 levels (XML_PARSE_HUGE lifts it, and then Python code that recurses breaks).
_MAX_DEPTH = 200
_MAX_CHARACTERS = 12_000_000
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SELF_CLOSED_HTML = re.compile(r"<html([^>]*)/>", re.IGNORECASE)
_TAG = re.compile(
    r"<(/?)(div|span|section|font|b|i|em|strong|table|tbody|tr|td|ul|ol|li|blockquote|center|a|p|dl|dd|article|main|small|big|sup|sub|u|nobr)\b[^>]*>",
    re.IGNORECASE,
)
# Elements that do not part words: <b>un</b>likely is one word, <span>7 pm EST</span><span>First</span> are two texts.
_PHRASING = frozenset(
    "b i em strong u a sup sub font mark abbr acronym small big s q cite wbr tt code bdi bdo ins del".split()
)
SILENT = frozenset("script style noscript template svg button select option textarea iframe".split())
_SPACES = re.compile(r"\s+")


def parse_page(text: str) -> Element | None:
    """The page's tree, comments dropped; None where there is no element at all. Depth is bounded."""
    text = _UNWANTED.sub("", _XML_DECLARATION.sub("", text[:_MAX_CHARACTERS].lstrip("\ufeff")))
    text = _SELF_CLOSED_HTML.sub(r"<html\1>", text, count=1)
    if "<" not in text:
        return None
    tree, too_deep = _parse(text)
    if too_deep:
        tree, _ = _parse(flatten(text))
    return tree


def _parse(text: str) -> tuple[Element | None, bool]:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None, False
    return tree, any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)


def flatten(text: str) -> str:
    """``text`` without the tags that open below the depth a parser allows; their content stays.

    >>> len(flatten("<div>" * 500 + "x" + "</div>" * 500)) < 500 * 11
    True
    """
    depth = 0
    skipped = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth, skipped
        if match.group(1):
            if skipped:
                skipped -= 1
                return " "
            depth = max(0, depth - 1)
            return match.group(0)
        if depth >= _MAX_DEPTH // 2:
            skipped += 1
            return " "
        depth += 1
        return match.group(0)

    return _TAG.sub(keep, text)


def clean(text: str | None) -> str:
    """``text`` on one line: soft hyphens and zero-width marks gone, runs of white space as one space."""
    if not text:
        return ""
    return _SPACES.sub(" ", text.replace("\xad", "").replace("\u200b", "").replace("\ufeff", "")).strip()


def text_of(element: Element, *, skip: Iterable[str] = ()) -> str:
    """The element's text on one line; texts that a layout keeps apart do not run together.

    >>> text_of(html.fromstring("<p><b>un</b>likely <span>7 pm EST</span><span>First</span></p>"))
    'unlikely 7 pm EST First'
    """
    return clean("".join(_pieces(element, SILENT.union(skip))))


def _pieces(element: Element, silent: frozenset[str]) -> Iterator[str]:
    # Iterative: a page may nest as deep as the parser lets it.
    stack: list[tuple[Element, bool]] = [(element, False)]
    while stack:
        node, closing = stack.pop()
        apart = node.tag not in _PHRASING
        if closing:
            if apart:
                yield " "
            if node is not element and node.tail:
                yield node.tail
            continue
        if not isinstance(node.tag, str) or (node.tag in silent and node is not element):
            if node is not element:
                yield " "
                yield node.tail or ""
            continue
        if apart:
            yield " "
        if node.text:
            yield node.text
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))


def attributes(element: Element, *names: str) -> str:
    """The first of the attributes that has a value, stripped; else the empty string."""
    for name in names:
        value = element.get(name)
        if value and value.strip():
            return clean(value)
    return ""
