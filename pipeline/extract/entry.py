"""A feed's entry: what it says of each field, and as the story itself where no page is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.extract.body import Block, body_text, html_blocks, word_count
from pipeline.extract.choice import Choice, Offer, choose
from pipeline.extract.dates import from_entry, from_url
from pipeline.extract.names import names_in
from pipeline.extract.notes import editor_notes_in
from pipeline.extract.subjects import detected_offers, keyword_list, language_tag
from pipeline.extract.version import EXTRACTOR_VERSION
from pipeline.records import Article, Entry, Image, Source
from pipeline.urls import canonical_url

FEED, SOURCE = "feed", "source"
Offers = Mapping[str, list[Offer[Any]]]


def stated_beside(entry: Entry | None, source: Source | None, dropped: Iterable[str] = ()) -> Offers:
    """What the feed's entry says of each field of its story, then what the publisher's registration says.

    ``dropped`` are names that are no authors, in lower case.
    """
    outlet = [source.name.casefold(), source.domain, *dropped] if source else dropped
    by_feed: dict[str, Any] = {}
    if entry is not None:
        by_feed = {
            "headline": entry.headline,
            "authors": tuple(names_in(entry.authors, outlet=outlet)),
            "description": _line(html_blocks(entry.summary or "")),
            "keywords": keyword_list(entry.keywords),
            "images": tuple(Image(address) for address in entry.images),
            "language": language_tag(entry.language or ""),
        }
    by_source = {"publisher": source.name, "language": source.language} if source else {}
    return {
        field: [Offer(FEED, by_feed.get(field)), Offer(SOURCE, by_source.get(field))]
        for field in ("headline", "authors", "publisher", "description", "keywords", "images", "language")
    }


def with_choices(article: Article, choices: Sequence[Choice[Any]]) -> Article:
    """The article with the fields chosen, their methods and all candidates."""
    made = [choice for choice in choices if choice.value]
    methods = {choice.field: choice.method for choice in made}
    told = tuple(candidate for choice in choices for candidate in choice.candidates)
    values: dict[str, Any] = {choice.field: choice.value for choice in made}
    return replace(
        article,
        **values,
        methods={**article.methods, **methods},
        field_candidates=(*article.field_candidates, *told),
    )


def body_choice(choice: Choice[list[Block]], text: str) -> Choice[str]:
    """The choice of a body, its blocks as ``text``."""
    return Choice(choice.field, text, choice.method, choice.candidates)


def extract_entry(entry: Entry, *, url: str, source: Source | None) -> Article:
    """The story that an entry tells; its content is the body, else its summary. Nothing is raised.

    Args:
        entry: the feed's entry.
        url: the story's address, which need not answer.
        source: the publisher as registered; it gives the language and the name that the entry lacks.
    """
    content, summary = html_blocks(entry.content or ""), html_blocks(entry.summary or "")
    told = choose(
        "body",
        [Offer(FEED, content), Offer("feed_summary", summary, reason="no content")],
        show=body_text,
    )
    blocks = [block for block in told.value or () if block.text != entry.headline]
    body = body_text(blocks)
    beside = stated_beside(entry, source)
    choices = [
        choose(field, offers, last_resort=detected_offers(body) if field == "language" else ())
        for field, offers in beside.items()
    ]
    article = Article(
        url=url,
        canonical_url=canonical_url(url),
        byline=", ".join(entry.authors) or None,
        headings=tuple(block.text for block in blocks if block.kind == "heading"),
        editor_notes=editor_notes_in(blocks),
        word_count=word_count(body),
        status="article" if body or entry.headline else "not_an_article: empty body",
        date_candidates=(*from_entry(entry), *from_url(url)),
        extractor_version=EXTRACTOR_VERSION,
    )
    return with_choices(article, [body_choice(told, body), *choices])


def _line(blocks: list[Block]) -> str:
    return " ".join(block.text for block in blocks)
