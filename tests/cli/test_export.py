"""The warehouse as files: read by those who will read them, written again only where something has changed."""

import csv
import gzip
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import duckdb
import fsspec
import pandas as pd
import pytest
from pyarrow import parquet

from pipeline.flow.exporting import export_months
from pipeline.settings import settings
from pipeline.warehouse.datasets import DATASETS
from pipeline.warehouse.engine import transaction
from tests.cli.test_archive import Shell
from tests.integration.conftest import Run
from tests.newsroom import World, serve

ALL = ("stories", "versions", "bodies", "polls", "fetches")
NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine(module_database_url, tmp_path_factory):
    """A warehouse with one hour of the newsroom."""
    folder = tmp_path_factory.mktemp("hour")
    with serve(World(stories=40)) as server:
        run = Run(server, module_database_url, folder)
        run.now = datetime.now(UTC)
        run.hour()
    yield run.engine
    run.close()


@pytest.fixture(scope="module")
def folder(engine, tmp_path_factory):
    """A folder with all five tables as Parquet."""
    folder = tmp_path_factory.mktemp("parquet")
    assert {one.table for one in export_months(engine, str(folder), now=NOW, tables=ALL)} == {*ALL}
    return folder


@pytest.fixture
def shell(engine, module_database_url, monkeypatch, capfdbinary):
    def decoded():
        shown = capfdbinary.readouterr()
        return SimpleNamespace(out=shown.out.decode(), err=shown.err.decode())

    yield Shell(
        monkeypatch,
        SimpleNamespace(readouterr=decoded),
        DATELINE_WAREHOUSE_URL=module_database_url,
        COLUMNS="200",
    )
    settings.cache_clear()


