"""The DAG news_marts on real Airflow."""

import re
import sqlite3
from pathlib import Path

import pytest

from pipeline.warehouse.engine import open_warehouse, transaction
from tests.integration.conftest import Run
from tests.newsroom import World, serve

pytestmark = pytest.mark.airflow

DAG = Path(__file__).resolve().parents[2] / "dags" / "news_marts.py"
UNTIL = "2026-03-01T10:00Z"


def test_a_run_builds_the_marts_and_the_asset_of_ingestion_rings_it(local_airflow, database_url, tmp_path):
    with serve(World(stories=20)) as server:
        run = Run(server, database_url, tmp_path)
        run.hour()
        run.close()
    airflow = local_airflow()
    ran = airflow.run("news_marts", UNTIL)
    assert ran.code == 0, ran.errors
    assert ran.states == {"build": "success"}
    engine = open_warehouse(database_url, pooled=False)
    with transaction(engine) as connection:
        counts = "select (select count(*) from marts.fct_articles), (select count(*) from news.article)"
        ((facts, articles),) = connection.exec_driver_sql(counts).all()
    engine.dispose()
    assert facts == articles > 0
    assert (airflow.data_dir / "dbt" / "target" / "run_results.json").exists()

    metadata = sqlite3.connect(airflow.home / "airflow.db")
    rung = "select a.name, a.uri from dag_schedule_asset_reference r join asset a on a.id = r.asset_id where r.dag_id = 'news_marts'"
    assert metadata.execute(rung).fetchall() == [("dateline_stories", "dateline_stories")]
    metadata.close()


def test_a_warehouse_without_a_schema_fails_at_once_and_says_what_to_do(local_airflow):
    ran = local_airflow().run("news_marts", UNTIL)
    assert ran.code == 1
    assert [task["try"] for task in ran.report["tasks"]] == [1]
    assert "dateline migrate" in ran.errors


def test_the_dag_is_wiring_only():
    assert len(DAG.read_text().splitlines()) <= 60


def test_the_asset_has_one_name_in_both_dags():
    named = [
        re.findall(r'Asset\("(.+?)"\)', path.read_text()) for path in (DAG, DAG.with_name("news_hourly.py"))
    ]
    assert named == [["dateline_stories"], ["dateline_stories"]]
