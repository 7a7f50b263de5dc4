"""Printed dates: what they mean, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.dateline import find_timestamps, parse_timestamp

REFERENCE = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


def instant(text, **known):
    found = parse_timestamp(text, **known)
    return found and found.instant and found.instant.strftime("%Y-%m-%d %H:%M")


# Zone strings that other parsers read three to six hours wrong, or as UTC, without a word.
TRAPS = [
    ("24 Nov 2026 15:13 GMT +3", "12:13"),
    ("24 Nov 2026 15:13 GMT +0300", "12:13"),
    ("24 Nov 2026 15:13 GMT+3", "12:13"),
    ("24 Nov 2026 15:13 GMT+03:00", "12:13"),
    ("24 Nov 2026 15:13 UTC+3", "12:13"),
    ("24 Nov 2026 15:13 UTC+0530", "09:43"),
    ("24 Nov 2026 15:13 UTC\u22123", "18:13"),
    ("24 Nov 2026 15:13 GMT+5.5", "09:43"),
    ("24 Nov 2026 15:13 +05.5", "09:43"),
    ("24 Nov 2026 15:13 Etc/GMT+3", "18:13"),
    ("24 Nov 2026 15:13 MSK", "12:13"),
    ("24 Nov 2026 15:13 TRT", "12:13"),
    ("24 Nov 2026 15:13 EET", "13:13"),
    ("24 Nov 2026 15:13 AEDT", "04:13"),
    ("24 Nov 2026 15:13 JST", "06:13"),
    ("24 Nov 2026 15:13 PKT", "10:13"),
    ("24 Nov 2026 15:13 WIB", "08:13"),
    ("24 Nov 2026 15:13 Europe/Moscow", "12:13"),
    ("Tue, 24 Nov 2026 15:13:00 -0000", "15:13"),
    ("Sal, 24 Kas 2026 15:13:00 +0300", "12:13"),
    ("24 Jul 2026 15:13 EEST", "12:13"),
    ("24 Jul 2026 15:13 CEST", "13:13"),
    ("24 Jul 2026 15:13 BST", "14:13"),
]


@pytest.mark.parametrize(("text", "clock"), TRAPS)
def test_zone_traps(text, clock):
    assert instant(text).endswith(clock)


def test_minus_zero_names_no_place():
    found = parse_timestamp("Tue, 24 Nov 2026 15:13:00 -0000")
    assert found.instant == datetime(2026, 11, 24, 15, 13, tzinfo=UTC)
    assert found.utc_offset_minutes is None
    assert found.zone is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:05 GMT +315 March 2019", "2019-03-15 06:05"),
        ("9:05 GMT +1121 March 2019", "2019-03-20 22:05"),
        ("9:05 GMT +053021 March 2019", "2019-03-21 03:35"),
        ("Published Tue, Mar 19 20199:05 AM EDT", "2019-03-19 13:05"),
        ("Posted 19 March 201911:05 UTC", "2019-03-19 11:05"),
        ("11:05:0919 March 2019", None),
    ],
)
def test_glued_digits_are_taken_apart_where_one_reading_is_possible(text, expected):
    assert instant(text) == expected


def test_glued_digits_with_two_readings_claim_no_instant():
    found = parse_timestamp("9:05 GMT +112 March 2019")
    assert found.instant is None
    assert {one.local.day for one in found.candidates} == {2, 12}
    assert "glued" in found.flags


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("6 May 2020 08:00 IST", {"country": "IN"}, "2020-05-06 02:30"),
        ("6 May 2020 08:00 IST", {"language": "en-IN"}, "2020-05-06 02:30"),
        ("6 May 2020 08:00 IST", {"country": "IE"}, "2020-05-06 07:00"),
        ("6 Jan 2020 08:00 IST", {"country": "IL"}, "2020-01-06 06:00"),
        ("6 May 2020 08:00 IST", {"zone": "Asia/Kolkata"}, "2020-05-06 02:30"),
        ("6 May 2020 08:00 CST", {}, "2020-05-06 13:00"),
        ("6 May 2020 08:00 CST", {"country": "CN"}, "2020-05-06 00:00"),
        ("6 May 2020 08:00 CST", {"language": "zh"}, "2020-05-06 00:00"),
        ("6 May 2020 08:00 AST", {"country": "SA"}, "2020-05-06 05:00"),
        ("6 May 2020 08:00 AST", {"country": "PR"}, "2020-05-06 12:00"),
        ("6 May 2020 08:00 AST", {}, None),
        ("6 May 2020 08:00 BST", {"country": "BD"}, "2020-05-06 02:00"),
        ("6 Jun 2012 08:00 MSK", {}, "2012-06-06 04:00"),
        ("6 Jun 2015 08:00 MSK", {}, "2015-06-06 05:00"),
        ("6 May 2020 8:00 a.m. PT", {}, "2020-05-06 15:00"),
        ("6 Jan 2020 8:00 a.m. PT", {}, "2020-01-06 16:00"),
        ("6 Jan 2020 8:00 MST", {"zone": "America/Phoenix"}, "2020-01-06 15:00"),
        ("6 Jul 2020 8:00 MST", {"zone": "America/Phoenix"}, "2020-07-06 15:00"),
    ],
)
def test_abbreviations_follow_publisher_and_date(text, known, expected):
    assert instant(text, **known) == expected


def test_ambiguous_abbreviation_keeps_every_reading():
    found = parse_timestamp("6 Dec 2020 08:00 IST")
    assert found.instant is None
    assert found.flags >= {"ambiguous_zone"}
    assert sorted(one.instant.strftime("%H:%M") for one in found.candidates) == ["02:30", "06:00", "07:00"]


def test_label_of_the_other_season_is_read_as_in_force_and_flagged():
    found = parse_timestamp("4 July 2021 10:00 EST")
    assert found.instant == datetime(2021, 7, 4, 14, tzinfo=UTC)
    assert found.utc_offset_minutes == -240
    assert "label_season_mismatch" in found.flags
    assert datetime(2021, 7, 4, 15, tzinfo=UTC) in [one.instant for one in found.candidates]


def test_gap_and_fold():
    gap = parse_timestamp("14 March 2021 02:30", zone="America/New_York")
    assert (gap.instant, gap.flags) == (datetime(2021, 3, 14, 7, 30, tzinfo=UTC), {"dst_gap", "source_zone"})
    fold = parse_timestamp("7 November 2021 01:30", zone="America/New_York")
    assert fold.instant == datetime(2021, 11, 7, 5, 30, tzinfo=UTC)
    assert [one.instant.hour for one in fold.candidates] == [5, 6]
    assert parse_timestamp("7 November 2021 01:30 EST").instant.hour == 6


def test_naive_clock_has_no_instant_without_a_zone():
    found = parse_timestamp("2026/11/24 15:13:00")
    assert (found.instant, found.local) == (None, datetime(2026, 11, 24, 15, 13))
    assert found.precision == "second"
    assert parse_timestamp("2026/11/24", zone="Asia/Tokyo").instant is None


@pytest.mark.parametrize(
    "text",
    [
        "30 Feb 2019 09:00 GMT",
        "29 February 2019",
        "2020-02-30",
        "31.04.2020 10:00",
        "15 Dec 2017 25:13",
        "30 December 2011 10:00 Pacific/Apia",
    ],
)
def test_impossible_dates_are_refused(text):
    assert parse_timestamp(text) is None


def test_leap_day_and_end_of_day():
    assert instant("29 February 2020 10:00 UTC") == "2020-02-29 10:00"
    assert instant("31 December 2020 24:00 UTC") == "2021-01-01 00:00"


@pytest.mark.parametrize(
    "text",
    [
        "Weekdays 7am ET",
        "Mondays, 8:30-9:30 PM",
        "Open Mo-Fr 9:00 - 17:00 Uhr",
        "Duration: 12:44",
        "0:00 / 12:44",
        "Rovers 3-1 Wanderers",
        "Kick-off 15:00 GMT",
        "Tel. +49 30 1234567",
        "Version 2.10.3",
        "营业时间：9:00-18:00",
        "12.30 Euro",
        "",
        "no digits at all",
        "May the force",
        "3 May 2021 10:00-11:30",
    ],
)
def test_no_timestamp(text):
    assert parse_timestamp(text, reference=REFERENCE) is None


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("3/4/2021", {"country": "US"}, "2021-03-04"),
        ("3/4/2021", {"country": "GB"}, "2021-04-03"),
        ("3/4/2021", {"language": "fr"}, "2021-04-03"),
        ("3/4/2021", {"language": "fr", "country": "CA"}, "2021-04-03"),
        ("3.4.2021", {"language": "en"}, "2021-04-03"),
        ("13/4/2021", {"country": "US"}, "2021-04-13"),
        ("Sat 3/4/2021", {"language": "en"}, "2021-04-03"),
    ],
)
def test_order_of_day_and_month(text, known, expected):
    found = parse_timestamp(text, **known)
    assert found.local.date().isoformat() == expected
    assert "ambiguous_order" not in found.flags


@pytest.mark.parametrize("country", [None, "CA"])
def test_open_order_is_flagged_with_both_days(country):
    found = parse_timestamp("3/4/2021 10:00 UTC", language="en", country=country)
    assert found.instant is None
    assert "ambiguous_order" in found.flags
    assert {one.instant.month for one in found.candidates} == {3, 4}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wednesday, 2 June 2021 3:04 PM", "2021-06-02 15:04"),
        ("2 juin 2021 à 15h04", "2021-06-02 15:04"),
        ("Mittwoch, 2. Juni 2021, 15.04 Uhr", "2021-06-02 15:04"),
        ("2 de junio de 2021 a las 15:04", "2021-06-02 15:04"),
        ("2 de junho de 2021 às 15h04", "2021-06-02 15:04"),
        ("2 giugno 2021 alle 15:04", "2021-06-02 15:04"),
        ("2 июня 2021 г. в 15:04", "2021-06-02 15:04"),
        ("2021年6月2日 下午3:04", "2021-06-02 15:04"),
        ("2021年6月2日下午3点04分", "2021-06-02 15:04"),
        ("2021年6月2日（水）15時04分", "2021-06-02 15:04"),
        ("令和3年6月2日 15:04", "2021-06-02 15:04"),
        ("民國110年6月2日 15:04", "2021-06-02 15:04"),
        ("110年6月2日 15:04", "2021-06-02 15:04"),
        ("2021년 6월 2일 오후 3시 4분", "2021-06-02 15:04"),
        ("2021.06.02. 오후 3:04", "2021-06-02 15:04"),
        ("٢ يونيو ٢٠٢١ ٣:٠٤ م", "2021-06-02 15:04"),
        ("۱۲ خرداد ۱۴۰۰ - ۱۵:۰۴", "2021-06-02 15:04"),
        ("2 Juni 2021 pukul 15.04", "2021-06-02 15:04"),
        ("2 Haziran 2021 Çarşamba 15:04", "2021-06-02 15:04"),
        ("2 juni 2021 om 15.04 uur", "2021-06-02 15:04"),
        ("2 czerwca 2021, 15:04", "2021-06-02 15:04"),
        ("2 juni 2021 kl. 15.04", "2021-06-02 15:04"),
        ("2. kesäkuuta 2021 klo 15.04", "2021-06-02 15:04"),
        ("2. června 2021 15:04", "2021-06-02 15:04"),
        ("2021. június 2. 15:04", "2021-06-02 15:04"),
        ("2 iunie 2021, ora 15:04", "2021-06-02 15:04"),
        ("2 юни 2021, 15:04", "2021-06-02 15:04"),
        ("2 Ιουνίου 2021, 3:04 μ.μ.", "2021-06-02 15:04"),
        ("2 червня 2021, 15:04", "2021-06-02 15:04"),
        ("2 जून 2021, 15:04", "2021-06-02 15:04"),
        ("২ জুন ২০২১, ১৫:০৪", "2021-06-02 15:04"),
        ("2 มิถุนายน 2564 15:04 น.", "2021-06-02 15:04"),
        ("2 มิ.ย. 64 15:04", "2021-06-02 15:04"),
        ("2 tháng 6, 2021 15:04", "2021-06-02 15:04"),
        ("2 ביוני 2021 15:04", "2021-06-02 15:04"),
        ("2021 m. birželio 2 d. 15:04", "2021-06-02 15:04"),
        ("2021. gada 2. jūnijs, 15:04", "2021-06-02 15:04"),
        ("noon, 2 June 2021", "2021-06-02 12:00"),
        ("2 June 2021 12:04 a.m.", "2021-06-02 00:04"),
        ("15:04 PM 2 June 2021", "2021-06-02 15:04"),
        ("1504 hrs, 2 June 2021", None),
        ("Jun 2 15:04:05 2021", "2021-06-02 15:04"),
        ("20210602T150405", "2021-06-02 15:04"),
    ],
)
def test_printed_forms_of_the_world(text, expected):
    found = parse_timestamp(text)
    if expected is None:
        assert found is None or found.instant is None
    else:
        assert found.local.strftime("%Y-%m-%d %H:%M") == expected


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("2 hours ago", {}, "2026-11-24 18:00"),
        ("an hour ago", {}, "2026-11-24 19:00"),
        ("Updated 10 mins ago", {}, "2026-11-24 19:50"),
        ("vor 3 Minuten", {"language": "de"}, "2026-11-24 19:57"),
        ("il y a 5 heures", {}, "2026-11-24 15:00"),
        ("hace 2 horas", {}, "2026-11-24 18:00"),
        ("5分钟前", {}, "2026-11-24 19:55"),
        ("3시간 전", {}, "2026-11-24 17:00"),
        ("منذ 3 ساعات", {}, "2026-11-24 17:00"),
        ("yesterday 15:13", {"zone": "Europe/Paris"}, "2026-11-23 14:13"),
        ("вчера в 15:13", {"zone": "Europe/Moscow"}, "2026-11-23 12:13"),
        ("Thursday 9:20 a.m. CT", {}, "2026-11-19 15:20"),
        ("Nov 25 00:10 GMT", {}, "2026-11-25 00:10"),
        ("Dec 24 00:10 GMT", {}, "2025-12-24 00:10"),
    ],
)
def test_relative_times_and_missing_years(text, known, expected):
    found = parse_timestamp(text, reference=REFERENCE, **known)
    assert found.instant.strftime("%Y-%m-%d %H:%M") == expected
    assert found.flags & {"relative", "year_inferred"}
    assert parse_timestamp(text, **known) is None


def test_second_clock_confirms_or_contradicts():
    assert instant("1523 GMT (2323 HKT) 2 June 2021") == "2021-06-02 15:23"
    assert parse_timestamp("1523 GMT (2323 HKT) 2 June 2021").evidence == "1523 GMT (2323 HKT) 2 June 2021"
    found = parse_timestamp("15:23 GMT (22:23 HKT) 2 June 2021")
    assert found.instant is None
    assert "conflict" in found.flags
    assert len(found.candidates) == 2


def test_every_timestamp_of_a_text_with_its_role():
    text = "Published 09:00 BST, 2 June 2021. Updated 11:30 BST, 3 June 2021. © 2021"
    found = find_timestamps(text)
    assert [(one.role, one.instant.hour) for one in found] == [("published", 8), ("updated", 10)]
    assert all(one.evidence in text for one in found)


def test_broken_feed_dates():
    expected = "2021-06-02 15:04"
    for text in (
        "Wed, 02 Jun 2021 15:04:05 GMT",
        "Wed, 2 June 21 15:04:05 Z",
        "Wednesday, 02-Jun-21 15:04:05 UTC",
        "Wed,02 Jun 2021 15:04:05 +0000 (UTC)",
        "Wed Jun  2 15:04:05 UTC 2021",
        "02 Jun 2021 15:04 +00:00",
        "2021-06-02T15:04:05.123456Z",
        "2021-06-02 15:04:05+00",
        "Wed, 02 Jun 2021 17:04:05 +0200",
        "mer., 02 juin 2021 17:04:05 +0200",
    ):
        assert instant(text) == expected, text


SUMMER = datetime(2024, 7, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("known", [{"country": "GB"}, {"country": "IE"}, {"zone": "Europe/London"}])
def test_gmt_in_a_british_summer_stays_literal_and_is_flagged(known):
    found = parse_timestamp("15 July 2024 10:00 GMT", **known)
    assert (found.instant.hour, found.utc_offset_minutes) == (10, 0)
    assert found.flags == {"label_season_mismatch"}
    assert [one.instant.hour for one in found.candidates] == [10, 9]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("15 January 2024 10:00 GMT", {"country": "GB"}),
        ("15 July 2024 10:00 GMT", {"country": "NG"}),
        ("15 July 2024 10:00 UTC", {"country": "GB"}),
        ("Mon, 15 Jul 2024 10:00:00 GMT", {"country": "GB"}),  # RFC 822 means Universal Time
        ("15 July 2024 10:00 GMT+1", {"country": "GB"}),
    ],
)
def test_gmt_is_flagged_nowhere_else(text, known):
    found = parse_timestamp(text, **known)
    assert found.flags == frozenset()
    assert found.candidates == ()


def test_a_month_is_its_first_day_without_an_instant():
    found = parse_timestamp("Published March 2020", zone="Europe/Paris")
    assert (found.local, found.precision) == (datetime(2020, 3, 1), "month")
    assert (found.instant, found.role, found.evidence) == (None, "published", "March 2020")
    assert parse_timestamp("March 2020 | 3 March 2020 10:00 UTC").precision == "minute"


def test_a_clock_alone_is_the_latest_such_moment_and_says_so():
    found = parse_timestamp("Updated 1523 GMT (2323 HKT)", reference=SUMMER)
    assert found.instant == datetime(2024, 7, 14, 15, 23, tzinfo=UTC)
    assert found.flags == {"relative"}
    assert found.role == "updated"
    assert parse_timestamp("12:04 GMT", reference=SUMMER).instant.day == 15  # a clock four minutes fast
    assert parse_timestamp("12:06 GMT", reference=SUMMER).instant.day == 14
    assert parse_timestamp("10:00 GMT") is None


def test_an_ambiguous_clock_alone_keeps_every_reading():
    found = parse_timestamp("13:00 IST", reference=SUMMER)
    assert found.instant is None
    assert found.flags == {"ambiguous_zone", "relative"}
    assert sorted(one.instant.strftime("%d %H:%M") for one in found.candidates) == [
        "15 07:30",
        "15 11:00",
        "15 12:00",
    ]


def test_a_leap_second_and_a_fraction_belong_to_the_clock():
    leap = parse_timestamp("2016-12-31T23:59:60Z")
    assert leap.instant == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
    fraction = parse_timestamp("2024-07-15T10:15:00.123+02:00")
    assert fraction.instant == datetime(2024, 7, 15, 8, 15, tzinfo=UTC)
    assert parse_timestamp("2024-07-15 10:15:00.123").evidence == "2024-07-15 10:15:00.123"


def test_a_military_letter_tells_no_offset():
    found = parse_timestamp("Mon, 15 Jul 2024 10:15:00 R")
    assert (found.instant.hour, found.utc_offset_minutes) == (10, None)


def test_two_units_of_a_relative_time_are_added_at_the_smaller_ones_precision():
    found = parse_timestamp("1 day, 3 hours ago", reference=SUMMER)
    assert (found.instant, found.precision) == (datetime(2024, 7, 14, 9, tzinfo=UTC), "hour")
    assert parse_timestamp("vor 2 Stunden 5 Minuten", reference=SUMMER, language="de").instant.minute == 55
    assert parse_timestamp("3 hours 1 day ago", reference=SUMMER) is None


@pytest.mark.parametrize(
    ("labels", "role"),
    [
        (
            "Publié le |Опубліковано |প্রকাশ: |เผยแพร่ |発行 |Avaldatud |გამოქვეყნდა |تاریخ انتشار: |Imechapishwa ",
            "published",
        ),
        (
            "Mis à jour le |Оновлено |আপডেট: |อัปเดต |最終更新 |Uuendatud |განახლდა |آخر تحديث: |Kemas kini ",
            "updated",
        ),
        ("Exchange |By A. Writer | ", "unknown"),
    ],
)
def test_labels_of_the_world_give_the_role(labels, role):
    for label in labels.split("|"):
        assert parse_timestamp(f"{label}2024-07-15 10:15").role == role, label
