"""What second looks found: another version, another address, or nothing any more."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import compare, fingerprint
from pipeline.records import ArchiveRef, Article, Failure, Response
from pipeline.warehouse import clustering
from pipeline.warehouse.ledger import write_fetch
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.revisits import Revisit, end, put_off
from pipeline.warehouse.rows import Loadable, StoryRows, story_rows
from pipeline.warehouse.tables import ARTICLE, ARTICLE_BODY, STORY_ALIAS
from pipeline.warehouse.versions import write_versions
from pipeline.warehouse.writer import tell


@dataclass(frozen=True, slots=True)
class Look:
    """A revisit with its answer: the page's bytes, archived, and what was read of them; or a failure."""

    revisit: Revisit
    answer: Response | Failure
    archived: ArchiveRef | None = None
    article: Article | None = None

    @property
    def loadable(self) -> Loadable:
        assert isinstance(self.answer, Response)
        assert self.article
        at = self.answer.fetched_at
        claim = self.revisit.claim
        claim = replace(claim, final_url=self.answer.final_url, fetched_at=at, archived=self.archived)
        return Loadable(claim, self.article, at)


def record_looks(connection: Connection, looks: Iterable[Look], now: datetime) -> int:
    """Writes what second looks found, in the caller's transaction; returns how many stories changed."""
    looks = sorted(looks, key=lambda look: look.revisit.story_id)
    lock_names(connection, (f"source:{look.revisit.claim.source_id}" for look in looks))
    stories = {look.revisit.story_id for look in looks if look.article}
    stories |= clustering.hold(connection, stories)
    known = _known(connection, [look.revisit.story_id for look in looks])
    changed = 0
    for look in looks:
        article = known.get(look.revisit.story_id)
        if article is not None:  # else it went into another story, and its looks with it
            changed += _record(connection, look, article, now)
    clustering.group(connection, stories)
    return changed


def _known(connection: Connection, stories: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
    query = select(ARTICLE).where(ARTICLE.c.story_id.in_(stories))
    return {row.story_id: row for row in connection.execute(query)}


def _record(connection: Connection, look: Look, article: Any, now: datetime) -> bool:
    revisit, answer = look.revisit, look.answer
    at = answer.fetched_at or now
    fetch_id = write_fetch(connection, revisit.claim, answer, look.archived, at)
    if isinstance(answer, Failure):
        put_off(connection, revisit, answer, fetch_id, at)
        return False
    assert look.article
    if look.article.status != "article":
        end(
            connection,
            revisit,
            "not_an_article",
            fetch_id,
            at,
            reason=look.article.status,
            final_url=answer.final_url,
        )
        return False
    rows = story_rows(look.loadable)
    if rows.telling.story_id != revisit.story_id:
        if not _same_story(connection, rows, article):
            end(connection, revisit, "moved", fetch_id, at, final_url=answer.final_url)
            return False
        _alias(connection, rows.telling.story_id, revisit.story_id)
        rows = story_rows(look.loadable, of=revisit.story_id)
    write_versions(connection, [rows])
    is_new = bool(rows.article["version_id"] != article.version_id)
    tell(connection, [rows], now)
    end(
        connection,
        revisit,
        "changed" if is_new else "unchanged",
        fetch_id,
        at,
        final_url=answer.final_url,
        version_id=rows.article["version_id"],
    )
    return is_new


def _same_story(connection: Connection, rows: StoryRows, article: Any) -> bool:
    """Whether a page at another address still tells the story."""
    query = select(ARTICLE_BODY.c.body).where(ARTICLE_BODY.c.version_id == article.version_id)
    held = fingerprint(article.headline, connection.execute(query).scalar_one())
    return compare(held, fingerprint(rows.article["headline"], rows.body), hours_apart=0.0).kind == "same"


def _alias(connection: Connection, told: uuid.UUID, story: uuid.UUID) -> None:
    """The id of the new address leads to the story, unless it is a story of its own already."""
    if connection.execute(select(ARTICLE.c.story_id).where(ARTICLE.c.story_id == told)).first():
        return
    row = {"alias_id": told, "story_id": story, "method": "redirect"}
    connection.execute(insert(STORY_ALIAS).values(row).on_conflict_do_nothing())
