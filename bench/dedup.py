"""Cost of finding copies in PostgreSQL: ``python bench/dedup.py [--documents N ...]`` (20,000 by default).

Fills an embedded database of its own with N texts, their dates spread evenly over the 30 days of the
window, and then lets 5,000 new ones be compared with them, a third of which are copies of some text,
cut or retyped. Of the N, 5,000 have their words; the others are there by their keys, as a look-up
sees them. Prints wall-clock seconds, CPU seconds of this process and of the database's, and bytes a
document; with several N, which must ascend, the exponent with which the CPU time of the look-up grows.
"""

from __future__ import annotations

import argparse
import math
import os
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import numpy as np
import psycopg
from dedup_memory import START, Story, invented
from sqlalchemy import Connection, make_url

from pipeline.dedup import find_edges, keys, regroup
from pipeline.warehouse import schema, server
from pipeline.warehouse.clustering import write_clusters, write_edges
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.keys import WarehouseIndex

NEW = 5000
KEYS = 17
AT_ONCE = 50_000
Result = TypeVar("Result")

ARTICLES = """
insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version,
    word_count, published_at, published_flags, modified_flags, first_seen_at, fetched_at,
    extractor_version, content_hash, loaded_at)
select id, source_id, id, id::text, id::text, id::text, '', 0, at, '{}', '{}', at, at, '', '', at
from new, news.source;
insert into news.article_version (version_id, story_id, captured_at, headline, published_at)
select id, id, at, headline, at from new;
insert into news.article_body (version_id, body) select id, body from new;
insert into news.story_cluster (story_id, cluster_id, algorithm_version, dated_at) select id, id, '', at from new;
truncate new
"""
SOURCE = """
insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
values (gen_random_uuid(), 'bench.example', 'Bench', false, 'active', false, '{}', '[]')
"""


class Clock:
    """Seconds by step: of the wall, of this process, of the database's process."""

    def __init__(self, backend: int) -> None:
        self._stat = Path(f"/proc/{backend}/stat")
        self.steps: dict[str, tuple[float, float, float]] = {}

    def _now(self) -> tuple[float, float, float]:
        ticks = sum(map(int, self._stat.read_text().rpartition(")")[2].split()[11:13]))
        return time.perf_counter(), time.process_time(), ticks / os.sysconf("SC_CLK_TCK")

    def time(self, step: str, work: Callable[[], Result]) -> Result:
        before = self._now()
        result = work()
        spent = [after - at for at, after in zip(before, self._now(), strict=True)]
        self.steps[step] = tuple(map(sum, zip(spent, self.steps.get(step, (0, 0, 0)), strict=True)))  # type: ignore[assignment]
        return result


