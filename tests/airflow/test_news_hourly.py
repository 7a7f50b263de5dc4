"""The DAG news_hourly on real Airflow: the same rows as the command line, and each once."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.sources import load_sources
from pipeline.warehouse import registry, schema
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.reports import conservation, table_hashes
from pipeline.warehouse.tables import HASHED_COLUMNS
from tests.newsroom import Captured, World, serve

pytestmark = pytest.mark.airflow

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
# When we looked, and which of a publisher's feeds was a moment quicker, is not what the publishers said:
# two runs differ in the times of capture, and in which of two entries of one story is its first.
OF_THE_RUN = {
    "first_seen_at", "fetched_at", "captured_at", "discovered_at", "content_hash", "waiting_until",
    "state", "duplicate_method", "told_story_id", "told_text_hash", "told_at", "dated_at",
}  # fmt: skip
OF_THE_OWNER = {("news.article", "url"), ("news.article", "final_url")}


@pytest.fixture
def engine(database_url):
    engine = open_warehouse(database_url)
    schema.migrate(engine)
    yield engine
    engine.dispose()


def register(engine, server, folder):
    with transaction(engine) as connection:
        registry.sync(connection, load_sources(server.sources_yaml(folder / "sources.yaml")))


def last_hour():
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def hashes(engine):
    with transaction(engine) as connection:
        return table_hashes(connection)


def content(engine):
    """Every hashed column but the times of capture, as comparable rows."""
    found = {}
    with transaction(engine) as connection:
        for table, columns in HASHED_COLUMNS.items():
            listed = ", ".join(
                f"{column}::text"
                for column in columns
                if column not in OF_THE_RUN and (table, column) not in OF_THE_OWNER
            )
            found[table] = sorted(connection.exec_driver_sql(f"select {listed} from {table}").all(), key=str)
    return found


def cli(server, folder, url, *arguments):
    environment = os.environ | server.environment(folder)
    environment |= {"DATELINE_ARCHIVE": str(folder / "archive"), "DATELINE_HOST_DELAY_SECONDS": "0"}
    command = [str(Path(sys.executable).with_name("dateline")), *arguments, "--warehouse", url]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_the_dag_gives_the_rows_of_the_command_line_and_gives_them_once(
    local_airflow, engine, database_url, module_database_url, tmp_path
):
    with serve(World(stories=80)) as server:
        register(engine, server, tmp_path)
        airflow = local_airflow(
            **server.environment(tmp_path),
            DATELINE_ARCHIVE=str(tmp_path / "a"),
            DATELINE_HOST_DELAY_SECONDS="0",
        )
        ran = airflow.run("news_hourly", last_hour().isoformat(), conf={"every": True})
        assert ran.code == 0, ran.errors
        states = ran.states
        assert states.pop("subscribe") == "skipped"
        assert set(states.values()) == {"success"}
        assert sum(name.startswith("poll[") for name in ran.states) == 4
        before = hashes(engine)
        by_airflow = content(engine)
        again = airflow.run("news_hourly", last_hour().isoformat(), conf={"every": True})
        assert again.code == 0, again.errors
        assert hashes(engine) == before

        server.reset()
        other = open_warehouse(module_database_url)
        schema.migrate(other)
        ran = cli(server, tmp_path, module_database_url, "run", "--sources", str(tmp_path / "sources.yaml"))
        assert ran.returncode == 0, ran.stderr
        by_hand = content(other)
        other.dispose()
    for table in by_hand:
        assert by_airflow[table] == by_hand[table], table
    with transaction(engine) as connection:
        counts = conservation(connection)
    assert all(count.is_conserved for count in counts)
    assert sum(count.loaded for count in counts) > 60


def test_an_hour_long_past_is_taken_from_the_archive_and_no_feed_is_asked(local_airflow, engine, tmp_path):
    with serve(World(stories=40)) as server:
        register(engine, server, tmp_path)
        airflow = local_airflow(
            **server.environment(tmp_path),
            DATELINE_ARCHIVE=str(tmp_path / "a"),
            DATELINE_HOST_DELAY_SECONDS="0",
        )
        asked = len(server.requests)
        ran = airflow.run("news_hourly", (last_hour() - timedelta(days=30)).isoformat())
        assert ran.code == 0, ran.errors
        assert len(server.requests) == asked
        with transaction(engine) as connection:
            assert connection.exec_driver_sql("select count(*) from ops.ledger").scalar_one() == 0


def test_a_warehouse_without_a_schema_fails_the_run_and_says_what_to_do(
    local_airflow, database_url, tmp_path
):
    airflow = local_airflow(DATELINE_ARCHIVE=str(tmp_path / "a"))
    ran = airflow.run("news_hourly", last_hour().isoformat(), conf={"every": True})
    assert ran.code == 1
    assert "dateline migrate" in ran.errors


@pytest.mark.gold
def test_real_pages_under_their_own_hosts_are_all_accounted_for(local_airflow, engine, tmp_path):
    folder = SHARED / "gold" / "articles" / "dev"
    if not folder.is_dir():
        pytest.skip(f"the gold pages are not beside the checkout ({folder})")
    world = Captured.from_gold(folder, limit=320)
    with serve(world, tls=True) as server:
        register(engine, server, tmp_path)
        airflow = local_airflow(
            **server.environment(tmp_path),
            DATELINE_ARCHIVE=str(tmp_path / "a"),
            DATELINE_HOST_DELAY_SECONDS="0",
        )
        ran = airflow.run("news_hourly", last_hour().isoformat(), conf={"every": True})
        assert ran.code == 0, ran.errors
        before = hashes(engine)
        with transaction(engine) as connection:
            counts = conservation(connection)
            states = dict(
                connection.exec_driver_sql("select state, count(*) from ops.ledger group by 1").all()
            )
            reasonless = connection.exec_driver_sql(
                "select count(*) from ops.ledger where state = 'rejected' and reason is null"
            ).scalar_one()
        assert all(count.is_conserved for count in counts)
        assert sum(states.values()) >= 300
        assert set(states) <= {"loaded", "duplicate", "rejected"}
        assert states["loaded"] >= 280
        assert reasonless == 0
        again = airflow.run("news_hourly", last_hour().isoformat(), conf={"every": True})
        assert again.code == 0, again.errors
        assert hashes(engine) == before
