"""Archive pages as they are met: what on them is of the day and what stands on all."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from pipeline.history.archivepages import ArchivePages
from pipeline.history.found import Window
from pipeline.history.storylinks import is_of_site, may_be_story
from pipeline.records import HistoryPlace, Source
from tests.newsroom.web import Answer

from .conftest import Asked, collected, pages_of

ROOT = "https://quay.example"
QUAY = Source("Quay", "quay.example", zone="UTC", language="en")
TWO_DAYS = Window(datetime(2017, 12, 15, tzinfo=UTC), datetime(2017, 12, 17, tzinfo=UTC))
DAYS = ROOT + "/archive/{yyyy}/{mm}/{dd}"
MENU = '<a href="/">Home</a><a href="/sport/">Sport</a><a href="/about-us-and-our-rules-2017">About us</a><a href="/archive/2017/12/14">Day before</a>'


def page(*links: str, beside: str = "") -> str:
    rows = "".join(f'<li><a href="{link}">A headline of {link}</a></li>' for link in links)
    return f"<!doctype html><title>Archive</title><nav>{MENU}</nav><ul>{rows}</ul><aside>{beside}</aside>"


def walked(get: Asked, pattern: str = DAYS, window: Window = TWO_DAYS, cursor: str | None = None) -> list:
    return asyncio.run(
        collected(
            ArchivePages(HistoryPlace("archive_pages", pattern=pattern))(QUAY, window, get, cursor=cursor)
        )
    )


def paths(documents: list) -> list[list[str]]:
    return [[found.entry.url.removeprefix(ROOT) for found in one.found] for one in documents]


def test_each_day_lists_its_own():
    latest = '<a href="/story/77">Read most</a>'
    pages = {
        f"{ROOT}/archive/2017/12/{day}": page(f"/story/{day}1", f"/story/{day}2", beside=latest)
        for day in (14, 15, 16)
    }
    get = pages_of(pages)
    documents = walked(get)
    assert paths(documents) == [["/story/151", "/story/152"], ["/story/161", "/story/162"]]
    assert documents[0].found[0].entry.headline == "A headline of /story/151"
    assert documents[-1].cursor is None
    assert get.urls.count(f"{ROOT}/archive/2017/12/14") == 2


def test_a_story_that_the_margin_of_every_page_lists_is_found_on_its_day():
    beside = '<a href="/story/151">Read most</a>'
    pages = {f"{ROOT}/archive/2017/12/{day}": page(f"/story/{day}1", beside=beside) for day in (14, 15, 16)}
    assert paths(walked(pages_of(pages))) == [["/story/151"], ["/story/161"]]


def test_what_stands_on_every_page_from_a_day_on_is_taken_once():
    pages = {f"{ROOT}/archive/2017/12/14": page("/story/141")}
    beside = '<a href="/the-year-in-pictures">The year in pictures</a>'
    pages |= {f"{ROOT}/archive/2017/12/{day}": page(f"/story/{day}1", beside=beside) for day in (15, 16)}
    assert paths(walked(pages_of(pages))) == [["/story/151", "/the-year-in-pictures"], ["/story/161"]]


def test_a_day_without_a_page_is_told_and_passed():
    pages = {f"{ROOT}/archive/2017/12/{day}": page(f"/story/{day}1") for day in (13, 16)}
    documents = walked(pages_of(pages))
    assert [one.failure and one.failure.reason for one in documents] == ["http_404", None]
    assert paths(documents) == [[], ["/story/161"]]


@pytest.mark.parametrize("beyond", ["empty", "repeated", "missing", "first"])
def test_pages_of_a_day_end(beyond):
    pattern = ROOT + "/all?day={yyyy}-{m}-{d}&p={page}"

    def answer(host: str, target: str) -> Answer:
        day, number = target.removeprefix("/all?day=2017-12-").split("&p=")
        shown = {"1": (f"/story/{day}1", f"/story/{day}2"), "2": (f"/story/{day}3",)}
        if number in shown:
            return Answer(200, {}, page(*shown[number]).encode())
        other = {"empty": page(), "repeated": page(*shown["2"]), "first": page(*shown["1"])}
        return Answer(200, {}, other[beyond].encode()) if beyond in other else Answer(404)

    get = Asked(answer)
    documents = walked(get, pattern)
    assert paths(documents) == [
        ["/story/151", "/story/152"],
        ["/story/153"],
        ["/story/161", "/story/162"],
        ["/story/163"],
    ]
    assert len(get.urls) == 8
    for place, one in enumerate(documents):
        rest = walked(Asked(answer), pattern, cursor=one.cursor) if one.cursor else []
        assert rest == documents[place + 1 :]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/{yy}/{month}/", ["/17/december/"]),
        ("/{mon}-{yyyy}.html", ["/dec-2017.html"]),
        ("/{yyyy}", ["/2017"]),
        ("/{d}.{m}.{yyyy}", ["/15.12.2017", "/16.12.2017"]),
    ],
)
def test_patterns(pattern, expected):
    get = pages_of({})
    walked(get, ROOT + pattern)
    assert [url.removeprefix(ROOT) for url in get.urls[3:]] == expected


def test_a_page_whose_address_is_of_another_day_is_left():
    pages = {f"{ROOT}/archive/2017/12/15": page("/2017/12/15/a", "/2016/12/15/b", "/2017/12/c-and-d")}
    document = walked(pages_of(pages))[0]
    assert "/2017/12/15/a" in paths([document])[0]
    assert "/2017/12/c-and-d" in paths([document])[0]
    assert document.outside == 1


@pytest.mark.parametrize(
    "body",
    [
        '<base href="https://quay.example/deep/"><a href="../story/1">Fog at the quay</a>',
        '<a href=/story/1#comments><img src=x></a><h2><a href="//www.quay.example/story/1?utm_source=x">Fog at the quay</a>',
        "<p><p><a href='/story/1'>Fog\n at <b>the</b> quay<a href='https://other.example/story/2'>x</a><a href='javascript:x'>y<a>z<a href=http://[::1>",
        "<a href='/story/1'>Fog at the quay</a><a href='/tag/1-2'>t</a><a href='/a-b.jpg'>p</a><a href='mailto:a@b-c.d'>m</a>",
    ],
    ids=["base", "pictures", "unclosed", "others"],
)
def test_links_as_they_are_written(body):
    pattern = ROOT + "/{yyyy}-{mm}.html"
    found = walked(pages_of({f"{ROOT}/2017-12.html": body}), pattern)[0].found
    assert [(one.entry.headline, one.entry.url.rpartition("/")[2][:1]) for one in found] == [
        ("Fog at the quay", "1")
    ]


@pytest.mark.parametrize("body", ["", "\0", "nothing", "<", b"\xff\xfe\xfa", b"%PDF-1.4"])
def test_what_is_no_page_lists_nothing(body):
    assert paths(walked(pages_of({f"{ROOT}/2017": body}), ROOT + "/{yyyy}")) == [[]]


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://quay.example/2017/12/15/ferry", True),
        ("https://quay.example/news/articleView.html?idxno=7041", True),
        ("https://quay.example/index.php?id=7041", True),
        ("https://quay.example/politik/nebel-im-hafen.html", True),
        ("https://quay.example/%E6%96%B0%E8%81%9E", True),
        ("https://quay.example/articles/7", True),
        ("https://quay.example/topics/harbour/fog-lifts", True),
        ("https://quay.example/sport/brexit.html", True),
        ("https://quay.example/sport/brexit", False),
        ("https://quay.example/fog-lifts/page/2", False),
        ("https://quay.example/fog-lifts/feed/", False),
        ("https://quay.example/", False),
        ("https://quay.example/index.html", False),
        ("https://quay.example/sport", False),
        ("https://quay.example/tag/fog-2017/", False),
        ("https://quay.example/category/a-b?page=2", False),
        ("https://quay.example/author/jane-doe", False),
        ("https://quay.example/img/fog-2017.jpg", False),
        ("https://quay.example/wp-content/uploads/2017/12/a.pdf", False),
    ],
)
def test_what_may_be_a_story(url, is_one):
    assert may_be_story(url) is is_one


def test_whose_site_it_is():
    assert is_of_site("http://m.quay.example/1", "quay.example")
    assert is_of_site("https://old.example/1", "quay.example", "old.example")
    assert not is_of_site("https://quay.example.evil.example/1", "quay.example")
    assert not is_of_site("ftp://quay.example/1", "quay.example")
    assert not is_of_site("https://[quay.example/1", "quay.example")
