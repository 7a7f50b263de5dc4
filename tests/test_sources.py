"""The sources file: every fault at once, with its line and field."""

from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.records import Hints, HistoryPlace, Source
from pipeline.sources import dump_sources, load_sources, parse_sources

SHIPPED = Path(__file__).resolve().parents[1] / "sources.yaml"
AGENCIES = {
    "tass.com",
    "yna.co.kr",
    "ansa.it",
    "aa.com.tr",
    "ukrinform.ua",
    "antaranews.com",
    "bernama.com",
    "europapress.es",
}

GOOD = """# a comment
sources:
  - name: Havna
    domain: havna.example
    country: NO
    language: no
    zone: Europe/Oslo
    feeds:
      - https://havna.example/rss
    feed_only: true
    delay_seconds: 2
    headers: {Authorization: "Bearer ${env:HAVNA}", X-Edition: "5"}
    obey_robots_for_feeds: false
    hints:
      - until: 2024-03-01
        headline: [h1.title, "meta[property='og:title']"]
      - since: 2024-03-01
        byline: [".who"]
        body: [article p]
        published: [time.out]
        section: [.kicker]
        image: [figure img]
        drop: [aside.promo]
        drop_authors: [Havna, "NO ONE"]
        zone: Europe/Berlin
  - {name: Quay, domain: quay.example, feeds: ["https://quay.example/rss"]}
"""

SELECTORS = st.lists(st.sampled_from(["h1", "#a > b", "a[href^='/x']", "no"]), min_size=1).map(tuple)


def faults(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse_sources(text, name="s.yaml")
    return str(caught.value).splitlines()


def one(field: str, value: str) -> str:
    lines = {"name": "Quay", "domain": "quay.example", "feeds": "[https://quay.example/rss]"} | {field: value}
    return "sources:\n  -\n" + "".join(f"    {name}: {text}\n" for name, text in lines.items())


def test_a_good_file():
    havna, quay = parse_sources(GOOD)
    assert (havna.country, havna.language, havna.zone) == ("NO", "no", "Europe/Oslo")
    assert (havna.feed_only, havna.paused, havna.delay_seconds, havna.obey_robots_for_feeds) == (
        True,
        False,
        2.0,
        False,
    )
    assert havna.headers == {"Authorization": "Bearer ${env:HAVNA}", "X-Edition": "5"}
    assert havna.hints == (
        Hints(until=date(2024, 3, 1), headline=("h1.title", "meta[property='og:title']")),
        Hints(
            since=date(2024, 3, 1),
            byline=(".who",),
            body=("article p",),
            published=("time.out",),
            section=(".kicker",),
            image=("figure img",),
            drop=("aside.promo",),
            drop_authors=("Havna", "NO ONE"),
            zone="Europe/Berlin",
        ),
    )
    assert quay == Source("Quay", "quay.example", feeds=("https://quay.example/rss",))


def test_all_faults_are_told_at_once_with_line_and_field():
    text = """sources:
  - name: Havna
    domain: www.havna.example
    country: Norway
    langauge: nb
    zone: Europe/Olso
    feeds:
      - https://havna.example/rss
      - ftp://havna.example/rss
  - name: Quay
    domain: quay.example
    feeds: [https://havna.example/rss]
  - domain: quay.example
    feeds: []
"""
    told = faults(text)
    assert [line.split(": ")[1] for line in told] == [f"line {n}" for n in (3, 4, 5, 6, 9, 12, 13, 13, 14)]
    assert (
        told[0]
        == "s.yaml: line 3: domain of Havna: is not a domain in lower case without www: 'www.havna.example'"
    )
    assert told[2] == "s.yaml: line 5: langauge of Havna: is not a known field; did you mean language?"
    assert told[3].endswith("did you mean Europe/Oslo?")
    assert "feeds.1 of Havna: is not an http or https address" in told[4]
    assert "https://havna.example/rss stands already in line 8" in told[5]
    assert any("domain: quay.example stands already in line 11" in line for line in told)
    assert any("name: is missing" in line for line in told)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "''", "is empty"),
        ("name", "20", "valid string"),
        ("domain", "https://quay.example", "is not a domain"),
        ("domain", "Quay.example", "is not a domain"),
        ("country", "no", "two-letter country code"),
        ("country", "UK", "two-letter country code"),
        ("language", "english", "language tag"),
        ("language", "en_GB", "language tag"),
        ("zone", "CET+1", "IANA zone"),
        ("zone", "../../etc/passwd", "IANA zone"),
        ("feeds", "https://quay.example/rss", "valid list"),
        ("feeds", "['https://user:pw@quay.example/rss']", "user name or password"),
        ("feeds", "['https:///rss']", "http or https address"),
        ("feeds", "['http://[::1/rss']", "http or https address"),
        ("paused", "yes", "valid boolean"),
        ("delay_seconds", "-1", "greater than or equal to 0"),
        ("delay_seconds", "soon", "valid number"),
        ("headers", "{authorization: Basic abc}", "set a variable and write \\${env:NAME} here"),
        ("headers", "{X-Api-Key: abc}", "secret in plain text"),
        ("headers", "{'bad name': x}", "HTTP does not allow"),
        ("headers", '{X-A: "a\\nHost: b"}', "HTTP does not allow"),
    ],
)
def test_what_is_refused(field, value, message):
    with pytest.raises(SettingsError, match=message) as caught:
        parse_sources(one(field, value))
    assert (
        f"line {3 if field == 'name' else 4 if field == 'domain' else 5 if field == 'feeds' else 6}: "
        in str(caught.value)
    )


