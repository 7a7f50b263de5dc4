"""Indexes of sitemaps, by real HTTP: which sitemaps are asked, what is entered and kept, and that replay finds it again."""

import gzip
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from pipeline.fetch.archive import Scope
from pipeline.flow.window import enter_window
from pipeline.poll.sitemapindex import MOST_REQUESTS
from pipeline.warehouse import archived
from pipeline.warehouse.engine import transaction
from tests.integration.wire import START, Wire, rss
from tests.newsroom.web import Answer, not_found, redirect

HOST = "gazette.example"
INDEX = f"http://{HOST}/index.xml"
XML = {"Content-Type": "application/xml"}
XMLNS = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"


def day(hours):
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def index(**sitemaps):
    """Its sitemaps by name, each with the hour of its last change; None: it says none."""
    found = "".join(
        f"<sitemap><loc>{_address(name)}</loc>"
        + (f"<lastmod>{day(at)}</lastmod>" * (at is not None))
        + "</sitemap>"
        for name, at in sitemaps.items()
    )
    return Answer(200, XML, f"<sitemapindex {XMLNS}>{found}</sitemapindex>".encode())


def _address(name):
    host, _, file = name.rpartition("__")
    return f"http://{host.replace('_', '.') or HOST}/{file}.xml"


def sitemap(*numbers, at=0.0, packed=False, host=HOST, **headers):
    """Stories by their numbers, each changed an hour after the one before, the last at the hour ``at``."""
    listed = list(numbers)
    pages = "".join(
        f"<url><loc>http://{host}/{n}</loc><lastmod>{day(at - len(listed) + 1 + place)}</lastmod></url>"
        for place, n in enumerate(listed)
    )
    body = f"<urlset {XMLNS}>{pages}</urlset>".encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, XML | named, gzip.compress(body, mtime=0) if packed else body)


def paths(requests):
    return [one.url.rpartition("/")[2].removesuffix(".xml") for one in requests]


def entered(run):
    return sorted(int(url.rpartition("/")[2]) for (url,) in run.rows("select url from ops.ledger"))


def rows(run):
    """Each request of the feed: what was asked, and what came of it."""
    query = (
        "select coalesce(asked_url, 'index'), outcome, reason, entries from ops.feed_poll order by polled_at"
    )
    return [(url.rpartition("/")[2].removesuffix(".xml"), *rest) for url, *rest in run.rows(query)]


def is_whole(run):
    """True if every row leads to what it says and no record is without a row."""
    later = datetime.now(UTC) + timedelta(days=2)  # what lies alone is told of once it is old enough
    with transaction(run.engine) as connection:
        known = archived.references(connection, Scope())
        return not list(run.context.archive.verify(now=later, known=known))


def test_the_newest_sitemaps_of_an_index_are_its_feed(poll):
    """A packed one, one that is away, one on another host of the publisher, one of a stranger."""

    def answer(host, path, headers, hours):
        return {
            "/index.xml": index(
                old=-9000,
                packed=-1,
                away=-2,
                maps_gazette_example__more=-3,
                stranger_example__spam=0,
                still=-4,
                last=-5,
            ),
            "/packed.xml": sitemap(1, 2, 3, packed=True),
            "/more.xml": sitemap(3, 4),
            "/still.xml": sitemap(5),
            "/last.xml": sitemap(6),
        }.get(path, not_found())

    run, at = poll(Wire(answer, INDEX, others=["maps.gazette.example", "stranger.example"]))
    (line,), requests = at(0)
    assert paths(requests) == ["index", "packed", "away", "more", "still", "last"]
    assert (line.outcome, line.entries, line.new, line.is_gap) == ("changed", 6, 6, False)
    assert line.detail == (
        "5 of 7 sitemaps asked, 4 read, 1 of another site or feeds of their own, "
        "http://gazette.example/away.xml failed: http_404"
    )
    assert entered(run) == [1, 2, 3, 4, 5, 6]
    assert rows(run) == [
        ("index", "changed", None, 0),
        ("packed", "changed", None, 3),
        ("away", "failed", "http_404", 0),
        ("more", "changed", None, 2),
        ("still", "changed", None, 1),
        ("last", "changed", None, 1),
    ]
    assert run.rows("select count(distinct feed_offset) from ops.ledger") == [(4,)]
    assert run.rows("select window_entries from ops.feed_state") == [(6,)]
    assert run.conserved() == []
    assert is_whole(run)


