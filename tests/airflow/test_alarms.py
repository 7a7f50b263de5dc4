"""Alarms in real Airflow: told once at the end of a run, and by the triggerer when a run misses its deadline."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.flow.alarming import review_alarms
from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse, transaction
from tests.integration.conftest import Run
from tests.newsroom import World, serve

pytestmark = pytest.mark.airflow

ROOT = Path(__file__).resolve().parents[2]
NOTIFIER = """
import json

from airflow.sdk import BaseNotifier


class Desk(BaseNotifier):
    template_fields = ("subject",)

    def __init__(self, subject):
        super().__init__()
        self.subject = subject

    def notify(self, context):
        told = {"subject": self.subject, "text": context["alarm_text"], "alarms": context["alarms"]}
        told["run"] = context["dag_run"]["dag_run_id"] if isinstance(context["dag_run"], dict) else context["dag_run"].run_id
        with open(PATH, "a") as file:
            file.write(json.dumps(told) + "\\n")


desk = Desk("{{ alarms | length }} to look at")
"""
SLOW = """
import time
from datetime import datetime, timedelta

from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference, dag, task
from dateline_alarms import run_is_late


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    max_active_runs=2,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(seconds=1),
        callback=AsyncCallback(run_is_late),
    ),
)
def slow():
    @task
    def wait():
        time.sleep(600)

    wait()


slow()
"""


@pytest.fixture
def notified(tmp_path):
    """Variables under which a notifier is called, and what it was called with."""
    path = tmp_path / "told.jsonl"
    (tmp_path / "desk_alarms.py").write_text(NOTIFIER.replace("PATH", repr(str(path))))
    variables = {"PYTHONPATH": str(tmp_path), "AIRFLOW__DATELINE__ALARM_NOTIFIER": "desk_alarms.desk"}
    return (
        variables,
        lambda: [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else [],
    )


def last_hour():
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def rows(url):
    engine = open_warehouse(url, pooled=False)
    with transaction(engine) as connection:
        found = connection.exec_driver_sql(
            "select kind, subject, words, resolved_at, told_at from ops.alarm order by kind, first_seen_at"
        ).all()
    engine.dispose()
    return found


def test_an_hourly_run_tells_what_is_new_and_the_next_review_does_not(
    local_airflow, database_url, tmp_path, notified
):
    variables, told = notified
    with serve(World(stories=20)) as server:
        run = Run(server, database_url, tmp_path)
        run.now = datetime.now(UTC)
        run.hour()
        airflow = local_airflow(
            **server.environment(tmp_path),
            **variables,
            DATELINE_ARCHIVE=str(tmp_path / "archive"),
            DATELINE_HOST_DELAY_SECONDS="0",
        )
        ran = airflow.run("news_hourly", last_hour().isoformat(), conf={"every": True})
        assert ran.code == 0, ran.errors
        assert ran.states["alarms"] == "success"
        again = []
        run.now = datetime.now(UTC)
        assert review_alarms(run.context, again.extend, ended="news_hourly") == len(again) == 0
        run.close()
    (one,) = told()
    lines = one["text"].splitlines()
    assert one["subject"] == f"{len(lines)} to look at"
    assert {alarm["kind"] for alarm in one["alarms"]} >= {"failing"}
    assert len({alarm["feed"] for alarm in one["alarms"]}) == len(lines)
    found = rows(database_url)
    assert len(found) == len(lines)
    assert all(row.told_at and not row.resolved_at for row in found)


def test_a_run_past_its_deadline_is_told_once_by_the_triggerer(
    local_airflow, database_url, tmp_path, free_port, notified
):
    variables, told = notified
    engine = open_warehouse(database_url, pooled=False)
    schema.migrate(engine)
    engine.dispose()
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "slow.py").write_text(SLOW)
    airflow = local_airflow(**variables)
    up = airflow.call("up", "--port", free_port, "--dags", dags)
    assert up.returncode == 0, up.stdout + up.stderr
    api = f"http://127.0.0.1:{free_port}/api/v2/dags/slow"
    _await(lambda: call(f"{api}/dagRuns") is not None)
    first = call(f"{api}/dagRuns", {"logical_date": None})["dag_run_id"]
    _await(told)
    call(f"{api}/dagRuns", {"logical_date": None})
    _await(lambda: rows(database_url)[0].words.split()[0] != first)
    (one,) = told()
    assert (one["subject"], one["run"]) == ("1 to look at", first)
    assert one["text"].startswith(f"late_run: slow: {first} has not come to its end by its deadline (since ")
    ((kind, subject, _words, resolved_at, told_at),) = rows(database_url)
    assert (kind, subject, resolved_at) == ("late_run", "slow", None)
    assert told_at is not None


LATE = """
import asyncio, json, sys
sys.path.insert(0, "plugins")
from dateline_alarms import run_is_late
run = {"dag_id": "news_hourly", "dag_run_id": "run 1", "run_type": sys.argv[1], "state": sys.argv[2]}
run["queued_at"] = "2026-03-01T10:00:00Z"
asyncio.run(run_is_late({"dag_run": run}))
"""


@pytest.mark.parametrize(
    ("kind", "state", "says"),
    [
        ("scheduled", "running", "has not come to its end by its deadline"),
        ("manual", "failed", "has failed"),
        ("scheduled", "success", None),
        ("backfill", "queued", None),
    ],
)
def test_a_late_run_is_told_although_the_warehouse_is_away(tmp_path, notified, kind, state, says):
    variables, told = notified
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DATELINE_"))
    }
    kept |= {**variables, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    kept["AIRFLOW_CONN_DATELINE_WAREHOUSE"] = "postgresql://nobody@127.0.0.1:1/none"
    kept["PYTHONPATH"] += f"{os.pathsep}{ROOT}"
    command = [sys.executable, "-c", LATE, kind, state]
    ran = subprocess.run(command, cwd=ROOT, env=kept, check=True, capture_output=True, text=True)
    assert ("Alarm: late_run: news_hourly: run 1" in ran.stdout + ran.stderr) is (says is not None)
    assert len(told()) == (says is not None)
    for one in told():
        assert one["text"].startswith(f"late_run: news_hourly: run 1 {says}; ")
        assert "does not answer" in one["text"]


def call(url, body=None):
    """The API's answer; None while it has none."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)
    except OSError:
        return None


def _await(done, seconds=120):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come to it"
        time.sleep(0.3)
