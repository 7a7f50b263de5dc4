"""A page saved as plain text: its story told from its chrome by shape, not by any page's words.

What is used: blank lines, the copyright sign before a credit, the caption that stands on the line
before it, the teaser that stands on the line after it, ``READ MORE:``, the labels ``Related:`` and
``Tags:`` in the languages of the press, final punctuation, and the run of short lines in which a
story ends and the menus begin.
"""

from __future__ import annotations

from pipeline.extract.body import body_text, word_count
from pipeline.extract.languages import language_of_text
from pipeline.extract.media import split_credit
from pipeline.extract.names import BY, names_in
from pipeline.extract.notes import editor_notes_in
from pipeline.extract.textlines import Line, has_clock_or_date, is_credit, is_prose, label_of, lines_of
from pipeline.extract.textstory import Story, before_credit, read_body, read_tail
from pipeline.extract.version import EXTRACTOR_VERSION
from pipeline.records import Article, DateCandidate, Image, Source
from pipeline.urls import canonical_url


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
    story = Story()
    _header(lines, at, start, story)
    end = read_body(lines, start, story)
    read_tail(lines, end, story)
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
        language=source.language if source and source.language else language_of_text(body or ""),
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
    prose = [
        at
        for at, line in enumerate(lines)
        if is_prose(line.text) and not before_credit(lines, at) and not _lead_caption(lines, at)
    ]
    for at in prose:
        if len(lines[at].text) > 60 or any(at < other <= at + 8 for other in prose):
            return at
    return prose[0] if prose else len(lines)


def _lead_caption(lines: list[Line], at: int) -> bool:
    """The headline stands alone between this line and a credit: it is the lead picture's caption."""
    if at + 2 >= len(lines):
        return False
    title, behind = lines[at + 1], lines[at + 2]
    return title.blank_before and behind.blank_before and not is_prose(title.text) and is_credit(behind.text)


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


def _header(lines: list[Line], at: int | None, start: int, story: Story) -> None:
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