def test_what_did_not_change_is_not_asked_for_or_not_sent(poll):
    """By its lastmod, by its validators, by its bytes; the one that was not found gives its place to the next."""

    def answer(host, path, headers, hours):
        news = range(1, 4 + int(hours))
        if path == "/index.xml":
            return index(live=hours, tagged=hours, same=hours, away=-2, still=-3, sixth=-4)
        if path == "/tagged.xml" and headers.get("if-none-match") == '"t"':
            return Answer(304)
        return {
            "/live.xml": sitemap(*news, at=hours),
            "/tagged.xml": sitemap(91, ETag='"t"'),
            "/same.xml": sitemap(92),
            "/still.xml": sitemap(93),
            "/sixth.xml": sitemap(94),
        }.get(path, not_found())

    run, at = poll(Wire(answer, INDEX))
    assert paths(at(0)[1]) == ["index", "same", "tagged", "live", "away", "still"]
    (line,), requests = at(2)
    assert paths(requests) == ["index", "same", "tagged", "live", "sixth"]
    assert (line.outcome, line.new, line.is_gap) == ("changed", 3, False)
    assert "1 not asked, unchanged by lastmod" in line.detail
    assert [outcome for _, outcome, *_ in rows(run)[6:]] == [
        "changed",
        "same_body",
        "unchanged",
        "changed",
        "changed",
    ]
    # Whatever it says, it is believed for a day only.
    requests = at(27)[1]
    assert paths(requests)[:4] == ["index", "same", "tagged", "live"]
    assert {"still", "away"} <= set(paths(requests))
    assert not any("if-none-match" in one.headers for one in requests)
    assert run.conserved() == []
    assert is_whole(run)


