"""One key for an entry on every day, whatever its address does and wherever it stands."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll import entry_key, parse_feed
from pipeline.poll.identity import (
    MAX_KEY,
    alike,
    key_of_another,
    key_of_restatement,
    key_of_story,
    known_by_guid,
    site_host,
    statement,
    tells_same_story,
)
from pipeline.records import Entry

URL = "https://www.harbour.example/rss"


def feed(*items: str, url: str = URL, home: str = "https://www.harbour.example/"):
    body = f"<rss version='2.0'><channel><link>{home}</link>{''.join(items)}</channel></rss>"
    return parse_feed(body.encode(), url=url)


def item(guid: str | None, link: str | None = None, title: str = "Fog") -> str:
    parts = [
        f"<title>{title}</title>",
        f"<guid>{guid}</guid>" if guid else "",
        f"<link>{link}</link>" if link else "",
    ]
    return f"<item>{''.join(parts)}</item>"


def keys(parsed) -> list[str]:
    return [entry.key for entry in parsed.entries]


@pytest.mark.parametrize(
    "later",
    [
        "https://www.harbour.example/a?id=1",
        "http://harbour.example/a?id=1",
        "https://harbour.example:443/a?id=1",
        "HTTPS://WWW.Harbour.example/a?id=1",
        " https://www.harbour.example/a?id=1\n",
    ],
)
def test_scheme_www_and_port_of_a_guid_do_not_count(later):
    assert keys(feed(item(later))) == keys(feed(item("http://www.harbour.example/a?id=1")))


def test_a_site_that_moves_to_another_host_keeps_its_keys():
    before = feed(item("http://www.harbour.example/a"), item("http://www.harbour.example/b"))
    after = feed(
        item("https://news.quay.example/a"),
        item("https://news.quay.example/b"),
        url="https://news.quay.example/rss",
        home="https://news.quay.example/",
    )
    assert keys(before) == keys(after)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://partner.example/a", "https://www.harbour.example/a"),
        ("https://de.harbour.example/a", "https://www.harbour.example/a"),
        ("https://de.harbour.example/a", "https://fr.harbour.example/a"),
        ("https://harbour.example/a", "https://harbour.example/A"),
        ("https://harbour.example/?p=1", "https://harbour.example/?p=2"),
        ("https://harbour.example/live#1", "https://harbour.example/live#2"),
        ("/a", "https://harbour.example/a"),
        ("abc", "ABC"),
    ],
)
def test_different_guids_stay_different(one, other):
    assert (
        len(set(keys(feed(item(one, "https://harbour.example/x"), item(other, "https://harbour.example/x")))))
        == 2
    )


def test_without_guid_the_canonical_link_is_the_key():
    first = keys(feed(item(None, "https://www.harbour.example/a?utm_source=rss")))
    second = keys(feed(item(None, "http://harbour.example/a", title="Fog, updated")))
    assert first == second == ["l://harbour.example/a"]


def test_without_guid_and_link_headline_and_date_are_the_key():
    dated = "<item><title>{}</title><pubDate>{}</pubDate></item>"
    monday, tuesday = dated.format("Tides", "Mon"), dated.format("Tides", "Tue")
    assert len(set(keys(feed(monday, tuesday, monday)))) == 2
    assert (
        len(
            feed(
                "<item><description>one</description></item>", "<item><description>two</description></item>"
            ).entries
        )
        == 2
    )


def test_a_guid_used_for_several_stories_is_told_apart_in_any_order():
    items = [item("1", f"https://harbour.example/{name}") for name in "abc"] + [
        item("2", "https://harbour.example/d")
    ]
    wanted = {entry.url: entry.key for entry in feed(*items).entries}
    assert len(set(wanted.values())) == 4
    for seed in range(6):
        shuffled = random.Random(seed).sample(items, len(items))
        assert {entry.url: entry.key for entry in feed(*shuffled).entries} == wanted


def test_a_guid_without_links_is_told_apart_by_headline():
    assert len(set(keys(feed(item("news"), item("news", title="Ice"))))) == 2


def test_the_same_item_twice_is_one_entry():
    twice = item("1", "https://harbour.example/a")
    tagged = item("1", "http://www.harbour.example/a?utm_medium=feed")
    found = feed(twice, item("2", "https://harbour.example/b"), twice, tagged).entries
    assert [(entry.guid, entry.position) for entry in found] == [("1", 0), ("2", 1)]


def test_long_keys_are_hashed_and_stay_apart():
    long = [f"https://harbour.example/{'x' * 300}{n}" for n in range(2)]
    found = keys(feed(*(item(guid, "https://harbour.example/same") for guid in long)))
    assert len(set(found)) == 2
    assert all(len(key) <= MAX_KEY for key in found)
    crowded = keys(feed(*(item("y" * 190, f"https://harbour.example/{n}") for n in range(3))))
    assert len(set(crowded)) == 3
    assert all(len(key) <= MAX_KEY for key in crowded)


def test_keys_never_change():
    """The ledger holds these: a change here imports every feed again."""
    assert keys(
        feed(
            item("https://www.harbour.example/a/1?x=2"),
            item("https://partner.example/a/1"),
            item("tag:harbour.example,2026:7"),
            item(None, "https://www.harbour.example/c"),
            "<item><title>Fog</title><pubDate>Mon</pubDate></item>",
        )
    ) == [
        "u:/a/1?x=2",
        "u://partner.example/a/1",
        "g:tag:harbour.example,2026:7",
        "l://harbour.example/c",
        "t:29abc38b95d991fa94bb866ff50ee9af4e20bdd45e385338d97323b6787139c6",
    ]


@given(st.text(min_size=1), st.none() | st.text(), st.none() | st.text())
def test_any_text_gives_a_short_stable_key(guid, url, headline):
    made = entry_key(guid=guid, url=url, headline=headline)
    assert 2 < len(made) <= MAX_KEY
    assert made == entry_key(guid=guid, url=url, headline=headline)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.a.example/x", "a.example"),
        ("http://a.example:8080/", "a.example:8080"),
        ("mailto:a@b.example", None),
        ("http://[::1", None),
        ("http://a.example:99999999/", None),
        (None, None),
    ],
)
def test_site_host(url, host):
    assert site_host(url) == host


TEXT = "Fog closed the harbour for the third morning in a row."


def told(link="fog", headline="Fog", date="2026-01-05 08:30 GMT", summary=TEXT):
    return Entry("g:1", "1", f"https://harbour.example/{link}", headline, summary, published_raw=date)


@pytest.mark.parametrize(
    ("later", "same"),
    [
        ({"headline": "Harbour closed", "date": "2026-01-06 09:00 GMT", "summary": "Ice."}, True),
        ({"link": "fog?v=2", "headline": "Harbour closed", "summary": "Ice."}, True),
        ({"link": "harbour-closed", "date": "2026-01-06 09:00 GMT", "headline": "Harbour closed"}, True),
        ({"link": "fog-2", "date": "2026-01-06 08:30 GMT", "summary": "Fog again."}, False),
        ({"link": "fog-2", "date": None, "summary": None}, False),
    ],
)
def test_a_guid_on_another_day_is_the_story_by_link_date_or_text(later, same):
    assert tells_same_story(told(), told(**later)) is tells_same_story(told(**later), told()) is same


@pytest.mark.parametrize(
    "date", ["2026-01-05", "2026-01-05T00:00:00+03:00", "Mon, 05 Jan 2026 00:00:00 GMT", None]
)
def test_a_date_without_a_time_of_day_proves_nothing(date):
    one, other = told(date=date, summary="x"), told(link="other", date=date, summary="y")
    assert not tells_same_story(one, other)
    assert alike(told(date=date)) is None


@pytest.mark.parametrize(
    ("key", "here", "there", "same"),
    [
        ("u:/story/1", "https://harbour.example/story/1", "https://quay.example/story/1", True),
        ("u:/story/1", "https://harbour.example/story/1", "https://quay.example/story/2", False),
        (
            "g:1",
            "https://harbour.example/2026/fog-comes-back",
            "https://quay.example/2026/fog-comes-back",
            True,
        ),
        # A number is the path of many sites in a collection, and two editions stand on two hosts of one site.
        ("g:1", "https://harbour.example/story/1", "https://quay.example/story/1", False),
        (
            "g:1",
            "https://de.harbour.example/2026/fog-comes-back",
            "https://fr.harbour.example/2026/fog-comes-back",
            False,
        ),
        ("g:1", "https://harbour.example/2026/fog-comes-back", "mailto:fog@quay.example", False),
    ],
)
def test_a_link_on_another_host_is_the_story_where_the_house_has_moved(key, here, there, same):
    one, other = (Entry(key, "1", url, "Fog") for url in (here, there))
    assert tells_same_story(one, other) is tells_same_story(other, one) is same


def test_a_guid_is_known_in_another_feed_by_headline_and_date_or_text():
    first = known_by_guid("g:1", told())
    assert first == known_by_guid("g:1", told(link="sport/fog", summary="Other words.")) is not None
    undated = known_by_guid("g:1", told(date=None))
    assert undated == known_by_guid("g:1", told(link="sport/fog", date="2026-01-05")) is not None
    others = (told(headline="Ice"), told(date="2026-01-06 08:30 GMT"), told(date=None))
    assert len({first, *(known_by_guid("g:1", other) for other in others)}) == 4
    assert known_by_guid("g:1", told(date=None, summary="Fog.")) is None
    assert known_by_guid("l://harbour.example/fog", replace(told(), guid=None)) is None
    for key in (key_of_another("g:1", told()), key_of_restatement(key_of_another("g:1", told()), "ab" * 32)):
        assert known_by_guid(key, told()) is None


def test_new_guids_and_links_are_alike_only_with_headline_date_and_text():
    same = Entry(
        "g:9",
        "9",
        "https://harbour.example/n/9",
        "Fog",
        f"<p>{TEXT}</p>",
        published_raw="2026-01-05 08:30  GMT",
    )
    assert alike(told()) == alike(same) is not None
    others = (told(headline="Ice"), told(date="2026-01-06 08:30 GMT"), told(summary=TEXT + " More."))
    assert len({alike(told()), *map(alike, others)}) == 4
    assert alike(told(summary="Fog.")) is None


def test_a_restatement_has_a_key_of_its_own_that_leads_to_the_story():
    long = "g:" + "x" * (MAX_KEY - 2)
    for key in ("g:1", long, key_of_another("g:1", told())):
        marked = key_of_restatement(key, statement(told(), with_text=True))
        assert len(marked) <= MAX_KEY
        assert key_of_story(marked) != marked
    assert key_of_story("g:1") == "g:1"
