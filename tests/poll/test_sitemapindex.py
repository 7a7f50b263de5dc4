"""Which sitemaps of an index are worth a request: by what it says of them, and by what they said before."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll.sitemapindex import (
    BELIEVED_FOR,
    MOST_SITEMAPS,
    SitemapMemory,
    belongs,
    carried,
    is_rested,
    is_unchanged,
    likeliest,
    may_be_conditional,
    may_be_index,
    read_index,
)
from pipeline.records import ArchiveRef, Response, SitemapLink

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
INDEX = b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>/1.xml</loc></sitemap></sitemapindex>"
READ = SitemapMemory(
    NOON - HOUR, 200, None, NOON - HOUR, NOON - HOUR, ArchiveRef("o", 0, 1, "sha256:1"), entries=40
)


def response(body):
    return Response("https://a.example/i.xml", "https://a.example/i.xml", 200, {}, body, NOON)


def link(name, modified=None):
    return SitemapLink(f"https://a.example/{name}", modified)


@pytest.mark.parametrize(
    "body",
    [
        INDEX,
        gzip.compress(INDEX, mtime=0),
        INDEX.replace(b"sitemapindex", b"sm:sitemapindex").replace(b"xmlns", b"xmlns:sm"),
        b"<?xml version='1.0' encoding='UTF-8'?>\n<!-- made by a plugin -->\n" + INDEX,
        INDEX.decode().encode("utf-16"),
    ],
    ids=["plain", "packed", "prefix", "prolog", "utf-16"],
)
def test_an_index_is_told_by_its_first_bytes(body):
    assert may_be_index(body)
    assert [one.url for one in read_index(response(body)).sitemaps] == ["https://a.example/1.xml"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<rss/>",
        gzip.compress(b"<urlset/>", mtime=0),
        b"\x1f\x8bnot gzip",
        b"<html>of <sitemapindexes></html>",
    ],
    ids=["empty", "rss", "packed sitemap", "damaged", "a page"],
)
def test_nothing_else_is(body):
    assert not may_be_index(body)
    assert read_index(response(body)) is None


def test_a_feed_that_mentions_an_index_is_a_feed():
    feed = b"<!-- instead of <sitemapindex > --><rss version='2.0'><channel><item><guid>1</guid></item></channel></rss>"
    assert may_be_index(feed)
    assert read_index(response(feed)) is None


def test_the_newest_are_asked_and_names_break_ties():
    links = [
        link("a.xml", "2026-11-25"),
        link("news.xml", "2026-11-25"),
        link("b.xml", "2026-11-25T13:00+02:00"),
    ]
    assert [one.url[18:] for one in likeliest(links, now=NOON)] == ["news.xml", "a.xml", "b.xml"]
    many = [link(f"{n}.xml", f"2026-{n:02}-01") for n in range(1, 12)]
    assert [one.url[18:] for one in likeliest(many, now=NOON)] == [f"{n}.xml" for n in (11, 10, 9, 8, 7)]


@given(st.lists(st.tuples(st.sampled_from(["a", "news", "b"]), st.none() | st.dates().map(str)), max_size=30))
def test_what_is_chosen_is_listed_and_bounded(listed):
    links = [link(f"{name}{n}.xml", printed) for n, (name, printed) in enumerate(listed)]
    chosen = likeliest(links, now=NOON)
    assert len(chosen) == min(len(links), MOST_SITEMAPS)
    assert set(chosen) <= set(links)
    assert chosen == likeliest(links, now=NOON)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://www.a.example/1.xml", True),
        ("http://maps.a.example/1.xml", True),
        ("https://a.example/1.xml", True),
        ("https://cdn.example/1.xml", False),
        ("https://nota.example/1.xml", False),
        ("https://a.example.evil.example/1.xml", False),
        ("https://a.example/feed", False),
        ("mailto:a@b.example", False),
    ],
)
def test_an_index_lists_its_own_site(url, allowed):
    told = belongs(
        url, index="https://www.a.example/i.xml", domain="a.example", others=["https://a.example/feed"]
    )
    assert told is allowed


@pytest.mark.parametrize(
    ("modified", "memory", "unchanged"),
    [
        ("2026-11-25T10:59Z", READ, True),
        ("2026-11-25T11:01Z", READ, False),
        ("2026-11-23", READ, True),
        ("2026-11-25", READ, False),
        (None, READ, False),
        ("2026-11-01", None, False),
        ("2026-11-01", replace(READ, reason="http_503", status=503), False),
        ("2026-11-01", replace(READ, body_at=NOON - BELIEVED_FOR), False),
    ],
    ids=["before", "since", "days ago", "today", "not said", "unread", "failed", "read yesterday"],
)
def test_a_lastmod_is_believed_for_a_day(modified, memory, unchanged):
    assert is_unchanged(link("1.xml", modified), memory, NOON) is unchanged


def test_validators_go_to_no_index_and_for_no_longer_than_a_day():
    assert may_be_conditional(READ, NOON)
    assert not may_be_conditional(None, NOON)
    assert not may_be_conditional(replace(READ, is_index=True), NOON)
    assert not may_be_conditional(replace(READ, body_at=NOON - BELIEVED_FOR), NOON)


@pytest.mark.parametrize(
    ("reason", "status", "rested"),
    [
        (None, 200, True),
        ("http_404", 404, False),
        ("http_403", 403, False),
        ("http_429", 429, True),
        ("http_503", 503, True),
        ("timeout", None, True),
        ("robots", None, False),
        ("not_a_feed", 200, False),
    ],
)
def test_who_was_refused_is_asked_again_after_a_day(reason, status, rested):
    memory = replace(READ, reason=reason, status=status)
    assert is_rested(memory, NOON) is rested
    assert is_rested(replace(memory, asked_at=NOON - BELIEVED_FOR), NOON)


def test_what_was_not_read_anew_still_counts():
    known = {"https://a.example/1": READ, "https://a.example/2": replace(READ, entries=0)}
    known["https://a.example/3"] = SitemapMemory(NOON, 404, "http_404")
    links = [link(n) for n in "1234"]
    assert carried(known, links, read=()) == 41
    assert carried(known, links, read=["https://a.example/1"]) == 1
