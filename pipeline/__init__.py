"""Dateline: news feeds into a SQL warehouse that a data team can trust.

=========  ==========================================================  ====================
stage      takes, gives                                                package
=========  ==========================================================  ====================
poll       a feed's bytes, entries and when to look again              ``pipeline.poll``
fetch      an address, the response, kept byte for byte                ``pipeline.fetch``
extract    a page, its article                                         ``pipeline.extract``
dateline   printed dates and datelines, instants and places            ``pipeline.dateline``
dedup      texts, groups of copies                                     ``pipeline.dedup``
warehouse  articles, rows                                              ``pipeline.warehouse``
=========  ==========================================================  ====================

``pipeline.flow`` joins them; ``dateline --help`` and the DAGs run it. The names below stay stable.
They are loaded when first used: ``parse_timestamp`` brings in neither a database nor HTTP.

>>> from pipeline import parse_timestamp
>>> parse_timestamp("15:13 GMT +3 15 December 2017").instant.isoformat()
'2017-12-15T12:13:00+00:00'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.dateline import choose_published, find_timestamps, parse_dateline, parse_timestamp
    from pipeline.dedup import group_duplicates
    from pipeline.flow.article import extract_article, extract_text
    from pipeline.poll import parse_feed
    from pipeline.urls import canonical_url

_HOME = {
    "canonical_url": "pipeline.urls",
    "choose_published": "pipeline.dateline",
    "extract_article": "pipeline.flow.article",
    "extract_text": "pipeline.flow.article",
    "find_timestamps": "pipeline.dateline",
    "group_duplicates": "pipeline.dedup",
    "parse_dateline": "pipeline.dateline",
    "parse_feed": "pipeline.poll",
    "parse_timestamp": "pipeline.dateline",
}

__all__ = [
    "canonical_url",
    "choose_published",
    "extract_article",
    "extract_text",
    "find_timestamps",
    "group_duplicates",
    "parse_dateline",
    "parse_feed",
    "parse_timestamp",
]


def __getattr__(name: str) -> Any:
    """The stable name, loaded from its package (PEP 562)."""
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME[name]), name)
