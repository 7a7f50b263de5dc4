"""What second looks found: another version, another address, or nothing any more."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import compare, fingerprint
from pipeline.records import ArchiveRef, Article, Failure, Response
from pipeline.warehouse import clustering
from pipeline.warehouse.ledger import write_fetch
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.revisits import Revisit, end, put_off
from pipeline.warehouse.rows import Loadable, StoryRows, story_rows
from pipeline.warehouse.tables import ARTICLE, ARTICLE_BODY, LEDGER, REVISIT, STORY_ALIAS
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
        claim = replace(claim, final_url=self.answer.final_url, fetched_at=at)
        claim = replace(claim, archived=self.archived, archived_by=None)
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
        if article is None:
            # It went into another story, and its looks with it, or was erased: what came has to be found, then.
            at = look.answer.fetched_at or now
            write_fetch(connection, look.revisit.claim, look.answer, look.archived, at)
        else:
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


def follow_look(connection: Connection, loadable: Loadable, now: datetime) -> None:
    """Adds what a later capture of a page shows to the story that the page told; nothing where it tells another one.

    The looks' own rows stay as they are, but for the version that each of them found.
    """
    claim = loadable.claim
    entry = (LEDGER.c.feed_id == claim.feed_id, LEDGER.c.entry_key == claim.entry_key)
    told = select(LEDGER.c.story_id).where(*entry, LEDGER.c.story_id == LEDGER.c.told_story_id)
    story = connection.execute(told).scalar_one_or_none()
    if story is None:  # the page is no article any more, or repeats another story now
        return
    article = _known(connection, [story])[story]
    rows = story_rows(loadable)
    if rows.telling.story_id != story:
        if not _same_story(connection, rows, article):
            return
        _alias(connection, rows.telling.story_id, story)
        rows = story_rows(loadable, of=story)
    write_versions(connection, [rows])
    tell(connection, [rows], now)
    version = rows.article["version_id"]
    found = {"version_id": version, "outcome": "unchanged" if version == article.version_id else "changed"}
    look = (REVISIT.c.story_id == story, REVISIT.c.fetch_id == claim.fetch_id)
    is_of_version = REVISIT.c.outcome.in_(("unchanged", "changed"))
    connection.execute(update(REVISIT).where(*look, is_of_version).values(found))


def _same_story(connection: Connection, rows: StoryRows, article: Any) -> bool:
    """Whether a page at another address still tells the story."""
    query = select(ARTICLE_BODY.c.body).where(ARTICLE_BODY.c.version_id == article.version_id)
    body = connection.execute(query).scalar()
    if body is None:  # retention took it: nothing is left to compare
        return False
    held = fingerprint(article.headline, body)
    return compare(held, fingerprint(rows.article["headline"], rows.body), hours_apart=0.0).kind == "same"


def _alias(connection: Connection, told: uuid.UUID, story: uuid.UUID) -> None:
    """The id of the new address leads to the story, unless it is a story of its own already."""
    if connection.execute(select(ARTICLE.c.story_id).where(ARTICLE.c.story_id == told)).first():
        return
    row = {"alias_id": told, "story_id": story, "method": "redirect"}
    connection.execute(insert(STORY_ALIAS).values(row).on_conflict_do_nothing())