def test_a_sitemap_a_day_is_no_gap_and_a_document_without_overlap_is(poll):
    def answer(host, path, headers, hours):
        today = int(hours // 24)
        if path == "/index.xml" and hours < 100:
            return index(**{f"d{n}": 24.0 * n + (hours % 24 if n == today else 23) for n in range(today + 1)})
        if path == "/index.xml":
            return index(fresh=hours)
        number = int(path[2:-4]) * 100 if path != "/fresh.xml" else 5000
        return sitemap(*range(number, number + int(hours % 24) // 4 + 1), at=hours)

    run, at = poll(Wire(answer, INDEX))
    for hours in (0, 8, 20, 25, 30, 49):
        assert not at(hours)[0][0].is_gap, hours
    assert {0, 1, 5, 100, 101, 200} <= set(entered(run))
    assert at(200)[0][0].is_gap
    assert run.conserved() == []


def test_an_index_of_indexes_is_followed_one_further_level_and_no_loop_ends_a_poll_late(poll):
    def answer(host, path, headers, hours):
        return {
            "/index.xml": index(below=-1, index=-1, twice=-1),
            "/below.xml": index(twice=-1, below=-1, index=-1, deeper=-1),
            "/deeper.xml": index(deepest=-1),
            "/twice.xml": sitemap(1, 2),
            "/deepest.xml": sitemap(3),
        }[path]

    run, at = poll(Wire(answer, INDEX))
    (line,), requests = at(0)
    assert paths(requests) == ["index", "twice", "below", "deeper"]
    assert (line.outcome, line.new) == ("changed", 2)
    assert (
        line.detail
        == "3 of 7 sitemaps asked, 3 read, 2 of another site or feeds of their own, 1 listed too deep"
    )
    (line,), requests = at(1)
    assert paths(requests) == ["index"]
    many = [f"m{n}" for n in range(30)]
    run.server.site._answer = lambda host, path, headers, hours: (
        index(**dict.fromkeys(many, hours))
        if path in {"/index.xml", *(f"/{one}.xml" for one in many)}
        else None
    )
    assert len(at(2)[1]) == 1 + MOST_REQUESTS
    assert run.conserved() == []


def test_a_sitemap_that_leads_away_or_is_none_is_a_failure_with_its_reason(poll):
    def answer(host, path, headers, hours):
        if host == "stranger.example":
            return sitemap(666)
        return {
            "/index.xml": index(moved=-1, page=-2, real=-3),
            "/moved.xml": redirect("http://stranger.example/x.xml"),
            "/page.xml": Answer(200, {"Content-Type": "text/html"}, b"<h1>Sitemap</h1>"),
            "/real.xml": sitemap(1),
        }[path]

    run, at = poll(Wire(answer, INDEX, others=["stranger.example"]))
    (line,), _ = at(0)
    assert rows(run)[1:] == [
        ("moved", "failed", "foreign_feed", 0),
        ("page", "failed", "not_a_feed", 0),
        ("real", "changed", None, 1),
    ]
    assert (line.outcome, line.new) == ("changed", 1)
    assert entered(run) == [1]
    assert is_whole(run)


def test_a_sitemap_that_the_host_forbids_is_not_asked_for_and_the_others_each_take_a_turn(poll):
    starts = []

    def answer(host, path, headers, hours):
        starts.append(time.monotonic())
        return {
            "/index.xml": index(hidden=-1, one=-2, two=-3),
            "/one.xml": sitemap(1),
            "/two.xml": sitemap(2),
        }[path]

    rules = "User-agent: *\nDisallow: /hidden.xml\nCrawl-delay: 0.3\n"
    run, at = poll(Wire(answer, INDEX, rules=rules))
    _, requests = at(0)
    assert paths(requests) == ["index", "one", "two"]
    assert rows(run)[1:] == [
        ("hidden", "failed", "robots", 0),
        ("one", "changed", None, 1),
        ("two", "changed", None, 1),
    ]
    # What is seen is when they arrive, a little later than they were let through.
    assert all(later - before > 0.2 for before, later in pairwise(starts)), starts


def test_a_poll_of_which_no_sitemap_can_be_had_has_failed(poll):
    def answer(host, path, headers, hours):
        if path == "/index.xml":
            return index(a=hours, b=hours)
        return Answer(503, {"Retry-After": "7200"}) if hours < 6 else sitemap(1, at=hours)

    run, at = poll(Wire(answer, INDEX))
    (line,), requests = at(0)
    assert paths(requests) == ["index", "b"]  # who asks for patience is not asked for the next
    assert (line.outcome, line.reason) == ("failed", "http_503")
    assert line.detail.startswith("http://gazette.example/b.xml: ")
    ((failures, due),) = run.rows("select failures, next_poll_at from ops.feed_state")
    assert failures == 0.5
    assert due >= START + timedelta(hours=2)
    (line,), _ = at(8)
    assert (line.outcome, line.new) == ("changed", 1)
    assert run.rows("select failures from ops.feed_state") == [(0.0,)]


def test_a_plain_sitemap_of_fifty_thousand_pages_enters_the_week(poll):
    def answer(host, path, headers, hours):
        old = "".join(
            f"<url><loc>http://{HOST}/o{n}</loc><lastmod>2019-05-01</lastmod></url>" for n in range(1200)
        )
        mute = "".join(f"<url><loc>http://{HOST}/m{n}</loc></url>" for n in range(300))
        new = "".join(
            f"<url><loc>http://{HOST}/{n}</loc><lastmod>{day(hours - n * 30)}</lastmod></url>"
            for n in range(9)
        )
        return Answer(200, XML, f"<urlset {XMLNS}>{old}{mute}{new}</urlset>".encode())

    run, at = poll(Wire(answer, f"http://{HOST}/sitemap.xml"))
    (line,), _ = at(0)
    assert (line.outcome, line.entries, line.new, line.is_gap) == ("changed", 6, 6, False)
    assert line.left_out == 1503
    assert line.detail == "1503 of 1509 addresses left out: not known to have changed in 7 days"
    assert entered(run) == [0, 1, 2, 3, 4, 5]
    assert run.rows(
        "select entries, fault, window_entries from ops.feed_poll join ops.feed_state using (feed_id)"
    ) == [(6, line.detail, 1509)]
    (line,), _ = at(24 * 9)
    assert (line.new, line.is_gap) == (0, False)
    assert run.conserved() == []


def growing(host, path, headers, hours):
    if path == "/rss":
        return rss(7, host=HOST)
    if path == "/index.xml":
        return index(a=hours, b=-1, below=hours)
    if path == "/below.xml":
        return index(c=hours)
    first = {"/a.xml": 0, "/b.xml": 100, "/c.xml": 200}[path]
    return sitemap(*range(first, first + 2 + int(hours)), at=hours)


@pytest.mark.parametrize("is_compact", [False, True], ids=["segments", "joined"])
def test_replay_finds_the_sitemaps_again_also_in_an_empty_warehouse(poll, is_compact):
    run, at = poll(Wire(growing, INDEX, f"http://{HOST}/rss"))
    for hours in range(4):
        at(hours)
    found = "select entry_key, discovered_at, url from ops.ledger order by 1"
    known, polls, before = run.rows(found), rows(run), run.hashes()
    assert {0, 1, 4, 100, 101, 200, 204} <= set(entered(run))
    lines = enter_window(run.context, START, START + timedelta(hours=9))
    assert {line.new for line in lines} == {0}
    assert (run.hashes(), rows(run)) == (before, polls)

    if is_compact:
        later = START + timedelta(days=20)
        assert list(run.context.archive.compact(later.date() - timedelta(days=9), lambda _: None, now=later))
    with transaction(run.engine) as connection:
        connection.exec_driver_sql("truncate ops.ledger, ops.feed_poll, ops.feed_state cascade")
    for hours in (2, 0, 3, 1):
        lines = enter_window(run.context, START + timedelta(hours=hours), START + timedelta(hours=hours + 1))
        assert [line.outcome for line in lines] == ["changed", "changed"], hours
    assert run.rows(found) == known
    assert run.conserved() == []
