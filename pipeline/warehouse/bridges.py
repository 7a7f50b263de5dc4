"""The parts of an article as rows of the tables that hang on it. Pure: no database is touched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.records import Article, Dateline, Place, Timestamp
from pipeline.warehouse.tables import BRIDGES

Row = dict[str, Any]


def bridge_rows(article: Article) -> dict[str, list[Row]]:
    """The rows of an article by the full name of their table, for every table in ``BRIDGES``; without story ids."""
    rows = {name: _numbered(many) for name, many in (_parts(article) | _evidence(article)).items()}
    rows |= {
        "article_method": [
            {"field": name, "method": method} for name, method in sorted(article.methods.items())
        ],
        "article_dateline": _dateline(article.dateline),
        "article_timestamp_reading": [
            {"timestamp_position": at, **row}
            for at, one in enumerate(article.timestamps)
            for row in _numbered(_reading(other) for other in one.candidates)
        ],
        "article_place_namesake": [
            {"place_position": at, **row}
            for at, place in enumerate(_located(article))
            for row in _numbered(_place(other) for other in place.alternatives)
        ],
    }
    out = {f"news.{name}": many for name, many in rows.items()}
    assert out.keys() == {table.fullname for table in BRIDGES}, out.keys()
    return out


def _numbered(rows: Iterable[Row]) -> list[Row]:
    return [{"position": at, **row} for at, row in enumerate(rows)]


def _parts(article: Article) -> dict[str, Iterable[Row]]:
    """What the story consists of."""
    keywords = dict.fromkeys(word for word in article.keywords if word.strip())
    return {
        "article_author": ({"name": name} for name in article.authors),
        "article_keyword": ({"keyword": word} for word in keywords),
        "article_heading": ({"heading": heading} for heading in article.headings),
        "article_image": (
            {"url": one.url, "caption": one.caption, "credit": one.credit} for one in article.images
        ),
        "article_link": ({"kind": one.kind, "text": one.text, "url": one.url} for one in article.related),
        "article_live_post": (
            {"headline": one.headline, "body": one.body, "published_raw": one.published_raw}
            for one in article.live_posts
        ),
        "article_note": ({"note": note} for note in article.editor_notes),
    }


def _evidence(article: Article) -> dict[str, Iterable[Row]]:
    """What shows when and where it was filed, and what its sources said."""
    chosen = _chosen(article)
    return {
        "article_field_candidate": (
            {
                "field": one.field,
                "method": one.source,
                "value": one.value,
                "is_chosen": one.chosen,
                "reason": one.reason or None,
            }
            for one in article.field_candidates
        ),
        "article_date_candidate": (
            {"method": one.source, "role": one.role, "raw": one.raw, "detail": one.detail}
            for one in article.date_candidates
        ),
        "article_timestamp": (_timestamp(one) | {"is_chosen": one is chosen} for one in article.timestamps),
        "article_place": (
            {"rel": "located", **_place(place), "method": place.method} for place in _located(article)
        ),
    }


def _located(article: Article) -> tuple[Place, ...]:
    return article.dateline.places if article.dateline else ()


def _dateline(dateline: Dateline | None) -> list[Row]:
    if dateline is None:
        return []
    return [{"raw": dateline.raw, "agency": dateline.agency, "filed_on": dateline.filed_on}]


def _place(place: Place) -> Row:
    names = ("name", "country", "admin1", "lat", "lon", "zone", "geoname_id")
    return {name: getattr(place, name) for name in names}


def _chosen(article: Article) -> Timestamp | None:
    """The date whose print the publication date has; what else completed it stands in its method."""
    published = article.published
    if published is None:
        return None
    sources = (published.method or "").split("+")
    return next(
        (
            one
            for one in article.timestamps
            if one.evidence == published.evidence and (one.method or "").partition("+")[0] in sources
        ),
        None,
    )


def _reading(moment: Timestamp) -> Row:
    names = ("instant", "local", "utc_offset_minutes", "zone")
    return {name: getattr(moment, name) for name in names}


def _timestamp(moment: Timestamp) -> Row:
    return {
        **_reading(moment),
        "role": moment.role,
        "evidence": moment.evidence,
        "method": moment.method,
        "precision": moment.precision,
        "flags": sorted(moment.flags),
    }
