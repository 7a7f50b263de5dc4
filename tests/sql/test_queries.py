"""The questions of sql/queries, docs/querying.md and its notebook, on the warehouse of the demo's world."""

import importlib.util
import os
import re
import subprocess
from pathlib import Path

import duckdb
import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from sqlalchemy import create_engine

from pipeline.warehouse.engine import transaction
from pipeline.warehouse.queries import find_psql, psql_environment, run_query
from pipeline.warehouse.questions import FOLDER, find, questions
from tests.sql.demo import fill

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def run(module_database_url, tmp_path_factory):
    filled = fill(module_database_url, tmp_path_factory.mktemp("demo"))
    yield filled
    filled.close()


@pytest.fixture(scope="module")
def ask(run):
    def answer(name, **parameters):
        columns, rows = run_query(run.engine, find(name).sql, parameters=parameters)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    return answer


def test_the_page_shows_what_the_questions_answer(run):
    spec = importlib.util.spec_from_file_location("querying", ROOT / "bench" / "querying.py")
    querying = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(querying)
    written = (ROOT / "docs" / "querying.md").read_text("utf-8")
    assert querying.page(run.engine) == written, "run: python bench/querying.py > docs/querying.md"


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.sql")))
def test_each_question_says_what_it_asks_and_is_answered(ask, name):
    one = questions()[name]
    assert one.question.endswith("?")
    told = [parameter.name for parameter in one.parameters]
    assert set(told) == set(re.findall(r"news\.asked\('(\w+)'", one.sql))
    for parameter in one.parameters:
        used = re.search(rf"news\.asked\('{parameter.name}', '(.*?)'\)", one.sql)
        assert used is None or used[1] == parameter.default
    assert ask(name)


def test_there_are_twenty_questions_at_least():
    assert len(questions()) >= 20
    assert len({one.question for one in questions().values()}) == len(questions())


def test_the_sequel_is_told(ask):
    changes = ask("headline_changes")
    assert len(changes) == 5
    assert all(one["headline_after"] == f"Updated: {one['headline_before']}" for one in changes)
    assert len(ask("headline_changes", most="2")) == 2
    assert ask("headline_changes", source="nobody.example") == []
    revised = ask("revisions")
    assert sum(one["revisions"] for one in revised) == sum(one["headline_changes"] for one in revised) == 5
    assert sum(one["words_added"] for one in revised) == 1 + 2
    assert "another number" in ask("corrections")[0]["note"]
    assert sum(one["gone"] for one in ask("story_lifetime")) == 2
    assert sum(one["gaps"] for one in ask("feed_misses")) == 2


def test_what_became_of_a_day_adds_up(run, ask):
    days = ask("ledger_of_a_day")
    assert all(one["is_whole"] for one in days)
    ((entries,),) = run.rows("select count(*) from ops.ledger")
    assert sum(one["entries"] for one in days) == entries
    assert ask("ledger_of_a_day", day="2001-01-01") == []


def test_each_share_is_of_all_stories(run, ask):
    ((stories,),) = run.rows("select count(*) from news.article")
    for name in ("languages", "images", "paywalled", "revisions", "story_lifetime"):
        assert sum(one["articles"] for one in ask(name, days="28")) == stories, name
    ((images,),) = run.rows("select count(*) from news.article_image")
    assert sum(one["images"] for one in ask("images", days="28")) == images


def test_a_text_that_spreads_is_counted_once_for_each_follower(ask):
    followers = ask("first_to_publish")
    certain = [one for one in followers if one["is_certain"]]
    assert sum(one["copies"] for one in ask("wire_spread")) == len(certain) > 3
    assert {one["first_source_domain"] for one in ask("wire_spread")} == {
        one["first_source_domain"] for one in certain
    }
    abroad = ask("cross_border")
    assert 0 < sum(one["articles"] for one in abroad) <= len(followers)
    assert all(one["from_country"] != one["to_country"] for one in abroad)


def test_a_story_is_found_by_its_address(run, ask):
    ((url, story),) = run.rows(
        "select canonical_url, story_id from news.article order by canonical_url limit 1"
    )
    assert [one["story_id"] for one in ask("story_by_url", url=url)] == [story]
    assert ask("story_by_url", url="https://nowhere.example/") == []


def test_keywords_rise_by_what_was_told_before(run, ask):
    risen = ask("keywords_rising", most="100000")
    assert all(one["texts_before"] == 0 for one in risen)  # the world began two hours ago
    rows = run.rows("""
        select lower(keyword), language, count(*) from news.article_keyword join news.article using (story_id)
        join news.story_cluster using (story_id) where cluster_id = story_id group by 1, 2 having count(*) > 1
    """)
    assert {(one["keyword"], one["language"], one["texts_now"]) for one in risen} == set(rows)


def test_psql_runs_a_file_and_cannot_write(run):
    def psql(*arguments):
        return subprocess.run(
            [find_psql(), "--no-psqlrc", "--csv", *arguments],
            env=os.environ | psql_environment(run.engine.url, 60),
            capture_output=True,
            text=True,
            check=False,
        )

    shown = psql("--file", FOLDER / "places.sql")
    assert shown.stdout.splitlines()[0].startswith("place_country,place,texts"), shown.stderr
    few = psql("--quiet", "--command", "set query.most = 1", "--file", FOLDER / "headline_changes.sql")
    assert len(few.stdout.splitlines()) == 2, few.stderr
    assert "read-only" in psql("--command", "delete from news.article").stderr


def test_pandas_reads_a_mart(run):
    engine = create_engine(run.engine.url)
    days = pd.read_sql(
        "select day, source_domain, articles from marts.fct_articles_daily", engine, parse_dates=["day"]
    )
    engine.dispose()
    ((stories,),) = run.rows("select count(*) from news.article")
    assert days.articles.sum() == stories
    assert str(days.day.dtype).startswith("datetime64")


def test_duckdb_reads_the_exported_files(run, tmp_path):
    from pipeline.flow.exporting import export_months

    export_months(run.engine, str(tmp_path), now=run.now)
    found = duckdb.sql(
        f"select language, count(*) from read_parquet('{tmp_path}/stories/*/*.parquet') group by all order by 1"
    ).fetchall()
    with transaction(run.engine) as connection:
        wanted = connection.exec_driver_sql("select language, count(*) from news.article group by 1").all()
    assert sorted(found, key=str) == sorted(map(tuple, wanted), key=str)


def test_the_notebook_runs_and_draws(run):
    book = nbformat.read(ROOT / "docs" / "querying.ipynb", as_version=4)
    assert all(not cell.outputs for cell in book.cells if cell.cell_type == "code"), "clear its outputs"
    url = run.engine.url.render_as_string(hide_password=False)
    kernel = {"env": os.environ | {"DATELINE_WAREHOUSE_URL": url}}
    NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}
    ).execute(**kernel)
    drawn = [
        output
        for cell in book.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(drawn) == 4
    assert "ferry" in str(book.cells[-1].outputs).lower()
