"""Which of a page's links are feeds, and which of them is the likeliest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll import find_feeds, parse_feed, robots_sitemaps, usual_addresses

URL = "https://www.harbour.example/sport/"


def found(page: str, url: str = URL) -> list[str]:
    return [
        candidate.url.removeprefix("https://www.harbour.example")
        for candidate in find_feeds(page.encode(), url=url)
    ]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("<link rel=alternate type=application/rss+xml href=/a>", ["/a"]),
        (
            "<LINK REL='Alternate' TYPE='Application/Atom+XML; charset=utf-8' HREF=' a.xml '>",
            ["/sport/a.xml"],
        ),
        (
            "<link rel='alternate home' type=application/rdf+xml href=//feeds.harbour.example/a />",
            ["https://feeds.harbour.example/a"],
        ),
        ("<link rel=feed href=/a>", ["/a"]),
        ("<link rel=alternate type=application/feed+json href=/a>", ["/a"]),
        ("<link rel=alternate type=text/xml href=/rss.xml>", ["/rss.xml"]),
        ("<base href=/en/><link rel=alternate type=application/rss+xml href=a>", ["/en/a"]),
        ("<link rel=alternate type=application/rss+xml href='/a?x=1&amp;y=2'>", ["/a?x=1&y=2"]),
        ("<link rel=alternate type=application/json+oembed href=/oembed?format=rss>", []),
        ("<link rel=alternate type=text/xml+oembed href=/feed>", []),
        ("<link rel=alternate type=application/json href=/wp-json/wp/v2/pages/2>", []),
        ("<link rel=alternate hreflang=de href=/de/>", []),
        ("<link rel='alternate stylesheet' type=text/css href=/feed.css>", []),
        ("<link rel=alternate type=application/rss+xml title='Comments Feed' href=/a>", []),
        ("<link rel=alternate type=application/rss+xml href=/comments/feed/>", []),
        (
            "<link rel=alternate type=application/rss+xml title='Comment and debate' href=/comment/rss>",
            ["/comment/rss"],
        ),
        ("<!-- <link rel=alternate type=application/rss+xml href=/a> -->", []),
        ("<script>'<link rel=alternate type=application/rss+xml href=/a>'</script>", []),
        ("<link rel=alternate type=application/rss+xml href='javascript:x()'>", []),
        ("<link rel=alternate type=application/rss+xml>", []),
        ("<a href=/rss>RSS</a>", ["/rss"]),
        ("<a href=/sport/feed.xml>x</a><a href=/?feed=rss2>x</a>", ["/sport/feed.xml", "/?feed=rss2"]),
        ("<a href=/feed-the-birds>x</a><a href=/rssi/1>x</a><a href=/news/atomic>x</a>", []),
        (
            "<a href='https://reader.example/add?u=https://www.harbour.example/rss'>x</a><a href=https://other.example/rss>x</a>",
            [],
        ),
        ("<a href=https://feeds.harbour.example/top>x</a>", ["https://feeds.harbour.example/top"]),
    ],
)
def test_what_is_a_feed(link, expected):
    assert found(link) == expected


def test_the_likeliest_comes_first():
    page = """<link rel=alternate type=application/rss+xml title=Podcast href=/podcast.rss>
    <link rel=alternate type=application/rss+xml href=https://elsewhere.example/harbour>
    <link rel=alternate type=application/rss+xml title=All href=/feed><link rel=alternate type=application/atom+xml href=/atom>
    <a href=/feed/sport>RSS</a><a href=/feed>RSS</a><link rel=alternate type=application/rss+xml href=/sport/feed>"""
    assert found(page) == [
        "/sport/feed",
        "/feed",
        "/atom",
        "https://elsewhere.example/harbour",
        "/podcast.rss",
        "/feed/sport",
    ]
    reasons = {
        candidate.url: (candidate.reason, candidate.title) for candidate in find_feeds(page.encode(), url=URL)
    }
    assert reasons["https://www.harbour.example/feed"] == ("link of type application/rss+xml", "All")
    assert reasons["https://www.harbour.example/feed/sport"] == ("anchor", "RSS")


def test_robots_name_sitemaps_wherever_they_stand():
    text = "\ufeffSitemap: https://a.example/1.xml\r\nUser-agent: *\nDisallow: /\n SITEMAP : /2.xml#x\n#Sitemap: /3.xml\nSitemap:\nsitemap: ftp://a.example/4\nSitemap: https://a.example/news.xml\nSitemap: /2.xml"
    assert robots_sitemaps(text, url="https://a.example/robots.txt") == (
        "https://a.example/news.xml",
        "https://a.example/1.xml",
        "https://a.example/2.xml",
    )


def test_usual_addresses_are_the_site_s():
    guesses = usual_addresses("https://a.example/sport/page.html?x")
    assert all(
        guess.url.startswith("https://a.example/") and guess.reason == "usual address" for guess in guesses
    )
    assert len({guess.url for guess in guesses}) == len(guesses) > 5


@given(
    st.text("<>ab/\"'= !-&;\n", max_size=60).map(
        lambda text: f"<html><link rel=alternate {text} href=/feed>{text}<a href=/rss"
    )
)
def test_no_page_raises(page):
    find_feeds(page.encode(), url=URL)
    assert parse_feed(page.encode(), url=URL).format is None
