"""One parse of a page: the tree that every field is read from, and the text of its elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree, html

Element = Any
"""An ``lxml.html.HtmlElement``; lxml carries no types."""

# libxml2 gives up below 256 levels (XML_PARSE_HUGE lifts it, and then Python code that recurses breaks).
_MAX_DEPTH = 200
_MAX_CHARACTERS = 12_000_000
_MAX_TAGS = 30_000
"""Ten times as many as a long story's page has; what stands behind them, such as endless comments, is not read."""
_MOST_PILED = 20 * _MAX_TAGS
"""Piles of tags are taken off as far as here."""
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SELF_CLOSED_HTML = re.compile(r"<html([^>]*)/>", re.IGNORECASE)
_TAG = re.compile(
    r"<(/?)(div|span|section|font|b|i|em|strong|table|tbody|tr|td|ul|ol|li|blockquote|center|a|p|dl|dd|article|main|small|big|sup|sub|u|nobr)\b[^>]*>",
    re.IGNORECASE,
)
_CLOSED = 0.3
"""The least share of closing tags where elements stand beside each other and are not piled up."""
_PILE = re.compile(
    r"(?:<(?:div|span|section|font|b|i|center|blockquote)\b[^<>]*>\s*){150,}|(?:</\w+\s*>\s*){150,}"
)
# Elements that do not part words: <b>un</b>likely is one word, <span>7 pm EST</span><span>First</span> are two texts.
_PHRASING = frozenset(
    "b i em strong u a sup sub font mark abbr acronym small big s q cite wbr tt code bdi bdo ins del".split()
)
SILENT = frozenset("script style noscript template svg button select option textarea iframe".split())
_SPACES = re.compile(r"\s+")


def parse_page(text: str) -> Element | None:
    """The page's tree, comments dropped; None where there is no element at all. Depth and size are bounded."""
    text = _UNWANTED.sub("", _XML_DECLARATION.sub("", text[:_MAX_CHARACTERS].lstrip("\ufeff")))
    text = _SELF_CLOSED_HTML.sub(r"<html\1>", text, count=1)
    if "<" not in text:
        return None
    text = _first_tags(text)
    tree, too_deep = _parse(text)
    if too_deep:
        tree, _ = _parse(flatten(text))
    if tree is not None:
        _part_spans(tree)
    return tree


def _part_spans(tree: Element) -> None:
    """A space between two spans of whole words: their layout keeps "7 pm EST" and "First" apart, plain text would not."""
    for span in tree.iter("span"):
        following = span.getnext()
        if following is None or following.tag != "span" or span.tail or len(span) or len(following):
            continue
        left, right = span.text or "", following.text or ""
        if len(left) > 1 and len(right) > 1 and left[-1].isalnum() and right[0].isalnum():
            span.tail = " "


def _first_tags(text: str) -> str:
    """The text up to its last tag that is read; piles of tags that hold nothing do not count."""
    first = _cut(text, _MAX_TAGS)
    if first == text or first.count("</") > _CLOSED * _MAX_TAGS:
        return first
    return _cut(_PILE.sub(" ", _cut(text, _MOST_PILED)), _MAX_TAGS)


def _cut(text: str, tags: int) -> str:
    after = next(islice(re.finditer("<", text), tags, None), None)
    return text[: after.start()] if after else text


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


def text_of(element: Element, *, skip: Iterable[str] = (), most: int | None = None) -> str:
    """The element's text on one line; texts that a layout keeps apart do not run together.

    ``most``: enough characters to tell that a text is too long; where many elements are asked, the
    page's whole text must not be put together for each. What is behind may be cut.

    >>> text_of(html.fromstring("<p><b>un</b>likely <span>7 pm EST</span><span>First</span></p>"))
    'unlikely 7 pm EST First'
    """
    pieces = _pieces(element, SILENT.union(skip))
    return clean("".join(pieces if most is None else _first(pieces, most)))


def _first(pieces: Iterator[str], most: int) -> Iterator[str]:
    length = 0
    for piece in pieces:
        yield piece
        length += len(piece.strip())
        if length > most:
            return


def _pieces(element: Element, silent: frozenset[str]) -> Iterator[str]:
    # Iterative: a page may nest as deep as the parser lets it. Lazy: it may be enough to see the beginning.
    yield element.text or ""
    stack = [(element, iter(element))]
    while stack:
        node, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if node is not element:
                yield node.tail or "" if node.tag in _PHRASING else f" {node.tail or ''}"
        elif not isinstance(child.tag, str) or child.tag in silent:
            yield f" {child.tail or ''}"
        else:
            yield child.text or "" if child.tag in _PHRASING else f" {child.text or ''}"
            stack.append((child, iter(child)))


def attributes(element: Element, *names: str) -> str:
    """The first of the attributes that has a value, stripped; else the empty string."""
    for name in names:
        value = element.get(name)
        if value and value.strip():
            return clean(value)
    return ""
