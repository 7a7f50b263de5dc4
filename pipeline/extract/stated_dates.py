"""Dates that a page's metadata state: JSON-LD, meta elements, microdata."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract import jsonld
from pipeline.extract.boxes import is_elsewhere
from pipeline.extract.document import attributes, text_of
from pipeline.extract.page import Page
from pipeline.records import DateCandidate, Role

HAS_DIGIT = re.compile(r"\d|[０-９٠-٩۰-۹०-९]")
LONGEST_DATE = 120
"""Characters of a text that may be a date with its label."""
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


def stated_dates(page: Page) -> Iterator[DateCandidate]:
    """The story's dates by its metadata, the most trusted first; those of other nodes of the page behind them."""
    yield from _of_node(page.story, "")
    metas: tuple[tuple[tuple[str, ...], Role], ...] = (
        (_PUBLISHED_METAS, "published"),
        (_UPDATED_METAS, "updated"),
    )
    for names, role in metas:
        for name in names:
            for value in page.meta.get(name, ())[:2]:
                if HAS_DIGIT.search(value):
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
        if value and HAS_DIGIT.search(value):
            yield DateCandidate(value.strip()[:100], "json_ld", role, prefix + key)


def _marked(page: Page, name: str, role: Role) -> Iterator[DateCandidate]:
    for element in page.properties.get(name, ())[:4]:
        if is_elsewhere(element):
            continue
        value = attributes(element, "content", "datetime", "title") or text_of(element)
        if value and len(value) <= LONGEST_DATE and HAS_DIGIT.search(value):
            yield DateCandidate(value, "microdata", role, name)
