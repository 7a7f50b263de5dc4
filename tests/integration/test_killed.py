"""A worker killed at any stage and started again ends in the same tables."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.newsroom import World, serve

ROOT = Path(__file__).resolve().parents[2]

# What is to be seen in the warehouse, or in the archive, at the moment of the kill.
STAGES = {
    "a feed's document is in the archive": "archive:feed-",
    "feeds are entered": "select count(*) from ops.feed_poll",
    "pages are in the archive": "archive:page-",
    "pages are recorded": "select count(*) from ops.ledger where state = 'fetched'",
    "the first stories are loaded": "select count(*) from news.article",
    "half of the stories are loaded": "select count(*) / 30 from news.article",
}


@pytest.fixture(scope="module")
def world():
    return World(stories=60)


def start(run):
    run.server.reset()  # a page that answers 503 once does so again: a killed worker may have spent that answer
    command = [sys.executable, "-m", "tests.integration.killed_worker", run.url, str(run.folder)]
    return subprocess.Popen([*command, run.settings.allowed_addresses, run.now.isoformat()], cwd=ROOT)


def seen(run, stage):
    if stage.startswith("archive:"):
        prefix = stage.partition(":")[2]
        return any(
            path.name.lstrip(".").startswith(prefix) for path in (run.folder / "archive").rglob("*.warc.gz*")
        )
    return run.rows(stage)[0][0] > 0


def kill_at(run, stage):
    """Starts a worker and kills it, hard, when the stage is reached; True if it was still at work then."""
    worker = start(run)
    for _ in range(3000):
        if worker.poll() is not None or seen(run, stage):
            break
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    return worker.wait() == -signal.SIGKILL


def finish(run):
    assert start(run).wait(120) == 0
    assert run.conserved() == []
    pending = run.rows("select count(*) from ops.ledger where state in ('discovered', 'fetched')")
    assert pending == [(0,)]


@pytest.fixture(scope="module")
def unharmed(world, module_database_url, tmp_path_factory):
    from tests.integration.conftest import Run

    with serve(world) as server:
        run = Run(server, module_database_url, tmp_path_factory.mktemp("unharmed"))
        finish(run)
        yield tables(run)
        run.close()


def tables(run):
    """The stories and how each entry ended. Which of two entries of one story is its owner may differ: both were due."""
    hashes = {name: value for name, value in run.hashes().items() if name.startswith("news.")}
    query = "select url, state in ('loaded', 'duplicate'), reason from ops.ledger where state <> 'waiting' order by 1, 2, 3"
    return hashes, run.rows(query)


@pytest.mark.parametrize("stage", STAGES)
def test_killed_once_and_started_again(stage, world, unharmed, make_run):
    with serve(world) as server:
        run = make_run(server)
        assert kill_at(run, STAGES[stage])
        finish(run)
        assert tables(run) == unharmed


def test_killed_again_and_again(world, unharmed, make_run, at_full_length):
    chance = random.Random(11)
    with serve(world) as server:
        run = make_run(server)
        for _ in range(40 if at_full_length else 3):
            worker = start(run)
            time.sleep(chance.uniform(1.0, 3.5))
            worker.kill()
            worker.wait()
        finish(run)
        assert tables(run) == unharmed
