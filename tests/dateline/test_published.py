"""Which date is chosen of several, what completes it, and what is flagged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dateline import choose_published, find_timestamps, parse_timestamp, read_candidates
from pipeline.records import DateCandidate, Source

FETCHED = datetime(2021, 6, 3, 12, tzinfo=UTC)
BERLIN = Source("Beispiel", "beispiel.example", country="DE", language="de", zone="Europe/Berlin")


def chosen(*pairs, **known):
    candidates = [
        DateCandidate(raw, source, detail=detail)
        for source, raw, *rest in pairs
        for detail in [rest[0] if rest else ""]
    ]
    return choose_published(candidates, **known)


def test_the_most_trusted_source_wins():
    found = chosen(("feed", "Wed, 02 Jun 2021 10:00:00 GMT"), ("json_ld", "2021-06-02T09:30:00Z"))
    assert (found.instant.hour, found.method) == (9, "json_ld")


def test_article_properties_rank_above_other_meta():
    found = chosen(
        ("meta", "2021-06-02T08:00:00Z", "date"),
        ("microdata", "2021-06-02T09:00:00Z"),
        ("meta", "2021-06-02T10:00:00Z", "article:published_time"),
    )
    assert found.instant.hour == 10


def test_a_day_gets_its_clock_from_a_source_that_agrees():
    found = chosen(("json_ld", "2021-06-02"), ("visible", "2 June 2021 11:15 BST"), ("url", "2021/06/02"))
    assert found.instant == datetime(2021, 6, 2, 10, 15, tzinfo=UTC)
    assert found.method == "json_ld+visible"


def test_a_day_keeps_to_itself_where_no_source_agrees():
    found = chosen(("json_ld", "2021-06-02"), ("feed", "Mon, 31 May 2021 10:00:00 GMT"))
    assert (found.instant, found.precision, found.method) == (None, "day", "json_ld")
    assert "conflict" in found.flags


def test_a_clock_gets_its_zone_from_a_source_that_prints_the_same_clock():
    found = chosen(
        ("json_ld", "2021-06-02T11:15:00"), ("feed", "Wed, 02 Jun 2021 11:15:00 +0300"), source=BERLIN
    )
    assert found.instant == datetime(2021, 6, 2, 8, 15, tzinfo=UTC)
    assert found.method == "json_ld+feed"
    assert not found.flags & {"source_zone"}


def test_a_clock_off_by_an_offset_takes_the_instant_that_another_source_prints():
    found = chosen(("json_ld", "2021-06-02T11:15:00"), ("feed", "Wed, 02 Jun 2021 09:15:00 GMT"))
    assert (found.instant, found.utc_offset_minutes) == (datetime(2021, 6, 2, 9, 15, tzinfo=UTC), 120)
    assert (found.local.hour, found.method) == (11, "json_ld+feed")
    apart = chosen(("json_ld", "2021-06-02T11:15:00"), ("feed", "Wed, 02 Jun 2021 09:11:00 GMT"))
    assert apart.instant is None


def test_else_the_publishers_zone_and_it_says_so():
    found = chosen(
        ("json_ld", "2021-06-02T11:15:00"), ("feed", "Wed, 02 Jun 2021 07:15:00 GMT"), source=BERLIN
    )
    assert found.instant == datetime(2021, 6, 2, 9, 15, tzinfo=UTC)
    assert (found.method, found.zone) == ("json_ld+source_zone", "Europe/Berlin")


def test_else_the_datelines_place():
    found = chosen(("visible", "2 June 2021 11:15"), place_zone="Asia/Tokyo")
    assert found.instant == datetime(2021, 6, 2, 2, 15, tzinfo=UTC)
    assert found.method == "visible+dateline_zone"
    registered = chosen(("visible", "2 June 2021 11:15"), place_zone="Asia/Tokyo", source=BERLIN)
    assert registered.method == "visible+source_zone"
    assert registered.instant == datetime(2021, 6, 2, 9, 15, tzinfo=UTC)


def test_else_there_is_no_instant():
    found = chosen(("json_ld", "2021-06-02T11:15:00"), ("url", "https://beispiel.example/2021/06/02/x"))
    assert (found.instant, found.local) == (None, datetime(2021, 6, 2, 11, 15))


def test_an_address_gives_a_day():
    found = chosen(("url", "2021/06/02"), source=BERLIN)
    assert (found.instant, found.local, found.precision) == (None, datetime(2021, 6, 2), "day")


@pytest.mark.parametrize("path", ["2023/12/a-bridge", "2023/12", "2023/1712/a-bridge"])
def test_a_month_in_an_address_is_no_day(path):
    """Newspaper4k#575: 2023/12 was read as the 17th."""
    assert chosen(("url", f"https://herald.example/{path}")) is None


