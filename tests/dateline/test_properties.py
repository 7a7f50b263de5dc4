"""Render any instant in any form and zone and read it back; survive any text, in linear time."""

from __future__ import annotations

import random
import time
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_time
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dateline import find_timestamps, parse_dateline, parse_timestamp
from pipeline.dateline.calendars import gregorian


def often(times):
    """So many times the examples of the profile: 100 each in ``make test``, 2,000 in ``make fuzz``."""
    return settings(max_examples=times * settings.default.max_examples, deadline=None)


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


@often(2)
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


@often(1)
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


@often(3)
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


ZONE_WORDS = (
    ("UTC", 0),
    ("GMT", 0),
    ("(GMT+7)", 420),
    ("UTC\u22123", -180),
    ("+05:30", 330),
    ("MSK", None),
    ("WIB", 420),
    ("JST", 540),
    ("America/Bogota", -300),
)
# Their short clocks: 15:13, 15.13, 3:13 PM, 下午3:13, 오후 3:13, 3:13 م, 15:13 น. …


@often(3)
@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2037, 12, 31)).map(
        lambda one: one.replace(second=0, microsecond=0)
    ),
    st.sampled_from(LANGUAGES),
    st.sampled_from(("long", "medium")),
    st.sampled_from((" ", ", ", " | ")),
    st.sampled_from(ZONE_WORDS),
)
def test_any_instant_in_any_language_and_zone_reads_back(local, language, width, between, zone):
    label, offset = zone
    clock = format_time(local.time(), "short", locale=language)
    text = f"{format_date(local.date(), width, locale=language)}{between}{clock} {label}"
    found = parse_timestamp(text, language=language)
    assert found is not None, (language, text)
    expected = local - timedelta(minutes=180 if offset is None else offset)
    assert found.local == local, (language, text)
    assert found.instant == expected.replace(tzinfo=UTC), (language, text)


BEFORE = ("By A. Writer, ", "Published: ", "Politics | ", "Updated on ", "Reuters - ", "World News · ", "")
BEHIND = (
    "",
    " by Anna Example",
    " | 3 min read",
    ".",
    " · Share",
    "\nComments (12)",
    " — Photo: AP",
    " | 24/7",
)


@often(2)
@given(
    minutes,
    st.sampled_from(
        ("%d %B %Y %H:%M UTC", "%Y-%m-%d %H:%M UTC", "%b %d, %Y at %I:%M %p UTC", "%H:%M UTC, %d.%m.%Y")
    ),
    st.sampled_from(BEFORE),
    st.sampled_from(BEHIND),
)
def test_words_around_it_change_no_reading(local, form, before, behind):
    text = local.strftime(form)
    plain, dressed = parse_timestamp(text), parse_timestamp(before + text + behind)
    assert dressed is not None
    assert (
        (dressed.instant, dressed.local) == (plain.instant, plain.local) == (local.replace(tzinfo=UTC), local)
    )


@given(st.integers(1200, 1600), st.integers(1, 12), st.integers(1, 31))
def test_persian_days_follow_one_another(year, month, day):
    this, following = gregorian("persian", year, month, day), gregorian("persian", year, month, day + 1)
    if this and following:
        assert following - this == timedelta(days=1)
    first, turn = gregorian("persian", year, 1, 1), gregorian("persian", year + 1, 1, 1)
    assert (turn - first).days in {365, 366}


PIECES = (
    *"0123456789 :.,-/+()|APMTZGUCkdlh年月日時午上下ق٣৩",
    *(
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
        "½",
        "二十",
        "昨天",
        "2024-W10-3",
        "3 min",
        " ago",
    ),
)
ALPHABET = st.sampled_from(PIECES)


@often(4)
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


@often(2)
@given(st.text(max_size=200))
def test_no_unicode_raises(text):
    parse_timestamp(text, reference=datetime(2021, 1, 1, tzinfo=UTC))
    parse_dateline(text, filed_on=date(2024, 2, 29))


SEEDS = (
    "Updated 1523 GMT (2323 HKT) December 15, 2017",
    "15:13 GMT +315 December 2017",
    "Mon, 15 Jul 2024 10:15:00 +0200 (CEST)",
    "2024-W29-1T10:15:00.123Z",
    "二〇二四年七月十五日 下午3:13",
    "令和元年5月1日 午前0時",
    "15 มิ.ย. 64 15:04 น.",
    "۲۵ تیر ۱۴۰۳ - ۱۰:۱۵",
    "15 يوليو/تموز 2024 10:15 م بتوقيت غرينتش",
    "Publié aujourd'hui à 10h15, mis à jour à 11h20",
    "vor 2 Stunden 5 Minuten",
    "March 2020 | 3 min read",
    "10:15 IST yesterday",
    "MOSCOW, December 15. /TASS/. Text",
)


def mutated(chance):
    """A seed with pieces taken out, put in, doubled and moved; or nothing but pieces."""
    text = list(chance.choice(SEEDS) if chance.random() < 0.8 else "")
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(text) + 1)
        deed = chance.randrange(4)
        if deed == 0 or not text:
            text.insert(at, chance.choice(PIECES))
        elif deed == 1:
            del text[at : at + chance.randrange(1, 6)]
        elif deed == 2:
            text[at:at] = text[at : at + chance.randrange(1, 8)]
        else:
            text.insert(
                at, chr(chance.choice((chance.randrange(32, 0x250), chance.randrange(0x250, 0x11000))))
            )
    return "".join(text)


def test_random_and_mutated_strings_are_survived(at_full_length):
    chance = random.Random(20240715)
    reference = datetime(2024, 7, 15, 12, 0, tzinfo=UTC)
    for _ in range(100_000 if at_full_length else 3_000):
        text = mutated(chance)
        language, zone = chance.choice((None, *LANGUAGES)), chance.choice((None, *ZONES))
        for found in [
            parse_timestamp(text, language=language, zone=zone, reference=reference),
            *find_timestamps(text, language=language, country=chance.choice((None, "US", "GB", "IN", "IR"))),
        ]:
            if found is None:
                continue
            assert found.evidence in text, text
            assert found.local or found.candidates, text
            assert not (found.instant and "ambiguous_zone" in found.flags), text


PUMPS = (
    "1",
    "12:12:",
    "20199:29 AM ",
    "January ",
    "+03",
    "2021-",
    "3 May 2021 10.30 ",
    "10.30 kl ",
    "1523 GMT (2323 HKT) ",
    "二十",
    "元年",
    "A.",
    "é",
    "10:00 +0300 ",
    "Eastern ",
    "3 hours ",
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
        for _ in range(2):
            started = time.process_time()
            function(text)
            best = min(best, time.process_time() - started)
        return best

    short, long = seconds(1_500), seconds(12_000)
    assert long < 30 * max(short, 0.002), (short, long)  # eight times the text; a square would be 64