def test_every_fault_of_hints_is_told_with_line_and_field():
    text = """sources:
  - name: Havna
    domain: havna.example
    feeds: [https://havna.example/rss]
    hints:
      - headlin: [h1]
        body: [p, "div["]
        zone: Europe/Olso
      - since: 2025-01-01
        until: 2024-01-01
        drop: [aside]
      - since: soon
        drop_authors: ['']
      - since: 2024-01-01
      - headline: h1
        section: ["a::before"]
        image: ["img:nonsense"]
"""
    told = [line.removeprefix("s.yaml: line ") for line in faults(text)]
    assert [line.partition(" of ")[0] for line in told] == [
        "6: hints.0.headlin",
        "7: hints.0.body.1",
        "8: hints.0.zone",
        "9: hints.1",
        "12: hints.2.since",
        "13: hints.2.drop_authors.0",
        "14: hints.3",
        "15: hints.4.headline",
        "16: hints.4.section.0",
        "17: hints.4.image.0",
    ]
    assert told[0].endswith("did you mean headline?")
    assert "is not a CSS selector: 'div['" in told[1]
    assert told[2].endswith("did you mean Europe/Oslo?")
    assert told[3].endswith("hold on no day: until 2024-01-01 is not after since 2025-01-01")
    assert "is not a day such as 2024-03-09: 'soon'" in told[4]
    assert told[6].endswith("say nothing: name a field")


PAST = """sources:
  - name: Havna
    domain: havna.example
    feeds: [https://havna.example/rss]
    history:
      - via: archive
      - {via: news_warc, location: "s3://bucket/crawl-data/CC-NEWS"}
      - via: feed_pages
        url: https://havna.example/rss
        pattern: https://havna.example/rss?fra={offset}
        requests_per_day: 500
      - {via: sitemap, url: https://havna.example/kart.xml}
      - {via: archive_pages, pattern: "https://havna.example/{yyyy}/{mm}/{dd}?side={page}"}
      - via: wayback
        url: https://havna.example/nyheter/
        endpoint: https://web.example/cdx/search/cdx
        replay: https://web.example/web/{timestamp}id_/{url}
"""


def test_where_old_stories_are_looked_for():
    (havna,) = parse_sources(PAST)
    assert havna.history == (
        HistoryPlace("archive"),
        HistoryPlace("news_warc", location="s3://bucket/crawl-data/CC-NEWS"),
        HistoryPlace(
            "feed_pages",
            url="https://havna.example/rss",
            pattern="https://havna.example/rss?fra={offset}",
            requests_per_day=500,
        ),
        HistoryPlace("sitemap", url="https://havna.example/kart.xml"),
        HistoryPlace("archive_pages", pattern="https://havna.example/{yyyy}/{mm}/{dd}?side={page}"),
        HistoryPlace(
            "wayback",
            url="https://havna.example/nyheter/",
            endpoint="https://web.example/cdx/search/cdx",
            replay="https://web.example/web/{timestamp}id_/{url}",
        ),
    )
    assert parse_sources(dump_sources([havna])) == (havna,)


