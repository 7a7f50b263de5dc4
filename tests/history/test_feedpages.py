"""Pages of feeds as they are met: linked, numbered, endless, in a circle, failing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline.history.feedpages import FeedPages
from pipeline.history.found import Window
from pipeline.records import HistoryPlace, Source
from tests.newsroom.web import Answer

from .conftest import Asked, collected, pages_of

FEED = "https://quay.example/rss"
QUAY = Source("Quay", "quay.example", feeds=(FEED,), zone="UTC")
NOON = datetime(2017, 12, 15, 12, tzinfo=UTC)
DAY = Window(datetime(2017, 12, 15, tzinfo=UTC), datetime(2017, 12, 16, tzinfo=UTC))
ANY = HistoryPlace("feed_pages")


def rss(*items: tuple[int, datetime | None], links: str = "") -> str:
    def one(number: int, at: datetime | None) -> str:
        printed = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
        return (
            f"<item><guid>https://quay.example/{number}</guid><title>Story {number}</title>{printed}</item>"
        )

    listed = "".join(one(*item) for item in items)
    return f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{links}{listed}</channel></rss>'


def link(relation: str, url: str) -> str:
    return f'<atom:link rel="{relation}" href="{url}"/>'


def walked(
    get: Asked, window: Window = DAY, setting: HistoryPlace = ANY, source: Source = QUAY, cursor=None
) -> list:
    return asyncio.run(collected(FeedPages(setting)(source, window, get, cursor=cursor)))


def numbers(documents: list) -> list[int]:
    return [int(found.entry.url.rpartition("/")[2]) for one in documents for found in one.found]


def house(stories: int, *, beyond: Answer, per_page: int = 10, hours: int = 5):
    """A feed of pages by number, a story each few hours back from a day long after the window."""
    newest = datetime(2026, 11, 25, tzinfo=UTC)
    plan = [(number, newest - timedelta(hours=hours * number)) for number in range(stories)]

    def answer(host: str, target: str) -> Answer:
        page = int(target.partition("paged=")[2] or 1)
        shown = plan[(page - 1) * per_page : page * per_page]
        return Answer(200, {}, rss(*shown).encode()) if shown else beyond

    return Asked(answer), [number for number, at in plan if DAY.holds(at)]


@pytest.mark.parametrize(
    "beyond",
    [Answer(404), Answer(200, {}, rss().encode()), Answer(200, {}, rss((0, None)).encode()), Answer(500)],
)
def test_a_day_of_nine_years_ago_takes_few_requests(beyond):
    get, expected = house(20_000, beyond=beyond)
    documents = walked(get)
    assert numbers(documents) == expected
    assert len(expected) == 5
    assert len(get.urls) < 40


def test_what_is_not_in_the_order_of_publication_is_read_page_by_page():
    late = NOON + timedelta(days=3000)
    listed = {2: (3, late), 3: (4, NOON), 4: (5, late), 5: (6, late), 6: (7, NOON - timedelta(days=2))}
    pages = {FEED: rss((1, late - timedelta(days=1)), (2, late))}
    pages |= {f"{FEED}?paged={number}": rss(item) for number, item in listed.items()}
    assert numbers(walked(pages_of(pages))) == [4]


def test_undated_pages_are_all_read():
    pages = {FEED: rss((1, None)), f"{FEED}?page=2": rss((2, None)), f"{FEED}?page=3": rss((3, None))}
    get = pages_of(pages)
    assert numbers(walked(get)) == [1, 2, 3]
    assert get.urls == [
        FEED,
        f"{FEED}?paged=2",
        f"{FEED}?page=2",
        f"{FEED}?page=2",
        f"{FEED}?page=3",
        f"{FEED}?page=4",
    ]


def test_an_archive_is_followed_to_what_is_older_than_the_window():
    page = "https://quay.example/archive/{}".format
    pages = {
        FEED: rss(
            (1, NOON + timedelta(days=9)), links=link("next", page("lost")) + link("prev-archive", page(3))
        ),
        page(3): rss((2, NOON), links=link("prev-archive", page(2)) + link("next-archive", FEED)),
        page(2): rss((3, NOON - timedelta(days=9)), links=link("prev-archive", page(1))),
    }
    get = pages_of(pages)
    documents = walked(get)
    assert numbers(documents) == [2]
    assert [one.outside for one in documents] == [1, 0, 1]
    assert get.urls == [FEED, page(3), page(2)]
    assert documents[-1].cursor is None


def test_an_empty_part_of_an_archive_ends_nothing():
    page = "https://quay.example/archive/{}".format
    pages = {
        FEED: rss((1, NOON + timedelta(days=99)), links=link("prev-archive", page(3))),
        page(3): rss(links=link("prev-archive", page(2))),
        page(2): rss(links=link("prev-archive", page(1))),
        page(1): rss((2, NOON)),
    }
    assert numbers(walked(pages_of(pages))) == [2]
    pages[page(2)] = rss(links=link("prev-archive", page(3)))
    assert len(walked(pages_of(pages))) == 3


def test_a_complete_feed_has_no_pages():
    mark = '<fh:complete xmlns:fh="http://purl.org/syndication/history/1.0"/>'
    get = pages_of({FEED: rss((1, NOON), links=mark + link("next", FEED + "?x"))})
    assert numbers(walked(get)) == [1]
    assert get.urls == [FEED]


def test_json_feeds_name_the_next():
    body = '{"version": "https://jsonfeed.org/version/1.1", "title": "t", %s "items": [{"id": "%s", "url": "https://quay.example/%s", "date_published": "%s"}]}'
    pages = {
        FEED: body % (f'"next_url": "{FEED}?p=2",', "a", 1, "2017-12-16T10:00:00Z"),
        f"{FEED}?p=2": body % ("", "b", 2, "2017-12-15T10:00:00Z"),
    }
    assert numbers(walked(pages_of(pages))) == [2]


@pytest.mark.parametrize("turns", [["b", "c", "b"], ["b", "b"], ["b", ""], ["b", "c", "d", "b"]])
def test_a_circle_ends(turns):
    names = ["", *turns]
    urls = [FEED + name for name in names]
    pages = {}
    for place, url in enumerate(urls):
        following = urls[place + 1] if place + 1 < len(urls) else urls[turns.index(turns[-1])]
        pages.setdefault(url, rss((len(url), NOON), links=link("next", following)))
    get = pages_of(pages)
    documents = walked(get)
    assert sorted(set(numbers(documents))) == sorted({len(url) for url in urls})
    assert len(get.urls) <= len(urls) + 1


def test_each_address_is_new_and_each_page_the_same():
    def answer(host: str, target: str) -> Answer:
        number = int(target.partition("?p=")[2] or 1)
        return Answer(200, {}, rss((1, NOON), links=link("next", f"{FEED}?p={number + 1}")).encode())

    assert len(walked(Asked(answer))) == 1


def test_a_page_that_fails_is_told_and_passed():
    pages = {
        FEED: rss((1, NOON)),
        f"{FEED}?paged=2": rss((2, NOON)),
        f"{FEED}?paged=3": Answer(503),
        f"{FEED}?paged=4": rss((4, NOON)),
    }
    documents = walked(pages_of(pages))
    assert numbers(documents) == [1, 2, 4]
    assert [one.failure and one.failure.reason for one in documents] == [None, None, "http_503", None]
    before = documents[1].cursor
    assert [one.url for one in walked(pages_of(pages), cursor=before)] == [
        f"{FEED}?paged=3",
        f"{FEED}?paged=4",
    ]


def test_a_host_that_is_down_is_left_alone():
    def answer(host: str, target: str) -> Answer:
        pages = {"/rss": rss((1, NOON)), "/rss?paged=2": rss((2, NOON))}
        return Answer(200, {}, pages[target].encode()) if target in pages else Answer(503)

    get = Asked(answer)
    documents = walked(get)
    assert [bool(one.failure) for one in documents] == [False, False, True, True, True]
    assert documents[-1].cursor is None
    assert len(get.urls) == 6


def test_a_page_that_cannot_be_asked_for_now_is_not_taken_for_none():
    documents = walked(pages_of({FEED: rss((1, NOON)), f"{FEED}?paged=2": Answer(503)}))
    assert [(one.url, one.failure and one.failure.reason) for one in documents] == [
        (f"{FEED}?paged=2", "http_503"),
        (FEED, None),
    ]
    assert documents[0].cursor is not None


@pytest.mark.parametrize("body", ["<html><body>gone", "", "\0\1", "{", '{"items": 7}'])
def test_what_is_no_feed_is_told_and_the_next_feed_is_read(body):
    other = "https://quay.example/other"
    source = Source("Quay", "quay.example", feeds=(FEED, other), zone="UTC")
    documents = walked(pages_of({FEED: body, other: rss((1, NOON))}), source=source)
    assert documents[0].failure.reason == "not_a_feed"
    assert numbers(documents) == [1]
    rest = walked(pages_of({other: rss((1, NOON))}), source=source, cursor=documents[0].cursor)
    assert [one.url for one in rest] == [other]


def test_a_broken_page_gives_what_can_be_read():
    pages = {
        FEED: rss((1, NOON)),
        f"{FEED}?paged=2": rss((2, NOON), (3, NOON)).replace("</channel></rss>", "<item><title>cut"),
    }
    found = walked(pages_of(pages))[1].found
    assert [one.entry.headline for one in found] == ["Story 2", "Story 3", "cut"]


def test_a_pattern_says_where_pages_are():
    setting = HistoryPlace("feed_pages", url=f"{FEED}/all", pattern=FEED + "/all?from={offset}&n={{7}}")
    pages = {
        f"{FEED}/all": rss((1, NOON), (2, NOON)),
        f"{FEED}/all?from=2&n={{7}}": rss((3, NOON)),
        f"{FEED}/all?from=4&n={{7}}": rss(),
    }
    get = pages_of(pages)
    assert numbers(walked(get, setting=setting)) == [1, 2, 3]
    assert get.urls == list(pages)


@pytest.mark.parametrize("cursor", ["", "x", "[]", "{}", '{"feed":"https://gone.example/"}'])
def test_a_cursor_that_says_nothing_begins_anew(cursor):
    assert walked(pages_of({FEED: rss((1, NOON))}), cursor=cursor) == walked(pages_of({FEED: rss((1, NOON))}))


def test_a_sitemap_among_the_feeds_has_no_pages():
    get = pages_of({FEED: "<urlset><url><loc>https://quay.example/2017/12/15/1</loc></url></urlset>"})
    assert numbers(walked(get)) == [1]
    assert get.urls == [FEED]
