"""When and where a story was filed, chosen again from what is stored of it: rows in, rows out, and their writing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.dedup import Telling, version_id
from pipeline.records import Article, DateCandidate
from pipeline.warehouse import clustering
from pipeline.warehouse.bridges import Row, bridge_rows
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.rereading import Standing
from pipeline.warehouse.rows import StoryRows, content_hash, moment_columns, printed_clock
from pipeline.warehouse.stored import Stored
from pipeline.warehouse.tables import ARTICLE, ARTICLE_BODY, ARTICLE_VERSION, LEDGER, REVISIT
from pipeline.warehouse.writer import write_bridges

_WHEN_AND_WHERE = (
    *("news.article_timestamp", "news.article_timestamp_reading"),
    *("news.article_dateline", "news.article_place", "news.article_place_namesake"),
)
_CANDIDATES = "news.article_date_candidate"


def undated(standing: Standing, known: Stored) -> Article | None:
    """What is stored of a story for its dates and its place to be chosen; None: its pages are needed.

    They are where it has several texts or ids, for of those it does not show no dates are stored; and where
    its rows are of a time when date candidates were not kept.
    """
    ids = {one.story_id for one in standing.told} | standing.aliases
    is_plain = ids == {standing.unit} and len(known.versions) == 1
    if not is_plain or _body(known) is None:
        return None
    rows = known.bridges[_CANDIDATES]
    if not rows and known.bridges["news.article_timestamp"]:
        return None
    article = known.article
    return Article(
        url=article["final_url"],
        canonical_url=article["canonical_url"],
        headline=article["headline"],
        language=article["language"],
        body=known.body or None,
        date_candidates=tuple(
            DateCandidate(row["raw"], row["method"], row["role"], row["detail"]) for row in rows
        ),
    )


def redated(standing: Standing, known: Stored, article: Article) -> StoryRows:
    """The story's rows with the dates and the place of ``article``; all else stays as it was read."""
    owner = standing.told[0]
    (version,) = known.versions.values()
    dates = {**moment_columns("published", article.published), **moment_columns("modified", article.modified)}
    clock = printed_clock(article.published)
    new_id = version_id(known.article["story_id"], version["headline"], _body(known), clock)
    read = bridge_rows(article)
    bridges = {
        name: read[name] if name in _WHEN_AND_WHERE else _without_id(rows)
        for name, rows in known.bridges.items()
    }
    row = {name: value for name, value in known.article.items() if name not in ("content_hash", "loaded_at")}
    row |= {**dates, "version_id": new_id}
    row["content_hash"] = content_hash(row, bridges, _body(known))
    published = article.published
    return StoryRows(
        claim=owner.claim,
        telling=Telling(
            entry=owner.entry,
            source_id=owner.claim.source_id,
            story_id=row["story_id"],
            text_hash=row["text_hash"],
            dated_at=row["published_at"] or owner.claim.discovered_at,
            discovered_at=owner.claim.discovered_at,
        ),
        article=row,
        version={name: value for name, value in version.items() if name != "body"}
        | {
            "version_id": new_id,
            "published_at": published.instant if published else None,
            "published_local": published.local if published else None,
        },
        body=known.body,
        bridges={
            name: [one | {"story_id": row["story_id"]} for one in rows] for name, rows in bridges.items()
        },
    )


def redate(connection: Connection, dated: Sequence[tuple[Standing, StoryRows]], now: datetime) -> int:
    """Writes other dates and places of stories; returns how many: one that somebody changed meanwhile is left."""
    lock_names(connection, {f"source:{rows.telling.source_id}" for _, rows in dated})
    around = clustering.hold(connection, {rows.telling.story_id for _, rows in dated})
    written = [rows for standing, rows in dated if _write(connection, standing, rows, now)]
    write_bridges(connection, written)
    clustering.group(connection, around | {rows.telling.story_id for rows in written})
    return len(written)


def _write(connection: Connection, standing: Standing, rows: StoryRows, now: datetime) -> bool:
    story, version = rows.telling.story_id, rows.version
    is_as_read = and_(ARTICLE.c.story_id == story, ARTICLE.c.content_hash == standing.content_hash)
    if not connection.execute(
        update(ARTICLE).where(is_as_read).values(**rows.article, loaded_at=now)
    ).rowcount:
        return False
    (before,) = standing.versions
    if before == version["version_id"]:
        held = ARTICLE_VERSION.c.version_id == before
        connection.execute(update(ARTICLE_VERSION).where(held).values(version))
    else:
        connection.execute(insert(ARTICLE_VERSION).values(version))
        connection.execute(insert(ARTICLE_BODY).values(version_id=version["version_id"], body=rows.body))
        connection.execute(delete(ARTICLE_VERSION).where(ARTICLE_VERSION.c.version_id == before))
        looks = update(REVISIT).where(REVISIT.c.story_id == story, REVISIT.c.version_id == before)
        connection.execute(looks.values(version_id=version["version_id"]))
    told_at: Any = func.coalesce(rows.article["published_at"], LEDGER.c.discovered_at)
    telling = update(LEDGER).where(LEDGER.c.story_id == story, LEDGER.c.told_story_id == story)
    connection.execute(telling.values(told_at=told_at))
    return True


def differs(known: Stored, rows: StoryRows) -> bool:
    """Whether another date or place comes out."""
    moments = [name for name in rows.article if name.startswith(("published_", "modified_"))]
    return any(known.article[name] != rows.article[name] for name in moments) or any(
        known.bridges[name] != rows.bridges[name] for name in _WHEN_AND_WHERE
    )


def _body(known: Stored) -> str | None:
    """The body as the story's digest has it; None where the digest is of other rows than those stored."""
    bridges = {name: _without_id(rows) for name, rows in known.bridges.items()}
    row = {name: value for name, value in known.article.items() if name not in ("content_hash", "loaded_at")}
    is_whole = content_hash(row, bridges, known.body) == known.article["content_hash"]
    return known.body if is_whole else None


def _without_id(rows: Sequence[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "story_id"} for row in rows]
