"""The watcher of feeds in an event loop of its own: two of them on one shard, and a warehouse that goes and comes back."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.warehouse import registry, schema, server
from pipeline.warehouse.engine import open_warehouse, transaction
from tests.newsroom.press import Press

ROOT = Path(__file__).resolve().parents[2]
ROUND_SECONDS = "0.2"


@pytest.fixture
def folder():
    """A place for a server of its own, which everybody may enter: as root it runs as somebody else."""
    made = Path(tempfile.mkdtemp(prefix="dateline-watcher-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    server.stop(made)
    shutil.rmtree(made)


@pytest.fixture
def watched(folder):
    """Three feeds, a warehouse and two watchers of them all in another process."""
    with Press(3) as press:
        url = server.start(folder).url
        engine = open_warehouse(url, pooled=False)
        schema.migrate(engine)
        with transaction(engine) as connection:
            registry.sync(connection, press.sources())
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DATELINE_"))
        }
        variables = press.environment(folder) | {
            "DATELINE_DATA_DIR": str(folder),
            "DATELINE_WAREHOUSE_URL": url,
        }
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.plugins.watcher_process", str(folder), ROUND_SECONDS],
                cwd=ROOT,
                env=kept | variables,
                stdout=log,
                stderr=log,
            )
        yield SimpleNamespace(press=press, engine=engine, process=process, folder=folder)
        process.kill()
        process.wait(10)


def one(watched, sql):
    with transaction(watched.engine) as connection:
        return connection.exec_driver_sql(sql).one()


def entries(watched):
    return one(watched, "select count(*) from ops.ledger").count


def make_due(watched):
    with transaction(watched.engine) as connection:
        connection.exec_driver_sql("update ops.feed_state set next_poll_at = now()")


def wait(watched, is_so):
    until = time.monotonic() + 120
    while not is_so():
        assert watched.process.poll() is None, (watched.folder / "log").read_text()[-2000:]
        assert time.monotonic() < until, (watched.folder / "log").read_text()[-2000:]
        time.sleep(0.05)


def test_two_watchers_of_a_shard_share_it_and_outlive_the_warehouse(watched):
    wait(watched, lambda: entries(watched) == 3)
    for feed in range(3):
        watched.press.publish(feed)
    make_due(watched)
    wait(watched, lambda: entries(watched) == 6)
    rounds = one(watched, "select * from ops.watcher").rounds
    wait(watched, lambda: one(watched, "select * from ops.watcher").rounds > rounds + 2)
    log = watched.folder / "log"
    told = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert sum(event["new"] for event in told) == 6
    assert all(event["new"] for event in told)
    assert watched.press.requests == 6  # each feed once each time it was due, by whichever came first
    assert one(watched, "select * from ops.watcher").failed_rounds == 0

    server.stop(watched.folder)
    wait(watched, lambda: log.read_text().count("Round of watcher failed") >= 3)
    watched.press.publish(0)
    server.start(watched.folder)
    make_due(watched)
    wait(watched, lambda: entries(watched) == 7)
    told = "select failed_rounds >= 1 and failed_at < began_at as is_told, last_error from ops.watcher"
    wait(watched, lambda: one(watched, told).is_told)
    assert one(watched, told).last_error.startswith("WarehouseDown: ")
    assert watched.process.poll() is None


def test_a_round_that_fails_for_another_reason_is_told_at_once(watched):
    wait(watched, lambda: entries(watched) == 3)
    with transaction(watched.engine) as connection:
        connection.exec_driver_sql("alter table ops.feed_poll rename to feed_poll_away")
    make_due(watched)
    wait(watched, lambda: one(watched, "select * from ops.watcher").failed_rounds >= 2)
    row = one(watched, "select * from ops.watcher")
    assert row.failed_at > row.began_at
    assert "feed_poll" in row.last_error
    with transaction(watched.engine) as connection:
        connection.exec_driver_sql("alter table ops.feed_poll_away rename to feed_poll")
    watched.press.publish(1)

    def has_come():
        # Again and again: a round that asked before the story was there may set the feed's next time after us.
        make_due(watched)
        return entries(watched) == 4

    wait(watched, has_come)
