"""``dateline archive …`` on an archive and a warehouse of a day long ago.

In this process: starting one for each command would take most of the time. ``test_commands`` starts some.
"""

import os
import random
import shutil
import sys
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import make_url, select, text

from pipeline.cli import main
from pipeline.fetch import Archive
from pipeline.fetch.archive import Move, Scope
from pipeline.poll import parse_feed
from pipeline.records import Article, Response, Source
from pipeline.settings import settings
from pipeline.warehouse import archived, ledger, registry, schema
from pipeline.warehouse.claims import claim_to_fetch, claim_to_load
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.feeds import feeds_to_poll
from pipeline.warehouse.rows import Loadable
from pipeline.warehouse.tables import ARTICLE_VERSION, FEED_POLL, FETCH, LEDGER
from pipeline.warehouse.writer import load

AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
FEED = "https://herald.example/a.xml"
HERALD = Source("The Herald", "herald.example", feeds=(FEED,))
NOISE = random.Random(7)


def document(numbers):
    items = "".join(
        f"<item><guid>g{n}</guid><link>https://herald.example/{n}</link><title>Story {n}</title></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Herald</title>{items}</channel></rss>".encode()


def body(number):
    return f"<h1>Story {number}</h1>".encode() + NOISE.randbytes(3000).hex().encode()


def article(claim):
    words = (
        f"The council met again on Tuesday and voted to keep the old bridge number {claim.entry_key} open. "
        * 4
    )
    return Article(claim.url, claim.url, headline=claim.entry.headline, body=words, extractor_version="t")


class Shell:
    """``dateline …`` within this process."""

    def __init__(self, monkeypatch, captured, **variables):
        self._monkeypatch, self._captured = monkeypatch, captured
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    def __call__(self, *arguments, code=0):
        self._monkeypatch.setattr(sys, "argv", ["dateline", *map(str, arguments)])
        self._captured.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        shown = self._captured.readouterr()
        assert (end.value.code or 0) == code, shown
        return shown


class Past:
    """A warehouse, an archive and a command line for both."""

    def __init__(self, url, folder, shell=None):
        self.engine = open_warehouse(url, pooled=False)
        self.archive = Archive(str(folder))
        self.folder = folder
        self.shell = shell

    def begin(self):
        """Three hours of one day: a feed's document and the pages of its entries each, archived and loaded."""
        schema.migrate(self.engine)
        with transaction(self.engine) as connection:
            registry.sync(connection, [HERALD])
            (self.feed,) = feeds_to_poll(connection)
        for hour in range(3):
            self.live(AT + timedelta(hours=hour), range(hour * 2, hour * 2 + 2))

    def live(self, at, numbers):
        feed = Response(FEED, FEED, 200, {"content-type": "application/rss+xml"}, document(numbers), at)
        with self.archive.segment("feed", at) as segment:
            ref = segment.append(feed)
        with transaction(self.engine) as connection:
            values = {
                "feed_id": self.feed.feed_id, "polled_at": at, "outcome": "changed", "is_gap": False, "body_bytes": len(feed.body),
                "archive_object": ref.object, "archive_offset": ref.offset, "archive_length": ref.length,
                "archive_digest": ref.digest,
            }  # fmt: skip
            connection.execute(FEED_POLL.insert().values(values))
            ledger.discover(
                connection,
                feed_id=self.feed.feed_id,
                source_id=self.feed.source_id,
                entries=parse_feed(feed.body, url=FEED, headers=feed.headers).entries,
                feed_only=False,
                received_at=at,
                archived=ref,
            )
            claims = claim_to_fetch(connection, 1, 9, at)
            with self.archive.segment("page", at) as segment:
                pages = [
                    Response(one.url, one.url, 200, {"content-type": "text/html"}, body(one.entry_key), at)
                    for one in claims
                ]
                refs = [segment.append(page) for page in pages]
            for claim, page, archived_at in zip(claims, pages, refs, strict=True):
                ledger.record_fetch(connection, claim, page, archived_at, at)
            loading = claim_to_load(connection, 1, 9)
            load(connection, [Loadable(one, article(one), at) for one in loading], at)

    def places(self):
        """Each place that a row refers to, with what the archive has there."""
        found = {}
        with transaction(self.engine) as connection:
            for one in archived.references(connection, Scope()):
                response = self.archive.at(one.object, one.offset)[1]
                found.setdefault(one.table, []).append((one.object, one.offset, response.url, response.body))
        return found

    def segments(self):
        return sorted(path for path in self.folder.rglob("*.warc.gz"))

    def scalar(self, query):
        with transaction(self.engine) as connection:
            return connection.execute(query).scalar()


@pytest.fixture(scope="module")
def lived(module_database_url, tmp_path_factory):
    """The day once lived through; each test works on a copy."""
    folder = tmp_path_factory.mktemp("lived") / "archive"
    lived = Past(module_database_url, folder)
    lived.begin()
    lived.engine.dispose()
    return module_database_url, folder


@pytest.fixture
def past(lived, tmp_path, monkeypatch, capfd):
    url, folder = make_url(lived[0]), tmp_path / "archive"
    copy = url.set(database=f"{url.database}_copy")
    shutil.copytree(lived[1], folder)
    server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {copy.database} template {url.database} strategy file_copy")
        shown = copy.render_as_string(hide_password=False)
        variables = {"DATELINE_WAREHOUSE_URL": shown, "DATELINE_ARCHIVE": str(folder)}
        yield Past(shown, folder, Shell(monkeypatch, capfd, **variables))
        connection.execute(f"drop database {copy.database} with (force)")
    settings.cache_clear()


def test_every_row_follows_a_compaction(past):
    before = past.places()
    assert {table: len(found) for table, found in before.items()} == {
        "ops.fetch": 6,
        "ops.feed_poll": 3,
        "ops.ledger": 3,
        "news.article_version": 6,
    }
    told = past.shell("archive", "compact", "--dry-run").out
    assert told.count("3 segments") == 2
    assert len(past.segments()) == 6
    assert "6 segments joined into 2 files; 21 references" in past.shell("archive", "compact").out
    assert [path.name.partition("-")[0] for path in past.segments()] == ["feed", "page"]
    after = past.places()
    for table, found in before.items():
        assert {one[2:] for one in after[table]} == {one[2:] for one in found}
        assert all(".joined." in name for name, *_ in after[table])
    assert "0 segments joined" in past.shell("archive", "compact").out
    assert "the archive is whole" in past.shell("archive", "verify").out
    assert "orphan" not in past.shell("archive", "verify").out


def test_compaction_leaves_young_days_and_says_so(past):
    now = datetime.now(UTC)
    with past.archive.segment("page", now) as segment:
        segment.append(Response("https://a.example/", "https://a.example/", 200, {}, b"x", now))
    past.shell("archive", "compact")
    assert len(past.segments()) == 3
    shown = past.shell("archive", "compact", "--before", f"{now:%Y-%m-%d}", code=1).err
    assert "at the latest" in shown
    assert "0 segments" in past.shell("archive", "compact", "--before", "2024-03-01").out


def test_a_row_outside_the_moved_bytes_stays(past):
    with transaction(past.engine) as connection:
        segment = connection.execute(select(FETCH.c.archive_object).limit(1)).scalar_one()
        places = [(FETCH.c.archive_object, FETCH.c.archive_offset)]
        places += [(ARTICLE_VERSION.c.archive_object, ARTICLE_VERSION.c.archive_offset)]

        def offsets(name):
            return [
                connection.execute(select(offset).where(column == name).order_by(offset)).scalars().all()
                for column, offset in places
            ]

        ((first, second), _) = offsets(segment)
        assert (
            archived.repoint(connection, [Move(segment, first + 1, second - first - 1, "elsewhere", 0)]) == 0
        )
        assert archived.repoint(connection, [Move(segment, first, second - first, "elsewhere", 77)]) == 2
        assert offsets("elsewhere") == [[77], [77]]
        assert offsets(segment) == [[second], [second]]


def test_two_at_once_do_not_work_on_the_archive(past):
    with archived.alone(past.engine) as first:
        assert first
        assert "another 'dateline archive'" in past.shell("archive", "compact", code=1).err
        assert "another 'dateline archive'" in past.shell("archive", "verify", code=1).err
        assert "is whole" in past.shell("archive", "verify", "--alone").out
    assert "is whole" in past.shell("archive", "verify").out


def test_verify_says_what_is_wrong_and_what_to_do(past):
    pages, feeds = (
        [path for path in past.segments() if path.name.startswith(kind)] for kind in ("page", "feed")
    )
    data = bytearray(pages[0].read_bytes())
    data[len(data) // 2] ^= 0xFF
    pages[0].write_bytes(data)
    feeds[0].unlink()
    (past.folder / "notes.txt").write_text("hello")
    shown = past.shell("archive", "verify", code=1).out
    for words in (
        pages[0].name,
        feeds[0].name,
        "notes.txt",
        "ops.feed_poll",
        "ops.ledger",
        "restore the file",
        "what to do",
    ):
        assert words in shown
    assert "the archive is whole" not in shown
    assert "the archive is whole" in past.shell("archive", "verify", "--until", "2024-02-29").out
    assert "the archive is whole" in past.shell("archive", "verify", "--since", "2024-03-02").out
    assert (
        "damaged"
        in past.shell("archive", "verify", "--since", "2024-03-01", "--until", "2024-03-01", code=1).out
    )
    assert "share of the files" in past.shell("archive", "verify", "--sample", "lots", code=1).err
    assert "missing" in past.shell("archive", "verify", "--sample", "0.01%", code=1).out


def test_what_no_row_knows_is_told_and_is_no_fault(past):
    with transaction(past.engine) as connection:
        connection.execute(FEED_POLL.delete())
        connection.execute(text("update ops.ledger set feed_object = null, feed_offset = null"))
    for path in past.segments():
        os.utime(path, (AT.timestamp(), AT.timestamp()))
    shown = past.shell("archive", "verify").out
    assert shown.count("no row refers to 1 of its responses") == 3
    assert "nothing to do" in shown
    assert "the archive is whole" in shown


def test_cat_gives_the_bytes_of_a_story_an_address_and_a_place(past):
    with transaction(past.engine) as connection:
        one = connection.execute(select(FETCH).order_by(FETCH.c.url).limit(1)).one()
    whole = past.archive.at(one.archive_object, one.archive_offset)[1]
    story = past.scalar(select(LEDGER.c.story_id).where(LEDGER.c.entry_key == one.entry_key))
    place = f"{one.archive_object}:{one.archive_offset}"
    for target in (story, one.url, place):
        shown = past.shell("archive", "cat", target)
        assert shown.out.startswith("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<h1>Story ")
        assert past.shell("archive", "cat", target, "--body").out.encode() == whole.body
        assert target == place or place in shown.err
    newest = past.shell("archive", "cat", FEED, "--body")
    assert newest.out.encode() == document(range(4, 6))
    assert newest.err.count("2024/03/01/feed-") == 3
    past.shell("archive", "compact")
    assert past.shell("archive", "cat", place, "--body").out.encode() == whole.body
    assert "nothing was archived" in past.shell("archive", "cat", "https://elsewhere.example/", code=1).err
    assert "segment 2024/03/01/page-" in past.shell("archive", "cat", f"{place}1", code=1).err


def test_cat_shows_a_refusal_where_it_is_asked_for(past):
    at, wall = AT + timedelta(hours=5), b"<h1>Who are you?</h1>"
    with past.archive.segment("feed", at) as segment:
        ref = segment.append(Response(FEED, FEED, 403, {"content-type": "text/html"}, wall, at))
    with transaction(past.engine) as connection:
        feed = connection.execute(select(FEED_POLL.c.feed_id).limit(1)).scalar_one()
        values = {
            "feed_id": feed, "polled_at": at, "outcome": "failed", "reason": "http_403", "status": 403, "is_gap": False,
            "body_bytes": len(wall), "archive_object": ref.object, "archive_offset": ref.offset,
            "archive_length": ref.length, "archive_digest": ref.digest,
        }  # fmt: skip
        connection.execute(FEED_POLL.insert().values(values))
    shown = past.shell("archive", "cat", FEED, "--body")
    assert shown.out.encode() == document(range(4, 6))
    place = f"{ref.object}:{ref.offset}"
    assert f"403  {place}" in shown.err.splitlines()[0]
    assert past.shell("archive", "cat", place).out.startswith("HTTP/1.1 403 Forbidden\r\n")
    assert past.shell("archive", "cat", place, "--body").out.encode() == wall
    assert "the archive is whole" in past.shell("archive", "verify").out
    past.shell("archive", "compact")
    with transaction(past.engine) as connection:
        connection.execute(FEED_POLL.delete().where(FEED_POLL.c.status.is_distinct_from(403)))
    assert past.shell("archive", "cat", FEED, "--body").out.encode() == wall
    assert "the archive is whole" in past.shell("archive", "verify").out


def test_stats_count_by_month_and_kind(past):
    rows = [line.split() for line in past.shell("archive", "stats").out.splitlines() if "2024/03" in line]
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [
        ("2024/03", "feed", "3", "3"),
        ("2024/03", "page", "3", "6"),
    ]
