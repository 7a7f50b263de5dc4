"""Dates that a reader sees: of time elements, of boxes named after a date, of any short text, of the page's clock."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from pipeline.extract.boxes import is_comment, is_elsewhere, is_foreign, name_of
from pipeline.extract.document import SILENT, Element, attributes, clean, text_of
from pipeline.extract.page import Page
from pipeline.extract.stamps import stamps_of
from pipeline.extract.stated_dates import HAS_DIGIT, LONGEST_DATE
from pipeline.records import DateCandidate, Role

_MOST_BOXES, _MOST_LOOKED_AT = 8, 80
_PAGE_HEADER = re.compile(
    r"(?<![a-z])(?:(?:site|page|global|main|top|b|l|c)-+)?(?:header|head-?bar|masthead|top-?bar|top-?line|clock|current-?(?:date|time))(?![a-z])",
    re.IGNORECASE,
)
"""Boxes of the site's own header, by their class or id."""
_LEVELS = 4
_YEAR = r"(?:19|20|25)\d\d"
_DAY_AND_YEAR = re.compile(
    rf"(?<![\d./-]){_YEAR}\s?[./年년-]\s?\d{{1,2}}\s?[./月월-]\s?\d{{1,2}}(?!\d)|"
    rf"(?<![\d./-])\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?{_YEAR}(?![\d./-]*\d)|"
    r"(?<![\d./-])(?:\d{1,2}/\d{1,2}/|\d\d[.-]\d\d[.-])\d\d(?![\d./-]*\d)|"
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?[.,]?\s(?:(?:de|of|di)\s)?[^\W\d_]{{3,12}}[.,]?\s(?:(?:de|del)\s)?{_YEAR}(?!\d)|"
    rf"[^\W\d_]{{3,12}}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s{_YEAR}(?!\d)|"
    rf"(?<!\d){_YEAR}[,.]?\s[^\W\d_]{{3,12}}\.?\s\d{{1,2}}(?!\d)|"
    r"[٠-٩۰-۹०-९]{1,2}\s\S+\s[٠-٩۰-۹०-९]{4}"
)
"""A day with its year: in figures, its month in letters behind or before it, or in another script's figures."""
_FIGURES = re.compile(r"\d\d|[٠-٩۰-۹०-९]")
"""Without them no text names a day."""
_NO_DATE = re.compile(
    r"©|copyright|all rights|seit \d{4}|since \d{4}|\b(?:doi|isbn|issn|vol\.|pp\.|et al)\b", re.IGNORECASE
)
"""Years of the imprint and of works that are quoted."""
_UPDATED = re.compile(
    r"updat|modif|edited|aktualis|geändert|mis à jour|màj|actualiz|aggiorn|atualiz|bijgewerkt|uppdater|oppdater|opdater|päivitetty|zaktualizowan|обновлен|изменен|更新|업데이트|diperbarui|güncelle",
    re.IGNORECASE,
)
_LONGEST_LINE = 400
_LABEL = 15
"""Characters of a weekday or a word like "Posted" beside the date that a link consists of."""
_Seen = tuple[Element, DateCandidate]
_Beside = Callable[[Element], bool]


def names_a_day(text: str) -> bool:
    """The text shows a day with its year.

    >>> names_a_day("Posted on 9 March 2021"), names_a_day("GIMS returns in 2023")
    (True, False)
    """
    return bool(_DAY_AND_YEAR.search(text))


def visible_dates(page: Page) -> Iterator[DateCandidate]:
    """Dates in the page's text: of its time elements, of boxes named after a date, else of any short text.

    Those at and behind the headline come first: above it stand the site's own boxes. The search widens
    from the story's own elements to all but comments until a day is found. Where a page shows nothing but
    its last change, that candidate comes twice, the second time with the role ``unknown``.
    """
    found: dict[int, list[_Seen]] = {}
    for search, beside in _WIDER_AND_WIDER:
        if _settled(found):
            break
        fresh: dict[int, list[_Seen]] = defaultdict(list)
        for one in search(page, beside):
            fresh[id(one[0])].append(one)
        found = {**fresh, **found}
    every = [one for group in found.values() for one in group]
    ordered = _headline_first(every, page)
    yield from sorted(ordered, key=lambda candidate: candidate.source == "visible")
    if not _settled(found):
        yield from (replace(one, role="unknown") for one in ordered if names_a_day(one.raw))


def _settled(found: dict[int, list[_Seen]]) -> bool:
    every = (candidate for group in found.values() for _, candidate in group)
    return any(one.role == "published" and names_a_day(one.raw) for one in every)


def _headline_first(found: list[_Seen], page: Page) -> list[DateCandidate]:
    """The candidates at or behind the headline, then those above it, each in page order."""
    headline = _headline_element(page)
    if headline is None or len(found) < 2:
        return [candidate for _, candidate in found]
    block = headline
    for up in list(headline.iterancestors())[:2]:
        if up.tag in {"body", "html", "main"}:
            break
        block = up
    wanted = {element for element, _ in found}
    above = set[Element]()
    for element in page.tree.iter():
        if element is block:
            break
        if element in wanted:
            above.add(element)
    return [one for element, one in sorted(found, key=lambda pair: pair[0] in above)]


