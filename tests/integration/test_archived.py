"""What is kept of each answer: the page, the page that refuses, and the same bytes again as a reference."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.fetch.archive import Scope, Tally
from pipeline.flow.window import enter_window
from pipeline.records import ArchiveRef
from pipeline.warehouse import archived
from pipeline.warehouse.engine import transaction
from tests.newsroom import serve
from tests.newsroom.web import Answer, html

START = datetime(2026, 3, 1, tzinfo=UTC)
HOST = "gazette.example"
NAMES = ("steady", "edited", "walled", "swept", "bare")
WORDS = " ".join(
    f"The council voted on bridge number {n} and went home before the rain began." for n in range(60)
)
WALL = f"<h1>Who are you?</h1><p>{WORDS}</p>"


class Gazette:
    """Five pages, and a feed that knows no validators."""

    end = START

    def hosts(self):
        return [HOST]

    def offline_hosts(self):
        return []

    def sources(self):
        return [{"name": "Gazette", "domain": HOST, "feeds": [f"http://{HOST}/feed.xml"]}]

    def answer(self, request, at, earlier):
        name, hours = request.target.strip("/"), (at - START) / timedelta(hours=1)
        if name == "feed.xml":
            return html(WALL, 403) if 2 <= hours < 5 else self._feed()
        if name == "walled":
            return html(WALL, 503) if hours < 1 else html(WALL, 451)
        if name == "swept":
            return html(f"<h1>Gone: {WORDS}</h1>", 404)
        if name == "bare":
            return Answer(410)
        more = f"Work starts on day {hours // 24:.0f}." if name == "edited" else ""
        return html(
            f"<title>Bridge of {name}</title><article><h1>Bridge of {name}</h1><p>{WORDS} {more}</p></article>"
        )

    def _feed(self):
        items = "".join(
            f"<item><link>http://{HOST}/{name}</link><title>Bridge of {name}, which stays open all winter long"
            f"</title><guid>{name}</guid><pubDate>Sun, 01 Mar 2026 0{n}:00:00 +0100</pubDate>"
            f"<description>{WORDS[: 400 + n]}</description></item>"
            for n, name in enumerate(NAMES)
        )
        body = f"<rss version='2.0'><channel><title>Gazette</title>{items}</channel></rss>"
        return Answer(200, {"Content-Type": "application/rss+xml"}, body.encode())


@pytest.fixture
def run(make_run):
    with serve(Gazette(), at=START) as server:
        made = make_run(server)
        made.now = START
        made.hour()
        yield made


def at(run, **delta):
    run.now = START + timedelta(**delta)
    run.server.set_time(run.now)
    return run.hour()


def fetches(run, name):
    """The requests for a page: status, reason, what is archived, and where."""
    rows = run.rows(
        "select status, reason, body_bytes, archive_object, archive_offset, archive_length, archive_digest "
        f"from ops.fetch where url like '%%/{name}' order by fetched_at"
    )
    return [(*row[:3], ArchiveRef(*row[3:]) if row[3] else None) for row in rows]


def polls(run):
    rows = run.rows(
        "select outcome, reason, archive_object, archive_offset, archive_length, archive_digest "
        "from ops.feed_poll order by polled_at"
    )
    return [(*row[:2], ArchiveRef(*row[2:]) if row[2] else None) for row in rows]


def records(run, ref):
    """What any WARC tool finds at a place: the kinds of its records, and the JSON of the last."""
    with (run.folder / "archive" / ref.object).open("rb") as file:
        file.seek(ref.offset)
        found = [
            (one.rec_type, one.content_stream().read())
            for one, _ in zip(ArchiveIterator(file), range(3), strict=False)
        ]
    return [kind for kind, _ in found], json.loads(found[-1][1])


def is_whole(run):
    """True if every row leads to what it says and no record is without a row."""
    tally = Tally()
    with transaction(run.engine) as connection:
        known = archived.references(connection, Scope())
        later = datetime.now(UTC) + timedelta(
            days=2
        )  # files are as young as this test: what lies alone is to be told
        found = list(run.context.archive.verify(now=later, known=known, tally=tally))
    assert tally.references
    return found == []


def test_the_page_that_refuses_a_reader_is_kept_and_its_repetition_is_a_reference(run):
    ((status, reason, size, ref),) = fetches(run, "swept")
    assert (status, reason, size) == (404, "http_404", len(f"<h1>Gone: {WORDS}</h1>"))
    page = run.context.archive.read(ref)
    assert (page.status, page.body.decode()) == (404, f"<h1>Gone: {WORDS}</h1>")
    assert fetches(run, "bare") == [(410, "http_410", 0, None)]
    with transaction(run.engine) as connection:
        (found,) = archived.captures(connection, f"http://{HOST}/swept")
    assert (found.object, found.offset, found.status) == (ref.object, ref.offset, 404)
    at(run, hours=1)
    (first, second) = fetches(run, "walled")
    assert [first[:2], second[:2]] == [(503, "http_503"), (451, "http_451")]
    assert records(run, first[3])[0][0] == "response"
    assert records(run, second[3])[0][0] == "revisit"
    assert run.context.archive.read(second[3]).body.decode() == WALL
    assert run.context.archive.read(second[3]).status == 451
    assert is_whole(run)


def test_a_second_look_at_the_same_page_is_a_reference_and_reads_as_the_page(run):
    for delta in ({"hours": 1}, {"days": 1}, {"days": 7}):
        at(run, **delta)
    first, *again = [ref for *_, ref in fetches(run, "steady")]
    kinds, about = records(run, first)
    assert kinds == ["response", "request", "metadata"]
    assert about["about"]["published"] == "Sun, 01 Mar 2026 00:00:00 +0100"
    assert about["about"]["publisher"] == HOST
    assert len(again) == 2
    for ref in again:
        assert records(run, ref)[0][0] == "revisit"
        assert ref.digest == first.digest
        assert run.context.archive.read(ref).body == run.context.archive.read(first).body
    assert [records(run, ref)[0][0] for *_, ref in fetches(run, "edited")] == ["response"] * 3
    assert is_whole(run)

    # And all of it survives a compaction.
    places = [ref for *_, ref in fetches(run, "steady") + fetches(run, "walled") + polls(run)]
    bodies = [run.context.archive.read(ref).body for ref in places]

    def repoint(moves):
        with transaction(run.engine) as connection:
            archived.repoint(connection, moves)

    joined = list(
        run.context.archive.compact(START.date() + timedelta(days=8), repoint, now=START + timedelta(days=20))
    )
    assert sum(one.segments for one in joined) > 3
    after = [ref for *_, ref in fetches(run, "steady") + fetches(run, "walled") + polls(run)]
    assert {ref.object for ref in after} != {ref.object for ref in places}
    for refs in (places, after):
        assert [run.context.archive.read(ref).body for ref in refs] == bodies
    assert is_whole(run)


def test_a_feed_that_says_the_same_is_a_reference_and_its_refusals_too(run):
    for hours in (1, 2, 3, 6):
        at(run, hours=hours)
    found = polls(run)
    assert [(outcome, reason) for outcome, reason, _ in found] == [
        ("changed", None),
        ("same_body", None),
        ("failed", "http_403"),
        ("failed", "http_403"),
        ("same_body", None),
    ]
    kinds = [records(run, ref)[0][0] for *_, ref in found]
    assert kinds == ["response", "revisit", "response", "revisit", "revisit"]
    document, same, refusal, refused_again, back = (run.context.archive.read(ref) for *_, ref in found)
    assert document.body == same.body == back.body
    assert refusal.body.decode() == refused_again.body.decode() == WALL
    assert refusal.status == 403
    assert is_whole(run)

    # A replay reads each document once, and no refusal.
    before = run.hashes()
    lines = enter_window(run.context, START, START + timedelta(hours=9))
    assert [(line.outcome, line.entries, line.new) for line in lines] == [("changed", 5, 0)]
    assert run.hashes() == before
    later = enter_window(run.context, START + timedelta(hours=1), START + timedelta(hours=2))
    assert [line.entries for line in later] == [5]  # the document that the feed had then, received before
    assert run.hashes() == before
