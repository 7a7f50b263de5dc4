"""An article as rows: one for the story, some for each bridge. Pure: no database is touched."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipeline.dedup import Telling, story_id, story_key, text_hash, version_id
from pipeline.poll.identity import key_of_story
from pipeline.records import Article, Timestamp
from pipeline.urls import CANONICAL_VERSION
from pipeline.warehouse.bridges import Row, bridge_rows
from pipeline.warehouse.claims import Claim

OWNED = ("url", "canonical_url", "canonical_version", "first_seen_at")
"""Columns of a story that its earliest entry gives, whichever of its pages was received last."""
_UNIQUE = 16
"""Characters of a GUID that no other entry of the publisher has by chance."""
_MOMENT = ("at", "local", "utc_offset_minutes", "zone", "precision", "method", "evidence")


@dataclass(frozen=True, slots=True)
class Loadable:
    """A claimed entry that has become an article."""

    claim: Claim
    article: Article
    captured_at: datetime
    """When the bytes of this text were received."""


@dataclass(frozen=True, slots=True)
class StoryRows:
    """All rows of one telling of a story."""

    claim: Claim
    telling: Telling
    article: Row
    version: Row
    body: str
    bridges: dict[str, list[Row]]
    """By the full name of the table."""


def story_rows(loadable: Loadable, *, of: uuid.UUID | None = None) -> StoryRows:
    """The rows of an article, with the ids and hashes that follow from its content.

    ``of`` is the story that it is known to tell; None: the one that its address says.
    """
    claim, article = loadable.claim, loadable.article
    final_url = claim.final_url or claim.url or _linkless(claim)
    key = story_key(final_url, article.rel_canonical) if claim.url else final_url
    story = of or story_id(claim.source_id, key)
    version = version_id(story, article.headline, article.body, printed_clock(article.published))
    digest = text_hash(article.body)
    row = {
        "story_id": story,
        "source_id": claim.source_id,
        "version_id": version,
        "url": claim.url or final_url,
        "final_url": final_url,
        "canonical_url": key,
        "rel_canonical": article.rel_canonical,
        "canonical_version": CANONICAL_VERSION,
        "headline": article.headline,
        "alternative_headline": article.alternative_headline,
        "byline": article.byline,
        "publisher": article.publisher,
        "description": article.description,
        "section": article.section,
        "language": article.language,
        "word_count": article.word_count,
        "is_free_access": article.is_free_access,
        **moment_columns("published", article.published),
        **moment_columns("modified", article.modified),
        "first_seen_at": claim.discovered_at,
        "fetched_at": loadable.captured_at,
        "extractor_version": article.extractor_version,
        "text_hash": digest,
    }
    bridges = bridge_rows(article)
    row, bridges = _clean(row), _clean(bridges)
    row["content_hash"] = content_hash(row, bridges, article.body)
    for rows in bridges.values():
        for one in rows:
            one["story_id"] = story
    telling = Telling(
        entry=(claim.feed_id, claim.entry_key),
        source_id=claim.source_id,
        story_id=story,
        text_hash=digest,
        dated_at=row["published_at"] or claim.discovered_at,
        discovered_at=claim.discovered_at,
    )
    return StoryRows(
        claim, telling, row, _version(loadable, version, story), _clean(article.body or ""), bridges
    )


def content_hash(article: Row, bridges: Mapping[str, Sequence[Row]], body: str | None) -> str:
    """A digest of all that was read: of the story's row but for what its earliest entry gives, of its parts without ids."""
    told = {name: value for name, value in article.items() if name not in OWNED}
    return _digest([told, bridges, body])


def _linkless(claim: Claim) -> str:
    """The key of a story without an address, the same in all feeds of the publisher.

    A short GUID may be a mere number, of which each feed has its own: the headline goes with it.
    """
    key = key_of_story(claim.entry_key)
    if key.startswith("t:") or len(claim.entry.guid or "") >= _UNIQUE:
        return f"urn:dateline:{key}"
    headline = hashlib.sha256((claim.entry.headline or "").encode()).hexdigest()[:16]
    return f"urn:dateline:{key}:{headline}"


def _version(loadable: Loadable, version: uuid.UUID, story: uuid.UUID) -> Row:
    archived, published = loadable.claim.archived, loadable.article.published
    return {
        "version_id": version,
        "story_id": story,
        "captured_at": loadable.captured_at,
        "archived_by": loadable.claim.archived_by,
        "headline": _clean(loadable.article.headline),
        "published_at": published.instant if published else None,
        "published_local": published.local if published else None,
        "archive_object": archived.object if archived else None,
        "archive_offset": archived.offset if archived else None,
        "extractor_version": loadable.article.extractor_version,
    }


def printed_clock(published: Timestamp | None) -> datetime | None:
    """The wall clock that tells versions apart; none where it moves by itself ("2 hours ago")."""
    return published.local if published and "relative" not in published.flags else None


def moment_columns(prefix: str, moment: Timestamp | None) -> Row:
    """The columns of a dated fact; None: of one that is not known."""
    if moment is None:
        return {f"{prefix}_{name}": None for name in _MOMENT} | {f"{prefix}_flags": []}
    return {
        f"{prefix}_at": moment.instant,
        f"{prefix}_local": moment.local,
        f"{prefix}_utc_offset_minutes": moment.utc_offset_minutes,
        f"{prefix}_zone": moment.zone,
        f"{prefix}_precision": moment.precision,
        f"{prefix}_method": moment.method,
        f"{prefix}_evidence": moment.evidence,
        f"{prefix}_flags": sorted(moment.flags),
    }


def _clean(value: Any) -> Any:
    """The value without NUL and lone surrogates, which PostgreSQL cannot hold."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {name: _clean(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


def _digest(value: Any) -> str:
    def plain(item: Any) -> str:
        return item.isoformat() if isinstance(item, datetime | date) else str(item)

    text = json.dumps(value, default=plain, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
