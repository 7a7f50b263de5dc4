"""Dates that a reader sees: of time elements, of boxes named after a date, of any short text, of the page's clock."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.boxes import is_elsewhere, is_foreign, name_of
from pipeline.extract.document import SILENT, Element, attributes, clean, text_of
from pipeline.extract.page import Page
from pipeline.extract.stated_dates import HAS_DIGIT, LONGEST_DATE
from pipeline.records import DateCandidate, Role

_MOST_BOXES = 8
_PAGE_HEADER = re.compile(
    r"(?<![a-z])(?:(?:site|page|global|main|top|b|l|c)-+)?(?:header|head-?bar|masthead|top-?bar|top-?line|clock|current-?(?:date|time))(?![a-z])",
    re.IGNORECASE,
)
"""Boxes of the site's own header, by their class or id."""
_LEVELS = 4
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|[٠-٩]{4}|[۰-۹]{4}|[०-९]{4}|\d{1,2}[./-]\d{1,2}[./-]\d\d(?!\d)")
_DAY_AND_YEAR = re.compile(
    r"\d{1,4}\s?[./年년-]\s?\d{1,2}\s?[./月월-]\s?\d{1,4}|(?<!\d)\d{1,2}(?:st|nd|rd|th)?[.,]?\s(?:(?:de|of|di)\s)?[^\W\d_]{3,12}[.,]?\s(?:(?:de|del)\s)?\d{4}|[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}|[٠-٩۰-۹०-९]{1,2}\s\S+\s[٠-٩۰-۹०-९]{4}"
)
_LEGAL = re.compile(r"©|copyright|all rights|seit \d{4}|since \d{4}", re.IGNORECASE)
_UPDATED = re.compile(
    r"updat|modif|aktualis|geändert|mis à jour|màj|actualiz|aggiorn|atualiz|bijgewerkt|uppdater|oppdater|opdater|päivitetty|zaktualizowan|обновлен|изменен|更新|업데이트|diperbarui|güncelle",
    re.IGNORECASE,
)


def visible_dates(page: Page) -> Iterator[DateCandidate]:
    """Dates in the page's text: of its time elements, of boxes named after a date, else of any short text."""
    found = [*_times(page, everywhere=False), *_boxed(page, everywhere=False)]
    if not any(candidate.role == "published" and YEAR.search(candidate.raw) for candidate in found):
        found += [*_printed(page)]
    if not found:
        found = [*_times(page, everywhere=True), *_boxed(page, everywhere=True)]
    yield from found


def _times(page: Page, *, everywhere: bool) -> Iterator[DateCandidate]:
    for element in page.times[:40]:
        if (is_foreign if everywhere else is_elsewhere)(element):
            continue
        printed = text_of(element)
        value = attributes(element, "datetime")
        context = f"{element.get('class') or ''} {element.get('itemprop') or ''} {printed} {_before(element)}"
        role: Role = "updated" if _UPDATED.search(context) else "published"
        if (
            value
            and HAS_DIGIT.search(value)
            and len(value) <= LONGEST_DATE
            and not value.upper().startswith("P")
        ):
            yield _seen(element, value, "time", role, "datetime")
        if printed and HAS_DIGIT.search(printed) and len(printed) <= LONGEST_DATE:
            yield _seen(element, printed, "time", role, "text")


def _boxed(page: Page, *, everywhere: bool) -> Iterator[DateCandidate]:
    """Short texts in elements that are named after a date, in page order."""
    count = 0
    for element in page.boxes.get("date", ()):
        if element.tag in {"time", "body", "form", "meta", "script", "style"} or len(element) > 12:
            continue
        text = text_of(element)
        if (
            not text
            or len(text) > LONGEST_DATE
            or not HAS_DIGIT.search(text)
            or (is_foreign if everywhere else is_elsewhere)(element)
        ):
            continue
        name = name_of(element)
        role: Role = "updated" if _UPDATED.search(f"{name} {text}") else "published"
        yield _seen(element, text, "visible", role, name[:60])
        count += 1
        if count >= _MOST_BOXES:
            return


def _printed(page: Page) -> Iterator[DateCandidate]:
    """Short texts that show a day and a year, wherever they stand; those behind the headline first."""
    titles = {id(element) for _, element in page.h1s}
    before: list[DateCandidate] = []
    behind: list[DateCandidate] = []
    found = before
    for element in page.tree.iter():
        if id(element) in titles:
            found = behind
        tag = element.tag
        if not isinstance(tag, str) or tag in SILENT or tag in {"title", "a", "head"}:
            continue
        for text in (
            (element.text, *(child.tail for child in element)) if len(element) < 6 else (element.text,)
        ):
            line = clean(text) if text and 5 < len(text) < 400 else ""
            if (
                not 5 < len(line) <= LONGEST_DATE
                or not YEAR.search(line)
                or not _DAY_AND_YEAR.search(line)
                or _LEGAL.search(line)
            ):
                continue
            if not is_elsewhere(element):
                role: Role = "updated" if _UPDATED.search(line) else "published"
                found.append(_seen(element, line, "visible", role, tag))
        if len(behind) >= 6:
            break
    yield from behind[:6]
    yield from before[:3]


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
