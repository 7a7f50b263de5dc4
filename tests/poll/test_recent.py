"""What of a sitemap is news: by the dates that it prints, whatever they are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll.recent import AHEAD, MOST_ENTRIES, RECENT, changed_by, recent
from pipeline.records import Entry, ParsedFeed

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def entry(number, modified=None, **more):
    return Entry(
        f"k{number}", None, f"https://a.example/{number}", updated_raw=modified, position=number, **more
    )


def sitemap(*modified, form="sitemap"):
    return ParsedFeed(tuple(entry(number, printed) for number, printed in enumerate(modified)), form)


@pytest.mark.parametrize(
    ("printed", "latest"),
    [
        ("2026-11-24T15:13:00+03:00", datetime(2026, 11, 24, 12, 13, tzinfo=UTC)),
        ("2026-11-24T15:13Z", datetime(2026, 11, 24, 15, 13, tzinfo=UTC)),
        (" 2026-11-24T15:13:00.123Z\n", datetime(2026, 11, 24, 15, 13, 0, 123000, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("2026-11-24T15:13:00", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("2026-11-24 15:13 +0300 GMT", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("2026-11-31", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31", None),
        ("2041-01-01", None),
        ("24 Nov 2026", None),
        ("", None),
        (None, None),
    ],
)
def test_the_latest_instant_that_a_lastmod_may_mean(printed, latest):
    assert changed_by(printed, NOON) == latest


@given(
    st.text(st.characters(codec="utf-8"))
    | st.from_regex(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?")
)
def test_any_text_is_a_past_instant_or_none(printed):
    at = changed_by(printed, NOON)
    assert at is None or (at.tzinfo is UTC and at <= NOON + AHEAD)


def test_only_the_week_of_a_plain_sitemap_is_entered_and_the_rest_is_told():
    document, left = recent(
        sitemap("2026-11-25", "2026-11-18T11:59Z", "2026-11-18T12:01Z", None, "soon"), NOON
    )
    assert [one.position for one in document.entries] == [0, 2]
    assert (left, document.fault) == (3, "3 of 5 addresses left out: not known to have changed in 7 days")


def test_what_is_no_plain_sitemap_stays_whole():
    for form in ("rss20", "atom10", "sitemapindex", None):
        whole = sitemap("2019-01-01", None, form=form)
        assert recent(whole, NOON) == (whole, 0)
    news = sitemap(*[None] * MOST_ENTRIES, form="newssitemap")
    assert recent(news, NOON) == (news, 0)
    fresh = sitemap("2026-11-25")
    assert recent(fresh, NOON) == (fresh, 0)


def test_a_list_of_bare_addresses_says_nothing_of_what_is_new():
    document, left = recent(sitemap(None, None, form="textsitemap"), NOON)
    assert (document.entries, left) == ((), 2)


def test_an_archive_in_the_shape_of_a_news_sitemap_is_no_news():
    """Its dates of publication count where it has no ``lastmod``."""
    old = [entry(n, published_raw="2019-05-01", headline=f"Old {n}") for n in range(MOST_ENTRIES)]
    new = entry(MOST_ENTRIES, published_raw="2026-11-24", headline="New")
    document, left = recent(ParsedFeed((*old, new), "newssitemap"), NOON)
    assert (document.entries, left) == ((new,), MOST_ENTRIES)


def test_who_prints_the_time_of_the_request_everywhere_floods_nothing():
    """The first by place are taken, and the same ones the next time."""
    first, _ = recent(sitemap(*["2026-11-25T12:00Z"] * 5000), NOON)
    later = NOON + timedelta(hours=1)
    again, left = recent(sitemap(*["2026-11-25T13:00Z"] * 5000), later)
    assert [one.key for one in first.entries] == [one.key for one in again.entries]
    assert (len(first.entries), left) == (MOST_ENTRIES, 5000 - MOST_ENTRIES)
    assert first.fault.endswith(f"or beyond the newest {MOST_ENTRIES}")


@given(st.lists(st.none() | st.integers(-400, 400), max_size=60))
def test_nothing_new_is_left_out_and_nothing_old_kept(hours):
    printed = [None if h is None else (NOON - timedelta(hours=h)).isoformat() for h in hours]
    document, left = recent(sitemap(*printed), NOON)
    kept = {one.position for one in document.entries}
    wanted = {n for n, h in enumerate(hours) if h is not None and -AHEAD <= timedelta(hours=h) <= RECENT}
    assert kept == wanted
    assert left == len(hours) - len(kept)