@pytest.mark.parametrize(
    "raw", ["9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT", "31 December 9999 23:59 UTC"]
)
def test_the_end_of_all_calendars_is_no_date(raw):
    """metadata-lib#103: the year 9999 stood on top of every list."""
    assert chosen(("feed", raw), fetched_at=FETCHED) is None
    known = chosen(("json_ld", raw), ("feed", "Wed, 02 Jun 2021 11:15:00 GMT"), fetched_at=FETCHED)
    assert known.instant == datetime(2021, 6, 2, 11, 15, tzinfo=UTC)


def test_nothing_is_chosen_of_nothing():
    assert choose_published([]) is None
    assert chosen(("meta", "soon"), ("feed", "")) is None


@pytest.mark.parametrize(
    ("feed", "flag"),
    [
        ("Wed, 02 Jun 2021 10:15:00 GMT", "hour_slip"),
        ("Wed, 02 Jun 2021 11:15:00 GMT", "whole_offset_slip"),
        ("Sat, 05 Jun 2021 11:15:00 GMT", "conflict"),
    ],
)
def test_disagreements_are_recorded(feed, flag):
    found = chosen(("json_ld", "2021-06-02T11:15:00+02:00"), ("feed", feed))
    assert found.instant == datetime(2021, 6, 2, 9, 15, tzinfo=UTC)
    assert found.flags == {flag}


def test_dates_after_the_fetch_are_kept_and_flagged():
    found = chosen(("json_ld", "2021-06-03T13:00:00Z"), fetched_at=FETCHED)
    assert found.instant.hour == 13
    assert found.flags == {"after_fetch"}
    later = chosen(("json_ld", "2021-06-05T13:00:00Z"), fetched_at=FETCHED)
    assert later.flags == {"after_fetch", "future"}


def test_a_date_far_ahead_gives_way_to_another_source():
    found = chosen(
        ("json_ld", "2031-06-02T11:15:00Z"), ("feed", "Wed, 02 Jun 2021 11:15:00 GMT"), fetched_at=FETCHED
    )
    assert (found.instant.year, found.method) == (2021, "feed")
    assert "conflict" in found.flags


def test_roles_stay_apart():
    candidates = [
        DateCandidate("2021-06-02T09:00:00Z", "json_ld", "published"),
        DateCandidate("2021-06-02T12:00:00Z", "json_ld", "updated"),
    ]
    assert choose_published(candidates).instant.hour == 9
    assert choose_published(candidates, role="updated").instant.hour == 12


def test_a_printed_label_outweighs_where_the_date_was_found():
    found = chosen(("visible", "Updated 2 June 2021 18:00 UTC"), ("feed", "Wed, 02 Jun 2021 09:00:00 GMT"))
    assert (found.instant.hour, found.method) == (9, "feed")
    assert chosen(("visible", "Updated 2 June 2021 18:00 UTC")).instant.hour == 18


def test_every_candidate_is_read_by_itself():
    candidates = [
        DateCandidate("2 June 2021 11:15", "visible"),
        DateCandidate("nonsense", "meta"),
        DateCandidate("2021-06-02", "json_ld"),
    ]
    found = read_candidates(candidates, source=BERLIN)
    assert [(one.method, one.precision) for one in found] == [
        ("json_ld", "day"),
        ("visible+source_zone", "minute"),
    ]


RAWS = st.sampled_from(
    [
        "2021-06-02",
        "2021-06-02T11:15:00",
        "2021-06-02T11:15:00Z",
        "2021-06-02T11:15:00+02:00",
        "2 June 2021 11:15",
        "02/06/2021",
        "6 May 2021 08:00 IST",
        "x",
    ]
)


def clocked(*others, fetched_at):
    header = DateCandidate("18:41 GMT +314 May 2021", "page_clock", "page_clock")
    return choose_published([header, *others], fetched_at=fetched_at)


