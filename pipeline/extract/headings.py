"""Section headings that the library drops from a body, put back where they stand."""

from __future__ import annotations

from pipeline.extract.body import Block, word_count
from pipeline.extract.document import Element, text_of

_LONGEST_HEADING = 14


def with_headings(blocks: list[Block], tree: Element) -> list[Block]:
    """``blocks`` with the page's headings that stand between them; unchanged where it has headings already.

    A heading belongs to the body if the next paragraph behind it, beside it in the page's tree, is
    one of the body's and not its first.
    """
    if any(block.kind == "heading" for block in blocks):
        return blocks
    places = {block.text: at for at, block in reversed(list(enumerate(blocks)))}
    before: dict[int, str] = {}
    heading: Element | None = None
    for element in tree.iter("p", "h2", "h3", "h4"):
        if element.tag != "p":
            heading = element if element.find(".//a") is None else None
            continue
        if heading is None:
            continue
        text = text_of(element)
        if not text:
            continue
        at = places.get(text, 0)
        title = text_of(heading)
        beside = heading.getparent() is element.getparent()
        if at and beside and 0 < word_count(title) <= _LONGEST_HEADING:
            before.setdefault(at, title)
        heading = None
    if not before:
        return blocks
    out: list[Block] = []
    for at, block in enumerate(blocks):
        if at in before:
            out.append(Block(before[at], "heading"))
        out.append(block)
    return out
