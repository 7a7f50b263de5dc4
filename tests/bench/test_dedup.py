"""What bench/dedup.py prints rests on: times that are counted once, rows that PostgreSQL reads, figures of copies."""

from __future__ import annotations

import importlib
import os
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import psycopg
import pytest

from pipeline.warehouse import server

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(BENCH))
    try:
        yield importlib.import_module("dedup")
    finally:
        sys.path.remove(str(BENCH))


def test_a_step_within_a_step_is_counted_once(bench):
    clock = bench.Clock(os.getpid())

    def busy(size):
        return sum(range(size))

    def outer():
        return clock.time("inner", lambda: busy(3_000_000)), busy(10)

    clock.time("outer", outer)
    assert clock.steps["inner"][0] > clock.steps["outer"][0] > 0
    assert clock.results["inner"] == [busy(3_000_000)]


def test_rows_arrive_as_they_were_made(bench):
    random = np.random.default_rng(3)
    hashes = bench.hashes_of(4, random)
    with server.temporary() as running, psycopg.connect(running.url.replace("+psycopg", "")) as connection:
        connection.execute(
            "create schema ops; create table ops.story_text"
            " (version_id uuid, story_id uuid, dated_at timestamptz, keys bigint[])"
        )
        bench.write_keys(connection, hashes, random)
        rows = connection.execute(
            "select version_id, story_id, dated_at, keys from ops.story_text"
        ).fetchall()
    assert [row[3] for row in rows] == hashes.tolist()
    assert len({id_ for row in rows for id_ in row[:2]}) == 8
    assert all(bench.START <= row[2] <= bench.START + timedelta(days=30) for row in rows)


def test_copies_are_counted_by_the_way_they_were_made_and_strangers_as_false(bench):
    stories = bench.invented(2 * bench.NEW, Random("figures"), 0.0)
    copies = [one for one in stories[bench.NEW :] if one.copy_of is not None]
    retyped = {frozenset((one.id, one.copy_of)) for one in copies if one.way == "retyped"}
    alone = [one.id for one in stories if one.copy_of is None]
    printed = bench.row("ours", 1.0, 900.0, retyped | {frozenset(alone[:2])}, stories).split()
    assert printed == ["ours", "1.00", "900", "1.000", "0.000", "0.000", "1"]
