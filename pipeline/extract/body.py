"""The body: trafilatura finds it, this module turns it into paragraphs and cleans them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from pipeline.extract.document import SILENT, Element, clean, parse_page

Kind = Literal["paragraph", "heading", "item", "quote", "row"]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of a body, and what it is."""

    text: str
    kind: Kind = "paragraph"


def main_blocks(tree: Element, *, url: str) -> list[Block]:
    """The blocks of the page's main text in order; an empty list where none is found. The tree is not changed.

    The library's fast mode: its thorough one runs three more extractors, loads the word lists of a
    hundred languages, and on pages whose story is short adds as much of other boxes as text.
    """
    options = Extractor(fast=True, comments=False, url=url, output_format="python")
    try:
        document = bare_extraction(tree, options=options)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError, RecursionError):
        # Broken trees find the library's faults; the caller has other sources.
        return []
    body = getattr(document, "body", None)
    return [] if body is None else list(_blocks(body))


def _blocks(body: Element) -> list[Block]:
    blocks: list[Block] = []

    def add(text: str, kind: Kind) -> None:
        for line in text.split("\n"):
            line = clean(line)  # noqa: PLW2901 - as cleaned
            if line:
                blocks.append(Block(line, kind))

    def visit(element: Element, kind: Kind, depth: int) -> None:
        if depth > 60 or not isinstance(element.tag, str):
            add(_inline(element), kind)
            return
        own: Kind = _KINDS.get(element.tag, kind)
        if not any(child.tag in _BLOCKS for child in element.iterdescendants()):
            add(_inline(element), own)
            return
        pending = element.text or ""
        for child in element:
            if child.tag in _BLOCKS or any(inner.tag in _BLOCKS for inner in child.iterdescendants()):
                add(pending, own)
                visit(child, own, depth + 1)
                pending = child.tail or ""
            else:
                pending += _inline(child) + (child.tail or "")
        add(pending, own)

    visit(body, "paragraph", 0)
    return blocks


_KINDS: dict[str, Kind] = {
    "head": "heading",
    "item": "item",
    "quote": "quote",
    "row": "row",
    "p": "paragraph",
}
_BLOCKS = frozenset(
    {
        "p",
        "head",
        "list",
        "item",
        "quote",
        "table",
        "row",
        "div",
        "fw",
        "ab",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
    }
)


def _inline(element: Element) -> str:
    if element.tag == "row":
        return " | ".join(text for cell in element if (text := clean("".join(_parts(cell)))))
    return "".join(_parts(element))


def _parts(element: Element) -> list[str]:
    out = ["\n"] if element.tag == "lb" else []
    if element.text:
        out.append(element.text.replace("\n", " "))
    for child in element:
        out.extend(_parts(child))
        if child.tail:
            out.append(child.tail.replace("\n", " "))
    return out


_HTML_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    "li": "item",
    "blockquote": "quote",
    "tr": "row",
}
_HTML_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li blockquote table tbody tr td th pre section article header footer aside figure figcaption dl dt dd hr br main".split()
)


def html_blocks(fragment: str) -> list[Block]:
    """The blocks of a piece of HTML, such as a feed's content; of plain text, its paragraphs."""
    if "<" not in fragment:
        return [Block(text) for part in re.split(r"\n\s*\n|\n", fragment) if (text := clean(part))]
    tree = parse_page(f"<div>{fragment}</div>")
    if tree is None:
        return []
    blocks: list[Block] = []
    kind: Kind = "paragraph"
    text = ""

    def flush() -> None:
        nonlocal text
        line = clean(text)
        if line:
            blocks.append(Block(line, kind))
        text = ""

    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if tag in SILENT:
                continue
            if tag in _HTML_BLOCKS:
                flush()
                kind = _HTML_KINDS.get(
                    tag, "paragraph" if tag in {"p", "div", "figcaption"} and kind != "item" else kind
                )
            text += element.text or ""
            continue
        if tag in _HTML_BLOCKS:
            flush()
            kind = "paragraph" if tag in _HTML_KINDS else kind
        text += element.tail or ""
    flush()
    return blocks


def body_text(blocks: list[Block]) -> str:
    """Paragraphs and headings joined by blank lines."""
    return "\n\n".join(block.text for block in blocks)


_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0eff]|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0eff]+"
)


def word_count(text: str) -> int:
    """Words; a character is a word where a script writes none apart.

    >>> word_count("two words 東京")
    4
    """
    return len(_WORD.findall(text))
