"""Sitemaps of news, of pages and of sitemaps, packed or not, whole or not."""

import gzip

import pytest

from pipeline.poll import formats, parse_feed
from pipeline.records import SitemapLink

URL = "https://www.harbour.example/sitemaps/news.xml"
NEWS = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">
<url><loc> https://www.harbour.example/ferry?a=1&amp;b=2 </loc><lastmod>2026-11-25</lastmod>
<news:news><news:publication><news:name>Harbour News</news:name><news:language>en</news:language></news:publication>
<news:access>Subscription</news:access><news:genres>Blog, Opinion</news:genres>
<news:publication_date>2026-11-24T15:13+03:00</news:publication_date>
<news:title>Ferry &amp;amp; fog</news:title><news:keywords>sea, weather ,sea</news:keywords></news:news>
<image:image><image:loc>/a.jpg</image:loc><image:title>Not the headline</image:title></image:image>
<image:image><image:loc>https://cdn.example/b.jpg</image:loc></image:image>
<video:video><video:thumbnail_loc>/c.jpg</video:thumbnail_loc><video:publication_date>2001-01-01</video:publication_date></video:video></url>
<url><loc>https://www.harbour.example/tide</loc></url></urlset>"""


def test_a_news_sitemap_is_a_feed():
    feed = parse_feed(NEWS, url=URL)
    assert (feed.format, feed.title, feed.language, feed.fault) == ("newssitemap", "Harbour News", "en", None)
    ferry, tide = feed.entries
    assert (ferry.guid, ferry.url, ferry.headline) == (
        None,
        "https://www.harbour.example/ferry?a=1&b=2",
        "Ferry & fog",
    )
    assert (ferry.published_raw, ferry.updated_raw) == ("2026-11-24T15:13+03:00", "2026-11-25")
    assert (ferry.keywords, ferry.language) == (("sea", "weather", "Blog", "Opinion"), "en")
    assert ferry.images == (
        "https://www.harbour.example/a.jpg",
        "https://cdn.example/b.jpg",
        "https://www.harbour.example/c.jpg",
    )
    assert ferry.key == "l://harbour.example/ferry?a=1&b=2"
    assert (tide.url, tide.published_raw, tide.language) == ("https://www.harbour.example/tide", None, None)


@pytest.mark.parametrize(
    "change",
    [
        (b"&amp;b", b"&b"),
        (b"Ferry ", b"Ferry &nbsp;"),
        (b"news:", b"n:"),
        (b' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"', b""),
        (b"http://www.google", b"https://www.google"),
        (b"http://www.sitemaps.org/schemas/sitemap/0.9", b"http://www.google.com/schemas/sitemap/0.84"),
        (b' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', b""),
        (b"</urlset>", b""),
        (b"<urlset", b"\nWarning: x\n<urlset"),
        (b"<news:access>", b"<b>"),
    ],
    ids=lambda change: change[0].decode()[:24],
)
def test_publishers_write_it_wrong_in_many_ways(change):
    body = NEWS.replace(*change).replace(b"xmlns:n:", b"xmlns:n")
    body = body.replace(b"xmlns:news", b"xmlns:n") if change[1] == b"n:" else body
    feed = parse_feed(body, url=URL)
    assert [entry.url for entry in feed.entries] == [
        "https://www.harbour.example/ferry?a=1&b=2",
        "https://www.harbour.example/tide",
    ]
    assert feed.entries[0].headline == "Ferry & fog"
    assert len(feed.entries[0].images) == (0 if change[1] == b"<b>" else 3)  # the damaged record's


def test_a_sitemap_that_breaks_off_invents_no_address():
    for cut in range(NEWS.index(b"<url>"), len(NEWS), 13):
        feed = parse_feed(NEWS[:cut], url=URL)
        whole = NEWS[:cut].count(b"</url>")
        assert feed.format in {"sitemap", "newssitemap"}
        assert [entry.url for entry in feed.entries] == [
            "https://www.harbour.example/ferry?a=1&b=2",
            "https://www.harbour.example/tide",
        ][:whole]


def test_a_plain_sitemap_says_when_a_page_changed_and_not_when_it_appeared():
    body = b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://a.example/1</loc><lastmod>2026-11-24</lastmod></url><url><priority>1</priority></url></urlset>"
    feed = parse_feed(body, url="https://a.example/sitemap.xml")
    (entry,) = feed.entries
    assert (feed.format, entry.published_raw, entry.updated_raw) == ("sitemap", None, "2026-11-24")
    assert feed.fault == "1 empty items"


def test_an_index_lists_sitemaps_and_holds_no_entries():
    body = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>/1.xml.gz</loc><lastmod>2026-11-24T15:13Z</lastmod></sitemap>
    <sitemap><loc>https://a.example/index.xml?a=1&b=2</loc></sitemap><sitemap><loc>/1.xml.gz</loc></sitemap><sitemap/></sitemapindex>"""
    feed = parse_feed(body, url="https://a.example/index.xml")
    assert (feed.format, feed.entries) == ("sitemapindex", ())
    assert feed.sitemaps == (
        SitemapLink("https://a.example/1.xml.gz", "2026-11-24T15:13Z"),
        SitemapLink("https://a.example/index.xml?a=1&b=2"),
    )


def test_a_file_packed_with_gzip_is_unpacked():
    plain = parse_feed(NEWS, url=URL)
    half = len(NEWS) // 2
    members = gzip.compress(NEWS[:half], mtime=0) + gzip.compress(NEWS[half:], mtime=0)
    for packed in (gzip.compress(NEWS, mtime=0), members):
        assert parse_feed(packed, url=URL, headers={"content-type": "application/gzip"}) == plain
    short = parse_feed(gzip.compress(NEWS * 40, mtime=0)[:-40], url=URL)
    assert (short.entries[0].url, short.fault.split(";")[0]) == (plain.entries[0].url, "gzip: cut short")
    wrong_sum = gzip.compress(NEWS + b" " * 300_000, mtime=0)[:-8] + bytes(8)
    damaged = parse_feed(wrong_sum, url=URL)
    assert (damaged.entries, damaged.fault[:14]) == (plain.entries, "gzip: Error -3")
    twice = gzip.compress(gzip.compress(NEWS, mtime=0), mtime=0)
    assert parse_feed(twice, url=URL).fault == "not_a_feed: gzip"


def test_a_packed_bomb_is_cut(monkeypatch):
    """trafilatura caps the bytes of the wire and not what they unpack to (peers 1g)."""
    monkeypatch.setattr(formats, "MAX_UNPACKED_BYTES", 3_000_000)
    bomb = gzip.compress(NEWS.replace(b"</urlset>", b" " * 10_000_000), mtime=0)
    feed = parse_feed(bomb, url=URL)
    assert (len(feed.entries), feed.fault.split(";")[0]) == (2, "gzip: cut at 3000000 bytes")


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["https://www.harbour.example/1", "", " http://harbour.example/2\r"], 2),
        (["https://www.harbour.example/1"], 0),
        (["https://www.harbour.example/1", "https://elsewhere.example/2"], 0),
        (["https://www.harbour.example/1", "Moved"], 0),
        (["https://www.harbour.example/1 https://www.harbour.example/2", "https://www.harbour.example/3"], 0),
    ],
)
def test_a_list_of_addresses_is_a_sitemap_only_if_it_is_nothing_else(lines, count):
    feed = parse_feed("\n".join(lines).encode(), url=URL)
    assert (feed.format, len(feed.entries)) == ("textsitemap" if count else None, count)
