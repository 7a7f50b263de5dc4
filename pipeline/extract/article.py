"""A page in, its article out: one parse, then every field from it, each with its source."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

from pipeline.extract.body import body_text, html_blocks, word_count
from pipeline.extract.byline import byline_of
from pipeline.extract.candidates import body_of
from pipeline.extract.charset import decode_page
from pipeline.extract.dates import date_candidates, from_entry
from pipeline.extract.document import clean, parse_page
from pipeline.extract.headline import headline_of
from pipeline.extract.links import links_of
from pipeline.extract.media import images_of
from pipeline.extract.names import names_in
from pipeline.extract.notes import editor_notes_in, live_posts_in
from pipeline.extract.page import Page, read_page
from pipeline.extract.status import free_access, kind_of_bytes, page_status, story_root
from pipeline.extract.subjects import (
    description_of,
    keyword_list,
    keywords_of,
    language_of,
    language_tag,
    publisher_of,
    section_of,
)
from pipeline.extract.version import EXTRACTOR_VERSION
from pipeline.records import NO_HEADERS, Article, Entry, Image, Source
from pipeline.urls import canonical_url

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp)\.")
_FEW_WORDS = 250
"""Below so many words a page may be something else than a story, and its whole text is looked at."""


def extract_page(
    html: bytes | str,
    *,
    url: str,
    headers: Mapping[str, str] = NO_HEADERS,
    entry: Entry | None = None,
    source: Source | None = None,
) -> Article:
    """The story on a page, its dates still as printed (``date_candidates``).

    Args:
        html: the page as received, or already as text.
        url: the address that answered.
        headers: the response's; only Content-Type is used.
        entry: the feed's entry; it completes what the page lacks.
        source: the publisher as registered.

    Returns:
        An article; ``status`` says why it is none. Nothing is raised, whatever the input.

    >>> page = "<title>Rain - Example</title><h1>Rain</h1><article><p>It rained on the whole of the coast today.</p></article>"
    >>> extract_page(page, url="https://example.org/2021/03/09/rain").headline
    'Rain'
    """
    try:
        article = _read(html, url, headers, entry, source)
    except Exception as error:  # noqa: BLE001 - one page must not stop the flow; the ledger shows the reason, the bytes stay archived
        _log.warning("extraction failed: %s", url, exc_info=True)
        article = _nothing(url, f"unreadable page ({type(error).__name__})")
    return completed(article, entry, source)


def _nothing(url: str, reason: str) -> Article:
    return Article(
        url=url,
        canonical_url=_key(url),
        status=f"not_an_article: {reason}",
        extractor_version=EXTRACTOR_VERSION,
    )


def _read(
    html: bytes | str, url: str, headers: Mapping[str, str], entry: Entry | None, source: Source | None
) -> Article:
    if isinstance(html, bytes):
        kind = kind_of_bytes(html, headers)
        if kind:
            return _nothing(url, kind)
        text = decode_page(html, headers)
    else:
        text = html
    tree = parse_page(text)
    if tree is None:
        return _nothing(url, "no markup" if text.strip() else "empty body")
    return _article(read_page(tree, url), entry, source)


def _article(page: Page, entry: Entry | None, source: Source | None) -> Article:
    methods: dict[str, str] = {}

    def kept(name: str, value: _T, method: str) -> _T:
        if value and method:
            methods[name] = method
        return value

    headline, method, alternative = headline_of(page)
    kept("headline", headline, method)
    byline, authors, method = byline_of(page)
    root = story_root(page.tree)
    description = kept("description", *description_of(page))
    images = kept("images", *images_of(page, root=root))
    related = links_of(page, root=root)
    told = [text for image in images for text in (image.caption, image.credit) if text]
    told += [link.text for link in related if link.kind != "related"]
    blocks = kept("body", *body_of(page, headline=headline, description=description, told=told))
    body = body_text(blocks)
    words = word_count(body)
    seen = body if words >= _FEW_WORDS else clean(page.tree.text_content()[:20_000])
    return Article(
        url=page.url,
        canonical_url=_canonical(page),
        headline=headline,
        alternative_headline=alternative,
        byline=byline,
        authors=kept("authors", authors, method),
        publisher=kept("publisher", *publisher_of(page)),
        body=body or None,
        headings=tuple(block.text for block in blocks if block.kind == "heading"),
        description=description,
        section=kept("section", *section_of(page)),
        keywords=kept("keywords", *keywords_of(page)),
        language=kept("language", *language_of(page, body, _stated_language(entry, source))),
        images=images,
        related=related,
        live_posts=live_posts_in([page.story, *(node for node, _ in page.nodes)]),
        editor_notes=editor_notes_in(blocks),
        word_count=words,
        is_free_access=free_access(page),
        rel_canonical=next(iter(page.links.get("canonical", ())), None),
        status=page_status(page, words=words, text=seen),
        date_candidates=date_candidates(page, entry),
        methods=methods,
        extractor_version=EXTRACTOR_VERSION,
    )


def _stated_language(entry: Entry | None, source: Source | None) -> tuple[str, str] | None:
    """The language that the feed's entry states, else the publisher's registration, with its source."""
    tag = language_tag(entry.language or "") if entry else None
    if tag:
        return tag, "feed"
    return (source.language, "source") if source and source.language else None


def completed(article: Article, entry: Entry | None, source: Source | None) -> Article:
    """The article with what its page lacks taken from the feed's entry, then from the registered publisher."""
    outlet = [source.name.casefold(), source.domain] if source else []
    stated = _stated_language(entry, source)
    gaps: dict[str, tuple[object, str]] = {"language": stated} if stated else {}
    if entry is not None:
        gaps |= {
            "headline": (entry.headline, "feed"),
            "authors": (tuple(names_in(entry.authors, outlet=outlet)), "feed"),
            "description": (
                " ".join(block.text for block in html_blocks(entry.summary or "")) or None,
                "feed",
            ),
            "keywords": (keyword_list(entry.keywords), "feed"),
            "images": (tuple(Image(address) for address in entry.images), "feed"),
            "date_candidates": (tuple(from_entry(entry)), "feed"),
        }
    if source is not None:
        gaps["publisher"] = (source.name, "source")
    filled = {name: found for name, found in gaps.items() if found[0] and not getattr(article, name)}
    if not filled:
        return article
    values = {name: value for name, (value, _) in filled.items()}
    methods = {**article.methods, **{name: method for name, (_, method) in filled.items()}}
    return replace(article, **values, methods=methods)  # type: ignore[arg-type]


def _key(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError:
        return url


def _canonical(page: Page) -> str:
    """The key of the address that the page claims for itself, if it can be believed; else of its own."""
    own = urlsplit(page.url)
    for claimed in page.links.get("canonical", ()):
        other = urlsplit(claimed)
        to_front = other.path.strip("/") == "" and own.path.strip("/") != "" and not other.query
        if _same_site(own.hostname or "", other.hostname or "") and not to_front:
            return _key(claimed)
    return _key(page.url)


def _same_site(one: str, other: str) -> bool:
    """The hosts are equal but for ``www`` and the like, or one lies below the other."""
    one, other = _HOST_PREFIX.sub("", one), _HOST_PREFIX.sub("", other)
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
