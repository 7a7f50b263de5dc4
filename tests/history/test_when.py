"""What an address or a printed date says of the day of publication, and what may lie in a window."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.history.found import Window
from pipeline.history.when import (
    calendar_days,
    in_address,
    in_file_name,
    newest,
    of_date,
    of_days,
    printed,
    sift,
)
from pipeline.records import Entry, Source

DECEMBER = Window(datetime(2017, 12, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC))
QUAY = Source("Quay", "quay.example", zone="Europe/Oslo", language="en")
ZONES = st.sampled_from(
    ["Pacific/Kiritimati", "Asia/Tokyo", "Europe/Oslo", "UTC", "America/New_York", "Pacific/Pago_Pago"]
)
MOMENTS = st.datetimes(datetime(1998, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/2017/12/15/ferry", (2017, 12, 15)),
        ("/news/2017/3/9/", (2017, 3, 9)),
        ("/2017/12/15.html", (2017, 12, 15)),
        ("/2017/12/5-things-to-know", (2017, 12)),
        ("/2017/12/150-jobs-go", (2017, 12)),
        ("/2017/12/ferry", (2017, 12)),
        ("/2017/12", (2017, 12)),
        ("/sport/20171215/104551.html", (2017, 12, 15)),
        ("/article/ferry-2017-12-15", (2017, 12, 15)),
        ("/read?day=2017-12-15&id=7", (2017, 12, 15)),
        ("/2017/02/30/x", (2017, 2)),
        ("/world-africa-20130405", None),
        ("/story/20171215", None),
        ("/20171215104551/", None),
        ("/2017/13/15/x", None),
        ("/2017/ferry", None),
        ("/budget-2017-18", None),
        ("/id/12017/12/15", None),
        ("/1066/10/14/hastings", None),
        ("/1.2017.12.15999", None),
        ("/page#2017/12/15/", None),
        ("/", None),
    ],
)
def test_days_in_the_address_of_a_page(path, parts):
    expected = None if parts is None else of_date(parts, "Europe/Oslo")
    assert in_address(f"https://2019-01-01.example{path}", "Europe/Oslo") == expected


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/sitemap-2017-12.xml", (2017, 12)),
        ("/sitemap_201712.xml.gz", (2017, 12)),
        ("/sitemaps/2017/12/15.xml", (2017, 12, 15)),
        ("/sitemap-20171215.xml", (2017, 12, 15)),
        ("/sitemap.xml?yyyy=2017&mm=12", (2017, 12)),
        ("/sitemap.xml?yyyy=2017&mm=1&dd=3", (2017, 1, 3)),
        ("/sitemap?year=2017&month=12&day=31", (2017, 12, 31)),
        ("/sitemap-2017.xml", (2017,)),
        ("/sitemap-2017-1.xml", (2017,)),
        ("/sitemap-2017-12-1.xml", (2017, 12)),
        ("/sitemap-2017-13.xml", (2017,)),
        ("/post-sitemap12.xml", None),
        ("/sitemap.xml", None),
    ],
)
def test_days_in_the_address_of_a_sitemap(path, parts):
    assert in_file_name(f"https://quay.example{path}") == parts


@given(MOMENTS, ZONES, st.booleans())
def test_a_day_holds_every_instant_that_anybody_there_calls_so(at, zone, is_known):
    there = at.astimezone(ZoneInfo(zone)).date()
    for day in (there, at.date()) if is_known else (there,):
        span = of_days(day, day, zone if is_known else None)
        assert span.since <= at < span.until


@given(MOMENTS, st.integers(1, 90 * 24 * 60), ZONES | st.none())
def test_the_days_of_a_window_are_all_that_have_an_instant_of_it(at, minutes, zone):
    window = Window(at, at + timedelta(minutes=minutes))
    first, last = calendar_days(window, zone)
    day = timedelta(days=1)
    assert all(
        of_days(first + n * day, first + n * day, zone).meets(window) for n in range((last - first).days + 1)
    )
    assert not of_days(first - day, first - day, zone).meets(window)
    assert not of_days(last + day, last + day, zone).meets(window)


@given(MOMENTS, ZONES)
def test_an_exact_date_is_one_instant(at, zone):
    at = at.replace(microsecond=0)
    for text in (at.astimezone(ZoneInfo(zone)).isoformat(), at.strftime("%a, %d %b %Y %H:%M:%S GMT")):
        span = printed(text, QUAY)
        assert span.since == at
        assert span.until - at == timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "source", "inside", "outside"),
    [
        ("2017-12-15", QUAY, "2017-12-14T23:00:00+00:00", "2017-12-14T22:59:00+00:00"),
        ("2017-12-15", Source("A", "a.example"), "2017-12-14T10:00:00+00:00", "2017-12-16T12:00:00+00:00"),
        (
            "2017-12-15T10:00:00",
            Source("A", "a.example"),
            "2017-12-15T21:59:00+00:00",
            "2017-12-14T19:59:00+00:00",
        ),
        ("2017-12-15T10:00:00", QUAY, "2017-12-15T09:00:00+00:00", "2017-12-15T10:00:00+00:00"),
        ("December 2017", QUAY, "2017-12-31T22:00:00+00:00", "2018-01-01T01:00:00+00:00"),
        (
            "03/04/2017 12:00 GMT",
            Source("A", "a.example"),
            "2017-04-03T12:00:00+00:00",
            "2018-01-01T01:00:00+00:00",
        ),
    ],
)
def test_a_date_that_leaves_something_open_is_all_that_it_may_mean(text, source, inside, outside):
    span = printed(text, source)
    assert span.since <= datetime.fromisoformat(inside) < span.until
    assert not span.since <= datetime.fromisoformat(outside) < span.until


@pytest.mark.parametrize(
    "text", [None, "", "soon", "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)
def test_what_prints_no_date(text):
    assert printed(text, QUAY) is None


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00", "9999-12-31T23:59"])
@pytest.mark.parametrize(
    "source", [QUAY, Source("A", "a.example"), Source("B", "b.example", zone="Pacific/Kiritimati")]
)
def test_dates_at_the_ends_of_time_do_no_harm(text, source):
    span = printed(text, source)
    assert span is None or not span.meets(DECEMBER)


@pytest.mark.parametrize(
    ("path", "published", "updated", "is_found"),
    [
        ("/2017/12/15/x", None, None, True),
        ("/2017/12/15/x", None, "2026-11-25", True),
        ("/2015/12/15/x", None, "2017-12-20T10:00:00Z", False),
        ("/2019/12/15/x", None, "2017-12-20T10:00:00Z", False),
        ("/x", None, "2017-12-20T10:00:00Z", True),
        ("/x", None, "2026-11-25T10:00:00Z", True),
        ("/x", None, "2017-11-30T10:00:00Z", False),
        ("/x", None, "2017-12-01", True),
        ("/x", None, "2017-11-30", False),
        ("/x", None, "soon", True),
        ("/x", None, None, True),
        ("/2015/01/01/x", "Fri, 15 Dec 2017 15:13:00 +0300", None, True),
        ("/2017/12/15/x", "Tue, 15 Dec 2015 15:13:00 +0300", None, False),
        ("/2017/12/15/x", "soon", None, True),
    ],
)
def test_what_may_have_been_published_in_a_window(path, published, updated, is_found):
    entry = Entry("k", None, f"https://quay.example{path}", published_raw=published, updated_raw=updated)
    found, outside = sift([entry], DECEMBER, QUAY)
    assert ([one.entry for one in found], outside) == (([entry], 0) if is_found else ([], 1))


def test_an_instant_is_told_where_it_is_printed():
    entries = [
        Entry("a", None, None, published_raw="2017-12-15T10:00:00Z", updated_raw="2017-12-16T10:00:00Z"),
        Entry("b", None, None, updated_raw="2017-12-16T10:00:00Z"),
        Entry("c", None, None, published_raw="2017-12-15"),
    ]
    found, _ = sift(entries, DECEMBER, QUAY)
    days = [one.dated_at and one.dated_at.date() for one in found]
    assert days == [date(2017, 12, 15), date(2017, 12, 16), None]
    assert newest(entries, QUAY).date() == date(2017, 12, 16)
    assert newest([Entry("d", None, None)], QUAY) is None
