"""The running text of a part of a page: its block elements read one by one, boxes of other things left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from pipeline.extract.body import Block, Kind
from pipeline.extract.document import SILENT, Element, clean, text_of
from pipeline.extract.page import Page

_BESIDE = frozenset("nav footer aside form button figure figcaption header dialog label address".split())
_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li blockquote table tbody thead tr td th pre section article main center "
    "header footer aside figure figcaption dl dt dd details summary hr br body".split()
)
_HEADINGS = frozenset(("h2", "h3", "h4"))
_TITLES = ("h2", "h3", "h4", "h5")
_SHORTEST = 60
"""Characters of a paragraph; shorter ones are labels, buttons and menus, unless they stand between two paragraphs."""
_MOSTLY = 0.5
_CARD_LEVELS = 5


def running_text(page: Page, root: Element) -> list[Block]:
    """The headings and paragraphs below ``root`` that are no menu, no list of links and in no box of other things."""
    left_out = _left_out(page, root)
    lines = list(_lines(root, left_out | _cards(root)))
    long = [
        at
        for at, (text, _, linked) in enumerate(lines)
        if len(text) >= _SHORTEST and linked <= _MOSTLY * len(text)
    ]
    if not long:
        return []
    kept = set(long)
    blocks = []
    for at, (text, kind, linked) in enumerate(lines[: long[-1] + 1]):
        between = at - 1 in kept and at + 1 in kept and linked == 0 and kind == "paragraph"
        if at in kept or kind == "heading" or between:
            blocks.append(Block(text, kind))
    return blocks


def _left_out(page: Page, root: Element) -> set[Element]:
    """Boxes of other things, but for those that hold a headline, what is called the story's text, or most of the page."""
    boxes = {
        *root.iter(*_BESIDE),
        *(box for kind in ("elsewhere", "footer") for box in page.boxes.get(kind, ())),
    }
    named = (*page.boxes.get("body", ()), *(element for _, element in page.h1s[:2]))
    for element in named:
        if element not in boxes or element.tag not in _BESIDE:
            boxes.discard(element)
            boxes.difference_update(element.iterancestors())
    boxes.discard(root)
    most = _MOSTLY * len(root.text_content())
    return {box for box in boxes if len(box.text_content()) < most}


def _cards(root: Element) -> set[Element]:
    """Boxes that promote another story: a linked heading or picture, and a single paragraph of text beside it."""
    found = set()
    judged: dict[Element, int] = {}
    for link in root.iter("a"):
        if link.find(".//img") is None and not _is_heading(link):
            continue
        for box in islice(link.iterancestors(), _CARD_LEVELS):
            if box is root or box.tag in {"article", "main", "body"}:
                break
            if box not in judged:
                judged[box] = sum(1 for _ in islice(_paragraphs(box), 2))
            if judged[box] == 1 and box.tag != "p":
                found.add(box)
            if judged[box]:
                break
    return found


def _paragraphs(box: Element) -> Iterator[Element]:
    return (text for text in box.iter("p") if len(text.text_content()) >= _SHORTEST)


def _is_heading(link: Element) -> bool:
    parent = link.getparent()
    inside = next(link.iter(*_TITLES), None)
    return inside is not None or (parent is not None and parent.tag in _TITLES)


def _lines(root: Element, skip: set[Element]) -> Iterator[tuple[str, Kind, int]]:
    """Each line of text, what it is, and how many of its characters stand in links."""
    pending: list[str] = []
    kind: Kind = "paragraph"
    linked = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in SILENT or element in skip:
                walk.skip_subtree()
                continue
            if tag in _BLOCKS:
                if line := clean("".join(pending)):
                    yield line, kind, linked
                pending, linked = [], 0
                kind = "heading" if tag in _HEADINGS else "paragraph"
            elif tag == "a":
                linked += len(text_of(element))
            pending.append(element.text or "")
            continue
        if tag in _BLOCKS or element in skip:
            if line := clean("".join(pending)):
                yield line, kind, linked
            pending, linked, kind = [], 0, "paragraph"
        if element is not root:
            pending.append(element.tail or "")
    if line := clean("".join(pending)):
        yield line, kind, linked
