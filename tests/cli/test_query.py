"""``dateline query`` and ``dateline shell`` as their users type them.

In this process, but for the shell that psql takes over: starting one for each command would take most of the time.
"""

import io
import json

import pytest

from pipeline.settings import settings
from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse, transaction
from tests.cli.test_archive import Shell
from tests.cli.test_commands import Shell as Process


@pytest.fixture(scope="module")
def url(module_database_url):
    engine = open_warehouse(module_database_url, pooled=False)
    schema.migrate(engine)
    with transaction(engine) as connection:
        connection.exec_driver_sql("""
            insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
            select gen_random_uuid(), name || '.example', name, false, 'active', false, '{}', '[]'
            from (values ('herald'), ('courier')) as known (name)
        """)
    return module_database_url


@pytest.fixture
def shell(url, monkeypatch, capfd):
    yield Shell(monkeypatch, capfd, DATELINE_WAREHOUSE_URL=url)
    settings.cache_clear()


DOMAINS = "select domain from news.source order by domain"


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("csv", "domain\ncourier.example\nherald.example\n"),
        ("jsonl", '{"domain": "courier.example"}\n{"domain": "herald.example"}\n'),
        ("json", '[{"domain": "courier.example"},\n {"domain": "herald.example"}]\n'),
    ],
)
def test_the_answer_has_the_form_that_is_asked_for(shell, form, wanted):
    assert shell("query", DOMAINS, "--format", form).out == wanted


def test_a_table_is_for_eyes(shell):
    ran = shell("query", DOMAINS)
    assert "herald.example" in ran.out
    assert "2 rows" in ran.err
    assert json.loads(shell("query", "select 1 as a where false", "--format", "json").out) == []


def test_our_questions_are_listed_shown_and_asked_by_name(shell):
    listed = shell("query", "--list").out
    assert "headline_changes" in listed
    assert "days = 1" in listed
    shown = shell("query", "search_stories", "--show").out
    assert shown.startswith("-- Which stories tell of something")
    found = shell("query", "search_stories", "--set", "words=nothing", "-s", "most=3", "--format", "csv")
    assert found.out == "headline,published_at,source,rank,snippet\n"


def test_a_file_is_run_with_its_parameters(shell, tmp_path):
    file = tmp_path / "mine.sql"
    file.write_text("-- Which?\n-- word = all: of the domain\nselect news.asked('word', 'all') as word\n")
    assert shell("query", file, "--format", "csv").out == "word\nall\n"
    assert shell("query", file, "--set", "word='; drop", "--format", "csv").out == "word\n'; drop\n"
    assert shell("query", "select news.asked('x') as x", "-s", "x=1", "--format", "csv").out == "x\n1\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["headline_change"], "did you mean headline_changes"),
        (["nonsense"], "--list"),
        ([], "say what to ask"),
        (["places", "--set", "day=1"], "no parameter 'day'; it has days"),
        (["places", "--set", "days"], "NAME=VALUE"),
        (["select 1", "--format", "xml"], "table, csv, json or jsonl"),
        (["select pg_sleep(20)", "--timeout", "0.2"], "longer than 0.2 s"),
        (["create table news.x (y int)"], "read-only"),
        (["set default_transaction_read_only = off"], "no rows"),
        (
            ["select set_config('transaction_read_only', 'off', true); delete from news.source"],
            "multiple commands",
        ),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(shell, arguments, said):
    assert said in shell("query", *arguments, code=1).err.replace("\n", " ")


TYPED = "select domain\nfrom news.source order by 1;\nselec;\ndelete from news.source;\nselect 6 * 7 as answer;\n\\q\n"


def check_shell(shown, failed):
    assert "herald.example" in shown
    assert "42" in shown
    assert "syntax error" in failed
    assert "read-only" in failed


def test_psql_answers_goes_on_after_an_error_and_cannot_write(url, tmp_path):
    ran = Process(tmp_path, DATELINE_WAREHOUSE_URL=url)("shell", stdin=TYPED)
    check_shell(ran.stdout, ran.stderr)


def test_so_does_our_own_prompt(shell, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(TYPED))
    ran = shell("shell", "--builtin")
    check_shell(ran.out, ran.err)
    assert "courier" in shell("query", DOMAINS).out
