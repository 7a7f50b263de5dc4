"""The archive read again by today's code: what differs is told, then written, and no second time."""

import random
import shutil
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import make_url

from pipeline.extract import article as extraction
from pipeline.flow.redating import choose_again
from pipeline.flow.regrouping import regroup
from pipeline.flow.replaying import compare, rewrite, silent
from pipeline.warehouse import registry
from pipeline.warehouse.engine import transaction
from tests.cli.test_archive import Shell
from tests.conftest import empty_database
from tests.integration.conftest import Run
from tests.newsroom import serve
from tests.newsroom.web import Answer, html

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
END = START + timedelta(days=9)
HOSTS = ("anzeiger.example", "bote.example")
NAMES = ("steady", "edited", "twice", "copy", "bare")
WORDS = (
    "council harbour bridge evening voted residents engineers repairs spring debate fishermen market school "
    "river storm budget mayor ferry island winter teachers harvest railway station tunnel lighthouse orchard"
).split()


def sentences(name, count=9):
    dice = random.Random(name)
    return " ".join(
        f"The {' '.join(dice.sample(WORDS, 5))} of {name} {' '.join(dice.sample(WORDS, 6))}."
        for _ in range(count)
    )


class Houses:
    """Two houses that print clocks without a zone; one copies the other's story, one page is no article."""

    end = START

    def hosts(self):
        return list(HOSTS)

    def offline_hosts(self):
        return []

    def sources(self):
        return [{"name": host, "domain": host, "feeds": [f"http://{host}/feed.xml"]} for host in HOSTS]

    def answer(self, request, at, earlier):
        name, day = request.target.strip("/"), (at - START) // timedelta(days=1)
        if name == "feed.xml":
            items = "".join(f"<item><link>http://{request.host}/{one}</link></item>" for one in NAMES)
            body = f"<rss version='2.0'><channel><title>{request.host}</title>{items}</channel></rss>"
            return Answer(200, {"Content-Type": "application/rss+xml"}, body.encode())
        if name not in NAMES:
            return Answer(404)
        if name == "bare":
            return html("<title>House</title><div id='app'></div>")
        more = {"edited": "Work starts in May." if day else "", "twice": f"Update {day}."}.get(name, "")
        text = sentences("copy" if name == "copy" else f"{request.host} {name}")
        return html(
            f"<title>The bridge of {name} stays open all winter</title>"
            f"<article><h1>The bridge of {name} stays open all winter</h1>"
            f"<time datetime='2026-01-05 08:1{len(name)}'>5 January 2026, 8:1{len(name)}</time>"
            f"<p>{text} {more}</p><p>{sentences(name + request.host)}</p></article>"
        )


@pytest.fixture(scope="module")
def world():
    with serve(Houses(), at=START) as server:
        yield server


def lived(run, *days):
    """The hours of some days, lived through."""
    for day in days:
        run.now = START + timedelta(days=day)
        run.server.set_time(run.now)
        run.hour()


@pytest.fixture(scope="module")
def past(world, warehouse_server, tmp_path_factory):
    """A week lived through: its database, whose copies the tests work on, and its folder."""
    folder = tmp_path_factory.mktemp("past")
    with empty_database(warehouse_server) as url:
        made = Run(world, url, folder)
        lived(made, 0, 1, 7)
        made.close()
        yield url, folder


@pytest.fixture
def run(world, past, warehouse_server, tmp_path):
    url, folder = past
    shutil.copytree(folder / "archive", tmp_path / "archive")
    with copied_database(warehouse_server, url) as copy:
        made = Run(world, copy, tmp_path)
        made.now = END
        yield made
        made.close()


@contextmanager
def copied_database(server_url, url):
    """A copy of a database to which nobody is connected, dropped at the end."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    plain = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        template = make_url(url).database
        connection.execute(f"create database {name} template {template} strategy file_copy")
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
        connection.execute(f"drop database {name} with (force)")


def moved_to_berlin(run):
    """What a day of corrections does: the houses' clocks turn out to be those of Berlin."""
    with transaction(run.engine) as connection:
        registry.sync(connection, [replace(one, zone="Europe/Berlin") for one in run.sources])


def bookkeeping(run):
    return run.rows("select loaded_at from news.article order by 1")


def test_the_same_code_finds_nothing(run):
    before, when = run.hashes(), bookkeeping(run)
    found = compare(run.context, START, END, jobs=1)
    assert (found.differing, found.examples, found.damaged) == ([], [], [])
    assert found.units == 10
    assert found.captures == 2 * (4 * 3 + 1)
    assert compare(run.context, START + timedelta(days=6), END, jobs=1).captures == 2 * 4
    assert rewrite(run.context, found.differing, jobs=1).stories == 0
    assert (run.hashes(), bookkeeping(run)) == (before, when)


