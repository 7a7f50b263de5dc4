"""Copies at several publishers: found when a text is written, and kept as edges and clusters.

A story's clusters are a function of all texts and dates that are held, so they come out the same from
any order of loading:

- Whoever compares holds one lock until the commit. Of two loads the later therefore sees the texts of
  both, and no text is ever visible without its cluster. Pages are fetched and read outside of it; what
  is only added is written, and its keys are made, before it is taken.
- A story's date is the publication that its first version states, else when the story was first
  seen. A later version does not move it. A backfill may bring an earlier version: the story's edges
  are then found anew, as if it had come with that date.
- What goes (a merged story, a reading that another one replaces) takes its keys and edges with it,
  and the clusters round it are made anew.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, text

from pipeline.dedup import CHECK_VERSION, Edge, find_edges, regroup
from pipeline.warehouse.bulk import among
from pipeline.warehouse.keys import (
    WarehouseIndex,
    add_rows,
    edge_ends,
    edge_row,
    has_end_in,
    make_keys,
)
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.tables import ARTICLE_VERSION, STORY_CLUSTER, STORY_EDGE, STORY_TEXT

Stories = Collection[uuid.UUID]

_DATE = text("""
insert into news.story_cluster as held (story_id, cluster_id, algorithm_version, dated_at)
select distinct on (story_id) story_id, story_id, :version, coalesce(v.published_at, a.first_seen_at)
from news.article a join news.article_version v using (story_id)
where story_id = any(cast(:stories as uuid[]))
order by story_id, v.captured_at, v.version_id
on conflict (story_id) do update
    set algorithm_version = excluded.algorithm_version, dated_at = excluded.dated_at
    where (held.algorithm_version, held.dated_at) <> (excluded.algorithm_version, excluded.dated_at)
    -- Without its texts (retention) nothing could be found anew: what was found stays.
    and not exists (select from news.article_version w left join news.article_body b using (version_id)
                    where w.story_id = held.story_id and b.version_id is null)
returning story_id, xmax <> 0 as was_held
""")
_NAME = text("""
update news.story_cluster held set cluster_id = named.cluster
from unnest(cast(:stories as uuid[]), cast(:clusters as uuid[])) named (story, cluster)
where held.story_id = named.story and held.cluster_id <> named.cluster
""")


def hold(connection: Connection, stories: Stories) -> set[uuid.UUID]:
    """Stories whose clusters may change with these, to be handed to ``group``; call it before they are written.

    Where one of them has a cluster, something of it may be taken away, which must not happen while
    another load compares: the lock is taken. The caller has locked their publishers.
    """
    known = among(STORY_CLUSTER.c.story_id, stories)
    if not connection.execute(select(exists().where(known))).scalar_one():
        return set()
    _lock(connection)
    return _around(connection, stories)


def group(connection: Connection, stories: Stories) -> None:
    """Compares what is new of these stories with all that is held, and writes the clusters that this touches.

    Again it changes nothing. Stories that are no more are passed over.
    """
    if not stories:
        return
    made = make_keys(connection, _without_keys(connection, stories))
    _lock(connection)
    stories = {*stories, *_outdated(connection, stories)}
    touched = stories | _date(connection, stories)
    index = WarehouseIndex(connection)
    edges = find_edges(index.texts(_without_keys(connection, stories)), index, made)
    write_edges(connection, edges)
    write_clusters(connection, regroup(touched, edges, index))


def catch_up(connection: Connection, most: int) -> int:
    """Compares up to ``most`` stories that were grouped by an earlier rule; returns how many are left."""
    old = STORY_CLUSTER.c.algorithm_version != CHECK_VERSION
    query = select(STORY_CLUSTER.c.story_id).where(old).order_by(STORY_CLUSTER.c.story_id).limit(most)
    _lock(connection)
    group(connection, set(connection.execute(query).scalars()))
    return connection.execute(select(func.count()).where(old)).scalar_one()


def _lock(connection: Connection) -> None:
    """After the locks of publishers, never before."""
    lock_names(connection, ["clusters"])


def _around(connection: Connection, stories: Stories) -> set[uuid.UUID]:
    """These stories with their clusters, and whatever an edge that they lose may have kept apart.

    Without its second story a page is no round-up any more, and joins the first: two edges away.
    """
    clusters = select(STORY_CLUSTER.c.cluster_id).where(among(STORY_CLUSTER.c.story_id, stories))
    mates = select(STORY_CLUSTER.c.story_id).where(STORY_CLUSTER.c.cluster_id.in_(clusters))
    near = edge_ends(connection, edge_ends(connection, stories))
    return near | set(connection.execute(mates).scalars())


def _outdated(connection: Connection, stories: Stories) -> set[uuid.UUID]:
    """What an earlier rule has put together with these: it stays together only if this one finds it again."""
    clusters = select(STORY_CLUSTER.c.cluster_id).where(among(STORY_CLUSTER.c.story_id, stories))
    query = select(STORY_CLUSTER.c.story_id).where(
        STORY_CLUSTER.c.cluster_id.in_(clusters), STORY_CLUSTER.c.algorithm_version != CHECK_VERSION
    )
    return set(connection.execute(query).scalars())


def _date(connection: Connection, stories: Stories) -> set[uuid.UUID]:
    """Gives each story its date; forgets what was found of those that had another one, and returns what lay round them."""
    rows = connection.execute(_DATE, {"stories": list(stories), "version": CHECK_VERSION}).all()
    moved = {row.story_id for row in rows if row.was_held}
    if not moved:
        return set()
    around = _around(connection, moved)
    connection.execute(delete(STORY_EDGE).where(has_end_in(moved)))
    versions = select(ARTICLE_VERSION.c.version_id).where(among(ARTICLE_VERSION.c.story_id, moved))
    connection.execute(delete(STORY_TEXT).where(STORY_TEXT.c.version_id.in_(versions)))
    return around


def _without_keys(connection: Connection, stories: Stories) -> set[uuid.UUID]:
    query = (
        select(ARTICLE_VERSION.c.version_id)
        .outerjoin(STORY_TEXT, STORY_TEXT.c.version_id == ARTICLE_VERSION.c.version_id)
        .where(among(ARTICLE_VERSION.c.story_id, stories), STORY_TEXT.c.version_id.is_(None))
    )
    return set(connection.execute(query).scalars())


def write_edges(connection: Connection, edges: Sequence[Edge]) -> None:
    """Adds those that are new; an edge once found stays as it is."""
    add_rows(connection, STORY_EDGE, [edge_row(edge) for edge in edges])


def write_clusters(connection: Connection, clusters: Mapping[Any, Any]) -> int:
    """Puts each story into its cluster; returns how many were in another one."""
    if not clusters:
        return 0
    named = {"stories": list(clusters), "clusters": list(clusters.values())}
    return connection.execute(_NAME, named).rowcount
