"""A story erased: rows, bytes, and every door by which it could come back."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.fetch.archive import Scope, Tally
from pipeline.flow.erasing import erase_documents, erase_story, finish, restore_tombstones
from pipeline.flow.window import enter_window
from pipeline.warehouse import archived, erased, erasing, registry
from pipeline.warehouse.engine import transaction
from tests.newsroom import serve
from tests.newsroom.web import Answer, html
from tests.warehouse.emptied import emptied

START = datetime(2026, 3, 1, tzinfo=UTC)
HOSTS = ("gazette.example", "mirror.example")
SECRET = "Petra Vondrackova"
TEXT = " ".join(
    f"{SECRET} told the council about bridge number {n} and went home before the rain." for n in range(60)
)
OTHER = " ".join(
    f"The ferry to island number {n} was late again, and nobody could say why." for n in range(60)
)


class Papers:
    """Two publishers; the second copies the first's story. A page has other addresses, and a second feed comes later."""

    end = START

    def __init__(self):
        self.later = False

    def hosts(self):
        return list(HOSTS)

    def offline_hosts(self):
        return []

    def sources(self):
        feeds = {"gazette.example": ("feed.xml", "second.xml"), "mirror.example": ("feed.xml",)}
        return [
            {"name": host, "domain": host, "feeds": [f"http://{host}/{feed}" for feed in feeds[host]]}
            for host in HOSTS
        ]

    def answer(self, request, at, earlier):
        name = request.target.strip("/")
        if name == "robots.txt":
            return Answer(404)
        if name.endswith(".xml"):
            return self._feed(request.host, name)
        body, story = (OTHER, "ferry") if name == "ferry" else (TEXT, "bridge")
        canonical = f"<link rel='canonical' href='http://{request.host}/{story}'>"
        return html(
            f"<title>The {story}</title>{canonical}<article><h1>The {story} of {SECRET if story == 'bridge' else 'all'}"
            f"</h1><p>{body}</p></article>"
        )

    def _feed(self, host, name):
        names = ["bridge", "ferry"] if host == HOSTS[0] else ["bridge"]
        if name == "second.xml":
            names = ["bridge?utm_source=second", "old/bridge-4711"] if self.later else ["ferry"]
        elif self.later and host == HOSTS[0]:
            names.append("bridge-again")
        items = "".join(
            f"<item><link>http://{host}/{one}</link><title>The {one} of {SECRET if 'bridge' in one else 'all'}</title>"
            f"<guid>{one}</guid><pubDate>Sun, 01 Mar 2026 0{n}:10:00 +0100</pubDate>"
            f"<description>{(TEXT if 'bridge' in one else OTHER)[: 300 + n]}</description></item>"
            for n, one in enumerate(names, start=1 if host == HOSTS[0] else 5)
        )
        body = f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>"
        return Answer(200, {"Content-Type": "application/rss+xml"}, body.encode())


@pytest.fixture
def database_url(module_database_url):
    return emptied(module_database_url)


@pytest.fixture
def run(make_run):
    papers = Papers()
    with serve(papers, at=START) as server:
        made = make_run(server)
        made.papers = papers
        made.now = START
        made.hour()
        yield made


def at(run, **delta):
    run.now = START + timedelta(**delta)
    run.server.set_time(run.now)
    return run.hour()


def bridge(run, host=HOSTS[0]):
    rows = run.rows(f"select story_id from news.article where url like 'http://{host}/bridge%%'")
    return rows[0][0] if rows else None


def erase(run, story):
    gone = erase_story(run.context, story, "ticket 4711")
    return gone, finish(run.context)


def texts_of_pages(run, kind="page"):
    """All that any WARC tool can read of the pages in the archive."""
    found = []
    for path in sorted(Path(run.folder / "archive").rglob(f"{kind}-*.warc.gz")):
        with path.open("rb") as file:
            found += [record.content_stream().read() for record in ArchiveIterator(file)]
    return b"".join(found)


def is_whole(run):
    with transaction(run.engine) as connection:
        known = archived.references(connection, Scope())
        later = datetime.now(UTC) + timedelta(days=2)
        return list(run.context.archive.verify(now=later, known=known, tally=Tally())) == []


def ledger(run):
    return run.rows(
        "select s.domain, l.entry_key, l.state, l.reason from ops.ledger l join news.source s using (source_id) "
        "order by 1, 2, feed_id"
    )


def database_has(run, words):
    """The tables of news and ops that say it anywhere."""
    tables = run.rows(
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind = 'r' and n.nspname in ('news', 'ops')"
    )
    return {
        table
        for (table,) in tables
        if run.rows(f"select 1 from {table} t where t::text ilike '%%{words}%%' limit 1")
    }


def test_nothing_is_left_of_it_and_all_else_stands(run):
    story, copy, ferry = (
        bridge(run),
        bridge(run, HOSTS[1]),
        run.rows("select story_id from news.article where url like '%%ferry'")[0][0],
    )
    clusters = dict(run.rows("select story_id, cluster_id from news.story_cluster"))
    assert clusters[copy] == clusters[story] == story  # it was the first of them
    assert SECRET.encode() in texts_of_pages(run)
    size = {path: path.stat().st_size for path in (run.folder / "archive").rglob("*.gz")}
    with transaction(run.engine) as connection:
        before = erasing.survey(connection, story)
    assert before.copies_elsewhere == 1
    assert len(before.places) == 1

    gone, done = erase(run, story)
    assert gone == before
    assert (done.blanked, done.is_whole) == (1, True)
    assert bridge(run) is None
    assert dict(run.rows("select story_id, cluster_id from news.story_cluster")) == {copy: copy, ferry: ferry}
    assert run.rows("select count(*) from news.story_edge") == [(0,)]
    assert run.conserved() == []
    assert [row for row in ledger(run) if row[2] == "rejected"] == [
        (HOSTS[0], "g:bridge", "rejected", "erased")
    ]

    # The bytes are gone, and the files are as long as they were; other places in them are good.
    assert {path: path.stat().st_size for path in size} == size
    assert is_whole(run)
    left = texts_of_pages(run)
    assert left.count(b"The bridge of") == 1  # the mirror's page
    assert b"ferry to island number 7" in left

    # And again there is nothing to do.
    with transaction(run.engine) as connection:
        assert erasing.find(connection, str(story)) is None
        assert erased.is_erased(connection, story)
    assert erase_story(run.context, story, None) is None
    assert finish(run.context).blanked == 0
    _, done = erase(run, copy)
    assert done.blanked == 1
    assert SECRET.encode() not in texts_of_pages(run)
    assert database_has(run, SECRET) == set()
    assert is_whole(run)


