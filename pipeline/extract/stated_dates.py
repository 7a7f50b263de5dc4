"""Dates that a page's metadata state: JSON-LD, meta elements, microdata."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract import jsonld
from pipeline.extract.boxes import is_elsewhere
from pipeline.extract.document import Element, attributes, text_of
from pipeline.extract.page import Page
from pipeline.records import DateCandidate, Role

HAS_DIGIT = re.compile(r"\d|[０-９٠-٩۰-۹०-९]")
LONGEST_DATE = 120
"""Characters of a text that may be a date with its label."""
# Names without their signs: systems write article:published_time, article:published:time, article.published-time.
_PUBLISHED_METAS = (
    "articlepublishedtime ogarticlepublishedtime ogpublishedtime parselypubdate sailthrudate datepublished "
    "articlepublished cxenseparserecspublishtime cxenseparsepublishtime dcdateissued dctermsissued dctermscreated "
    "dctermsdate dctermsavailable dcdatecreated dccreated dcdate dcdatepublished dcdatepublication publishedat "
    "publishdate publicationdate publisheddate publishedtime publishtime pubdate datepublish datecreated "
    "originalpublicationdate originalpublishdate firstpublished firstpublicationdate articledateoriginal "
    "articlepublisheddate articlepublicationdate articlepubdate btpubdate releasedate displaydate articlepostdate "
    "dateposted postdate citationpublicationdate citationonlinedate citationdate prismpublicationdate "
    "vrpublishedtime twtpublishedat mediatorpublishedtime weiboarticlecreateat ogpubdate ogpublishdate "
    "ogdatepublished ogregdate rbpubdate pdate ptime date created articlecreated createddate rnewsdatepublished "
    "shareaholicarticlepublishedtime eomportallastupdate lastpublished"
).split()
_UPDATED_METAS = (
    "articlemodifiedtime ogupdatedtime articleupdatedtime datemodified dcdatemodified dctermsmodified lastmod "
    "lastmodified lastupdated revised moddate dateupdated dateupdate btmoddate modifieddate weiboarticleupdateat"
).split()
_PUBLISHED_PROPERTIES = ("datepublished", "datecreated", "pubdate", "published", "dateposted")
_SIGNS = re.compile(r"[^a-z0-9]+")
_OTHER_NODES = frozenset("review videoobject socialmediaposting discussionforumposting comment".split())
"""Types of nodes that tell of a part of the page: a reader's review, a film beside the text."""


def stated_dates(page: Page) -> Iterator[DateCandidate]:
    """The story's dates by its metadata, the most trusted first; those of other nodes of the page behind them.

    A film's upload and a reader's review are dates of their own: they count where nothing else is published.
    """
    found = [*_of_node(page.story, ""), *_of_metas(page)]
    for name in _PUBLISHED_PROPERTIES:
        found += _marked(page, name, "published")
    found += _marked(page, "datemodified", "updated")
    partial: list[DateCandidate] = [*_uploaded(page.story, "")]
    for node, listed in page.nodes:
        if node is page.story or listed or not jsonld.trust(node):
            continue
        kind = jsonld.types(node)[0]
        group = partial if kind in _OTHER_NODES else found
        group += _of_node(node, f"{kind}.")
        partial += _uploaded(node, f"{kind}.")
    yield from found
    if not any(candidate.role == "published" for candidate in found):
        yield from partial


def _of_metas(page: Page) -> Iterator[DateCandidate]:
    written: dict[str, list[str]] = {}
    for name in page.meta:
        written.setdefault(_SIGNS.sub("", name), []).append(name)
    metas: tuple[tuple[list[str], Role], ...] = ((_PUBLISHED_METAS, "published"), (_UPDATED_METAS, "updated"))
    for keys, role in metas:
        for name in (name for key in keys for name in written.get(key, ())):
            for value in page.meta[name][:2]:
                if HAS_DIGIT.search(value):
                    yield DateCandidate(value, "meta", role, name)


def _of_node(node: jsonld.Node, prefix: str) -> Iterator[DateCandidate]:
    pairs: tuple[tuple[str, Role], ...] = (
        ("datePublished", "published"),
        ("dateCreated", "published"),
        ("dateModified", "updated"),
    )
    for key, role in pairs:
        if key == "dateCreated" and "datePublished" in node:
            continue
        yield from _value(node, key, role, prefix)


def _uploaded(node: jsonld.Node, prefix: str) -> Iterator[DateCandidate]:
    return _value(node, "uploadDate", "published", prefix)


def _value(node: jsonld.Node, key: str, role: Role, prefix: str) -> Iterator[DateCandidate]:
    value = jsonld.first_text(node.get(key))
    if value and HAS_DIGIT.search(value):
        yield DateCandidate(value.strip()[:100], "json_ld", role, prefix + key)


def _marked(page: Page, name: str, role: Role) -> Iterator[DateCandidate]:
    for element in page.properties.get(name, ())[:4]:
        if is_elsewhere(element) and not _within_headline_item(element):
            continue
        value = attributes(element, "content", "datetime", "title") or text_of(element)
        if value and len(value) <= LONGEST_DATE and HAS_DIGIT.search(value):
            yield DateCandidate(value, "microdata", role, name)


def _within_headline_item(element: Element) -> bool:
    """The nearest microdata item around the element holds the headline too: it is the story's."""
    item = next((up for up in element.iterancestors() if up.get("itemscope") is not None), None)
    return item is not None and item.find(".//h1") is not None