def test_every_fault_of_history_is_told_with_line_and_field():
    text = """sources:
  - name: Havna
    domain: havna.example
    feeds: [https://havna.example/rss]
    history:
      - via: feed_page
      - via: sitemap
        patern: x
        pattern: https://havna.example/{yyyy}
      - via: archive_pages
      - via: archive_pages
        pattern: https://havna.example/archive
      - {via: archive_pages, pattern: "https://havna.example/{yyyy}/{week}"}
      - via: feed_pages
        pattern: https://havna.example/rss?page={page}&from={offset}
        requests_per_day: 0
      - via: news_warc
      - via: archive
        url: https://havna.example/
      - url: https://havna.example/
      - via: wayback
        endpoint: web.archive.org
        replay: https://web.example/{url}
      - {via: archive_pages, pattern: "https://havna.example/{yyyy"}
      - {via: archive_pages, pattern: "https://havna.example/{yyyy!r:>9}"}
"""
    told = [line.removeprefix("s.yaml: line ") for line in faults(text)]
    assert [line.partition(" of ")[0] for line in told] == [
        "6: history.0.via",
        "8: history.1.patern",
        "9: history.1.pattern",
        "10: history.2",
        "12: history.3.pattern",
        "13: history.4.pattern",
        "15: history.5.pattern",
        "16: history.5.requests_per_day",
        "17: history.6",
        "19: history.7.url",
        "20: history.8.via",
        "22: history.9.endpoint",
        "23: history.9.replay",
        "24: history.10.pattern",
        "25: history.11.pattern",
    ]
    assert "'archive', 'feed_pages', 'sitemap'" in told[0]
    assert told[1].endswith("did you mean pattern?")
    assert told[2].endswith("says nothing to sitemap, which takes requests_per_day, url")
    assert told[3].endswith("archive_pages needs a pattern")
    assert told[4].endswith("needs a place for the year, {yyyy} or {yy}")
    assert "has places that are not known: week" in told[5]
    assert told[6].endswith("needs one place, {page} or {offset}")
    assert told[8].endswith("news_warc needs a location")
    assert told[9].endswith("says nothing to archive, which takes nothing")
    assert told[12].endswith("needs the places {timestamp} and {url}, and no others")


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("{until: 2024-01-01, drop: [a]}", "{since: 2024-01-01, drop: [a]}", False),
        ("{until: 2024-01-02, drop: [a]}", "{since: 2024-01-01, drop: [a]}", True),
        ("{drop: [a]}", "{since: 2024-01-01, drop: [a]}", True),
        ("{since: 2024-01-01, until: 2024-02-01, drop: [a]}", "{until: 2023-01-01, drop: [a]}", False),
        ("{since: 2024-01-01, drop: [a]}", "{since: 2025-01-01, drop: [a]}", True),
    ],
)
def test_no_two_hints_hold_on_one_day(first, second, overlap):
    text = one("hints", f"[{first},\n      {second}]")
    if overlap:
        assert faults(text) == ["s.yaml: line 7: hints.1 of Quay: its days overlap those of hints.0"]
    else:
        assert len(parse_sources(text)[0].hints) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "one list named sources"),
        ("- a", "one list named sources"),
        ("sources: []\nfeeds: []", "one list named sources"),
        ("sources: [a", "line 1: "),
        ("sources:\n  - {name: A\n  - x", "line 3: "),
        ("sources:\n  - just text", "line 2: source: "),
        (
            "sources:\n  - name: A\n    name: B\n    domain: a.example\n    feeds: [https://a.example/]",
            "line 3: name: stands twice",
        ),
        ("sources: !!python/object/apply:os.system [id]", "line 1: "),
    ],
)
def test_files_that_are_none(text, message):
    with pytest.raises(SettingsError, match=message):
        parse_sources(text)


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(SettingsError, match=r"nothing\.yaml: cannot be read"):
        load_sources(tmp_path / "nothing.yaml")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Source,
            name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
            domain=st.from_regex(r"[a-z]{1,8}\.example", fullmatch=True),
            country=st.none() | st.sampled_from(["NO", "XK"]),
            language=st.none() | st.sampled_from(["no", "sr-Latn-RS", "es-419"]),
            zone=st.none() | st.just("America/Argentina/Buenos_Aires"),
            feeds=st.from_regex(r"https://[a-z]{1,9}\.example/[0-9]{1,9}", fullmatch=True).map(
                lambda feed: (feed,)
            ),
            paused=st.booleans(),
            delay_seconds=st.none() | st.floats(0, 3600),
            headers=st.sampled_from([{}, {"Cookie": "${env:A}"}]).map(MappingProxyType),
            hints=st.just(())
            | st.tuples(
                st.builds(Hints, until=st.just(date(2024, 1, 1)), drop=SELECTORS, zone=st.just("Asia/Tokyo"))
            )
            | st.tuples(st.builds(Hints, headline=SELECTORS, drop_authors=st.just(("no", "2024-01-01")))),
        ),
        unique_by=(lambda source: source.domain, lambda source: source.feeds),
    )
)
def test_what_is_dumped_is_loaded_again(sources):
    assert parse_sources(dump_sources(sources)) == tuple(sources)


@pytest.mark.parametrize("name", ["trueblue", "False Bay Echo", "2026-99-99", "no", "1e5 News"])
def test_a_name_that_looks_like_something_else_is_a_name(name):
    text = f"sources:\n- name: {name}\n  domain: a.example\n  feeds: ['https://a.example/f']\n"
    assert parse_sources(text)[0].name == name


def test_the_shipped_list():
    sources = load_sources(SHIPPED)
    assert len(sources) >= 80
    assert len({source.domain for source in sources}) == len(sources)
    assert len({source.name for source in sources}) == len(sources)
    feeds = [feed for source in sources for feed in source.feeds]
    assert len(set(feeds)) == len(feeds)
    assert len({source.country for source in sources}) >= 28
    assert len({(source.language or "").partition("-")[0] for source in sources}) >= 14
    assert all(source.zone and source.country and source.language for source in sources)
    assert {source.domain for source in sources} >= AGENCIES
    assert dump_sources(sources) in SHIPPED.read_text(encoding="utf-8")