def asked(engine, sql):
    with transaction(engine) as connection:
        return connection.exec_driver_sql(sql).all()


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_duckdb_reads_each_story_with_its_instant_its_clock_and_its_places(engine, folder):
    known = asked(
        engine,
        "select a.story_id::text, a.published_at, a.published_local, a.published_utc_offset_minutes, a.headline, b.body,"
        " array(select name from news.article_author x where x.story_id = a.story_id order by position),"
        " array(select name from news.article_place x where x.story_id = a.story_id order by position)"
        " from news.article a join news.article_body b using (version_id) order by 1",
    )
    duck = duckdb.connect()
    duck.execute("set timezone = 'UTC'")
    found = duck.execute(
        f"""select story_id, published_at, published_local, published_utc_offset_minutes, s.headline, body, authors,
            list_transform(places, lambda place: place.name)
        from '{folder}/stories/*/*.parquet' s join '{folder}/bodies/*/*.parquet' using (story_id, version_id) order by 1"""
    ).fetchall()
    assert len(found) > 30
    assert found == [tuple(row) for row in known]
    assert any(row[7] for row in found)
    assert any(row[1] is None for row in found)  # without an instant, in a partition of their own
    months = duck.execute(
        f"select month, min(published_at), max(published_at) from read_parquet('{folder}/stories/*/*.parquet', hive_partitioning = true) group by 1"
    ).fetchall()
    assert all(
        (first, last) == (None, None) if month == "undated" else f"{first:%Y-%m}" == f"{last:%Y-%m}" == month
        for month, first, last in months
    )
    assert len(months) > 1
    types = dict(
        duck.execute(
            f"select column_name, column_type from (describe select * from '{folder}/stories/*/*.parquet')"
        ).fetchall()
    )
    assert types["published_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["published_local"] == "TIMESTAMP"
    assert types["keywords"] == "VARCHAR[]"
    assert {*DATASETS["stories"].names} <= {*types}


def test_pandas_reads_them_with_zones(folder):
    stories = pd.read_parquet(folder / "stories")
    assert str(stories["published_at"].dtype) == "datetime64[us, UTC]"
    assert str(stories["published_local"].dtype) == "datetime64[us]"
    dated = stories.dropna(subset=["published_at", "published_utc_offset_minutes"])
    offset = pd.to_timedelta(dated["published_utc_offset_minutes"], unit="m")
    exact = dated["published_precision"].isin(["second", "minute"])
    assert (dated["published_at"].dt.tz_localize(None) + offset == dated["published_local"])[exact].all()
    versions = pd.read_parquet(folder / "versions")
    assert versions["story_id"].nunique() == len(stories)
    assert versions["is_current"].sum() == len(stories)


def test_parquet_is_of_types_that_spark_reads(folder):
    for path in folder.rglob("*.parquet"):
        held = parquet.ParquetFile(path)
        assert held.metadata.row_group(0).column(0).compression == "ZSTD"
        for place in range(len(held.schema)):
            column = held.schema.column(place)
            told = json.loads(column.logical_type.to_json())
            assert told["Type"] in {"None", "String", "Timestamp", "Int"}, (path, column)
            assert told.get("timeUnit", "microseconds") == "microseconds"
            assert column.physical_type != "INT96"


def test_a_second_export_writes_nothing_and_a_change_one_month(engine, folder, shell):
    before = files(folder)
    assert "nothing has changed" in shell("export", folder, "--tables", "all").out
    assert files(folder) == before
    month = asked(
        engine,
        "select to_char(published_at, 'YYYY-MM') from news.article where published_at is not null "
        "group by 1 order by count(*) desc limit 1",
    )[0][0]
    changed, other = f"stories/month={month}/stories.parquet", f"versions/month={month}/versions.parquet"
    with transaction(engine) as connection:
        one = (
            f"(select story_id from news.article where to_char(published_at, 'YYYY-MM') = '{month}' limit 1)"
        )
        connection.exec_driver_sql(
            f"update news.article set headline = 'Changed', content_hash = 'x' || content_hash where story_id = {one}"
        )
    shown = shell("export", folder).out
    assert month in shown
    after = files(folder)
    assert {name for name in after if after[name] != before.get(name)} == {changed, "manifest.json"}
    assert duckdb.sql(f"select count(*) from '{folder}/{changed}' where headline = 'Changed'").fetchall() == [
        (1,)
    ]

    # A file that somebody took away, or that grew, is written again, with the same bytes.
    (folder / changed).unlink()
    with (folder / other).open("ab") as file:
        file.write(b"x")
    assert len(export_months(engine, str(folder), now=NOW)) == 2
    assert files(folder) == after


def test_the_manifest_says_what_lies_there(engine, folder):
    told = json.loads((folder / "manifest.json").read_text())
    assert {one["path"] for one in told["files"]} == {
        name for name in files(folder) if name.endswith(".parquet")
    }
    for one in told["files"]:
        assert (folder / one["path"]).stat().st_size == one["size_bytes"]
        assert parquet.read_metadata(folder / one["path"]).num_rows == one["rows"]
    assert told["columns"]["bodies"] == {"version_id": "text", "story_id": "text", "body": "text"}
    known = asked(
        engine,
        "select dataset, month, rows, size_bytes from ops.export where location like 'file://%%parquet%%'",
    )
    assert {tuple(row) for row in known} == {
        (one["table"], one["month"], one["rows"], one["size_bytes"]) for one in told["files"]
    }


def test_csv_and_json_lines_have_the_same_rows(engine, folder, tmp_path):
    for form in ("csv", "jsonl"):
        export_months(engine, str(tmp_path / form), now=NOW, form=form, tables=("stories", "bodies"))
    same = pd.read_parquet(folder / "stories").sort_values("story_id")
    lines, cells = [], []
    for path in sorted((tmp_path / "jsonl" / "stories").rglob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            lines += map(json.loads, file)
    for path in sorted((tmp_path / "csv" / "stories").rglob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            cells += csv.DictReader(file)
    lines.sort(key=lambda row: row["story_id"])
    cells.sort(key=lambda row: row["story_id"])
    assert (
        [list(row) for row in lines]
        == [list(row) for row in cells]
        == [list(DATASETS["stories"].names)] * len(same)
    )
    assert [row["headline"] or "" for row in lines] == [row["headline"] for row in cells]
    assert [row["places"] for row in lines] == [json.loads(row["places"]) for row in cells]
    instants = [None if at is pd.NaT else at.isoformat() for at in same["published_at"]]
    assert (
        [row["published_at"] for row in lines] == [row["published_at"] or None for row in cells] == instants
    )
    read = duckdb.sql(f"select count(*), count(body) from '{tmp_path}/csv/bodies/*/*.csv.gz'").fetchall()
    assert (
        read
        == duckdb.sql(f"select count(*), count(body) from '{tmp_path}/jsonl/bodies/*/*.jsonl.gz'").fetchall()
    )
    before = files(tmp_path)
    for path in tmp_path.rglob("manifest.json"):
        path.unlink()
    for form in ("csv", "jsonl"):
        export_months(engine, str(tmp_path / form), now=NOW, form=form, tables=("stories", "bodies"))
    assert files(tmp_path) == before


def test_what_is_wrong_is_said(folder, shell, tmp_path):
    assert "choose another location" in shell("export", folder, "--format", "csv", code=1).err
    assert "no 'xml'" in shell("export", tmp_path, "--format", "xml", code=1).err
    assert "no 'authors'" in shell("export", tmp_path, "--tables", "authors", code=1).err
    assert "say where" in shell("export", "--format", "parquet", code=1).err
    assert "cannot be opened" in shell("export", "nowhere://x", code=1).err


def test_an_object_store_takes_them_too(engine):
    written = export_months(engine, "memory://bucket/news", now=NOW)
    store = fsspec.filesystem("memory")
    assert {
        one["name"].removeprefix("/bucket/news/") for one in store.find("/bucket/news", detail=True).values()
    } == {
        *(one.path for one in written),
        "manifest.json",
    }
    assert export_months(engine, "memory://bucket/news", now=NOW) == []
    store.rm("/bucket", recursive=True)
