"""The command line as its users type it: real processes, a real database, the newsroom on loopback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse
from tests.newsroom import World, serve

DATELINE = Path(sys.executable).with_name("dateline")


class Shell:
    """``dateline …`` with an environment of its own."""

    def __init__(self, folder, **variables):
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
        self.environment = kept | {"DATELINE_DATA_DIR": str(folder / "data"), "COLUMNS": "160"} | variables

    def __call__(self, *arguments, code=0, stdin=None):
        ran = subprocess.run(
            [str(DATELINE), *map(str, arguments)],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            input=stdin,
            check=False,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        assert ran.returncode == code, (ran.returncode, ran.stdout[-2000:], ran.stderr[-2000:])
        return ran


@pytest.fixture
def shell(database_url, tmp_path):
    engine = open_warehouse(database_url)
    schema.migrate(engine)
    engine.dispose()
    return Shell(tmp_path, DATELINE_WAREHOUSE_URL=database_url, DATELINE_ARCHIVE=str(tmp_path / "archive"))


@pytest.fixture(scope="module")
def hour(module_database_url, tmp_path_factory):
    """One ``dateline run`` over the newsroom; its shell and its output."""
    folder = tmp_path_factory.mktemp("hour")
    with serve(World(stories=60)) as server:
        served = server.environment(folder)
        server.sources_yaml(folder / "sources.yaml")
        shell = Shell(
            folder,
            **served,
            DATELINE_WAREHOUSE_URL=module_database_url,
            DATELINE_ARCHIVE=str(folder / "archive"),
            DATELINE_HOST_DELAY_SECONDS="0",
        )
        shell("migrate")
        yield shell, shell("run")


def test_help_teaches():
    shown = Shell(Path.cwd())("--help").stdout
    for command in (
        "demo",
        "run",
        "poll",
        "ingest",
        "backfill",
        "status",
        "query",
        "export",
        "sources",
        "extract",
    ):
        assert command in shown


def test_a_run_reports_every_feed_that_failed_and_every_entry(hour):
    _, ran = hour
    assert "feeds polled" in ran.stdout
    assert "not_a_feed" in ran.stdout
    assert "stories loaded" in ran.stdout
    assert "Every entry accounted for" in ran.stdout
    assert "✗" not in ran.stdout.split("Every entry accounted for")[1]


def test_a_second_run_says_that_nothing_is_due_or_new(hour):
    shell, _ = hour
    assert "no feed is due" in shell("run").stdout
    again = shell("run", "--every").stdout
    assert "0 entries not known before" in again
    assert "nothing new" in again or "0 stories loaded" in again


def test_status_accounts_for_every_entry(hour):
    shell, _ = hour
    shown = shell("status", "--feeds").stdout
    assert "harbourpost.example/feed.xml" in shown
    assert "Rejected or waiting, and why" in shown


def test_export_writes_every_field_of_every_story(hour, tmp_path):
    shell, _ = hour
    lines = [json.loads(line) for line in shell("export", "--format", "jsonl").stdout.splitlines()]
    stories = json.loads(
        shell("query", "select count(*) as n from news.article", "--format", "jsonl").stdout
    )["n"]
    assert len(lines) == stories > 40
    one = next(line for line in lines if line["dateline"] and line["published_at"])
    assert one["places"][0]["country"]
    assert any(stamp["is_chosen"] for stamp in one["timestamps"])
    assert one["cluster_id"]
    assert {entry["state"] for entry in one["ledger"]} >= {"loaded"}
    assert one["body"]
    assert one["published_evidence"]
    target = tmp_path / "stories.jsonl"
    shell("export", "--output", target)
    assert [json.loads(line) for line in target.read_text().splitlines()] == lines


def test_query_prints_tables_csv_and_lines_and_cannot_write(hour):
    shell, _ = hour
    assert "harbourpost.example" in shell("query", "select domain from news.source").stdout
    assert shell("query", "select 1 as a, 'x,y' as b", "--format", "csv").stdout.splitlines() == [
        "a,b",
        '1,"x,y"',
    ]
    assert "read-only" in shell("query", "delete from news.article", code=1).stderr
    assert "no query of ours" in shell("query", "selec", code=1).stderr
    assert "syntax error" in shell("query", "select from where", code=1).stderr
    assert "multiple commands" in shell("query", "select 1; commit; delete from news.article", code=1).stderr
    assert "no rows" in shell("query", "set statement_timeout = 0", code=1).stderr
    assert "harbourpost" in shell("query", "select domain from news.source where domain like '%post%'").stdout


def test_the_archive_is_whole_until_a_byte_of_a_record_changes(hour):
    shell, _ = hour
    assert "whole" in shell("archive", "verify").stdout
    segment = next((shell.folder / "archive").rglob("page-*.warc.gz"))
    data = bytearray(segment.read_bytes())
    # Within what is packed: the head of a gzip member has a time and a system that nobody reads.
    member = data.rindex(b"\x1f\x8b\x08", 0, len(data) // 2)
    data[member + 40] ^= 0xFF
    segment.write_bytes(data)
    assert segment.name in shell("archive", "verify", code=1).stdout


def test_backfill_of_a_window_lived_through_changes_nothing(hour):
    shell, _ = hour
    window = ("--from", "2020-01-01", "--to", "2020-01-02")
    shown = shell("backfill", *window, "--via", "archive").stdout
    assert "0 documents of the past, 0 requests" in shown
    assert "ISO 8601" in shell("backfill", "--from", "yesterday", "--to", "2020-01-02", code=1).stderr
    assert "two ends" in shell("backfill", "--from", "2020-01-01", code=1).stderr
    assert (
        "--source nobody.example" in shell("backfill", *window, "--source", "nobody.example", code=1).stderr
    )
    assert "2020-01-01 00:00" in shell("backfill", "--status").stdout
    places = shell("backfill", "--status", *window).stdout
    assert "archive" in places
    assert "done" in places


def test_nothing_that_could_be_polled_is_status_1_and_no_traceback(shell):
    (shell.folder / "sources.yaml").write_text(
        "sources:\n- name: Gone\n  domain: gone.invalid\n  feeds: ['http://gone.invalid/feed', 'http://127.0.0.1:1/feed']\n"
    )
    ran = shell("run", "--sources", "sources.yaml", code=1)
    assert "http://gone.invalid/feed" in ran.stdout
    assert "forbidden_address" in ran.stdout


def test_a_wrong_sources_file_names_line_and_field(shell):
    (shell.folder / "sources.yaml").write_text(
        "sources:\n- name: A\n  domain: a.example\n  timezone: Europe/Oslo\n  feeds: ['https://a.example/f']\n"
    )
    ran = shell("run", code=1)
    assert "timezone" in ran.stderr
    assert "4" in ran.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATELINE_WAREHOUSE_URL", "mysql://x/y", "PostgreSQL"),
        ("DATELINE_WAREHOUSE_URL", "postgresql://127.0.0.1:1/x", "does not answer"),
        ("DATELINE_CONCURRENCY", "many", "DATELINE_CONCURRENCY"),
        ("DATELINE_ALLOWED_ADDRESSES", "localhost", "host:port"),
    ],
)
def test_a_wrong_setting_is_a_sentence(shell, name, value, said):
    (shell.folder / "sources.yaml").write_text(
        "sources:\n- {name: A, domain: a.example, feeds: ['https://a.example/f']}\n"
    )
    shell.environment[name] = value
    assert said in shell("run", code=1).stderr


def test_publishers_come_pause_move_and_go_without_losing_history(shell):
    shell(
        "sources", "add", "a.example", "--feed", "https://a.example/f", "--name", "A", "--zone", "Europe/Oslo"
    )
    assert "A" in shell("sources", "list").stdout
    assert "active" in shell("sources", "list").stdout
    shell("sources", "pause", "a.example")
    assert "paused" in shell("sources", "list").stdout
    shell("sources", "resume", "a.example")
    shell("sources", "rename", "a.example", "--domain", "b.example", "--name", "B")
    listed = shell("sources", "list").stdout
    assert "b.example" in listed
    assert "a.example/f" in listed
    assert "did you mean" in shell("sources", "pause", "b.exampl", code=1).stderr
    exported = shell("sources", "export", "--format", "opml").stdout
    assert 'xmlUrl="https://a.example/f"' in exported
    shell("sources", "remove", "b.example")
    assert "no publishers" in shell("sources", "list").stdout
    (shell.folder / "feeds.opml").write_text(exported)
    assert "changed" in shell("sources", "import", "feeds.opml").stdout
    assert "b.example" in shell("sources", "list").stdout
    assert (
        "Etc/Nowhere"
        in shell(
            "sources", "add", "c.example", "--feed", "https://c.example/f", "--zone", "Etc/Nowhere", code=1
        ).stderr
    )


def test_a_sync_brings_in_changes_and_keeps_a_pause(shell):
    file = shell.folder / "sources.yaml"
    file.write_text(
        "sources:\n- {name: A, domain: a.example, feeds: ['https://a.example/f']}\n- {name: B, domain: b.example, feeds: ['https://b.example/f']}\n"
    )
    assert "added: a.example, b.example" in shell("sources", "sync", file).stdout
    assert "nothing to change" in shell("sources", "sync", file).stdout
    shell("sources", "pause", "a.example")
    file.write_text("sources:\n- {name: A2, domain: a.example, feeds: ['https://a.example/f']}\n")
    shown = shell("sources", "sync", file).stdout
    assert "changed: a.example" in shown
    assert "removed: b.example" in shown
    assert "paused" in shell("sources", "list").stdout


def test_an_old_or_absent_schema_stops_a_worker_with_what_to_do(database_url, tmp_path):
    shell = Shell(tmp_path, DATELINE_WAREHOUSE_URL=database_url)
    assert "dateline migrate" in shell("ingest", code=1).stderr
    shell("migrate")
    assert "nothing new" in shell("ingest").stdout


def test_extract_reads_a_saved_page(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "<html><head><title>A bridge opens</title><meta property='article:published_time' content='2026-03-01T10:00:00+03:00'>"
        "</head><body><article><h1>A bridge opens</h1>"
        + "<p>The bridge over the strait opened to traffic on Sunday after nine years of work, the ministry said.</p>"
        * 4
        + "</article></body></html>"
    )
    article = json.loads(Shell(tmp_path)("extract", page, "--url", "https://a.example/bridge").stdout)
    assert article["headline"] == "A bridge opens"
    assert article["published"]["instant"] == "2026-03-01T07:00:00+00:00"
    assert "cannot be read" in Shell(tmp_path)("extract", tmp_path / "none.html", code=1).stderr


def test_extract_fetches_an_address_as_a_run_does(tmp_path):
    world = World(stories=20)
    truth = next(one for one in world.truth(world.end) if one.kind == "article")
    with serve(world) as server:
        shell = Shell(tmp_path, **server.environment(tmp_path))
        article = json.loads(shell("extract", truth.url).stdout)
        asked = [request.url for request in server.requests]
        assert "forbidden_address" in shell("extract", "http://127.0.0.1:1/story", code=1).stderr
    assert article["headline"] == truth.headline
    assert {one["field"] for one in article["field_candidates"]} >= {"headline", "authors", "body"}
    assert asked[0].endswith("/robots.txt")
    assert truth.url in asked


def test_a_secret_is_referred_to_sent_and_never_kept(shell, database_url):
    with serve(World(stories=20)) as server:
        shell.environment |= server.environment(shell.folder) | {"PRESS_KEY": "s3cret-value"}
        feed = next(source for source in server.site.sources() if source["domain"] == "harbourpost.example")[
            "feeds"
        ][0]
        (shell.folder / "sources.yaml").write_text(
            "sources:\n- name: H\n  domain: harbourpost.example\n  feed_only: true\n"
            f"  headers: {{Authorization: 'Bearer ${{env:PRESS_KEY}}'}}\n  feeds: ['{feed}']\n"
        )
        shell("run")
        assert "Bearer s3cret-value" in {one.headers.get("authorization") for one in server.requests}
        pages = [one for one in server.requests if "/politics/20" in one.url or "/20" in one.url]
    assert pages == []  # feed-only: the entry is the story
    kept = shell("query", "select headers::text from news.source").stdout
    assert "s3cret" not in kept
    assert b"s3cret" not in b"".join(
        path.read_bytes() for path in (shell.folder / "archive").rglob("*") if path.is_file()
    )
    loaded = json.loads(shell("query", "select count(*) as n from news.article", "--format", "jsonl").stdout)
    assert loaded["n"] > 0