def test_the_clock_of_a_page_counts_where_nothing_else_is_printed():
    found = clocked(fetched_at=FETCHED)
    assert (found.instant, found.method) == (datetime(2021, 5, 14, 15, 41, tzinfo=UTC), "page_clock")
    assert clocked(fetched_at=None).instant == found.instant
    stated = clocked(DateCandidate("2021-05-13", "url"), fetched_at=FETCHED)
    assert (stated.precision, stated.instant, stated.method) == ("day", None, "url")


def test_the_clock_of_a_page_is_no_date_where_it_is_the_time_of_the_request():
    assert clocked(fetched_at=datetime(2021, 5, 14, 15, 40, tzinfo=UTC)) is None


SOURCES = st.sampled_from(["json_ld", "meta", "microdata", "time", "visible", "page_clock", "feed", "url"])
PAIRS = st.lists(st.tuples(SOURCES, RAWS), max_size=6)


@given(PAIRS)
def test_no_instant_arises_that_nobody_printed(pairs):
    found = chosen(*pairs, fetched_at=FETCHED)
    read = read_candidates([DateCandidate(raw, source) for source, raw in pairs], fetched_at=FETCHED)
    printed = {reading.instant for one in read for reading in (one, *one.candidates)}
    assert found is None or found.instant is None or found.instant in printed


@given(st.lists(st.tuples(SOURCES, RAWS), min_size=1, max_size=6))
def test_an_offset_fits_its_instant_and_wall_clock(pairs):
    found = chosen(*pairs, source=BERLIN)
    if found and found.instant and found.utc_offset_minutes is not None:
        assert found.local - timedelta(minutes=found.utc_offset_minutes) == found.instant.replace(tzinfo=None)


@given(st.lists(st.tuples(SOURCES, RAWS), max_size=6, unique_by=lambda pair: pair[0]), st.randoms())
def test_the_order_of_the_sources_does_not_matter(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    assert chosen(*shuffled, fetched_at=FETCHED) == chosen(*pairs, fetched_at=FETCHED)


ONE_MOMENT = [
    "2021-06-02",
    "2021-06-02T11:15:00",
    "2021-06-02T09:15:00Z",
    "2021-06-02T11:15:00+02:00",
    "2 June 2021 11:15",
    "02/06/2021 11:15 CEST",
    "1622625300",
]
"""One moment, as fully or as sparely as fields print it."""


@given(st.lists(st.sampled_from(ONE_MOMENT), min_size=1, max_size=6), st.randoms())
def test_within_a_source_the_order_of_what_agrees_does_not_matter(raws, random):
    one, two = (
        chosen(*(("json_ld", raw) for raw in order)) for order in (raws, random.sample(raws, len(raws)))
    )
    assert one.instant == two.instant
    assert one.local.date() == two.local.date()


@given(PAIRS, RAWS)
def test_a_lower_source_never_takes_an_instant_away(pairs, raw):
    pairs = [("json_ld" if source == "url" else source, raw) for source, raw in pairs]
    before = chosen(*pairs, fetched_at=FETCHED)
    after = chosen(*pairs, ("url", raw), ("feed", raw), fetched_at=FETCHED)
    if before and before.instant and before.method != "page_clock":
        assert after.instant == before.instant


@pytest.mark.parametrize(
    ("lower", "local", "precision", "method"),
    [
        ("2021-05-02", "2021-05-02", "day", "meta+time"),
        ("2021-05-02T10:15:00+02:00", "2021-05-02", "second", "meta+time"),
        ("2021-06-02", "2021-05-01", "month", "meta"),
    ],
)
def test_a_month_gets_its_day_from_a_lower_source_that_lies_in_it(lower, local, precision, method):
    found = choose_published([DateCandidate("May 2021", "meta"), DateCandidate(lower, "time")])
    assert (found.local.date().isoformat(), found.precision, found.method) == (local, precision, method)
    assert ("conflict" in found.flags) is (precision == "month")


def test_a_label_is_that_of_the_date_behind_it_alone():
    text = "Published 2 May 2021 10:00 GMT | Updated: 3 May 2021 11:00 GMT. Doors 5 May 2021 at 20:00. Then 4 May 2021 09:00"
    roles = [one.role for one in find_timestamps(text)]
    assert roles == ["published", "updated", "event", "unknown"]


def test_the_day_before_yesterday_is_no_yesterday():
    reference = datetime(2024, 7, 15, 12, tzinfo=UTC)
    for text in ("the day before yesterday 11:15 UTC", "altro ieri alle 11:15", "i förrgår 11:15"):
        assert parse_timestamp(text, reference=reference).local == datetime(2024, 7, 13, 11, 15)
