"""Cost of finding copies in PostgreSQL: ``python bench/dedup.py [--documents N ...]`` (20,000 by default).

Fills an embedded database of its own with N texts, their dates spread evenly over the 30 days of the
window, and then lets the warehouse group 5,000 new ones, a third of which are copies of some text:
retyped, cut, or within a longer page. Of the N, 5,000 have their words; the others are there by their
keys, as a look-up sees them. Prints wall-clock seconds, CPU seconds of this process and of the
database's, and bytes a document; with several N, which must ascend, the exponent with which the CPU time
of the look-up grows.

The index of the keys is built after each fill, in so many rounds that its pages are as full as those of one
that grew text by text; ``--grow`` lets it grow, which takes longer. ``--footer SHARE`` asks for 100 texts with
a closing paragraph that this share of the N has as well and no rule knows.

Beside it stands MinHash with LSH (rensa, see requirements-dedup.txt), where that is installed. It is
given the 10,000 texts that have words and not the N, and keeps them in memory.
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, pairwise
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

import numpy as np
import psycopg
from dedup_memory import START, Story, invented
from numpy.typing import NDArray
from sqlalchemy import Connection, make_url

from pipeline.dedup import Candidate, Edge, Text, compare, fingerprint, is_candidate, keys, normal_words
from pipeline.warehouse import clustering, schema, server
from pipeline.warehouse.engine import open_warehouse
from pipeline.warehouse.keys import WarehouseIndex

NEW = 5000
KEYS = 17
AT_ONCE = 100_000
ROUND_BYTES = 52
"""Memory for each text when the index is built: a text takes 24 times as much, so there are as many rounds."""
WINDOW_US = 30 * 86_400_000_000
WAYS = ("retyped", "truncated", "embedded")
PERMUTATIONS, BANDS, LEAST_JACCARD = 128, 32, 0.5
ASKED = 100
Result = TypeVar("Result")
Pair = frozenset[int]

ARTICLES = """
insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version,
    word_count, published_at, published_flags, modified_flags, first_seen_at, fetched_at,
    extractor_version, content_hash, loaded_at)
