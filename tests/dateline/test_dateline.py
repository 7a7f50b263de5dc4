"""Datelines of the world's agencies, and what only looks like one."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.dateline import parse_dateline

NEAR = date(2021, 6, 3)


def read(text, **known):
    found = parse_dateline(text, filed_on=NEAR, **known)
    return found and (
        found.raw,
        [(one.name, one.country) for one in found.places],
        found.agency,
        found.filed_on,
    )


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("OSLO (AP) — The council met", {}, ("OSLO (AP)", [("Oslo", "NO")], "AP", None)),
        (
            "OSLO, June 2 (Xinhua) -- The council met",
            {},
            ("OSLO, June 2 (Xinhua)", [("Oslo", "NO")], "Xinhua", date(2021, 6, 2)),
        ),
        ("BEND, Ore. (AP) — A council", {}, ("BEND, Ore. (AP)", [("Bend", "US")], "AP", None)),
        ("【長崎＝浜新聞】市議会は", {}, ("【長崎＝浜新聞】", [("Nagasaki", "JP")], "浜新聞", None)),
        (
            "［ソウル 1日 浜通信］ - 市議会は",
            {},
            ("［ソウル 1日 浜通信］", [("Seoul", "KR")], "浜通信", date(2021, 6, 1)),
        ),
        (
            "САМАРА, 2 июн - Волга-Пресс. Совет решил",
            {"language": "ru"},
            ("САМАРА, 2 июн - Волга-Пресс", [("Samara", "RU")], "Волга-Пресс", date(2021, 6, 2)),
        ),
        ("Kiel (fno) - Der Rat hat", {"language": "de"}, ("Kiel (fno)", [("Kiel", "DE")], "fno", None)),
        ("تونس (بيان) - قال", {"language": "ar"}, ("تونس (بيان)", [("Tunis", "TN")], "بيان", None)),
        ("GDANSK, Poland - A council met", {}, ("GDANSK, Poland", [("Gdańsk", "PL")], None, None)),
        (
            "NAGOYA, June 2 (Kyodo) - A council",
            {},
            ("NAGOYA, June 2 (Kyodo)", [("Nagoya", "JP")], "Kyodo", date(2021, 6, 2)),
        ),
        (
            "OSLO, June 2. /TASS/. A council met",
            {},
            ("OSLO, June 2. /TASS/", [("Oslo", "NO")], "TASS", date(2021, 6, 2)),
        ),
        (
            "MINSK. June 2 (Interfax) - A council",
            {},
            ("MINSK. June 2 (Interfax)", [("Minsk", "BY")], "Interfax", date(2021, 6, 2)),
        ),
        ("Reuters - A council met on Monday", {}, ("Reuters", [], "Reuters", None)),
        ("(Reuters) - A council met on Monday", {}, ("(Reuters)", [], "Reuters", None)),
        ("Oslo (CNN)The council met", {}, ("Oslo (CNN)", [("Oslo", "NO")], "CNN", None)),
        (
            "OSLO/HELSINKI (Reuters) - Councils",
            {},
            ("OSLO/HELSINKI (Reuters)", [("Oslo", "NO"), ("Helsinki", "FI")], "Reuters", None),
        ),
        (
            "LEEDS (Example Wire Service) - A council",
            {},
            ("LEEDS (Example Wire Service)", [("Leeds", "GB")], "Example Wire Service", None),
        ),
        ("LAHORE: The council met", {}, ("LAHORE", [("Lahore", "PK")], None, None)),
        ("DENVER Some example council has met", {}, ("DENVER", [("Denver", "US")], None, None)),
        ("By ANN WRITER   OSLO (AP) -- A council", {}, ("OSLO (AP)", [("Oslo", "NO")], "AP", None)),
        (
            "Council to meet again\nOSLO, June 2 (dpa) - A council",
            {},
            ("OSLO, June 2 (dpa)", [("Oslo", "NO")], "dpa", date(2021, 6, 2)),
        ),
        (
            "(Corrects name of council in second paragraph) OSLO (Reuters) - A",
            {},
            ("OSLO (Reuters)", [("Oslo", "NO")], "Reuters", None),
        ),
        (
            "ELSINKI, June 2 - A council met",
            {},
            ("ELSINKI, June 2", [("Helsinki", "FI")], None, date(2021, 6, 2)),
        ),
        (
            "UNITED NATIONS (AP) — A council",
            {},
            ("UNITED NATIONS (AP)", [("United Nations", "US")], "AP", None),
        ),
        (
            "ABOARD AIR FORCE ONE (Reuters) - A",
            {},
            ("ABOARD AIR FORCE ONE (Reuters)", [("ABOARD AIR FORCE ONE", None)], "Reuters", None),
        ),
        (
            "Graz/Linz – Der Rat tagte",
            {"language": "de"},
            ("Graz/Linz", [("Graz", "AT"), ("Linz", "AT")], None, None),
        ),
        ("Der Rat tagt wieder. Graz – Am Montag", {"language": "de"}, ("Graz", [("Graz", "AT")], None, None)),
        (
            "Frankfurt/Main (dpa) - Der Rat",
            {"language": "de"},
            ("Frankfurt/Main (dpa)", [("Frankfurt am Main", "DE")], "dpa", None),
        ),
        (
            "Sevilla, 2 jun (EFE).- El consejo",
            {"language": "es"},
            ("Sevilla, 2 jun (EFE)", [("Sevilla", "ES")], "EFE", date(2021, 6, 2)),
        ),
        (
            "(ANSA) - TORINO, 02 GIU - Il consiglio",
            {"language": "it"},
            ("(ANSA) - TORINO, 02 GIU", [("Turin", "IT")], "ANSA", date(2021, 6, 2)),
        ),
        ("Medan (ANTARA) - Dewan", {"language": "id"}, ("Medan (ANTARA)", [("Medan", "ID")], "ANTARA", None)),
        (
            "Kabar9.com, Medan - Dewan",
            {"language": "id"},
            ("Kabar9.com, Medan", [("Medan", "ID")], "Kabar9.com", None),
        ),
        (
            "ОМСК, 2 июн - РИА Новости. Совет",
            {"language": "ru"},
            ("ОМСК, 2 июн - РИА Новости", [("Omsk", "RU")], "РИА Новости", date(2021, 6, 2)),
        ),
        (
            "ОМСК, 2 июня. /ТАСС/. Совет",
            {"language": "ru"},
            ("ОМСК, 2 июня. /ТАСС/", [("Omsk", "RU")], "ТАСС", date(2021, 6, 2)),
        ),
        (
            "القاهرة (رويترز) - اجتمع المجلس",
            {"language": "ar"},
            ("القاهرة (رويترز)", [("Cairo", "EG")], "رويترز", None),
        ),
        (
            "القاهرة، 2 يونيو (رويترز) - اجتمع",
            {"language": "ar"},
            ("القاهرة، 2 يونيو (رويترز)", [("Cairo", "EG")], "رويترز", date(2021, 6, 2)),
        ),
        (
            "【新华社巴黎6月2日电】会议",
            {"language": "zh"},
            ("【新华社巴黎6月2日电】", [("Paris", "FR")], "新华社", date(2021, 6, 2)),
        ),
        (
            "法新社巴黎二日電 會議",
            {"language": "zh"},
            ("法新社巴黎二日電", [("Paris", "FR")], "法新社", date(2021, 6, 2)),
        ),
        (
            "(부산=연합뉴스) 김예시 기자 = 회의",
            {"language": "ko"},
            ("(부산=연합뉴스)", [("Busan", "KR")], "연합뉴스", None),
        ),
        ("【パリ共同】会議", {"language": "ja"}, ("【パリ共同】", [("Paris", "FR")], "共同", None)),
        (
            "［大阪　２日　ロイター］ - 会議",
            {"language": "ja"},
            ("［大阪　２日　ロイター］", [("Osaka", "JP")], "ロイター", date(2021, 6, 2)),
        ),
    ],
)
def test_datelines_of_the_world(text, known, expected):
    assert read(text, **known) == expected


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("ALBERT Example, the council's chairman, made a rare", {}),
        ("［重要 1日 浜通信］ - 市議会は", {}),
        ("（会場＝市役所）市議会は", {}),
        ("Kiel (fno) - The council", {"language": "en"}),
        ("BOSTON Bruins forward Al Example was hurt", {}),
        ("CHICAGO Tribune reporters said", {}),
        ("CHICAGO's mayor said on Friday", {}),
        ("THE Council of Examples last night met", {}),
        ("Why — especially now — it matters", {}),
        ("UPDATE: The council met again today", {}),
        ("LEARN MORE – Start with the council", {}),
        ("Ann Example — a council press secretary", {}),
        ("Germany -- whose council met on Monday --", {}),
        ("Die Stadt – eine Liebe", {"language": "de"}),
        ("LONDON GOLD FIXING - JUNE 2\n 400.10", {}),
        ("The council in Oslo met - again", {}),
        ("", {}),
        ("OSLO", {}),
    ],
)
def test_no_dateline(text, known):
    assert read(text, **known) is None


@pytest.mark.parametrize(
    ("text", "known", "country", "admin1", "method"),
    [
        ("PORTLAND, Maine (AP) — A", {}, "US", "ME", "qualifier"),
        ("PORTLAND, Ore. (AP) — A", {}, "US", "OR", "qualifier"),
        ("BATUMI, Georgia (AP) — A", {}, "GE", "04", "qualifier"),
        ("MACON, Georgia (AP) — A", {}, "US", "GA", "qualifier"),
        ("LONDON (AP) — A", {}, "GB", "ENG", "stand_alone"),
        ("LONDON, Ont. (CP) - A", {}, "CA", "08", "qualifier"),
        ("HAMILTON (AAP) - A", {"country": "NZ"}, "NZ", "G1", "publisher_country"),
        ("HAMILTON (CP) - A", {"country": "CA"}, "CA", "08", "population"),
        ("VALENCIA (EFE).- El", {"country": "ES"}, "ES", "60", "publisher_country"),
        ("KAZAN (AP) — A", {}, "RU", "73", "population"),
        ("NOWHERETON, Texas (AP) — A", {}, "US", "TX", "qualifier"),
    ],
)
def test_namesakes_are_told_apart_and_how(text, known, country, admin1, method):
    place = parse_dateline(text, **known).places[0]
    assert (place.country, place.admin1, place.method) == (country, admin1, method)


def test_a_place_carries_what_the_gazetteer_knows():
    place = parse_dateline("NAIROBI, Kenya (AP) — A council").places[0]
    assert (place.name, place.zone, place.geoname_id) == ("Nairobi", "Africa/Nairobi", 184745)
    assert place.lat == pytest.approx(-1.28, abs=0.05)


def test_a_printed_day_takes_the_year_nearest_to_the_story():
    assert parse_dateline("OSLO, Dec. 31 (AP) - A", filed_on=date(2021, 1, 1)).filed_on == date(2020, 12, 31)
    assert parse_dateline("OSLO, Feb. 29 (AP) - A", filed_on=date(2021, 1, 1)).filed_on == date(2020, 2, 29)
    assert parse_dateline("OSLO, Dec. 31 (AP) - A").filed_on is None
    assert parse_dateline("OSLO, Dec. 31, 2019 (AP) - A").filed_on == date(2019, 12, 31)
