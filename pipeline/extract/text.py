"""A page saved as plain text: its story told from its chrome by shape, not by any page's words.

What is used: blank lines, the copyright sign before a credit, the caption that stands on the line
before it, the teaser that stands on the line after it, ``READ MORE:``, the labels ``Related:`` and
``Tags:`` in the languages of the press, final punctuation, and the run of short lines in which a
story ends and the menus begin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.extract.body import body_text, word_count
from pipeline.extract.document import clean
from pipeline.extract.links import READ_MORE
from pipeline.extract.media import split_credit
from pipeline.extract.names import BY, names_in
from pipeline.extract.notes import editor_notes_in
from pipeline.extract.subjects import detected_language, keyword_list
from pipeline.extract.textlines import (
    Block,
    Line,
    has_clock_or_date,
    is_credit,
    is_prose,
    label_of,
    lines_of,
    title_case,
)
from pipeline.extract.version import EXTRACTOR_VERSION
from pipeline.records import Article, DateCandidate, Image, Link, Source
from pipeline.urls import canonical_url

_LONGEST_HEADING = 14
_LONGEST_TEASER = 24
_MENU_RUN = 6
"""So many short lines in a row that are no heading, list or caption are the site's menus."""


@dataclass(slots=True)
class _Story:
    """What the walk through the body has gathered so far."""

    blocks: list[Block] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    keywords: tuple[str, ...] = ()


def extract_text(text: str, *, url: str | None = None, source: Source | None = None) -> Article:
    r"""The story in a page that was saved as plain text; nothing is raised.

    Args:
        text: the page's text, with its line breaks.
        url: where it came from, if that is known; ``""`` in the article where it is not.
        source: the publisher as registered.

    Returns:
        An article whose dates are still as printed; a clock above the headline is a ``page_clock`` candidate.

    >>> page = "14:05 GMT +23 May 2021\n\nRain Reaches the Coast at Last\n\nIt rained on the whole of the coast for nine hours on Monday, the weather office said."
    >>> article = extract_text(page)
    >>> article.headline, article.date_candidates[0].raw
    ('Rain Reaches the Coast at Last', '14:05 GMT +23 May 2021')
    """
    lines = lines_of(text)
    start = _first_prose(lines)
    at = _headline_at(lines, start)
    story = _Story()
    _header(lines, at, start, story)
    end = _walk(lines, start, story)
    _tail(lines, end, story)
    body = body_text(story.blocks)
    header = [line.text for line in lines[(at + 1 if at is not None else 0) : start]]
    byline = next((line for line in header if BY.match(line) and len(line) < 160), None)
    section = _section(lines, at, start)
    headline = lines[at].text if at is not None else None
    found = {
        "headline": headline,
        "section": section,
        "body": body,
        "keywords": story.keywords,
        "images": story.images,
        "authors": byline,
    }
    return Article(
        url=url or "",
        canonical_url=canonical_url(url) if url else "",
        headline=headline,
        byline=byline,
        authors=tuple(names_in(byline)) if byline else (),
        publisher=source.name if source else None,
        body=body or None,
        headings=tuple(block.text for block in story.blocks if block.kind == "heading"),
        section=section,
        keywords=story.keywords,
        language=source.language if source and source.language else detected_language(body),
        images=tuple(story.images),
        related=tuple(story.links),
        editor_notes=editor_notes_in(story.blocks),
        word_count=word_count(body),
        status="article" if body else "not_an_article: empty body",
        date_candidates=_dates(lines, at, start),
        methods={name: "text" for name, value in found.items() if value},
        extractor_version=EXTRACTOR_VERSION,
    )


def _first_prose(lines: list[Line]) -> int:
    """Index of the body's first paragraph: prose that more prose follows before the menus begin."""
    prose = [at for at, line in enumerate(lines) if is_prose(line.text) and not _before_credit(lines, at)]
    for at in prose:
        if len(lines[at].text) > 60 or any(at < other <= at + 8 for other in prose):
            return at
    return prose[0] if prose else len(lines)


def _before_credit(lines: list[Line], at: int) -> bool:
    """The next line of the same block is a credit: this one is its caption."""
    return at + 1 < len(lines) and not lines[at + 1].blank_before and is_credit(lines[at + 1].text)


def _headline_at(lines: list[Line], start: int) -> int | None:
    """Index of the headline: the longest line above the body that stands between blank lines, else the longest."""

    def possible(at: int) -> bool:
        text = lines[at].text
        return (
            not (is_credit(text) or BY.match(text) or has_clock_or_date(text) or label_of(text))
            and word_count(text) >= 2
        )

    candidates = [at for at in range(start) if possible(at)]
    alone = [
        at
        for at in candidates
        if lines[at].blank_before and (at + 1 >= len(lines) or lines[at + 1].blank_before)
    ]
    marked = [at for at in candidates if lines[at].marked]
    pool = marked or [at for at in alone if word_count(lines[at].text) >= 3] or candidates
    return max(pool, key=lambda at: (min(word_count(lines[at].text), 30), at)) if pool else None


def _header(lines: list[Line], at: int | None, start: int, story: _Story) -> None:
    """The lead picture: its credit stands below the headline, its caption before it or above the headline."""
    for index in range(start):
        if not is_credit(lines[index].text):
            continue
        caption, credit = split_credit(lines[index].text)
        before = index - 1
        if caption is None and before >= 0 and not lines[index].blank_before and before != at:
            caption = lines[before].text
        elif caption is None and at is not None and index > at and at > 0 and not story.images:
            above = lines[at - 1]
            named = (
                word_count(above.text) >= 3 and not has_clock_or_date(above.text) and not label_of(above.text)
            )
            caption = above.text if named and not above.after_gap else None
        story.images.append(Image(None, caption, credit))


def _section(lines: list[Line], at: int | None, start: int) -> str | None:
    """The first short line below the headline that is no credit, byline or date."""
    for line in lines[(at + 1 if at is not None else 0) : start]:
        text = line.text
        if is_credit(text) or BY.match(text) or has_clock_or_date(text):
            continue
        if (
            word_count(text) <= 3
            and len(text) <= 40
            and text[:1].isalpha()
            and not any(char.isdigit() for char in text)
        ):
            return text
        return None
    return None


def _dates(lines: list[Line], at: int | None, start: int) -> tuple[DateCandidate, ...]:
    found = []
    for index, line in enumerate(lines[:start]):
        if has_clock_or_date(line.text) and len(line.text) <= 100:
            above = at is not None and index < at
            found.append(
                DateCandidate(line.text, "page_clock", "page_clock", "line above the headline")
                if above
                else DateCandidate(line.text, "visible", "published", "line below the headline")
            )
    return tuple(found)


def _walk(lines: list[Line], start: int, story: _Story) -> int:
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


def _picture(lines: list[Line], at: int, story: _Story) -> int:
    """How many lines from here on are a picture's caption, its credit and the teaser behind it; 0: none."""
    used = 0
    caption: str | None = None
    if _before_credit(lines, at) and not is_credit(lines[at].text):
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
    if word_count(text) > _LONGEST_TEASER or is_credit(text) or label_of(text) or _before_credit(lines, at):
        return False
    return not is_prose(text) or title_case(text)


def _read_more(text: str, story: _Story) -> int:
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


def _tail(lines: list[Line], at: int, story: _Story) -> None:
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