class TimedIndex(WarehouseIndex):
    """The warehouse's, with a clock at the steps that have nothing to do with the check."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        super().__init__(connection)
        self._clock = clock

    def add(self, texts: Sequence[Any], keys: Any) -> None:
        self._clock.time("write keys", lambda: super(TimedIndex, self).add(texts, keys))

    def candidates(self, texts: Sequence[Any]) -> list[Any]:
        return self._clock.time("look-up", lambda: super(TimedIndex, self).candidates(texts))

    def texts(self, ids: Any) -> list[Any]:
        return self._clock.time("read texts", lambda: super(TimedIndex, self).texts(ids))


def write_stories(connection: psycopg.Connection, stories: Sequence[Story]) -> None:
    """The stories with their one version each, not compared with anything."""
    connection.execute(
        "create temp table if not exists new (id uuid, at timestamptz, headline text, body text)"
    )
    with connection.cursor().copy("copy new from stdin") as rows:
        for one in stories:
            rows.write_row((uuid.UUID(int=one.id), one.published_at, one.headline, one.body))
    connection.execute(ARTICLES)


def write_keys(connection: psycopg.Connection, count: int, random: np.random.Generator) -> None:
    """Texts of which there is nothing but the keys."""
    connection.execute("set session_replication_role = replica")  # they have no version to refer to
    window = timedelta(days=30)
    with connection.cursor().copy("copy ops.story_text from stdin") as rows:
        for share in random.random(count):
            hashes = random.integers(-(1 << 63), 1 << 63, KEYS, dtype=np.int64)
            rows.write_row(
                (uuid.UUID(bytes=random.bytes(16)), uuid.uuid4(), START + window * share, hashes.tolist())
            )
    connection.execute("set session_replication_role = origin")


def compared(url: str, new: Sequence[Story]) -> tuple[Clock, int, int]:
    """The steps of comparing the new stories, with the numbers of edges and of stories whose cluster changed."""
    engine = open_warehouse(url, pooled=False)
    stories = [uuid.UUID(int=one.id) for one in new]
    with transaction(engine) as connection:
        clock = Clock(connection.exec_driver_sql("select pg_backend_pid()").scalar_one())
        index = TimedIndex(connection, clock)
        texts = index.texts(stories)
        clock.time("keys", lambda: [keys(one.headline, one.body) for one in texts])
        edges = clock.time("find_edges", lambda: find_edges(texts, index))
        clock.time("write edges", lambda: write_edges(connection, edges))
        clusters = clock.time("union", lambda: regroup(stories, edges, index))
        changed = clock.time("write clusters", lambda: write_clusters(connection, clusters))
    engine.dispose()
    inner = ("keys", "write keys", "look-up", "read texts")
    clock.steps["check"] = tuple(  # type: ignore[assignment]
        whole - sum(clock.steps[step][at] for step in inner)
        for at, whole in enumerate(clock.steps.pop("find_edges"))
    )
    return clock, len(edges), changed


def show(count: int, clock: Clock, size: float, edges: int, changed: int) -> None:
    print(
        f"\n{NEW:,} new documents against {count:,}: {edges:,} edges, {changed:,} stories went into another cluster"
    )
    print(f"{size:.0f} bytes a document (keys, their index, the row and its primary key)")
    print(f"{'':<16}{'wall s':>10}{'CPU s':>10}{'database':>10}")
    total = tuple(map(sum, zip(*clock.steps.values(), strict=True)))
    for step, spent in (*clock.steps.items(), ("end to end", total)):
        print(f"{step:<16}" + "".join(f"{seconds:>10.2f}" for seconds in spent))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", nargs="+", type=int, default=[20_000], metavar="N")
    asked = parser.parse_args()
    stories = invented(2 * NEW, Random("dateline"), 0.0)
    told, new = stories[:NEW], stories[NEW:]
    lookups: list[float] = []
    with server.temporary() as running:
        engine = open_warehouse(running.url)
        schema.migrate(engine)
        engine.dispose()
        plain = make_url(running.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(SOURCE)
            write_stories(connection, told)
            compared(running.url, told)
            held, random = NEW, np.random.default_rng(1)
            for count in asked.documents:
                while held < count:
                    more = min(AT_ONCE, count - held)
                    write_keys(connection, more, random)
                    held += more
                connection.execute("vacuum analyze ops.story_text")
                (size,) = connection.execute(
                    "select pg_total_relation_size('ops.story_text')"
                ).fetchone() or (0,)
                write_stories(connection, new)
                clock, edges, changed = compared(running.url, new)
                show(count, clock, size / held, edges, changed)
                lookups.append(clock.steps["look-up"][2])
                ids = [uuid.UUID(int=one.id) for one in new]
                connection.execute("delete from news.article where story_id = any(%s)", (ids,))
    for (less, before), (more, after) in zip(
        zip(asked.documents, lookups, strict=True),
        list(zip(asked.documents, lookups, strict=True))[1:],
        strict=False,
    ):
        print(
            f"\n{less:,} to {more:,}: CPU of the look-up grows with exponent {math.log(after / before) / math.log(more / less):.2f}"
        )


if __name__ == "__main__":
    main()
