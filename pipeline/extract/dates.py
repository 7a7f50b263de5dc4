"""Date candidates: every date that a page or its feed states for the story, as printed, most trusted first.

They are chosen among and read elsewhere (``pipeline.dateline``); here nothing is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from htmldate import find_date

from pipeline.extract import jsonld
from pipeline.extract.boxes import is_elsewhere, is_foreign, name_of
from pipeline.extract.document import SILENT, Element, attributes, clean, text_of
from pipeline.extract.page import Page
from pipeline.records import DateCandidate, Entry, Role

_PUBLISHED_METAS = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "parsely-pub-date",
    "sailthru.date",
    "datepublished",
    "article.published",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date.created",
    "dc.date",
    "dc.date.published",
    "published_at",
    "publish_date",
    "publish-date",
    "publishdate",
    "publication_date",
    "published-date",
    "published_time",
    "pubdate",
    "pub_date",
    "date_published",
    "originalpublicationdate",
    "article_date_original",
    "article:published",
    "bt:pubdate",
    "release_date",
    "displaydate",
    "article:post_date",
    "date",
    "created",
    "article:created",
    "rnews:datepublished",
    "shareaholic:article_published_time",
    "eomportal-lastupdate",
    "last-published",
)
_UPDATED_METAS = (
    "article:modified_time",
    "og:updated_time",
    "article:updated_time",
    "datemodified",
    "dc.date.modified",
    "dcterms.modified",
    "lastmod",
    "last-modified",
    "last_updated",
    "revised",
    "moddate",
    "date_updated",
)
_PUBLISHED_PROPERTIES = ("datepublished", "datecreated", "pubdate", "published", "dateposted")
_HAS_DIGIT = re.compile(r"\d|[０-９٠-٩۰-۹०-९]")
_MAX_VISIBLE = 120
_MOST_BOXES = 8
_YEAR = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|[٠-٩]{4}|[۰-۹]{4}|[०-९]{4}|\d{1,2}[./-]\d{1,2}[./-]\d\d(?!\d)"
)
_DAY_AND_YEAR = re.compile(
    r"\d{1,4}\s?[./年-]\s?\d{1,2}\s?[./月-]\s?\d{1,4}|(?<!\d)\d{1,2}(?:st|nd|rd|th)?[.,]?\s(?:(?:de|of|di)\s)?[^\W\d_]{3,12}[.,]?\s(?:(?:de|del)\s)?\d{4}|[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}|[٠-٩۰-۹०-९]{1,2}\s\S+\s[٠-٩۰-۹०-९]{4}"
)
_LEGAL = re.compile(r"©|copyright|all rights|seit \d{4}|since \d{4}", re.IGNORECASE)
_UPDATED = re.compile(
    r"updat|modif|aktualis|geändert|mis à jour|màj|actualiz|aggiorn|atualiz|bijgewerkt|uppdater|oppdater|opdater|päivitetty|zaktualizowan|обновлен|изменен|更新|업데이트|diperbarui|güncelle",
    re.IGNORECASE,
)
_URL_DATE = re.compile(
    r"(?<!\d)((?:19[89]|20[0-4])\d)[/_.-]?(0[1-9]|1[0-2]|(?<=[/_.-])[1-9](?=[/_.-]))[/_.-]?(0[1-9]|[12]\d|3[01]|(?<=[/_.-])[1-9](?=[/_.-]))(?!\d)"
)
_URL_MONTH = re.compile(
    r"/((?:19[89]|20[0-4])\d)/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/(\d{1,2})(?!\d)",
    re.IGNORECASE,
)


def date_candidates(page: Page, entry: Entry | None) -> tuple[DateCandidate, ...]:
    """The page's date candidates in order of trust, each once, those of the feed behind them."""
    found: dict[tuple[str, str, str], DateCandidate] = {}
    stated = [*_structured(page), *_on_page(page), *from_entry(entry), *from_url(page.url)]
    if not any(candidate.role == "published" and _YEAR.search(candidate.raw) for candidate in stated):
        stated += _searched(page)
    for candidate in stated:
        found.setdefault((candidate.raw, candidate.source, candidate.role), candidate)
    return tuple(found.values())[:60]


def _structured(page: Page) -> Iterator[DateCandidate]:
    yield from _of_node(page.story, "")
    metas: tuple[tuple[tuple[str, ...], Role], ...] = (
        (_PUBLISHED_METAS, "published"),
        (_UPDATED_METAS, "updated"),
    )
    for names, role in metas:
        for name in names:
            for value in page.meta.get(name, ())[:2]:
                if _HAS_DIGIT.search(value):
                    yield DateCandidate(value, "meta", role, name)
    for name in _PUBLISHED_PROPERTIES:
        yield from _marked(page, name, "published")
    yield from _marked(page, "datemodified", "updated")
    for node, listed in page.nodes:
        if node is not page.story and not listed and jsonld.trust(node):
            yield from _of_node(node, f"{jsonld.types(node)[0]}.")


