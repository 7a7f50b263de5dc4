"""``deploy/airflow_local.py``: one run in a process, and the whole of Airflow up and down."""

import json
import os
import re
import signal
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipeline.warehouse import server

pytestmark = pytest.mark.airflow

TINY = """
import os
from datetime import datetime, timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task


@dag(
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    params={"broken": -1},
)
def tiny():
    @task
    def shards():
        return [0, 1, 2]

    @task(pool="dateline_poll", retries=1, retry_delay=timedelta(milliseconds=10))
    def work(shard, params=None, data_interval_end=None):
        from sqlalchemy import create_engine, text

        from pipeline.settings import settings

        if params["broken"] == shard:
            raise ValueError(f"shard {shard} is broken")
        assert settings().warehouse_url == os.environ["DATELINE_WAREHOUSE_URL"]
        with create_engine(settings().warehouse_url).begin() as connection:
            connection.execute(text("create table if not exists done (shard int, until timestamptz)"))
            connection.execute(text("insert into done values (:s, :u)"), {"s": shard, "u": data_interval_end})

    @task
    def after(done):
        return len(list(done))

    after(work.expand(shard=shards()))


tiny()
"""


@pytest.fixture
def dags(tmp_path):
    folder = tmp_path / "100% of the $DAGs"
    folder.mkdir()
    (folder / "tiny.py").write_text(TINY)
    return folder


def rows(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("select shard, until at time zone 'UTC' from done order by 1")).all()
    engine.dispose()
    return [(shard, until.isoformat()) for shard, until in found]


def processes_naming(text):
    """Processes whose command line or environment names ``text``, zombies and this test's apart."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(text) in told:
            found.append((int(entry.name), told[:100]))
    return found


def in_session(session):
    stats = [path.read_text().rpartition(") ")[2].split() for path in Path("/proc").glob("[0-9]*/stat")]
    return [fields for fields in stats if int(fields[3]) == session and fields[0] not in "ZX"]


def test_a_run_and_a_failed_one(local_airflow, dags, database_url):
    airflow = local_airflow()
    good = airflow.run("tiny", "2026-03-01T10:00", dags=dags)
    assert good.code == 0, good.errors
    assert good.report["state"] == "success"
    assert good.report["interval"] == ["2026-03-01T09:00:00+00:00", "2026-03-01T10:00:00+00:00"]
    assert good.states == dict.fromkeys(["shards", "work[0]", "work[1]", "work[2]", "after"], "success")
    assert set(good.report["seconds"]) == {"server", "import", "prepare", "parse", "run"}
    assert rows(database_url) == [(shard, "2026-03-01T10:00:00") for shard in range(3)]

    # The same home again: its keys, its database and its pools are there already.
    bad = airflow.run("tiny", "2026-03-01T11:00+01:00", conf={"broken": 1}, dags=dags)
    assert bad.code == 1
    assert bad.report["state"] == "failed"
    assert bad.states["work[1]"] == "failed"
    assert bad.states["after"] == "upstream_failed"
    (failed,) = [task for task in bad.report["tasks"] if task["state"] == "failed"]
    assert failed["error"] == "ValueError: shard 1 is broken"
    assert failed["try"] == 2
    assert "task work[1] failed: ValueError: shard 1 is broken" in bad.errors
    assert "shard 1 is broken" in Path(bad.report["log"]).read_text()
    assert bad.report["interval"] == good.report["interval"]


def test_what_cannot_run_says_why(local_airflow, dags, database_url):
    airflow = local_airflow()
    (dags / "broken.py").write_text("from airflow.sdk import dag\nraise RuntimeError('spilt coffee')\n")
    missing = airflow.run("other", "2026-03-01T10:00Z", dags=dags)
    assert missing.code == 1
    assert missing.report["state"] == "error"
    assert "no DAG 'other'" in missing.report["error"]
    assert "spilt coffee" in missing.report["error"]
    assert "Traceback" not in missing.errors
    half = airflow.call("run", "--dag", "tiny", "--until", "2026-03-01T10:30")
    assert half.returncode == 2
    assert "not a whole hour" in half.stderr


def test_a_percent_sign_in_the_home_goes_elsewhere(local_airflow, tmp_path):
    airflow = local_airflow(XDG_STATE_HOME=str(tmp_path))
    done = airflow.call("status", "--home", airflow.data_dir / "100%")
    assert done.returncode == 3
    assert f"Airflow's files are in {tmp_path}/dateline/airflow-" in done.stderr
    refused = local_airflow(XDG_STATE_HOME=str(tmp_path / "%d")).call(
        "status", "--home", airflow.data_dir / "100%"
    )
    assert refused.returncode == 2
    assert "give a folder without % and $ by --home" in refused.stderr


def test_up_and_down(local_airflow, dags, free_port):
    # An embedded server of its own: what up started, down ends.
    airflow = local_airflow(DATELINE_WAREHOUSE_URL="")
    up = airflow.call("up", "--port", free_port, "--dags", dags)
    assert up.returncode == 0, up.stdout + up.stderr
    assert f"http://127.0.0.1:{free_port}" in up.stdout
    leader = int((airflow.home / "standalone.pid").read_text())
    told = json.loads(airflow.call("status").stdout)
    assert set(told["health"].values()) == {"healthy"}
    assert len(in_session(leader)) == told["processes"] > 5
    with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/api/v2/pools") as answer:
        pools = {pool["name"] for pool in json.load(answer)["pools"]}
    assert pools >= {"dateline_poll", "dateline_ingest"}
    assert "runs already" in airflow.call("up", "--port", free_port, "--dags", dags).stdout

    # Its leader and its scheduler crash: the others are orphans, some of them without our mark.
    (scheduler,) = [pid for pid, told in processes_naming(airflow.home) if b"airflow\0scheduler" in told]
    os.kill(leader, signal.SIGKILL)
    os.kill(scheduler, signal.SIGKILL)
    down = airflow.call("down")
    assert down.returncode == 0, down.stderr
    assert "processes ended" in down.stdout
    assert "PostgreSQL: stopped" in down.stdout
    assert in_session(leader) == []
    assert processes_naming(airflow.data_dir) == []
    assert airflow.call("down").stdout == "Airflow: none runs\n"
    assert airflow.call("status").returncode == 3


def test_a_taken_port_is_refused(local_airflow, free_port):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        refused = local_airflow().call("up", "--port", free_port)
    assert refused.returncode == 2
    assert f"port {free_port} is taken" in refused.stderr


def test_the_pools_of_our_dags_are_made():
    checkout = Path(server.__file__).resolve().parents[2]
    used = {
        name
        for path in (checkout / "dags").glob("*.py")
        for name in re.findall(r'pool="(\w+)"', path.read_text())
    }
    home = (checkout / "deploy" / "airflow_home.py").read_text()
    assert used
    assert all(f'"{name}": (' in home for name in used)
