"""Web archives as they answer: every form of the index, broken lines, snapshots that are not to be had."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.history import wayback
from pipeline.history.cdx import FIELDS, Capture, read_index
from pipeline.history.found import Window
from pipeline.history.wayback import Wayback
from pipeline.records import HistoryPlace, Source
from tests.newsroom.web import Answer

from .conftest import Asked, collected

FEED = "https://quay.example/rss"
CDX = "https://web.example/cdx/search/cdx"
QUAY = Source("Quay", "quay.example", feeds=(FEED,), zone="UTC")
DECEMBER = Window(datetime(2017, 12, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC))
WORDS = st.text(
    st.characters(codec="ascii", categories=["L", "N"], include_characters="-_.~%/?&=,;:@+"), min_size=1
)
CAPTURES = st.lists(
    st.builds(
        lambda at, path, digest: Capture(f"example,quay)/{path}", f"{at:%Y%m%d%H%M%S}", at, f"http://quay.example/{path}", digest),
        st.datetimes(datetime(1996, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)),
        WORDS,
        st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=32, max_size=32),
    ),
    min_size=1,
)  # fmt: skip


def row(one: Capture) -> list[str]:
    return [one.urlkey, one.timestamp, one.original, "text/html", "200", one.digest]


def as_text(captures: list[Capture], key: str | None = None) -> bytes:
    lines = [" ".join(row(one)) for one in captures] + (["", key] if key else [])
    return "".join(f"{line}\n" for line in lines).encode()


def as_table(captures: list[Capture], key: str | None = None) -> bytes:
    return json.dumps([list(FIELDS), *map(row, captures), *([[], [key]] if key else [])]).encode()


def as_objects(captures: list[Capture], key: str | None = None) -> bytes:
    names = ("urlkey", "timestamp", "url", "mime", "status", "digest")
    return "\n".join(json.dumps(dict(zip(names, row(one), strict=True))) for one in captures).encode()


def as_cdxj(captures: list[Capture], key: str | None = None) -> bytes:
    lines = (
        f"{one.urlkey} {one.timestamp} {json.dumps({'url': one.original, 'digest': one.digest})}"
        for one in captures
    )
    return "\n".join(lines).encode()


def as_file(captures: list[Capture], key: str | None = None) -> bytes:
    lines = [
        " CDX N b a m s k r M S V g",
        *(" ".join([*row(one), "-", "-", "1043", "7", "a.warc.gz"]) for one in captures),
    ]
    return "\n".join(lines).encode()


@given(
    CAPTURES,
    st.sampled_from([as_text, as_table, as_objects, as_cdxj, as_file]),
    st.none() | st.just("example,quay)/x+1"),
)
def test_every_form_says_the_same(captures, form, key):
    index = read_index(form(captures, key))
    assert index.captures == tuple(captures)
    assert (index.broken, index.lines) == (0, len(captures))
    assert index.resume_key == (key if form in {as_text, as_table} else None)


@given(CAPTURES, st.sampled_from([as_text, as_table, as_objects, as_file]), st.data())
def test_an_answer_that_was_cut_gives_what_is_whole(captures, form, data):
    body = form(captures)
    index = read_index(body[: data.draw(st.integers(0, len(body)))])
    assert index.captures[:-1] == tuple(captures)[: max(len(index.captures) - 1, 0)]


@given(st.text(), st.text(), st.sampled_from([as_table, as_objects]))
def test_no_address_and_no_key_does_harm(path, key, form):
    captures = [Capture("k", "20171215101500", at("20171215"), f"http://quay.example/1-{path}", path)]
    get = Asked(lambda *_: Answer(200, {}, form(captures, key)))
    documents = asyncio.run(collected(Wayback(HistoryPlace("wayback"), CDX)(QUAY, DECEMBER, get)))
    told = [
        text for one in documents for text in (one.url, one.cursor, *(found.entry.url for found in one.found))
    ]
    assert all((text or "").encode() is not None for text in told)


@given(st.binary())
def test_no_bytes_do_harm(body):
    for opening in (b"", b"[", b'[["urlkey","timestamp","original"],', b"{"):
        assert read_index(opening + body).broken >= 0


def test_broken_lines_are_counted():
    good = "example,quay)/1 20171215101500 https://quay.example/1 text/html 200 AAA 1043"
    lines = [
        good,
        "example,quay)/2 20171335101500 https://quay.example/2 text/html 200 AAA 1",
        "org",
        good + " x y",
        "example,quay)/3 - - - - - -",
        '{"url": "x"',
        good.replace("https:", "ftp:"),
    ]
    index = read_index("\n".join(lines).encode())
    assert (len(index.captures), index.broken) == (2, 5)
    assert read_index(b"<html>Server error</html>").broken == 1
    assert read_index(b"") == read_index(b"[]") == read_index(b"\n")
    assert read_index(b'[["a"], 7, null]').broken == 2


def rss(*items: tuple[int, datetime]) -> bytes:
    listed = "".join(
        f"<item><link>https://quay.example/story-{number}</link><pubDate>{format_datetime(at)}</pubDate></item>"
        for number, at in items
    )
    return f'<rss version="2.0"><channel>{listed}</channel></rss>'.encode()


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)


class Web:
    """An archive on the web: snapshots of the feed by day, and pages by day and path."""

    def __init__(
        self,
        snapshots: dict[str, Answer | bytes],
        pages: list[tuple[str, str]] = (),
        *,
        form=as_table,
        style="key",
    ):
        self.snapshots, self.pages, self.form, self.style = snapshots, pages, form, style
        self.queries: list[dict[str, str]] = []
        self.get = Asked(self.answer)

    def answer(self, host: str, target: str) -> Answer:
        if "id_/" in target:
            found = self.snapshots.get(target.split("/web/")[1][:8], Answer(404))
            return found if isinstance(found, Answer) else Answer(200, {}, found)
        asked = parse_qs(urlsplit(target).query)
        self.queries.append({name: values[-1] for name, values in asked.items()})
        if asked["url"] == [FEED]:
            return Answer(
                200, {}, self.form([self.capture(day, FEED, body) for day, body in self.snapshots.items()])
            )
        rows = [self.capture(day, f"https://quay.example{path}", path) for day, path in self.pages]
        if self.style == "number" and "page" in asked:
            number = int(asked["page"][0])
            rows = rows[number * 2 : number * 2 + 2]
            return Answer(200, {}, self.form(rows)) if rows else Answer(400)
        limit, begin = int(asked["limit"][0]), int(asked.get("resumeKey", ["0"])[0])
        more = str(begin + limit) if begin + limit < len(rows) and self.style == "key" else None
        return Answer(200, {}, self.form(rows[begin : begin + limit], more))

    @staticmethod
    def capture(day: str, url: str, body: object) -> Capture:
        return Capture(url, f"{day}101500", at(day), url, hashlib.sha1(repr(body).encode()).hexdigest())


def walked(web: Web, cursor: str | None = None, source: Source = QUAY, **setting: str) -> list:
    place = Wayback(HistoryPlace("wayback", **setting), CDX)
    return asyncio.run(collected(place(source, DECEMBER, web.get, cursor=cursor)))


def paths(documents: list) -> list[list[str]]:
    return [[urlsplit(found.entry.url).path for found in one.found] for one in documents]


def test_each_snapshot_that_differs_is_read_once_up_to_what_is_behind_the_window():
    first, second = rss((1, at("20171202")), (0, at("20171101"))), rss((2, at("20171220")))
    web = Web(
        {
            "20171203": first,
            "20171204": first,
            "20171221": second,
            "20180103": rss((3, at("20180102"))),
            "20180120": rss((4, at("20180119"))),
        }
    )
    documents = walked(web)
    assert paths(documents) == [["/story-1"], ["/story-2"], [], []]
    assert documents[0].outside == 1
    assert [one.url[:42] for one in documents[:3]] == [
        f"https://web.example/web/{day}101500id_/" for day in ("20171203", "20171221", "20180103")
    ]
    assert web.queries[0]["from"] == "20171201000000"
    assert web.queries[0]["to"] == "20180131000000"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(Answer(403, {}, b"Blocked by robots"), "http_403"), (Answer(404), "http_404"), (Answer(503), "http_503"),
     (b"<html>Got an HTTP 302 response at crawl time", "not_a_feed")],
    ids=["robots", "missing", "down", "page"],
)  # fmt: skip
def test_a_snapshot_that_is_not_to_be_had_is_told_and_passed(answer, reason):
    web = Web({"20171203": answer, "20171221": rss((2, at("20171220")))})
    documents = walked(web)
    assert documents[0].failure.reason == reason
    assert paths(documents)[1] == ["/story-2"]
    assert walked(web, documents[0].cursor) == documents[1:]


def test_a_snapshot_that_leads_to_the_nearest_one_is_read():
    there = "https://web.example/web/20171221101500id_/" + FEED
    web = Web({"20171203": Answer(302, {"Location": there}), "20171221": rss((2, at("20171220")))})
    assert paths(walked(web))[:2] == [["/story-2"], ["/story-2"]]


@pytest.mark.parametrize("form", [as_text, as_table])
def test_pages_have_the_addresses_of_their_copies(form):
    listed = [
        ("20171215", "/2017/12/14/fog"),
        ("20171216", "/story-7"),
        ("20171217", "/"),
        ("20171217", "/tag/fog-1"),
        ("20171218", "/2016/01/01/old"),
        ("20171219", "/story-7?utm_source=x"),
    ]
    (document,) = walked(Web({}, listed, form=form))
    assert paths([document]) == [["/2017/12/14/fog", "/story-7"]]
    assert document.outside == 1
    copies = document.found[1].copies
    assert [copy.url for copy in copies] == [
        "https://web.example/web/20171216101500id_/https://quay.example/story-7",
        "https://web.example/web/20171219101500id_/https://quay.example/story-7?utm_source=x",
    ]
    assert (copies[0].captured_at.isoformat(), copies[0].archive) == (
        "2017-12-16T10:15:00+00:00",
        "web.example",
    )


def test_what_is_asked_of_the_index():
    web = Web({}, [("20171215", "/story-1")])
    walked(web)
    assert web.queries[1]["matchType"] == "domain"
    assert web.queries[1]["url"] == "quay.example"
    web = Web({}, [("20171215", "/story-1")])
    walked(web, url="https://quay.example/news/")
    assert (web.queries[1]["matchType"], web.queries[1]["url"]) == ("prefix", "https://quay.example/news/")
    assert web.queries[1]["collapse"] == "urlkey"


@pytest.mark.parametrize("style", ["key", "number", "whole"])
@pytest.mark.parametrize("form", [as_text, as_table])
def test_a_long_index_is_read_part_by_part(monkeypatch, style, form):
    monkeypatch.setattr(wayback, "MOST_LINES", 3)
    listed = [("20171215", f"/story-{number}") for number in range(8 if style != "whole" else 2)]
    web = Web({}, listed, form=form, style=style)
    documents = walked(web)
    assert {path for one in paths(documents) for path in one} == {path for _, path in listed}
    assert not any(one.failure for one in documents)
    for place, one in enumerate(documents):
        if one.cursor:
            assert walked(web, one.cursor) == documents[place + 1 :]


def test_a_server_that_knows_no_parts_is_left(monkeypatch):
    monkeypatch.setattr(wayback, "MOST_LINES", 2)
    body = as_table(
        [Web.capture("20171215", f"https://quay.example/story-{number}", "") for number in (1, 2)]
    )
    get = Asked(lambda *_: Answer(200, {}, body))
    place = Wayback(HistoryPlace("wayback"), CDX)
    documents = asyncio.run(collected(place(replace(QUAY, feeds=()), DECEMBER, get)))
    assert paths(documents) == [["/story-1", "/story-2"]] * 2
    assert len(get.urls) == 3


@pytest.mark.parametrize(
    "body", [b"<html>Sorry", b"org.archive.wayback.exception.RobotAccessControlException: Blocked Site Error"]
)
def test_what_is_no_index_is_told(body):
    documents = asyncio.run(
        collected(
            Wayback(HistoryPlace("wayback"), CDX)(QUAY, DECEMBER, Asked(lambda *_: Answer(200, {}, body)))
        )
    )
    assert documents[-1].failure.reason == "not_an_index"


def test_an_archive_that_is_down_is_told():
    documents = asyncio.run(
        collected(Wayback(HistoryPlace("wayback"), CDX)(QUAY, DECEMBER, Asked(lambda *_: Answer(503))))
    )
    assert [one.failure.reason for one in documents] == ["http_503", "http_503"]
    assert all(one.cursor for one in documents)


@pytest.mark.parametrize(
    ("endpoint", "replay", "expected"),
    [
        ("https://pywb.example/news/cdx", None, "https://pywb.example/news/20171215101500id_/https://quay.example/story-1"),
        ("https://a.example/wayback/cdx", "https://a.example/noFrame/replay/{timestamp}id_/{url}", "https://a.example/noFrame/replay/20171215101500id_/https://quay.example/story-1"),
    ],
)  # fmt: skip
def test_archives_of_other_makes(endpoint, replay, expected):
    web = Web({}, [("20171215", "/story-1")], form=as_objects)
    place = Wayback(HistoryPlace("wayback", replay=replay), endpoint)
    (document,) = asyncio.run(collected(place(QUAY, DECEMBER, web.get)))
    assert document.found[0].copies[0].url == expected