def _headline_element(page: Page) -> Element | None:
    """The main heading that the page's title repeats, else the first one."""
    titles = f"{page.first('og:title')} {page.title}".casefold()
    return next(
        (element for text, element in page.h1s if text.casefold() in titles),
        page.h1s[0][1] if page.h1s else None,
    )


def _times(page: Page, beside: _Beside) -> Iterator[_Seen]:
    for element in page.times[:40]:
        if beside(element):
            continue
        printed = text_of(element)
        value = attributes(element, "datetime")
        context = f"{element.get('class') or ''} {element.get('itemprop') or ''} {printed} {_before(element)}"
        role: Role = "updated" if _UPDATED.search(context) else "published"
        if value and HAS_DIGIT.search(value) and not value.upper().startswith("P"):
            yield element, _seen(element, value[:LONGEST_DATE], "time", role, "datetime")
        yield from _stamped(element, role)
        if printed and HAS_DIGIT.search(printed) and len(printed) <= LONGEST_DATE:
            yield element, _seen(element, printed, "time", role, "text")


def _boxed(page: Page, beside: _Beside) -> Iterator[_Seen]:
    """Short texts in elements that are named after a date, and what their attributes say, in page order."""
    count = 0
    for element in page.boxes.get("date", ())[:_MOST_LOOKED_AT]:
        if element.tag in {"time", "body", "form", "meta", "script", "style"} or len(element) > 12:
            continue
        text = text_of(element)
        shown = len(text) <= LONGEST_DATE and bool(HAS_DIGIT.search(text)) and not _NO_DATE.search(text)
        if not (shown or stamps_of(element)) or beside(element):
            continue
        name = name_of(element)
        role: Role = "updated" if _UPDATED.search(f"{name} {text}") else "published"
        yield from _stamped(element, role)
        if shown:
            yield element, _seen(element, text, "visible", role, name[:60])
        count += names_a_day(text)
        if count >= _MOST_BOXES:
            return


def _stamped(element: Element, role: Role) -> Iterator[_Seen]:
    for name, value in stamps_of(element):
        of_change: Role = "updated" if _UPDATED.search(name) else role
        yield element, _seen(element, value, "time", of_change, name)


def _printed(page: Page, beside: _Beside) -> Iterator[_Seen]:
    """Short texts that show a day and a year, wherever they stand, and the day that a long one begins with."""
    for element in page.tree.iter():
        tag = element.tag
        if not isinstance(tag, str) or tag in SILENT or tag in {"title", "head"}:
            continue
        texts = (element.text, *(child.tail for child in element)) if len(element) < 6 else (element.text,)
        for text in texts:
            if not text or not _FIGURES.search(text, 0, _LONGEST_LINE):
                continue
            line = _dated_line(clean(text[:_LONGEST_LINE]), link=tag == "a")
            if line and not beside(element):
                role: Role = "updated" if _UPDATED.search(f"{_before(element)} {line}") else "published"
                yield element, _seen(element, line, "visible", role, tag)


def _dated_line(line: str, *, link: bool) -> str:
    """The part of a line that may be the story's date, or the empty string: a link is one only as a whole."""
    match = _DAY_AND_YEAR.search(line)
    if match is None or _NO_DATE.search(line) or (link and len(match.group()) < len(line) - _LABEL):
        return ""
    if len(line) <= LONGEST_DATE:
        return line
    return match.group() if match.start() == 0 else ""


_WIDER_AND_WIDER: tuple[tuple[Callable[[Page, _Beside], Iterator[_Seen]], _Beside], ...] = (
    (lambda page, beside: chain(_times(page, beside), _boxed(page, beside)), is_elsewhere),
    (lambda page, beside: chain(_times(page, beside), _boxed(page, beside)), is_foreign),
    (_printed, is_elsewhere),
    (
        lambda page, beside: chain(_times(page, beside), _boxed(page, beside), _printed(page, beside)),
        is_comment,
    ),
)
"""Ways to look for a date, each with the test of what it leaves out."""


def _seen(element: Element, text: str, source: str, role: Role, detail: str) -> DateCandidate:
    """The candidate of a visible text; in the site's header it is the page's clock, whatever it is called."""
    if _in_site_header(element):
        return DateCandidate(text, "page_clock", "page_clock", detail)
    return DateCandidate(text, source, role, detail)


def _in_site_header(element: Element) -> bool:
    """The element lies in a header above the headline that does not hold the headline."""
    node = element
    for _ in range(_LEVELS):
        if node is None or node.tag in {"body", "main", "article", "html"}:
            return False
        if node.tag == "header" or _PAGE_HEADER.search(name_of(node)):
            outside = not any(up.tag in {"main", "article"} for up in node.iterancestors())
            return outside and node.find(".//h1") is None and bool(node.xpath("boolean(following::h1)"))
        node = node.getparent()
    return False


def _before(element: Element) -> str:
    """The text just before the element within its parent: "Updated:" stands there."""
    previous = element.getprevious()
    if previous is not None:
        return (previous.tail or "").strip() or text_of(previous)[-40:]
    parent = element.getparent()
    return "" if parent is None else (parent.text or "").strip()[-40:]
