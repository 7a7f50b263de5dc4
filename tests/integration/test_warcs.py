"""News WARCs into the warehouse: every page of ours in them a story, once, from any order of windows and stops."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.flow.ingesting import ingest_pending
from pipeline.flow.rebuilding import rebuild
from pipeline.flow.warcs import enter_warcs
from pipeline.history.found import Window
from tests.conftest import empty_database
from tests.integration.conftest import Run
from tests.newsroom import Past, World, serve, warcs

START = datetime(2022, 3, 1, tzinfo=UTC)
ALL = Window(START, START + timedelta(days=60))
HALVES = [Window(START, START + timedelta(days=20)), Window(START + timedelta(days=20), ALL.until)]


@pytest.fixture(scope="module")
def past():
    return Past(World(publishers=3, stories=24, start=START, days=40))


@pytest.fixture(scope="module")
def crawl(past, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crawl")
    warcs.write(past, folder, per_file=1)
    return folder


@pytest.fixture(scope="module")
def server(past):
    with serve(past) as running:
        yield running


@pytest.fixture
def make(server, warehouse_server, tmp_path):
    """Makes runs, each with a warehouse of its own; they share an archive if they are given the same name."""
    opened = []

    def run(name):
        database = empty_database(warehouse_server)
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        made = Run(server, database.__enter__(), folder)
        made.now = datetime(2026, 1, 1, tzinfo=UTC)
        opened.append((made, database))
        return made

    yield run
    for made, database in opened:
        made.close()
        database.__exit__(None, None, None)


def stories(run):
    return run.rows("select count(*) from news.article")[0][0]


def test_all_that_the_files_have_is_loaded_in_any_order(make, past, crawl):
    one, other = make("one"), make("other")
    report = enter_warcs(one.context, ALL, [str(crawl)])
    assert report.failures == []
    assert report.entered == report.records > 10
    asked = len(one.server.requests)
    ingest_pending(one.context)
    assert len(one.server.requests) == asked
    captured = len(past.found_by("news_warc", START, ALL.until))
    assert stories(one) == captured == report.entered
    assert one.conserved() == []
    assert one.rows("select distinct archived_by from news.article_version") == [("CC-NEWS",)]

    # Again nothing is read; another list of the same files brings nothing new.
    before = one.hashes()
    again = enter_warcs(one.context, ALL, [str(crawl)])
    assert (again.entered, again.records) == (report.entered, report.records)
    wider = enter_warcs(one.context, Window(START, ALL.until + timedelta(days=1)), [f"{crawl}/**/*.warc.gz"])
    assert (wider.entered, wider.known) == (0, report.records)
    ingest_pending(one.context)
    assert one.hashes() == before

    # The halves the other way round, half of a file and in two processes: the same tables.
    def stop(step, count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enter_warcs(other.context, HALVES[1], [str(crawl)], progress=stop)
    for window in reversed(HALVES):
        told = enter_warcs(other.context, window, [str(crawl)], jobs=2)
        assert told.failures == []
    ingest_pending(other.context)
    assert other.hashes() == before


def test_a_rebuild_has_them_too(make, crawl):
    run = make("one")
    enter_warcs(run.context, ALL, [str(crawl)])
    ingest_pending(run.context)
    other = make("one")
    done = rebuild(other.context, jobs=1)
    assert done.attached.unknown == 0
    assert other.hashes() == run.hashes()


def test_what_cannot_be_read_is_told(make, crawl, tmp_path):
    run = make("one")
    whole = b"".join(path.read_bytes() for path in sorted(crawl.rglob("*.warc.gz"))[:4])
    (tmp_path / "cut.warc.gz").write_bytes(whole[: len(whole) * 4 // 5])
    locations = [str(tmp_path / "cut.warc.gz"), str(tmp_path / "none.warc.gz"), "nosuch://place"]
    report = enter_warcs(run.context, ALL, locations)
    assert sorted(one.reason for one in report.failures) == ["cut_off", "unreadable", "unreadable"]
    assert report.entered > 0
    assert report.skipped["cut_off"] == 1
    only = make("two")
    domain = only.sources[0].domain
    enter_warcs(only.context, ALL, [str(crawl)], only=[domain])
    rows = only.rows("select distinct domain from ops.ledger join news.source using (source_id)")
    assert rows == [(domain,)]