def test_it_comes_back_by_no_door(run):
    story = bridge(run)
    erase(run, story)
    counts = run.rows(
        "select (select count(*) from news.article), (select count(*) from ops.ledger where state = 'loaded')"
    )

    at(run, hours=1)  # the same documents
    assert bridge(run) is None
    before = len(run.server.requests)
    # Its item in another feed, an address that leads to the same key, and one that only the page gives away.
    run.papers.later = True
    at(run, hours=2)
    assert bridge(run) is None
    asked = [one.url for one in run.server.requests[before:]]
    assert not any(url.endswith("/bridge") or "utm_source" in url for url in asked)
    assert any(url.endswith("bridge-again") for url in asked)  # that it is the story, its page alone can tell
    erased = [row[1] for row in ledger(run) if row[3] == "erased"]
    assert sorted(erased) == ["g:bridge", "g:bridge-again", "g:bridge?utm_source=second", "g:old/bridge-4711"]
    assert finish(run.context).blanked == 2
    assert run.conserved() == []

    # Once known, they are not even asked for; and nothing moves any more.
    known, asked = run.hashes(), len(run.server.requests)
    for hours in (3, 4):
        at(run, hours=hours)
    assert [
        one.url for one in run.server.requests[asked:] if ".xml" not in one.url and "robots" not in one.url
    ] == []
    lines = enter_window(run.context, START, START + timedelta(hours=9))
    assert sum(line.new for line in lines) == 0
    run.hour()
    assert run.hashes() == known
    assert bridge(run) is None
    assert (
        run.rows(
            "select (select count(*) from news.article), (select count(*) from ops.ledger where state = 'loaded')"
        )
        == counts
    )
    assert run.conserved() == []
    assert is_whole(run)


def test_a_new_warehouse_over_the_archive_obeys_its_tombstones(run):
    story = bridge(run)
    erase(run, story)
    tables = (
        "ops.tombstone_mark, ops.tombstone, ops.ledger, ops.fetch, ops.revisit, ops.feed_poll, news.article"
    )
    with transaction(run.engine) as connection:
        connection.exec_driver_sql(f"truncate {tables} cascade")
        registry.sync(connection, run.sources)
    assert restore_tombstones(run.context) == 1
    assert restore_tombstones(run.context) == 0
    enter_window(run.context, START, START + timedelta(hours=1))
    run.hour()
    assert bridge(run) is None
    assert bridge(run, HOSTS[1])
    assert {row[1]: row[3] for row in ledger(run) if row[0] == HOSTS[0]} == {
        "g:bridge": "erased",
        "g:ferry": None,
    }
    assert run.conserved() == []


def test_bytes_under_way_and_joined_files_are_found(run):
    story = bridge(run)
    at(run, days=1)  # a second look: a reference to the first page
    places = run.rows(
        "select archive_object, archive_offset from ops.fetch where url like '%%/bridge' order by 1, 2"
    )
    assert len(places) == 4

    def repoint(moves):
        with transaction(run.engine) as connection:
            archived.repoint(connection, moves)

    list(
        run.context.archive.compact(START.date() + timedelta(days=2), repoint, now=START + timedelta(days=20))
    )
    with archived.alone(run.engine) as is_ours:
        assert is_ours
        gone, done = erase(run, story)  # another command has the files in hand
        assert not done.is_whole
        assert len(gone.places) == 2
    done = finish(run.context)
    assert (done.blanked, done.is_whole) == (2, True)
    assert is_whole(run)
    with transaction(run.engine) as connection:
        assert not erased.places_left(connection)


def test_feed_documents_go_where_that_is_wanted(run):
    at(run, hours=1)  # the same documents again: references to the first
    stories = [bridge(run, host) for host in HOSTS]
    for story in stories:
        erase(run, story)
    assert SECRET.encode() in texts_of_pages(run, "feed")
    done = [erase_documents(run.context, story) for story in stories]
    assert [one.blanked for one in done] == [2, 2]  # and not the second feed, which lists the ferry alone
    assert SECRET.encode() not in texts_of_pages(run, "*")
    assert b"ferry" in texts_of_pages(run, "feed")
    assert is_whole(run)
    assert [erase_documents(run.context, story).blanked for story in stories] == [0, 0]
    assert run.conserved() == []
    assert len(run.rows("select * from ops.feed_poll where archive_object is null")) == 4
    at(run, hours=2)  # still listed: the next document has it
    assert erase_documents(run.context, stories[0]).blanked == 1


def test_a_story_is_found_by_its_address_and_its_former_ids(run):
    story = bridge(run)
    with transaction(run.engine) as connection:
        assert erasing.find(connection, f"http://{HOSTS[0]}/bridge?utm_source=x") == story
        assert erasing.find(connection, str(story)) == story
        assert erasing.find(connection, str(uuid.uuid4())) is None
        assert erasing.find(connection, "http://nowhere.example/") is None
