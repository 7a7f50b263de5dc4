"""Render any instant in any form and zone and read it back; survive any text, in linear time."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dateline import find_timestamps, parse_dateline, parse_timestamp
from pipeline.dateline.calendars import gregorian

minutes = st.datetimes(datetime(1971, 1, 1), datetime(2060, 12, 31)).map(
    lambda one: one.replace(second=0, microsecond=0)
)
offsets = st.integers(-48, 56).map(lambda quarters: quarters * 15)
ENGLISH_DAYS = (
    "%d %B %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%Y-%m-%d",
    "%a, %d %b %Y",
    "%d-%b-%Y",
    "%A, %B %d, %Y",
    "%d.%m.%Y",
)
CLOCKS = ("%H:%M", "%I:%M %p", "%I:%M%p", "%H:%M:00")
SHAPES = ("{day} {clock} {zone}", "{day}, {clock} {zone}", "{clock} {zone}, {day}", "{clock} {zone} | {day}")
OFFSETS = (
    "{s}{h:02}{m:02}",
    "{s}{h:02}:{m:02}",
    "GMT{s}{h}:{m:02}",
    "GMT {s}{h:02}{m:02}",
    "UTC{s}{h:02}:{m:02}",
    "UTC {s}{h:02}{m:02}",
)


def offset_text(form, offset):
    return form.format(s="-" if offset < 0 else "+", h=abs(offset) // 60, m=abs(offset) % 60)


@settings(max_examples=400, deadline=None)
@given(
    minutes,
    offsets,
    st.sampled_from(ENGLISH_DAYS),
    st.sampled_from(CLOCKS),
    st.sampled_from(SHAPES),
    st.sampled_from(OFFSETS),
)
def test_any_instant_in_any_form_reads_back(local, offset, day, clock, shape, form):
    if day == "%d.%m.%Y" and shape.startswith("{clock}"):
        day = "%d %b %Y"  # "+03:00 | 01.02.2003" is a list of numbers to anybody
    text = shape.format(day=local.strftime(day), clock=local.strftime(clock), zone=offset_text(form, offset))
    if -720 <= offset <= 840:
        found = parse_timestamp(text, language="en")
        assert found is not None, text
        assert found.instant == local.replace(tzinfo=timezone(timedelta(minutes=offset))), text
        assert found.utc_offset_minutes == offset


ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Asia/Tehran",
)


@settings(max_examples=300, deadline=None)
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)).map(
        lambda one: one.replace(second=0, microsecond=0)
    ),
    st.sampled_from(ZONES),
)
def test_the_publishers_zone_is_the_zone_database(local, zone):
    found = parse_timestamp(local.strftime("%d %B %Y %H:%M"), zone=zone)
    there = local.replace(tzinfo=ZoneInfo(zone))
    assert found.local == local
    assert found.instant == there.astimezone(UTC)
    assert "source_zone" in found.flags
    assert bool(found.flags & {"dst_gap", "dst_fold"}) == (
        there.utcoffset() != there.replace(fold=1).utcoffset()
    )


# Languages whose long date has a month by name and an arrangement of day, month and year of its own.
LANGUAGES = (
    *(
        "en",
        "es",
        "fr",
        "de",
        "pt",
        "it",
        "ru",
        "id",
        "ms",
        "tr",
        "nl",
        "pl",
        "sv",
        "da",
        "nb",
        "fi",
        "cs",
        "sk",
    ),
    *(
        "hu",
        "ro",
        "bg",
        "el",
        "uk",
        "sr",
        "hr",
        "sl",
        "lt",
        "lv",
        "et",
        "is",
        "ca",
        "he",
        "ar",
        "hi",
        "bn",
        "th",
        "vi",
    ),
    *("zh", "ja", "ko", "ka", "kk", "az", "ta", "te", "sw", "af", "ga", "gl", "mk", "sq"),
)
ELSEWHERE = {"th": 543}


@settings(max_examples=800, deadline=None)
@given(
    st.dates(date(1971, 1, 1), date(2060, 12, 31)),
    st.sampled_from(LANGUAGES),
    st.sampled_from(("long", "full", "medium")),
)
def test_any_day_in_any_language_reads_back(day, language, width):
    text = format_date(day, width, locale=language)
    found = parse_timestamp(text, language=language)
    assert found is not None, (language, text)
    assert found.local.date() == day, (language, text)
    assert found.instant is None


@settings(max_examples=300, deadline=None)
@given(
    minutes,
    st.sampled_from(("By A. Writer, ", "Published: ", "Politics | ", "Updated on ", "")),
    st.sampled_from(("", " by Anna Example", " | 3 min read", ".", " · Share")),
)
def test_words_around_it_change_no_reading(local, before, after):
    text = local.strftime("%d %B %Y %H:%M UTC")
    plain, dressed = parse_timestamp(text), parse_timestamp(before + text + after)
    assert dressed is not None
    assert (dressed.instant, dressed.local) == (plain.instant, plain.local)


@given(st.integers(1200, 1600), st.integers(1, 12), st.integers(1, 31))
def test_persian_days_follow_one_another(year, month, day):
    this, following = gregorian("persian", year, month, day), gregorian("persian", year, month, day + 1)
    if this and following:
        assert following - this == timedelta(days=1)
    first, turn = gregorian("persian", year, 1, 1), gregorian("persian", year + 1, 1, 1)
    assert (turn - first).days in {365, 366}


ALPHABET = st.sampled_from(
    [
        *"0123456789 :.,-/+()|APMTZGUCkdlh年月日時午上下ق٣৩",
        "GMT",
        "Dec",
        "2021",
        "am",
        "th",
        " - ",
        "MOSCOW",
        "(AP)",
        "\n",
        "mar",
        "EST",
    ]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(ALPHABET, max_size=40).map("".join))
def test_no_text_raises(text):
    for found in [
        parse_timestamp(text),
        *find_timestamps(text, reference=datetime(2021, 1, 1, tzinfo=UTC), zone="Europe/Berlin"),
    ]:
        if found is not None and found.instant is not None:
            assert found.instant.tzinfo is UTC
            assert found.evidence in text
    parse_dateline(text, language="en", filed_on=date(2021, 1, 1))


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=200))
def test_no_unicode_raises(text):
    parse_timestamp(text, reference=datetime(2021, 1, 1, tzinfo=UTC))
    parse_dateline(text, filed_on=date(2024, 2, 29))


PUMPS = (
    "1 ",
    "12:",
    "1.",
    "10:00 - ",
    "Dec ",
    "5 May 2021 10:00, ",
    "(",
    "(AP) - ",
    "A ",
    "PARIS, ",
    "2021年",
    "م ",
    "+3",
    "Monday ",
    "By Aa ",
    "x",
)


@pytest.mark.parametrize("pump", PUMPS)
@pytest.mark.parametrize("function", [parse_timestamp, find_timestamps, parse_dateline])
def test_time_is_linear(function, pump):
    def seconds(size):
        text = pump * (size // len(pump))
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            function(text)
            best = min(best, time.process_time() - started)
        return best

    short, long = seconds(2_000), seconds(16_000)
    assert long < 40 * max(short, 0.002), (short, long)
