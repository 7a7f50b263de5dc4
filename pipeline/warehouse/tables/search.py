"""What ``news.search`` looks in. A trigger on ``news.article`` keeps it; migration 0018 says how."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from pipeline.warehouse.tables.metadata import METADATA, column
from pipeline.warehouse.tables.news import story

# A short pending list: what it saves on writing, every search would pay.
_GIN: dict[str, Any] = {"postgresql_using": "gin", "postgresql_with": {"gin_pending_list_limit": "256"}}

STORY_SEARCH = Table(
    "story_search",
    METADATA,
    story(),
    column("language", Text, "Language of the story without script and region; empty where not known"),
    column(
        "dated_at", DateTime(timezone=True), "Publication; where that is not known, when it was first seen"
    ),
    column("headline", Text, "The headline in lower case and without accents, for trigrams"),
    column(
        "document",
        TSVECTOR,
        "Stems of the headline (A) and the description (B); of scripts without spaces, two letters each",
    ),
    Index("ix_story_search_document", "document", **_GIN),
    Index("ix_story_search_headline", "headline", postgresql_ops={"headline": "gin_trgm_ops"}, **_GIN),
    Index(None, "dated_at"),
    Index(None, "language", "dated_at"),
    schema="ops",
    comment="What news.search looks in: one row a story, kept by triggers on news.article",
)
