"""The DAG news_history on real Airflow: past days by ``airflow backfill create``, and the newest day reconciled."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.sources import load_sources
from pipeline.warehouse import registry, schema
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.reports import conservation
from tests.newsroom import Past, World, serve

pytestmark = pytest.mark.airflow

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2022, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
AIRFLOW = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
from airflow_home import enter, environment
enter(environment(Path(sys.argv.pop(1)), Path(sys.argv.pop(1))))
from airflow.__main__ import main
main()
"""


@pytest.fixture
def engine(database_url):
    engine = open_warehouse(database_url)
    schema.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def past():
    return Past(World(publishers=2, stories=40, start=START, days=60))


@pytest.fixture
def shards():
    return 2


@pytest.fixture
def history(local_airflow, engine, past, shards, tmp_path):
    """An Airflow whose warehouse knows the houses of a served past."""
    with serve(past) as server:
        with transaction(engine) as connection:
            registry.sync(connection, load_sources(server.sources_yaml(tmp_path / "sources.yaml")))
        yield local_airflow(
            **server.environment(tmp_path),
            DATELINE_ARCHIVE=str(tmp_path / "a"),
            DATELINE_HOST_DELAY_SECONDS="0",
            DATELINE_SHARDS=str(shards),
        )


def rows(engine, query):
    with transaction(engine) as connection:
        return connection.exec_driver_sql(query).all()


def conserved(engine):
    with transaction(engine) as connection:
        return all(count.is_conserved for count in conservation(connection))


def test_a_past_day_is_walked_by_shares_and_once(history, engine):
    until = (START + 9 * DAY).isoformat()
    ran = history.run("news_history", until)
    assert ran.code == 0, ran.errors
    assert ran.report["interval"] == [(START + 8 * DAY).isoformat(), until]
    assert {name for name in ran.states if name.startswith("walk")} == {"walk[0]", "walk[1]"}
    assert set(ran.states.values()) == {"success"}
    states = rows(engine, "select place, state, count(*) from ops.backfill group by 1, 2")
    assert {state for _, state, _ in states} == {"done"}
    assert {place for place, _, _ in states} >= {"archive", "feed_pages", "sitemap", "wayback"}
    stories = rows(engine, "select story_id from news.article order by 1")
    assert len(stories) >= 1
    assert conserved(engine)
    # A past day is not compared with feeds that nobody polled then.
    assert rows(engine, "select count(*) from ops.reconciliation") == [(0,)]
    requests = rows(engine, "select sum(requests) from ops.history_quota")
    again = history.run("news_history", until)
    assert again.code == 0, again.errors
    assert rows(engine, "select sum(requests) from ops.history_quota") == requests
    assert rows(engine, "select story_id from news.article order by 1") == stories


def test_the_newest_day_is_reconciled_and_what_was_left_is_gone_on_with(history, engine):
    with transaction(engine) as connection:
        source = connection.exec_driver_sql("select source_id from news.source limit 1").scalar_one()
        connection.exec_driver_sql(
            "insert into ops.backfill (since, until, source_id, place, position, state) "
            f"values ('2022-01-08Z', '2022-01-09Z', '{source}', 'sitemap', 2, 'planned')"
        )
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ran = history.run("news_history", today.isoformat())
    assert ran.code == 0, ran.errors
    walks = rows(engine, "select distinct since::date::text, place, state from ops.backfill order by 1, 2")
    assert walks[0] == ("2022-01-08", "sitemap", "done")
    places = {place for since, place, _ in walks if since != "2022-01-08"}
    assert places == {"feed_pages", "sitemap", "archive_pages"}
    assert {state for _, _, state in walks} == {"done"}
    # Nothing of the past was published yesterday; of each publisher that could be asked it is said so.
    counted = rows(engine, "select stories, missed, missed_share from ops.reconciliation")
    assert counted
    assert set(counted) == {(0, 0, None)}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("shards", [1])
def test_airflow_backfill_create_walks_each_day(history, engine, free_port, tmp_path):
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "news_history.py").write_text((ROOT / "dags" / "news_history.py").read_text())
    up = history.call("up", "--port", free_port, "--dags", dags, timeout=480)
    assert up.returncode == 0, up.stdout + up.stderr
    days = [START + number * DAY for number in range(8, 10)]
    window = ("--from-date", f"{days[0]:%Y-%m-%d}", "--to-date", f"{days[-1]:%Y-%m-%d}")
    environment = {name: text for name, text in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= {"DATELINE_DATA_DIR": str(history.data_dir), **history.variables}
    created = subprocess.run(
        [
            *(sys.executable, "-c", AIRFLOW, str(ROOT / "deploy"), str(history.home), str(dags)),
            *("backfill", "create", "--dag-id", "news_history", *window),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert created.returncode == 0, created.stderr[-3000:]
    url = f"http://127.0.0.1:{free_port}/api/v2/dags/news_history/dagRuns?run_type=backfill"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 600
    states = []
    while time.monotonic() < end and (len(states) < len(days) or not set(states) <= {"success", "failed"}):
        time.sleep(2)
        with (
            suppress(OSError),
            opener.open(url, timeout=60) as answer,
        ):  # a busy server may not answer in time
            states = [run["state"] for run in json.load(answer)["dag_runs"]]
    assert states == ["success"] * len(days)
    walked = rows(
        engine, "select distinct since, state from ops.backfill where until < '2023-01-01' order by 1"
    )
    assert walked == [(day, "done") for day in days]
    assert conserved(engine)
    assert rows(engine, "select count(*) from news.article")[0][0] >= 1
