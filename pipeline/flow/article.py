"""A page into a dated, placed article: ``extract`` and ``dateline`` joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from pipeline.dateline import choose_published, parse_dateline, read_candidates
from pipeline.extract import extract_page
from pipeline.extract import extract_text as extract_plain
from pipeline.extract.hints import hints_on
from pipeline.records import NO_HEADERS, Article, Dateline, Entry, Source


def extract_article(
    html: bytes | str,
    *,
    url: str,
    headers: Mapping[str, str] = NO_HEADERS,
    entry: Entry | None = None,
    source: Source | None = None,
    fetched_at: datetime | None = None,
) -> Article:
    """The article of a page, with its publication instant and dateline; ``status`` says why it is none.

    Args:
        html: the page; bytes are decoded by BOM, header, meta, then detection.
        url: where it answered.
        headers: of the response, names in lower case.
        entry: the feed's entry, which completes what the page lacks.
        source: the publisher as registered: its zone, country, language and hints.
        fetched_at: when the page was received; a later date is flagged, and the hints of that day are applied.
    """
    article = extract_page(html, url=url, headers=headers, entry=entry, source=source, fetched_at=fetched_at)
    zone = hints_on(source, fetched_at).zone
    if source and zone:
        source = replace(source, zone=zone)
    return when_and_where(article, source=source, fetched_at=fetched_at)


def extract_text(
    text: str, *, url: str | None = None, source: Source | None = None, fetched_at: datetime | None = None
) -> Article:
    """The article of a page that was saved as plain text, dated and placed."""
    return when_and_where(extract_plain(text, url=url, source=source), source=source, fetched_at=fetched_at)


def when_and_where(article: Article, *, source: Source | None, fetched_at: datetime | None) -> Article:
    """The article with its dates read, the best of them chosen, and its dateline."""
    candidates = article.date_candidates
    dateline = _dateline_of(article, source)
    place_zone = dateline.places[0].zone if dateline and dateline.places else None
    chosen = partial(
        choose_published, candidates, source=source, fetched_at=fetched_at, place_zone=place_zone
    )
    return replace(
        article,
        dateline=dateline,
        published=chosen(),
        modified=chosen(role="updated"),
        timestamps=read_candidates(candidates, source=source, fetched_at=fetched_at, place_zone=place_zone),
    )


def _dateline_of(article: Article, source: Source | None) -> Dateline | None:
    lead = (article.body or "").lstrip()[:600]
    if not lead:
        return None
    language = article.language or (source.language if source else None)
    return parse_dateline(lead, language=language, country=source.country if source else None)