def test_another_reading_of_the_same_bytes_is_no_edit_of_the_publishers(run):
    versions = run.rows("select count(*) from news.article_version")
    moved_to_berlin(run)
    before = run.hashes()
    found = compare(run.context, START, END, jobs=2)
    assert run.hashes() == before
    assert len(found.differing) == 8
    assert {"published_at", "published_zone", "published_method"} <= set(found.counts)
    assert found.counts["published_at"] == 8
    shown = next(one for one in found.examples if one.field == "published_zone")
    assert (shown.before, shown.after) == ("", "Europe/Berlin")
    written = rewrite(run.context, found.differing, jobs=2)
    assert (written.stories, written.refused, written.damaged) == (8, [], [])
    assert run.rows("select count(*) from news.article_version") == versions
    assert run.rows("select count(*) from news.article_change where field = 'published'") == [(0,)]
    assert run.rows(
        "select distinct published_at - published_local at time zone 'UTC' from news.article"
    ) == [(timedelta(hours=-1),)]
    assert run.conserved() == []
    looks = run.rows("select turn, outcome, count(*) from ops.revisit group by 1, 2 order by 1, 2")
    assert looks == [(1, "changed", 4), (1, "unchanged", 4), (2, "changed", 2), (2, "unchanged", 6)]
    dangling = "select count(*) from ops.revisit where version_id not in (select version_id from news.article_version)"
    assert run.rows(dangling) == [(0,)]

    # A second replay changes nothing, and says so.
    again, when = run.hashes(), bookkeeping(run)
    found = compare(run.context, START, END, jobs=1)
    assert found.differing == []
    assert (run.hashes(), bookkeeping(run)) == (again, when)

    # What the ledger keeps of a telling is replayed too.
    run.rows(
        "update ops.ledger set told_at = told_at - interval '1 hour' where told_at is not null returning 1"
    )
    found = compare(run.context, START, END, jobs=1)
    assert found.counts["told_at"] == 8
    rewrite(run.context, found.differing, jobs=1)
    assert run.hashes() == again


def test_dates_are_chosen_again_without_the_pages(run):
    moved_to_berlin(run)
    before = run.hashes()
    found = choose_again(run.context, START, END, keep=False, jobs=1, progress=silent)
    assert run.hashes() == before
    assert len(found.differing) == 4  # of stories with several texts the pages are needed
    assert len(found.damaged) == 4
    whole = compare(run.context, START, END, jobs=1)
    assert found.counts <= whole.counts
    shutil.move(run.folder / "archive", run.folder / "elsewhere")
    written = choose_again(run.context, START, END, keep=True, jobs=1, progress=silent)
    assert written.differing == found.differing
    shutil.move(run.folder / "elsewhere", run.folder / "archive")
    # What the pages say by themselves is the same.
    left = compare(run.context, START, END, jobs=1)
    assert {*left.differing} == {*whole.differing} - {*written.differing}
    rewrite(run.context, left.differing, jobs=1)
    assert compare(run.context, START, END, jobs=1).differing == []
    assert choose_again(run.context, START, END, keep=True, jobs=1, progress=silent).differing == []


def test_clusters_are_made_again_and_come_out_the_same(run):
    before = run.hashes()
    assert run.rows("select count(*) from news.story_edge")[0][0] > 0
    assert not regroup(run.context, START, END, keep=True, progress=silent).counts
    assert run.hashes() == before
    run.rows("delete from news.story_edge returning 1")
    run.rows("update news.story_cluster set cluster_id = story_id returning 1")
    run.rows("update ops.story_text set keys = '{1}' returning 1")
    broken = run.hashes()
    found = regroup(run.context, START, END, keep=False, progress=silent)
    assert (found.stories, found.counts["clusters"]) == (8, 1)
    assert run.hashes() == broken
    regroup(run.context, START, END, keep=True, progress=silent)
    assert run.hashes() == before
    assert not regroup(run.context, START, END, keep=True, progress=silent).counts


