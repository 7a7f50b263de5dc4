"""A page in, its article out: one parse, then every field from it, each with its source."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from pipeline.extract import jsonld
from pipeline.extract.access import FREE, access_offers
from pipeline.extract.body import Block, body_text, html_blocks, word_count
from pipeline.extract.byline import authors_of
from pipeline.extract.candidates import body_of
from pipeline.extract.canonical import address_key, canonical_offers
from pipeline.extract.charset import decode_page
from pipeline.extract.choice import Choice, Offer, choose
from pipeline.extract.dates import date_candidates, from_entry
from pipeline.extract.document import Element, clean, parse_page
from pipeline.extract.entry import Offers, body_choice, stated_beside, with_choices
from pipeline.extract.headline import (
    alternative_offers,
    first_heading,
    headline_offers,
    site_names,
    title_offers,
)
from pipeline.extract.hints import (
    body_offers,
    date_offers,
    dates_of,
    drop,
    hints_on,
    image_offers,
    misses,
    no_authors,
    text_offers,
)
from pipeline.extract.links import links_of
from pipeline.extract.liveblog import live_posts_of
from pipeline.extract.media import images_of, picture_boxes
from pipeline.extract.notes import editor_notes_in
from pipeline.extract.page import Page, read_page
from pipeline.extract.status import kind_of_bytes, page_status, story_root
from pipeline.extract.subjects import (
    description_offers,
    detected_offers,
    keyword_offers,
    language_offers,
    publisher_offers,
    section_offers,
)
from pipeline.extract.version import EXTRACTOR_VERSION
from pipeline.records import NO_HEADERS, Article, Entry, Hints, Link, Source

_log = logging.getLogger(__name__)
_FEW_WORDS = 250
"""Below so many words a page may be something else than a story, and its whole text is looked at."""


def extract_page(
    html: bytes | str,
    *,
    url: str,
    headers: Mapping[str, str] = NO_HEADERS,
    entry: Entry | None = None,
    source: Source | None = None,
    fetched_at: datetime | None = None,
) -> Article:
    """The story on a page, its dates still as printed (``date_candidates``).

    Args:
        html: the page as received, or already as text.
        url: the address that answered.
        headers: the response's; only Content-Type is used.
        entry: the feed's entry; it completes what the page lacks.
        source: the publisher as registered; its hints for the page's day are applied.
        fetched_at: when the page was received, aware; None: hints without an end are applied.

    Returns:
        An article; ``status`` says why it is none. Nothing is raised, whatever the input.

    >>> page = "<title>Rain - Example</title><h1>Rain</h1><article><p>It rained on the whole of the coast today.</p></article>"
    >>> extract_page(page, url="https://example.org/2021/03/09/rain").headline
    'Rain'
    """
    hints = hints_on(source, fetched_at)
    known = _Known(entry, hints, stated_beside(entry, source, no_authors(hints)))
    try:
        return _read(html, url, headers, known)
    except Exception as error:  # noqa: BLE001 - one page must not stop the flow; the ledger shows the reason, the bytes stay archived
        _log.warning("extraction failed: %s", url, exc_info=True)
        return _nothing(url, f"unreadable page ({type(error).__name__})", known)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the story besides its page."""

    entry: Entry | None
    hints: Hints
    beside: Offers


def _nothing(url: str, reason: str, known: _Known) -> Article:
    """What feed and registration tell of a page that tells nothing."""
    article = Article(
        url=url,
        canonical_url=address_key(url),
        status=f"not_an_article: {reason}",
        date_candidates=tuple(from_entry(known.entry)),
        extractor_version=EXTRACTOR_VERSION,
    )
    return with_choices(article, [choose(field, offers) for field, offers in known.beside.items()])


