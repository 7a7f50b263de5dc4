"""Feedparser as a second opinion on documents of each format; every difference is named and meant."""

import warnings

import feedparser
import pytest

from pipeline.dateline import parse_timestamp
from pipeline.poll import parse_feed

from .test_formats import ATOM_03, ATOM_10, RSS_090, RSS_091, RSS_10, RSS_20, URL

DOCUMENTS = {
    "rss20": RSS_20,
    "rss090": RSS_090,
    "rss091": RSS_091,
    "rss10": RSS_10,
    "atom03": ATOM_03,
    "atom10": ATOM_10,
}
# (format, place of the entry, field): what we say, and feedparser does not.
MEANT = {
    ("rss20", 0, "title"): "Ferry & fog: Aurora late, 3 < 4",  # it leaves one of two escapings and the tags
    ("atom03", 0, "title"): "Fog & ice",
    ("atom10", 0, "title"): "Ebbe und Flut",  # it keeps the tags
}


def theirs(body: bytes):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return feedparser.parse(
            body, response_headers={"content-location": URL, "content-type": "application/xml"}
        )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_ids_links_titles_and_dates_are_the_same(name):
    ours, other = parse_feed(DOCUMENTS[name], url=URL), theirs(DOCUMENTS[name])
    assert len(ours.entries) == len(other.entries)
    differences = {}
    for place, (entry, twin) in enumerate(zip(ours.entries, other.entries, strict=True)):
        fields = {
            "id": (entry.guid, twin.get("id")),
            "title": (entry.headline, twin.get("title")),
            "link": (entry.url, twin.get("link")),
            "date": (
                entry.published_raw or entry.updated_raw,
                twin.get("published") or dict.get(twin, "updated"),
            ),
        }
        differences |= {(name, place, field): mine for field, (mine, its) in fields.items() if mine != its}
    assert differences == {place: value for place, value in MEANT.items() if place[0] == name}


def test_a_date_that_feedparser_misreads_is_left_to_the_grammar():
    """Feedparser reads "2026/11/24 15:13" as midnight of 1 November (peers 1g)."""
    body = b"<rss version='2.0'><channel><item><title>t</title><pubDate>2026/11/24 15:13</pubDate></item></channel></rss>"
    (entry,) = parse_feed(body, url=URL).entries
    assert entry.published_raw == "2026/11/24 15:13"
    stamp = parse_timestamp(entry.published_raw)
    assert stamp is not None
    assert f"{stamp.local:%Y-%m-%d %H:%M}" == "2026-11-24 15:13"
    assert tuple(theirs(body).entries[0].published_parsed)[:5] == (2026, 11, 1, 0, 0)


@pytest.mark.parametrize("broken", [b"", b"<b>"], ids=["sound", "damaged"])
def test_an_author_of_a_megabyte_takes_no_time(broken):
    """Its search for an address in a name is quadratic (its issue 580)."""
    import time

    body = (
        b"<rss version='2.0'><channel><item><title>t</title><author>"
        + b"a" * 1_000_000
        + b"</author>"
        + broken
    )
    start = time.process_time()
    feed = parse_feed(body + b"</item></channel></rss>", url=URL)
    assert [entry.headline for entry in feed.entries] == ["t"]
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("items", "what"),
    [
        (
            "<item><title>1</title></item><item><title>2 &</title></item><item><title>3</title></item>",
            "fundus and reader reject the feed",
        ),
        (
            "<item><title>1</title></item><item><title>2\x00</title></item><item><title>3</title></item>",
            "miniflux 52, 122",
        ),
        (
            "<item><title>1</title></item><item><title>2&#8;</title></item><item><title>3</title></item>",
            "miniflux 416, 492",
        ),
    ],
    ids=["ampersand", "nul", "number of no character"],
)
def test_one_bad_byte_costs_no_story(items, what):
    """Peers 1g and 2, row 29: one XML error rejects the whole feed elsewhere."""
    body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    assert [(entry.headline or "")[:1] for entry in parse_feed(body, url=URL).entries] == ["1", "2", "3"], (
        what
    )


def test_a_link_without_its_scheme_gets_the_feed_s():
    """rss-fetcher looked for the scheme in the link itself, found none and mended nothing (peers 1g)."""
    body = b"<rss version='2.0'><channel><item><link>//a.example/1</link></item><item><link>www.a.example/2</link></item></channel></rss>"
    feed = parse_feed(body, url="http://a.example/rss")
    assert [entry.url for entry in feed.entries] == ["http://a.example/1", "http://www.a.example/2"]


def test_a_missing_date_stays_missing():
    """Miniflux puts the present there, and reads a clock without a zone as UTC (peers 1g)."""
    body = b"<rss version='2.0'><channel><item><title>t</title></item><item><title>u</title><pubDate>soon</pubDate></item></channel></rss>"
    assert [entry.published_raw for entry in parse_feed(body, url=URL).entries] == [None, "soon"]