select id, source_id, id, id::text, id::text, id::text, '', 0, at, '{}', '{}', at, at, '', '', at
from new, news.source;
insert into news.article_version (version_id, story_id, captured_at, headline, published_at)
select id, id, at, headline, at from new;
insert into news.article_body (version_id, body) select id, body from new;
truncate new
"""
SOURCE = """
insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
values (gen_random_uuid(), 'bench.example', 'Bench', false, 'active', false, '{}', '[]')
"""
STEPS = {
    clustering: {
        "make_keys": "keys",
        "find_edges": "check",
        "write_edges": "write edges",
        "regroup": "union",
        "write_clusters": "write clusters",
    },
    WarehouseIndex: {"add": "write keys", "candidates": "look-up", "texts": "read texts"},
}
# A row of ops.story_text as COPY reads it in binary: before each value stands its size.
ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("version_size", ">i4"),
        ("version", "V16"),
        ("story_size", ">i4"),
        ("story", "V16"),
        ("date_size", ">i4"),
        ("date", ">i8"),
        ("keys_size", ">i4"),
        ("dimensions", ">i4"),
        ("nulls", ">i4"),
        ("type", ">i4"),
        ("count", ">i4"),
        ("first", ">i4"),
        ("keys", [("size", ">i4"), ("value", ">i8")], KEYS),
    ]
)
SIZES = {"fields": 4, "version_size": 16, "story_size": 16, "date_size": 8, "keys_size": 20 + 12 * KEYS}
ARRAY = {"dimensions": 1, "nulls": 0, "type": 20, "count": KEYS, "first": 1}
COPY = "copy ops.story_text (version_id, story_id, dated_at, keys) from stdin (format binary)"


class Clock:
    """Seconds by step, without those of the steps within it: of the wall, of this process, of the database's."""

    def __init__(self, backend: int) -> None:
        self._stat = Path(f"/proc/{backend}/schedstat")
        self._within = [np.zeros(3)]
        self.steps: dict[str, NDArray[np.float64]] = {}
        self.results: dict[str, list[Any]] = defaultdict(list)

    def _now(self) -> NDArray[np.float64]:
        nanoseconds = int(self._stat.read_text().split()[0])
        return np.array((time.perf_counter(), time.process_time(), nanoseconds / 1e9))

    def time(self, step: str, work: Callable[[], Result]) -> Result:
        before = self._now()
        self._within.append(np.zeros(3))
        result = work()
        self.results[step].append(result)
        spent = self._now() - before
        self.steps[step] = self.steps.get(step, np.zeros(3)) + spent - self._within.pop()
        self._within[-1] += spent
        return result

    def cpu(self) -> float:
        """Seconds of both processes, for all the steps."""
        return float(sum(self.steps.values())[1:].sum())

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Times the steps of the warehouse itself, so that nothing is counted that it does not do."""
        with ExitStack() as watched:
            for owner, names in STEPS.items():
                for name, step in names.items():
                    watched.enter_context(patch.object(owner, name, self._timed(step, getattr(owner, name))))
            yield

    def _timed(self, step: str, work: Callable[..., Result]) -> Callable[..., Result]:
        return lambda *given: self.time(step, lambda: work(*given))


def write_stories(connection: psycopg.Connection, stories: Sequence[Story]) -> None:
    """The stories with their one version each, not compared with anything."""
    connection.execute(
        "create temp table if not exists new (id uuid, at timestamptz, headline text, body text)"
    )
    with connection.cursor().copy("copy new from stdin") as rows:
        for one in stories:
            rows.write_row((uuid.UUID(int=one.id), one.published_at, one.headline, one.body))
    connection.execute(ARTICLES)


def write_keys(
    connection: psycopg.Connection, hashes: NDArray[np.int64], random: np.random.Generator
) -> None:
    """Texts of which there is nothing but the keys."""
    rows = np.zeros(len(hashes), ROW)
    for name, value in {**SIZES, **ARRAY}.items():
        rows[name] = value
    for name in ("version", "story"):
        rows[name] = np.frombuffer(random.bytes(16 * len(rows)), "V16")
    since_2000 = int(START.timestamp() - 946_684_800) * 1_000_000
    rows["date"] = since_2000 + random.integers(0, WINDOW_US, len(rows))
    rows["keys"]["size"] = 8
    rows["keys"]["value"] = hashes
    connection.execute("set session_replication_role = replica")  # they have no version to refer to
    with connection.cursor().copy(COPY) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8) + rows.tobytes() + b"\xff\xff")
    connection.execute("set session_replication_role = origin")


def hashes_of(count: int, random: np.random.Generator) -> NDArray[np.int64]:
    return random.integers(-(1 << 63), 1 << 63, (count, KEYS), dtype=np.int64)


def fill(connection: psycopg.Connection, count: int, random: np.random.Generator, *, grow: bool) -> None:
    """Adds so many texts by their keys."""
    find = "select indexdef from pg_indexes where schemaname = 'ops' and indexname = 'ix_story_text_keys'"
    (definition,) = connection.execute(find).fetchone() or ("",)
    if not grow:
        connection.execute("drop index ops.ix_story_text_keys")
    for at in range(0, count, AT_ONCE):
        write_keys(connection, hashes_of(min(AT_ONCE, count - at), random), random)
    if not grow:
        (held,) = connection.execute("select count(*) from ops.story_text").fetchone() or (0,)
        # Built in one round from sorted keys, each of its pages would be left half empty.
        connection.execute(f"set maintenance_work_mem = '{max(1024, held * ROUND_BYTES // 1024)}kB'")
        connection.execute(definition)
    connection.execute("vacuum analyze ops.story_text")


def grouped(url: str, new: Sequence[Story]) -> Clock:
    """The steps of ``clustering.group`` over the new stories, and what came of them."""
    engine = open_warehouse(url, pooled=False)
    _forget()
    with engine.connect() as connection:
        clock = Clock(connection.exec_driver_sql("select pg_backend_pid()").scalar_one())
        with clock.watching():
            stories = [uuid.UUID(int=one.id) for one in new]
            clock.time("dates, locks", lambda: clustering.group(connection, stories))
        clock.time("commit", connection.commit)
    engine.dispose()
    return clock


def grouped_anew(url: str, connection: psycopg.Connection, new: Sequence[Story]) -> Clock:
    """``grouped``, the stories being written before and taken out afterwards."""
    write_stories(connection, new)
    clock = grouped(url, new)
    ids = [uuid.UUID(int=one.id) for one in new]
    connection.execute("delete from news.article where story_id = any(%s)", (ids,))
    return clock


def _forget() -> None:
    """Lets nothing that this process has seen before make the texts cheaper."""
    prints = importlib.import_module("pipeline.dedup.fingerprint")  # the package has a function of that name
    prints._story.cache_clear()  # noqa: SLF001
    prints._RECORDS.clear()  # noqa: SLF001


def show(count: int, clock: Clock, size: float) -> None:
    (edges,), (changed,) = clock.results["check"], clock.results["write clusters"]
    print(
        f"\n{NEW:,} new documents against {count:,}: {len(edges):,} edges, {changed:,} stories went into another cluster"
    )
    print(f"{size:.0f} bytes a document (keys, their index, the row and its primary key)")
    print(f"{'':<16}{'wall s':>10}{'CPU s':>10}{'database':>10}{'CPU, both':>11}")
    for step, spent in (*clock.steps.items(), ("end to end", sum(clock.steps.values()))):
        print(
            f"{step:<16}"
            + "".join(f"{seconds:>10.2f}" for seconds in spent)
            + f"{spent[1] + spent[2]:>11.2f}"
        )


def look_up_furniture(connection: Connection, count: int, share: float) -> None:
    """What 100 texts with one closing paragraph cost, when that share of ``count`` texts has it too."""
    told = invented(1000 + ASKED, Random("footer"), 1.0)
    closing = " ".join(told[0].body.split()[-70:])
    pool = [(*keys(one.headline, one.body), *[0] * KEYS)[:KEYS] for one in told[:1000]]
    of_closing = np.isin(pool, keys(None, closing))
    random = np.random.default_rng(2)
    rows = random.integers(0, len(pool), int(count * share))
    hashes = np.where(of_closing[rows], np.array(pool)[rows], hashes_of(len(rows), random))
    driver: Any = connection.connection.driver_connection
    write_keys(driver, hashes, random)
    asked = [
        Text(uuid.uuid4(), uuid.uuid4(), one.published_at, one.headline, one.body) for one in told[1000:]
    ]
    connection.exec_driver_sql("set session_replication_role = replica")
    index = WarehouseIndex(connection)
    index.add(asked, {one.id: keys(one.headline, one.body) for one in asked})
    clock = Clock(connection.exec_driver_sql("select pg_backend_pid()").scalar_one())
    found = clock.time("look-up", lambda: index.candidates(asked))
    dated = {one.id: one.dated_at for one in asked}
    looked_at = sum(is_candidate(one.shared_keys, dated[one.text], one.other_dated_at) for one in found)
    prints = [fingerprint(one.headline, one.body) for one in told]
    started = time.process_time()
    for left, right in zip(prints, prints[ASKED:], strict=False):
        compare(left, right, 1.0)
    each = (time.process_time() - started) / (len(prints) - ASKED)
    wall, ours, database = clock.steps["look-up"]
    print(
        f"\n{ASKED} documents with a paragraph that {share:.1%} of {count:,} have: {len(found):,} found, {looked_at:,} to check"
    )
    print(
        f"look-up {wall:.2f} s (CPU {ours:.2f}, database {database:.2f}); check of a pair {each * 1e6:.0f} µs,"
    )
    print(f"so {each * looked_at:.0f} s for all of them")
    connection.rollback()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def minhashed(told: Sequence[Story], new: Sequence[Story]) -> tuple[float, float, set[Pair], set[Pair]]:
    """Of MinHash with LSH: CPU seconds, bytes a text, its pairs, and those that it takes for copies."""
    rensa = importlib.import_module("rensa")
    before = resident()
    lsh = rensa.RMinHashLSH(threshold=LEAST_JACCARD, num_perm=PERMUTATIONS, num_bands=BANDS)

    def signature(one: Story) -> Any:
        words = normal_words(one.body)
        made = rensa.RMinHash(num_perm=PERMUTATIONS, seed=1)
        made.update([" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))])
        lsh.insert(one.id, made)
        return made

    signatures = {one.id: signature(one) for one in told}
    started = time.process_time()
    signatures |= {one.id: signature(one) for one in new}
    pairs = {
        frozenset((one.id, other))
        for one in new
        for other in lsh.query(signatures[one.id])
        if other != one.id
    }
    spent = time.process_time() - started
    near = {pair for pair in pairs if likeness(signatures, pair) >= LEAST_JACCARD}
    return spent, (resident() - before) / len(signatures), pairs, near


def likeness(signatures: dict[int, Any], pair: Pair) -> float:
    one, other = pair
    return float(signatures[one].jaccard(signatures[other]))


def row(name: str, spent: float, size: float, pairs: Iterable[Pair], stories: Sequence[Story]) -> str:
    """How many of the new copies go with their original, and how many pairs are no copies."""
    pairs = set(pairs)
    first: dict[int, int] = {}
    for one in stories:
        first[one.id] = one.id if one.copy_of is None else first[one.copy_of]
    copies = [one for one in stories[NEW:] if one.copy_of is not None]
    found = Counter(one.way for one in copies if {one.id, one.copy_of} in pairs)
    all_ = Counter(one.way for one in copies)
    false = sum(len({first[one] for one in pair}) > 1 for pair in pairs)
    return (
        f"{name:<26}{spent:>7.2f}{size:>8.0f}"
        + "".join(f"{found[way] / all_[way]:>11.3f}" for way in WAYS)
        + f"{false:>8,}"
    )


def compare_with_minhash(stories: Sequence[Story], clock: Clock, size: float) -> None:
    looked_up: Iterable[Candidate] = chain.from_iterable(clock.results["look-up"])
    edges: Iterable[Edge] = chain.from_iterable(clock.results["check"])
    dated = {uuid.UUID(int=one.id): one.published_at for one in stories}
    candidates = {
        frozenset((one.text.int, one.other.int))
        for one in looked_up
        if is_candidate(one.shared_keys, dated[one.text], one.other_dated_at)
    }
    by_keys = sum(sum(clock.steps[step][1:]) for step in ("keys", "write keys", "look-up"))
    checked = by_keys + sum(sum(clock.steps[step][1:]) for step in ("check", "read texts"))
    print(
        f"\nFound of the copies among the {NEW:,} new documents, each with its original; pairs that are none"
    )
    print(f"{'':<26}{'CPU s':>7}{'bytes':>8}" + "".join(f"{way:>11}" for way in WAYS) + f"{'false':>8}")
    print(row("keys, in PostgreSQL", by_keys, size, candidates, stories))
    pairs = (frozenset((edge.part.int, edge.whole.int)) for edge in edges)
    print(row("  and checked", checked, size, pairs, stories))
    try:
        spent, size, found, near = minhashed(stories[:NEW], stories[NEW:])
    except ImportError:
        print("rensa is not installed: pip install -r bench/requirements-dedup.txt")
        return
    print(row(f"MinHash LSH {PERMUTATIONS}, {BANDS} bands", spent, size, found, stories))
    print(row(f"  and Jaccard ≥ {LEAST_JACCARD}", spent, size, near, stories))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", nargs="+", type=int, default=[20_000], metavar="N")
    parser.add_argument("--rounds", type=int, default=1, help="on a busy machine CPU time varies by half")
    parser.add_argument("--grow", action="store_true", help="do not build the index after each fill")
    parser.add_argument("--footer", type=float, metavar="SHARE", help="of the N that have one paragraph")
    asked = parser.parse_args()
    stories = invented(2 * NEW, Random("dateline"), 0.0)
    told, new = stories[:NEW], stories[NEW:]
    looked_up: list[tuple[int, float]] = []
    with server.temporary() as running:
        engine = open_warehouse(running.url)
        schema.migrate(engine)
        plain = make_url(running.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(SOURCE)
            write_stories(connection, told)
            grouped(running.url, told)
            held, random = NEW, np.random.default_rng(1)
            for count in asked.documents:
                started = time.perf_counter()
                fill(connection, count - held, random, grow=asked.grow)
                held = count
                print(f"\nfilled up to {count:,} in {time.perf_counter() - started:.0f} s")
                measured = "select pg_total_relation_size('ops.story_text')"
                (size,) = connection.execute(measured).fetchone() or (0,)
                rounds = [grouped_anew(running.url, connection, new) for _ in range(asked.rounds)]
                clock = min(rounds, key=lambda one: one.cpu())
                show(count, clock, size / held)
                if len(rounds) > 1:
                    print(
                        f"the cheapest of {len(rounds)} rounds, which took up to {max(one.cpu() for one in rounds):.2f} CPU s"
                    )
                looked_up.append((count, sum(clock.steps["look-up"][1:])))
                if count == asked.documents[0]:
                    compare_with_minhash(stories, clock, size / held)
                if asked.footer:
                    with engine.connect() as other:
                        look_up_furniture(other, count, asked.footer)
        engine.dispose()
    for (less, before), (more, after) in pairwise(looked_up):
        grows = math.log(after / before) / math.log(more / less)
        print(f"\n{less:,} to {more:,}: CPU of the look-up grows with exponent {grows:.2f}")


if __name__ == "__main__":
    main()