def _of_node(node: jsonld.Node, prefix: str) -> Iterator[DateCandidate]:
    pairs: tuple[tuple[str, Role], ...] = (
        ("datePublished", "published"),
        ("dateCreated", "published"),
        ("uploadDate", "published"),
        ("dateModified", "updated"),
    )
    for key, role in pairs:
        if key == "dateCreated" and "datePublished" in node:
            continue
        value = jsonld.first_text(node.get(key))
        if value and _HAS_DIGIT.search(value):
            yield DateCandidate(value.strip()[:100], "json_ld", role, prefix + key)


def _marked(page: Page, name: str, role: Role) -> Iterator[DateCandidate]:
    for element in page.properties.get(name, ())[:4]:
        if is_elsewhere(element):
            continue
        value = attributes(element, "content", "datetime", "title") or text_of(element)
        if value and len(value) <= _MAX_VISIBLE and _HAS_DIGIT.search(value):
            yield DateCandidate(value, "microdata", role, name)


def _on_page(page: Page) -> Iterator[DateCandidate]:
    """Dates in the page's text: of its time elements, of boxes named after a date, else of any short text."""
    found = [*_times(page, everywhere=False), *_boxed(page, everywhere=False)]
    if not any(candidate.role == "published" and _YEAR.search(candidate.raw) for candidate in found):
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
            and _HAS_DIGIT.search(value)
            and len(value) <= _MAX_VISIBLE
            and not value.upper().startswith("P")
        ):
            yield DateCandidate(value, "time", role, "datetime")
        if printed and _HAS_DIGIT.search(printed) and len(printed) <= _MAX_VISIBLE:
            yield DateCandidate(printed, "time", role, "text")


def _boxed(page: Page, *, everywhere: bool) -> Iterator[DateCandidate]:
    """Short texts in elements that are named after a date, in page order."""
    count = 0
    for element in page.boxes.get("date", ()):
        if element.tag in {"time", "body", "form", "meta", "script", "style"} or len(element) > 12:
            continue
        text = text_of(element)
        if (
            not text
            or len(text) > _MAX_VISIBLE
            or not _HAS_DIGIT.search(text)
            or (is_foreign if everywhere else is_elsewhere)(element)
        ):
            continue
        name = name_of(element)
        yield DateCandidate(
            text, "visible", "updated" if _UPDATED.search(f"{name} {text}") else "published", name[:60]
        )
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
                not 5 < len(line) <= _MAX_VISIBLE
                or not _YEAR.search(line)
                or not _DAY_AND_YEAR.search(line)
                or _LEGAL.search(line)
            ):
                continue
            if not is_elsewhere(element):
                found.append(
                    DateCandidate(line, "visible", "updated" if _UPDATED.search(line) else "published", tag)
                )
        if len(behind) >= 6:
            break
    yield from behind[:6]
    yield from before[:3]


def _searched(page: Page) -> list[DateCandidate]:
    """The day that htmldate finds, where nothing else is found; its raw text is that library's, an ISO day.

    A first of January is dropped: it stands for a year alone.
    """
    try:
        day = find_date(page.tree, url=page.url, original_date=True, extensive_search=True)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return []
    return (
        [DateCandidate(day, "visible", "published", "htmldate")] if day and not day.endswith("-01-01") else []
    )


def _before(element: Element) -> str:
    """The text just before the element within its parent: "Updated:" stands there."""
    previous = element.getprevious()
    if previous is not None:
        return (previous.tail or "").strip() or text_of(previous)[-40:]
    parent = element.getparent()
    return "" if parent is None else (parent.text or "").strip()[-40:]


def from_entry(entry: Entry | None) -> Iterator[DateCandidate]:
    """The dates that the feed states."""
    if entry and entry.published_raw:
        yield DateCandidate(entry.published_raw, "feed", "published", "published")
    if entry and entry.updated_raw:
        yield DateCandidate(entry.updated_raw, "feed", "updated", "updated")


def from_url(url: str) -> Iterator[DateCandidate]:
    """The day in the address, as ``YYYY-MM-DD``.

    >>> [candidate.raw for candidate in from_url("https://example.org/news/2021/3/9/rain")]
    ['2021-03-09']
    """
    path = re.sub(r"^\w+://[^/]*", "", url)
    match = _URL_DATE.search(path)
    if match:
        year, month, day = match.groups()
        yield DateCandidate(f"{year}-{int(month):02d}-{int(day):02d}", "url", "published", match.group(0))
        return
    named = _URL_MONTH.search(path)
    if named:
        months = "jan feb mar apr may jun jul aug sep oct nov dec".split()
        month = str(months.index(named.group(2).lower()) + 1)
        yield DateCandidate(
            f"{named.group(1)}-{int(month):02d}-{int(named.group(3)):02d}", "url", "published", named.group(0)
        )