def _read(html: bytes | str, url: str, headers: Mapping[str, str], known: _Known) -> Article:
    if isinstance(html, bytes):
        kind = kind_of_bytes(html, headers)
        if kind:
            return _nothing(url, kind, known)
        text = decode_page(html, headers)
    else:
        text = html
    tree = parse_page(text)
    if tree is None:
        return _nothing(url, "no markup" if text.strip() else "empty body", known)
    drop(tree, known.hints)
    return _article(read_page(tree, url), known)


def _article(page: Page, known: _Known) -> Article:
    root = story_root(page.tree)
    pictures = picture_boxes(root)
    fields = _fields(page, root, pictures, known)
    related = links_of(page, root=root, pictures=pictures)
    body = _body(page, known.hints, fields, related)
    blocks = body.value or []
    text = body_text(blocks)
    words = word_count(text)
    stated = [*language_offers(page), *known.beside["language"]]
    language = choose("language", stated, last_resort=detected_offers(text))
    seen = text if words >= _FEW_WORDS else clean(page.tree.text_content()[:20_000])
    access = choose("is_free_access", access_offers(page, root))
    pointed = date_offers(page, known.hints.published)
    article = Article(
        url=page.url,
        canonical_url=page.url,
        headings=tuple(block.text for block in blocks if block.kind == "heading"),
        related=related,
        live_posts=live_posts_of(page, root),
        editor_notes=editor_notes_in(blocks),
        word_count=words,
        is_free_access=access.value == FREE if access.value else None,
        rel_canonical=next(iter(page.links.get("canonical", ())), None),
        status=page_status(page, words=words, text=seen),
        date_candidates=(*dates_of(pointed), *date_candidates(page, known.entry)),
        field_candidates=(*access.candidates, *misses("published", pointed)),
        methods={access.field: access.method} if access.value else NO_HEADERS,
        extractor_version=EXTRACTOR_VERSION,
    )
    return with_choices(article, [*fields.values(), language, body_choice(body, text)])


def _fields(page: Page, root: Element, pictures: list[Element], known: _Known) -> dict[str, Choice[Any]]:
    """The choice of every field but body and language."""
    hints, beside = known.hints, known.beside
    names = site_names(page)
    titles = list(title_offers(page, names))
    headline = chain(
        text_offers(page, hints.headline), headline_offers(page, titles, names), beside["headline"]
    )
    title: Choice[str] = choose("headline", headline, last_resort=first_heading(page))
    byline, authors = authors_of(
        page,
        outlet=names,
        hinted=text_offers(page, hints.byline),
        dropped=no_authors(hints),
        beside=beside["authors"],
    )
    choices = [
        title,
        choose("alternative_headline", alternative_offers(page, titles, title.value)),
        byline,
        authors,
        choose("publisher", [*publisher_offers(page), *beside["publisher"]]),
        choose("description", [*description_offers(page), *beside["description"]]),
        choose("section", [*text_offers(page, hints.section), *section_offers(page, names)]),
        choose("keywords", [*keyword_offers(page, names), *beside["keywords"]]),
        images_of(
            page,
            root=root,
            boxes=pictures,
            hinted=image_offers(page, hints.image),
            beside=beside["images"],
        ),
        choose("canonical_url", canonical_offers(page)),
    ]
    return {choice.field: choice for choice in choices}


def _body(
    page: Page, hints: Hints, fields: Mapping[str, Choice[Any]], related: Iterable[Link]
) -> Choice[list[Block]]:
    headline, description = fields["headline"].value, fields["description"].value
    images = fields["images"].value or ()
    pictures = [text for image in images for text in (image.caption, image.credit) if text]
    told = [*pictures, *(link.text for link in related if link.kind != "related")]
    offers = body_offers(page, hints.body)
    if not any(not offer.refused for offer in offers):
        blocks, method = body_of(page, headline=headline, description=description, told=told)
        offers.append(Offer(method, blocks, reason="the most of the story"))
    stated = jsonld.first_text(page.story.get("articleBody"))
    offers.append(Offer("json_ld", html_blocks(stated or "")))
    return choose("body", offers, show=body_text)
