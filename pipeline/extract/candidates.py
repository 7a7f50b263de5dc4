"""The choice of the body: the library's, the metadata's, or that of the densest part of the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import partial

from pipeline.extract import jsonld
from pipeline.extract.body import Block, html_blocks, main_blocks
from pipeline.extract.cleaning import bare, cleaned
from pipeline.extract.document import Element, text_of
from pipeline.extract.headings import with_headings
from pipeline.extract.page import Page

_ENOUGH = 250
"""Characters below which a body found by the library is doubted."""
_SHORT = 1500
"""Characters below which the library's thorough mode is asked too."""
_NEVER = frozenset({"nav", "footer", "form", "button"})
_BESIDE = _NEVER | {"aside", "header"}
_MAX_ELEMENTS = 60_000
"""Pages with more elements are read by their paragraphs alone, or the library takes many seconds."""


def body_of(
    page: Page, *, headline: str | None, description: str | None = None, told: Collection[str] = ()
) -> tuple[list[Block], str]:
    """The story's blocks, cleaned, and the source that gave them; an empty list where nothing is found.

    Args:
        page: the page.
        headline: a block that only repeats it goes.
        description: the page's own summary; a deck that repeats it goes.
        told: texts that other fields tell: captions, credits, titles of other stories; no block consists of one.
    """
    clean_up = partial(
        cleaned, headline=headline, description=description, told=_told_elsewhere(page.tree, told)
    )
    stated = _stated(page)
    large = sum(1 for _ in page.tree.iter()) > _MAX_ELEMENTS
    judge = " ".join(block.text for block in stated)
    blocks: list[Block] = []
    for fast in () if large else (True, False):
        # The thorough mode mends short results; on longer ones it adds as much chrome as text, at twice the cost.
        found = with_headings(main_blocks(page.tree, url=page.url, fast=fast), page.tree)
        blocks = clean_up(found, judge=judge)
        if _size(blocks) >= _SHORT:
            break
    size = _size(blocks)
    if stated and _size(stated) > max(2.5 * size, _ENOUGH) and _agree(blocks, judge):
        return clean_up(stated), "json_ld"
    if size >= _ENOUGH:
        return blocks, "trafilatura"
    dense = clean_up(_densest(page.tree, _BESIDE) or _densest(page.tree, _NEVER))
    if _size(dense) > max(2 * size, _ENOUGH):
        return dense, "paragraphs"
    return blocks, "trafilatura" if blocks else ""


def _told_elsewhere(tree: Element, told: Collection[str]) -> frozenset[str]:
    """The words of captions and links that are no paragraph too: a story may begin with its caption's words."""
    words = {bare(text) for text in told}
    if words:
        words -= {bare(text_of(element)) for element in tree.iter("p") if not _in_picture(element)}
    return frozenset(words)


def _in_picture(element: Element) -> bool:
    return any(
        up.tag in {"figure", "a", "aside"} or "caption" in (up.get("class") or "").lower()
        for up in (element, *element.iterancestors())
    )


def _size(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _stated(page: Page) -> list[Block]:
    """The body as JSON-LD states it."""
    text = jsonld.first_text(page.story.get("articleBody")) or ""
    return html_blocks(text) if len(text) > _ENOUGH else []


def _agree(blocks: list[Block], judge: str) -> bool:
    """Most of what was found stands in the stated body: the page shows a part of it."""
    words = [block.text[:80] for block in blocks if len(block.text) >= 40]
    return not words or sum(text[:40] in judge for text in words) >= 0.5 * len(words)


def _densest(tree: Element, beside: frozenset[str]) -> list[Block]:
    """The paragraphs that share the parent with the most running text."""
    groups: dict[Element, list[Block]] = defaultdict(list)
    for element in tree.iter("p", "h2", "h3", "blockquote", "li"):
        parent = element.getparent()
        if parent is None or any(up.tag in beside for up in element.iterancestors()):
            continue
        text = text_of(element)
        if element.tag in {"h2", "h3"}:
            groups[parent].append(Block(text, "heading"))
        elif len(text) >= 40:
            groups[parent if element.tag != "li" else parent.getparent()].append(Block(text))
    if not groups:
        return []
    return max(
        groups.values(),
        key=lambda blocks: sum(len(block.text) for block in blocks if block.kind != "heading"),
    )
