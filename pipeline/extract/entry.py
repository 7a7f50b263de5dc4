"""A feed's entry as the story itself, for publishers whose pages are not fetched."""

from __future__ import annotations

from pipeline.extract.body import Block, body_text, html_blocks, word_count
from pipeline.extract.dates import from_entry, from_url
from pipeline.extract.names import names_in
from pipeline.extract.notes import editor_notes_in
from pipeline.extract.subjects import detected_language, keyword_list, language_tag
from pipeline.extract.version import EXTRACTOR_VERSION
from pipeline.records import Article, Entry, Image, Source
from pipeline.urls import canonical_url


def extract_entry(entry: Entry, *, url: str, source: Source | None) -> Article:
    """The story that an entry tells; its content is the body, else its summary. Nothing is raised.

    Args:
        entry: the feed's entry.
        url: the story's address, which need not answer.
        source: the publisher as registered; it gives the language and the name that the entry lacks.
    """
    blocks = html_blocks(entry.content) if entry.content else []
    summary = html_blocks(entry.summary) if entry.summary else []
    from_summary = not blocks
    blocks = blocks or summary
    blocks = [block for block in blocks if block.text != entry.headline]
    body = body_text(blocks)
    language = (
        language_tag(entry.language or "") or (source.language if source else None) or detected_language(body)
    )
    outlet = [source.name.casefold(), source.domain] if source else []
    found: dict[str, object] = {
        "headline": entry.headline,
        "authors": entry.authors,
        "body": body,
        "description": summary,
        "keywords": entry.keywords,
        "images": entry.images,
        "language": language,
    }
    methods = {name: "feed" for name, value in found.items() if value}
    if body and from_summary:
        methods["body"] = "feed_summary"
    return Article(
        url=url,
        canonical_url=canonical_url(url),
        headline=entry.headline,
        byline=", ".join(entry.authors) or None,
        authors=tuple(names_in(entry.authors, outlet=outlet)),
        publisher=source.name if source else None,
        body=body or None,
        headings=tuple(block.text for block in blocks if block.kind == "heading"),
        description=_line(summary),
        keywords=keyword_list(entry.keywords),
        language=language,
        images=tuple(Image(address) for address in entry.images),
        editor_notes=editor_notes_in(blocks),
        word_count=word_count(body),
        status="article" if body or entry.headline else "not_an_article: empty body",
        date_candidates=(*from_entry(entry), *from_url(url)),
        methods=methods,
        extractor_version=EXTRACTOR_VERSION,
    )


def _line(blocks: list[Block]) -> str | None:
    return " ".join(block.text for block in blocks) or None
