"""The body of a page saved as text: its paragraphs, pictures and links, told apart line by line, and the lists behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.extract.body import word_count
from pipeline.extract.document import clean
from pipeline.extract.links import READ_MORE
from pipeline.extract.media import split_credit
from pipeline.extract.subjects import keyword_list
from pipeline.extract.textlines import Block, Line, is_credit, is_prose, label_of, title_case
from pipeline.records import Image, Link

_LONGEST_HEADING = 14
_LONGEST_TEASER = 24
_MENU_RUN = 6
"""So many short lines in a row that are no heading, list or caption are the site's menus."""


@dataclass(slots=True)
class Story:
    """What the walk through the body has gathered so far."""

    blocks: list[Block] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    keywords: tuple[str, ...] = ()


def read_body(lines: list[Line], start: int, story: Story) -> int:
    """Gathers the body from its first line on; the index of the line that ends it."""
    at, last, shorts = start, start, 0
    keep = (0, 0, 0)
    while at < len(lines):
        text = lines[at].text
        if label_of(text):
            return at
        used = _picture(lines, at, story) or _read_more(text, story)
        if used:
            at, shorts = at + used, 0
            continue
        if is_prose(text) or lines[at].bullet:
            story.blocks.append(Block(lines[at].bullet + text, "item" if lines[at].bullet else "paragraph"))
            at, shorts = at + 1, 0
            last, keep = at, (len(story.blocks), len(story.images), len(story.links))
            continue
        shorts += 1
        if shorts >= _MENU_RUN:
            break
        heading = (
            lines[at].blank_before and word_count(text) <= _LONGEST_HEADING and _prose_follows(lines, at)
        )
        story.blocks.append(Block(text, "heading" if heading else "paragraph"))
        at += 1
    if keep[0]:
        # The short lines behind the last prose belong to the menus.
        del story.blocks[keep[0] :], story.images[keep[1] :], story.links[keep[2] :]
    return last


def _picture(lines: list[Line], at: int, story: Story) -> int:
    """How many lines from here on are a picture's caption, its credit and the teaser behind it; 0: none."""
    used = 0
    caption: str | None = None
    if before_credit(lines, at) and not is_credit(lines[at].text):
        caption, used = lines[at].text, 1
    if at + used >= len(lines) or not is_credit(lines[at + used].text):
        return 0
    own, credit = split_credit(lines[at + used].text)
    story.images.append(Image(None, caption or own, credit))
    used += 1
    behind = at + used
    if behind < len(lines) and not lines[behind].blank_before and _is_teaser(lines, behind):
        story.links.append(Link(lines[behind].text, None, "teaser"))
        used += 1
    return used


def _is_teaser(lines: list[Line], at: int) -> bool:
    text = lines[at].text
    if word_count(text) > _LONGEST_TEASER or is_credit(text) or label_of(text) or before_credit(lines, at):
        return False
    return not is_prose(text) or title_case(text)


def _read_more(text: str, story: Story) -> int:
    label = READ_MORE.match(text)
    if not label:
        return 0
    rest = clean(text[label.end() :])
    if rest:
        story.links.append(Link(rest, None, "read_more"))
    return 1 if rest else 0


def _prose_follows(lines: list[Line], at: int) -> bool:
    """Within three lines prose begins, and no label comes first."""
    for line in lines[at + 1 : at + 4]:
        if label_of(line.text):
            return False
        if is_prose(line.text):
            return True
    return False


def read_tail(lines: list[Line], at: int, story: Story) -> None:
    """The labelled lists behind the body: related stories, and tags."""
    seen_gap = 0
    while at < len(lines):
        kind, rest = label_of(lines[at].text) or (None, "")
        if kind is None:
            seen_gap += 1
            if seen_gap > 3:
                return
            at += 1
            continue
        listed, at = _listed(lines, at + 1)
        values = [rest, *listed] if rest else listed
        if kind == "tags":
            story.keywords = story.keywords or keyword_list(
                values[:1] if "," in (values or [""])[0] else values
            )
        else:
            story.links.extend(Link(value, None, "related") for value in values if word_count(value) >= 3)
        seen_gap = 0


def _listed(lines: list[Line], at: int) -> tuple[list[str], int]:
    """The block of lines behind a label, up to a blank line or the next label."""
    first, values = at, []
    while at < len(lines) and not label_of(lines[at].text) and (at == first or not lines[at].blank_before):
        values.append(re.sub(r"^[•*–—-]\s*", "", lines[at].text))
        at += 1
    return values, at


def before_credit(lines: list[Line], at: int) -> bool:
    """The next line of the same block is a credit: this one is its caption."""
    return at + 1 < len(lines) and not lines[at + 1].blank_before and is_credit(lines[at + 1].text)
