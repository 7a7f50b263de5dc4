"""The choice of the body: the library's, the metadata's, or the running text of the part that holds the story."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from itertools import islice

from pipeline.extract import jsonld
from pipeline.extract.body import Block, html_blocks, main_blocks
from pipeline.extract.cleaning import bare, cleaned
from pipeline.extract.document import Element, text_of
from pipeline.extract.headings import with_headings
from pipeline.extract.page import Page
from pipeline.extract.running_text import running_text
from pipeline.extract.status import story_root

_ENOUGH = 250
"""Characters below which a body that another source has at length is doubted."""
_SHORT = 1500
"""Characters below which the library's body is held against the running text of the page's part."""
_SHORT_OF_ARTICLE = 5000
"""The same where the page marks that part as an ``article``."""
_LONGER = 2
"""How many times longer the running text is where the library has lost most of a story."""
_PICTURE_LEVELS = 8
_MAX_ELEMENTS = 6_000
"""Pages with more elements are read by their running text alone: the library's time grows faster than they do."""


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
    root = story_root(page.tree)
    judge = " ".join(block.text for block in stated)
    blocks: list[Block] = []
    if not _is_large(page.tree):
        blocks = clean_up(with_headings(main_blocks(page.tree, url=page.url), page.tree), judge=judge)
    size = _size(blocks)
    if stated and _size(stated) > max(2.5 * size, _ENOUGH) and _agree(blocks, judge):
        return clean_up(stated), "json_ld"
    # Most stories are settled here: what follows is for short bodies, and mends those that are parts.
    if size < (_SHORT_OF_ARTICLE if root.tag == "article" else _SHORT):
        running = clean_up(running_text(page, root), judge=judge)
        if _size(running) > max(_LONGER * size, _ENOUGH):
            return running, "paragraphs"
    return blocks, "trafilatura" if blocks else ""


def _is_large(tree: Element) -> bool:
    return bool(tree.xpath("count(.//*)") > _MAX_ELEMENTS)


def _told_elsewhere(tree: Element, told: Collection[str]) -> frozenset[str]:
    """The words of captions and links that are no paragraph too: a story may begin with its caption's words."""
    words = {bare(text) for text in told}
    longest = 2 * max(map(len, words), default=0)
    for element in tree.iter("p") if words else ():
        if len(element.text_content()) <= longest and not _in_picture(element):
            words.discard(bare(text_of(element)))
    return frozenset(words)


def _in_picture(element: Element) -> bool:
    return any(
        up.tag in {"figure", "a", "aside"} or "caption" in (up.get("class") or "").lower()
        for up in (element, *islice(element.iterancestors(), _PICTURE_LEVELS))
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
