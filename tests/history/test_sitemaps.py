"""Sitemaps as they are met: nested, packed, in a circle, dated in every way, lying."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.history.found import Window
from pipeline.history.sitemaps import DEEPEST, Sitemaps, worth_asking
from pipeline.records import HistoryPlace, SitemapLink, Source
from tests.newsroom.web import Answer

from .conftest import Asked, collected, pages_of

ROOT = "https://quay.example"
QUAY = Source(
    "Quay", "quay.example", feeds=(f"{ROOT}/rss", "https://feeds.elsewhere.example/quay"), zone="UTC"
)
DECEMBER = Window(datetime(2017, 12, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC))
ROBOTS = f"{ROOT}/robots.txt"


def index(*rows: tuple[str, str | None] | str) -> str:
    pairs = [(row, None) if isinstance(row, str) else row for row in rows]
    listed = "".join(
        f"<sitemap><loc>{url.replace('&', '&amp;')}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for url, at in pairs
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'


def sitemap(*rows: tuple[str, str | None] | str) -> str:
    return index(*rows).replace("sitemapindex", "urlset").replace("sitemap>", "url>")


def walked(get: Asked, window: Window = DECEMBER, url: str | None = None, cursor: str | None = None) -> list:
    return asyncio.run(
        collected(Sitemaps(HistoryPlace("sitemap", url=url))(QUAY, window, get, cursor=cursor))
    )


def paths(documents: list) -> list[str]:
    return [found.entry.url.removeprefix(ROOT) for one in documents for found in one.found]


def kept(window: Window, *links: tuple[str, str | None], zone: str | None = "UTC") -> list[str]:
    return [one.url for one in worth_asking([SitemapLink(*link) for link in links], window, zone)]


def test_robots_name_the_beginning():
    pages = {
        ROBOTS: f"Sitemap: {ROOT}/a.xml\nsitemap: /b.xml",
        f"{ROOT}/a.xml": sitemap(f"{ROOT}/1"),
        f"{ROOT}/b.xml": sitemap(f"{ROOT}/2"),
    }
    get = pages_of(pages)
    assert paths(walked(get)) == ["/1", "/2"]
    assert get.urls == list(pages)


def test_the_usual_places_are_tried_where_robots_name_none():
    get = pages_of(
        {f"{ROOT}/sitemap_index.xml": index(f"{ROOT}/x.xml"), f"{ROOT}/x.xml": sitemap(f"{ROOT}/1")}
    )
    documents = walked(get)
    assert paths(documents) == ["/1"]
    assert documents[0].url == f"{ROOT}/sitemap.xml"
    assert documents[0].failure.reason == "http_404"


def test_robots_that_cannot_be_had_now_are_told():
    documents = walked(pages_of({ROBOTS: Answer(503)}))
    assert documents[0].url == ROBOTS
    assert documents[0].failure.kind == "transient"
    assert documents[0].cursor is not None


def test_only_what_may_hold_the_window_is_asked_for():
    links = [
        *((f"{ROOT}/sitemap-2017-{month:02}.xml", "2026-11-25") for month in range(1, 13)),
        (f"{ROOT}/sitemap-2018-01.xml", None),
        (f"{ROOT}/map.xml?yyyy=2017&mm=12&dd=31", None),
        (f"{ROOT}/map.xml?yyyy=2018&mm=01&dd=02", None),
        (f"{ROOT}/years/2017.xml", "2017-01-01"),
        (f"{ROOT}/years/2018.xml", None),
        (f"{ROOT}/posts-1.xml", "2017-11-29T10:00:00Z"),
        (f"{ROOT}/posts-2.xml", "2017-12-20"),
        (f"{ROOT}/posts-3.xml", "2026-11-25"),
        (f"{ROOT}/posts-4.xml", "2041-01-01"),
        (f"{ROOT}/posts-5.xml", "soon"),
        (f"{ROOT}/news.xml", None),
    ]
    assert [url.removeprefix(ROOT) for url in kept(DECEMBER, *links)] == [
        "/sitemap-2017-12.xml",
        "/map.xml?yyyy=2017&mm=12&dd=31",
        "/years/2017.xml",
        "/posts-2.xml",
        "/posts-3.xml",
        "/posts-4.xml",
        "/posts-5.xml",
        "/news.xml",
    ]


def test_the_month_before_is_asked_for_where_the_window_begins_in_it_somewhere_on_earth():
    links = [(f"{ROOT}/{month}.xml", None) for month in ("2017-11", "2017-12", "2018-01", "2018-02")]
    assert len(kept(DECEMBER, *links, zone=None)) == 3
    assert len(kept(DECEMBER, *links, zone="Asia/Tokyo")) == 2
    assert len(kept(DECEMBER, *links, zone="UTC")) == 1


@pytest.mark.parametrize(
    "names",
    [
        [f"sitemap-{number}.xml" for number in (1, 2, 2016, 2017, 2018)],
        [f"sitemap-2017-{part}.xml" for part in range(1, 14)],
        [f"sitemap-2017-12-{part}.xml" for part in range(1, 33)],
        ["20130405.xml", "20139905.xml"],
    ],
    ids=["numbers", "parts of a year", "parts of a month", "no day"],
)
def test_numbers_are_not_taken_for_dates(names):
    links = [(f"{ROOT}/{name}", None) for name in names]
    assert len(kept(DECEMBER, *links)) == len(names)


def test_a_lastmod_that_all_have_is_not_believed():
    same = [(f"{ROOT}/{number}.xml", "2016-01-01") for number in range(3)]
    assert len(kept(DECEMBER, *same)) == 3
    assert len(kept(DECEMBER, *same, (f"{ROOT}/3.xml", "2026-01-01"))) == 1


def test_what_an_index_lists_of_others_or_of_itself_is_left():
    pages = {
        ROBOTS: f"Sitemap: {ROOT}/i.xml\nSitemap: {ROOT}/own.xml",
        f"{ROOT}/i.xml": index(f"{ROOT}/i.xml", f"{ROOT}/j.xml", "https://other.example/x.xml", f"{ROOT}/own.xml", "https://maps.quay.example/m.xml"),
        f"{ROOT}/j.xml": index(f"{ROOT}/i.xml", f"{ROOT}/k.xml"),
        f"{ROOT}/k.xml": sitemap(f"{ROOT}/1"),
        f"{ROOT}/own.xml": sitemap(f"{ROOT}/2"),
        "https://maps.quay.example/m.xml": sitemap(f"{ROOT}/3"),
    }  # fmt: skip
    get = pages_of(pages)
    assert paths(walked(get)) == ["/1", "/3", "/2"]
    assert len(get.urls) == len(pages)


def test_a_nest_without_end_is_left():
    def answer(host: str, target: str) -> Answer:
        number = int(target.strip("/.xmlrobts") or 0)
        return Answer(200, {}, index(f"{ROOT}/{number + 1}.xml").encode())

    assert len(walked(Asked(answer), url=f"{ROOT}/1.xml")) == DEEPEST


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(sitemap(f"{ROOT}/1", f"{ROOT}/2").encode()),
        gzip.compress(sitemap(*(f"{ROOT}/{n}" for n in range(1, 3000))).encode())[:-20],
        sitemap(f"{ROOT}/1", f"{ROOT}/2").replace("</urlset>", "<url><loc>https://quay.exa"),
        sitemap(f"{ROOT}/1?a=1", f"{ROOT}/2").replace("?a", "?b&a"),
        f"{ROOT}/1\n{ROOT}/2\n",
        b"\xef\xbb\xbf" + sitemap(f"{ROOT}/1", f"{ROOT}/2").encode(),
        sitemap(f"{ROOT}/1", f"{ROOT}/2").encode("utf-16"),
    ],
    ids=["packed", "packed and cut", "cut", "ampersand", "text", "bom", "utf-16"],
)
def test_documents_of_every_shape(body):
    (document,) = walked(pages_of({f"{ROOT}/s": body}), url=f"{ROOT}/s")
    assert len(document.found) >= 2
    assert document.failure is None


@pytest.mark.parametrize(
    "body", [gzip.compress(b"x") + gzip.compress(b"y"), b"\x1f\x8b\x08\x00", b"", "<html>", "%PDF"]
)
def test_what_is_no_sitemap_is_told(body):
    (document,) = walked(pages_of({f"{ROOT}/s": body}), url=f"{ROOT}/s")
    assert document.failure.reason == "not_a_feed"
    assert document.found == ()


def test_lists_of_stories_are_left_out():
    rows = [
        "/",
        "/tag/fog-2017",
        "/author/jane-doe/",
        "/images/fog.jpg",
        "/brexit",
        "/category/sport",
        "/topics/fog/at-the-quay",
    ]
    (document,) = walked(pages_of({f"{ROOT}/s": sitemap(*(ROOT + row for row in rows))}), url=f"{ROOT}/s")
    assert paths([document]) == ["/brexit", "/topics/fog/at-the-quay"]


def test_news_are_of_the_day_that_they_print():
    def news(number: int, at: str) -> str:
        return f"<url><loc>{ROOT}/{number}</loc><news:news><news:publication_date>{at}</news:publication_date><news:title>T</news:title></news:news></url>"

    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    body = f"<urlset {space}>{news(1, '2017-12-31T23:59:59Z')}{news(2, '2018-01-01T00:00:00Z')}{news(3, '2018-01-01T00:30+01:00')}</urlset>"
    (document,) = walked(pages_of({f"{ROOT}/s": body}), url=f"{ROOT}/s")
    assert paths([document]) == ["/1", "/3"]
    assert document.outside == 1
    assert document.found[1].dated_at == datetime(2017, 12, 31, 23, 30, tzinfo=UTC)
    assert document.found[0].entry.headline == "T"


TREES = st.recursive(
    st.lists(st.integers(1, 6), max_size=3),
    lambda below: st.lists(below, min_size=1, max_size=3),
    max_leaves=8,
)


def site_of(tree: list, pages: dict[str, str], name: str = "s") -> str:
    url = f"{ROOT}/{name}.xml"
    if all(isinstance(one, int) for one in tree):
        pages[url] = sitemap(*(f"{ROOT}/{name}/story-{one}" for one in tree))
    else:
        pages[url] = index(*(site_of(one, pages, f"{name}{'abc'[place]}") for place, one in enumerate(tree)))
    return url


@given(TREES.filter(lambda tree: isinstance(tree, list)), st.data())
def test_gone_on_with_anywhere_in_any_tree(tree, data):
    pages: dict[str, str] = {}
    url = site_of(tree, pages)
    for lost in data.draw(st.lists(st.sampled_from(sorted(pages)), max_size=2)):
        pages[lost] = Answer(503)
    whole = walked(pages_of(pages), url=url)
    place = data.draw(st.integers(0, len(whole) - 1))
    assert walked(pages_of(pages), url=url, cursor=whole[place].cursor) == whole[place + 1 :]


def test_an_index_that_cannot_be_had_again_is_told_and_asked_for_once_more():
    pages = {
        f"{ROOT}/i": index(f"{ROOT}/a", f"{ROOT}/b"),
        f"{ROOT}/a": sitemap(f"{ROOT}/1"),
        f"{ROOT}/b": sitemap(f"{ROOT}/2"),
    }
    whole = walked(pages_of(pages), url=f"{ROOT}/i")
    for place in (0, 1):
        (told,) = walked(
            pages_of({**pages, f"{ROOT}/i": Answer(503)}), url=f"{ROOT}/i", cursor=whole[place].cursor
        )
        assert told.failure.reason == "http_503"
        assert walked(pages_of(pages), url=f"{ROOT}/i", cursor=told.cursor) == whole[place + 1 :]


def test_what_was_read_is_not_asked_for_again():
    pages = {
        f"{ROOT}/i": index(f"{ROOT}/a", f"{ROOT}/b"),
        f"{ROOT}/a": sitemap(f"{ROOT}/1"),
        f"{ROOT}/b": sitemap(f"{ROOT}/2"),
    }
    cursor = walked(pages_of(pages), url=f"{ROOT}/i")[1].cursor
    get = pages_of(pages)
    walked(get, url=f"{ROOT}/i", cursor=cursor)
    assert get.urls == [f"{ROOT}/i", f"{ROOT}/b"]


def test_a_cursor_to_what_is_no_longer_listed_loses_nothing():
    pages = {
        f"{ROOT}/i": index(f"{ROOT}/a", f"{ROOT}/b"),
        f"{ROOT}/a": sitemap(f"{ROOT}/1"),
        f"{ROOT}/b": sitemap(f"{ROOT}/2"),
    }
    cursor = walked(pages_of(pages), url=f"{ROOT}/i")[1].cursor
    pages[f"{ROOT}/i"] = index(f"{ROOT}/b")
    assert "/2" in paths(walked(pages_of(pages), url=f"{ROOT}/i", cursor=cursor))