def test_what_an_earlier_parser_refused_is_loaded_and_what_it_took_is_refused(run):
    before = run.hashes()
    story, key = run.rows("select story_id, entry_key from ops.ledger where url like '%%anzeiger%%twice'")[0]
    run.rows(
        "update ops.ledger set state = 'rejected', reason = 'not_an_article', detail = 'a page of a list', story_id = null, "
        f"told_story_id = null, told_text_hash = null, told_at = null where entry_key = '{key}' returning 1"
    )
    run.rows(f"delete from news.article where story_id = '{story}' returning 1")
    found = compare(run.context, START, END, jobs=1)
    assert [(one.field, one.before, one.after) for one in found.examples] == [
        ("status", "not_an_article: a page of a list", "article")
    ]
    rewrite(run.context, found.differing, jobs=1)
    # Its later captures come with the next replay: a rejected entry has none.
    rewrite(run.context, compare(run.context, START, END, jobs=1).differing, jobs=1)
    assert run.hashes() == before, {name for name in before if run.hashes()[name] != before[name]}


def test_damaged_bytes_are_told_and_change_nothing(run):
    moved_to_berlin(run)
    ((name,),) = run.rows(
        "select archive_object from ops.fetch where url like '%%anzeiger%%twice' order by fetched_at limit 1"
    )
    path = run.folder / "archive" / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    before = run.rows("select * from news.article where url like '%%anzeiger%%twice'")
    found = compare(run.context, START, END, jobs=1)
    damaged = {one.url.rpartition("/")[2] for one in found.damaged}
    assert damaged
    assert all("cut off" in one.reason or "does not hold" in one.reason for one in found.damaged)
    rewrite(run.context, found.differing, jobs=1)
    assert run.rows("select * from news.article where url like '%%anzeiger%%twice'") == before
    path.write_bytes(whole)
    found = compare(run.context, START, END, jobs=1)
    assert len(found.differing) == len(damaged)
    assert not found.damaged


def test_one_that_was_stopped_is_finished_by_the_next(run):
    moved_to_berlin(run)
    found = compare(run.context, START, END, jobs=1)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rewrite(run.context, found.differing[:3], jobs=1, progress=stop)
    assert run.conserved() == []
    left = compare(run.context, START, END, jobs=1)
    assert {*left.differing} == {*found.differing[3:]}
    rewrite(run.context, left.differing, jobs=1)
    assert compare(run.context, START, END, jobs=1).differing == []


def test_a_parser_that_reads_the_same_writes_nothing(run, monkeypatch):
    monkeypatch.setattr(extraction, "EXTRACTOR_VERSION", "next")
    found = compare(run.context, START, END, jobs=1)
    assert found.differing == []
    moved_to_berlin(run)
    found = compare(run.context, START, END, jobs=1)
    assert "extractor_version" not in found.counts
    rewrite(run.context, found.differing, jobs=1)
    assert run.rows("select distinct extractor_version from news.article") == [("next",)]
    assert run.rows("select count(*) from news.article_change where field = 'published'") == [(0,)]
    assert compare(run.context, START, END, jobs=1).differing == []


def test_only_one_publisher(run):
    moved_to_berlin(run)
    ((source,),) = run.rows("select source_id from news.source where domain = 'bote.example'")
    found = compare(run.context, START, END, sources=[source], jobs=1)
    assert len(found.differing) == 4
    assert all("bote" in one.url for one in found.examples)


def test_it_equals_a_warehouse_that_has_always_read_so(run, world, warehouse_server, tmp_path):
    moved_to_berlin(run)
    rewrite(run.context, compare(run.context, START, END, jobs=1).differing, jobs=1)
    with empty_database(warehouse_server) as url:
        (tmp_path / "other").mkdir()
        other = Run(world, url, tmp_path / "other")
        moved_to_berlin(other)
        lived(other, 0, 1, 7)
        assert other.hashes() == run.hashes()
        other.close()


def test_the_command_tells_before_it_writes(run, monkeypatch, capsys):
    monkeypatch.setenv("DATELINE_WAREHOUSE_URL", run.url)
    monkeypatch.setenv("DATELINE_ARCHIVE", run.settings.archive_location)
    shell = Shell(monkeypatch, capsys)
    window = ("replay", "--from", "2026-01-05", "--to", "2026-01-14", "--jobs", 1)
    assert "nothing differs" in shell(*window).out
    moved_to_berlin(run)
    before = run.hashes()
    told = shell(*window, "--dry-run", "--source", "bote.example").out
    assert "4 stories are read otherwise" in told
    assert "published_zone" in told
    assert run.hashes() == before
    assert "8 stories written anew" in shell(*window, "--only", "extract").out
    assert "nothing differs" in shell(*window, "--only", "dateline").out
    assert "nothing differs" in shell(*window, "--only", "dedup").out
    assert "no publisher" in shell(*window, "--source", "nobody.example", code=1).err
