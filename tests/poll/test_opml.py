"""Lists of feeds to and from other programs."""

from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.poll import read_opml, write_opml
from pipeline.records import Source

TEXT = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=20
).filter(lambda text: text == " ".join(text.split()))
SOURCES = st.lists(
    st.builds(
        Source,
        name=TEXT,
        domain=st.from_regex(r"[a-z]{1,8}\.example", fullmatch=True),
        country=st.none() | st.sampled_from(["NO", "JP"]),
        language=st.none() | st.sampled_from(["nb", "zh-Hant"]),
        zone=st.none() | st.sampled_from(["Europe/Oslo", "Asia/Tokyo"]),
        feeds=st.lists(
            st.from_regex(r"https://[a-z]{1,8}\.example/\?a=1&b=[0-9]{1,3}", fullmatch=True),
            min_size=1,
            unique=True,
        ).map(tuple),
        feed_only=st.booleans(),
        paused=st.booleans(),
        obey_robots_for_feeds=st.booleans(),
        delay_seconds=st.none() | st.floats(0, 3600),
    ),
    min_size=1,
    unique_by=lambda source: source.domain,
)


@settings(max_examples=40, deadline=None)
@given(SOURCES)
def test_what_is_written_is_read_back(sources):
    found = read_opml(write_opml(sources).encode())
    assert (list(found.sources), found.left_out) == (sources, ())


def test_headers_are_not_passed_on():
    source = Source(
        "A",
        "a.example",
        feeds=("https://a.example/rss",),
        headers=MappingProxyType({"Authorization": "${env:A}"}),
    )
    text = write_opml([source])
    assert "env:A" not in text
    assert read_opml(text.encode()).sources[0].headers == {}


def test_a_list_of_another_program():
    found = read_opml(
        b"""<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>x</title></head><body>
        <outline title="News" text="News">
          <outline type="rss" text="Harbour &amp; Quay" xmlUrl="https://feeds.cdn.example/1" htmlUrl="https://www.harbour.example/"/>
          <outline type="rss" text="Harbour sport" xmlurl="https://feeds.cdn.example/2" htmlUrl="https://harbour.example/sport"/>
          <outline text="Deeper"><outline title="Pier" xmlUrl="http://pier.example/atom.xml" language="fr"/></outline>
          <outline text="No address"/><outline text="Odd" xmlUrl="ftp://odd.example/rss"/>
        </outline></body></opml>"""
    )
    assert found.left_out == (
        "line 6: 'No address' names no feed",
        "line 6: 'Odd': 'ftp://odd.example/rss' is no address of the web",
    )
    assert list(found.sources) == [
        Source(
            "Harbour & Quay",
            "harbour.example",
            feeds=("https://feeds.cdn.example/1", "https://feeds.cdn.example/2"),
        ),
        Source("Pier", "pier.example", language="fr", feeds=("http://pier.example/atom.xml",)),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "no OPML"),
        (b"<opml><body>", "no outline"),
        (b"<html/>", "no OPML"),
        (b"<opml version='2.0'><body/></opml>", "no outline"),
        (b"<opml><body><outline text='a' url='https://a.example/'/></body></opml>", "'a' names no feed"),
    ],
)
def test_what_is_no_list_is_refused(body, message):
    with pytest.raises(SettingsError, match=message):
        read_opml(body)


@pytest.mark.parametrize(
    ("attributes", "name", "feed"),
    [
        ("text='Fog &amp;amp; ice' xmlurl='https://a.example/rss'", "Fog & ice", "https://a.example/rss"),
        ("text='Caf&eacute; &amp;eacute;' XMLURL='https://a.example/rss'", "Café é", "https://a.example/rss"),
        ("title='Fog & ice' xmlUrl='https://a.example/?a=1&b=2'", "Fog & ice", "https://a.example/?a=1&b=2"),
        ("xmlUrl=' feed://a.example/rss '", "a.example", "http://a.example/rss"),
        ("text='A' xmlUrl='feed:https://a.example/rss'", "A", "https://a.example/rss"),
        (
            "text='A' type='atom' category='/Sea,/Weather' xmlUrl='https://a.example/rss'",
            "A",
            "https://a.example/rss",
        ),
        ("text='A\x08' xmlUrl='https://a.example/rss'", "A", "https://a.example/rss"),
    ],
    ids=[
        "escaped twice",
        "an entity of HTML",
        "bare ampersands",
        "feed scheme",
        "feed before https",
        "category",
        "control character",
    ],
)
def test_how_other_programs_write_an_outline(attributes, name, feed):
    found = read_opml(f"<opml version='1.1'><body><outline {attributes}/></body></opml>".encode())
    assert found.sources == (Source(name, "a.example", feeds=(feed,)),)


def test_a_list_that_breaks_off_gives_what_came_before_and_says_so():
    whole = "<opml><body>" + "".join(
        f"<outline text='g{n}'><outline text='A{n}' xmlUrl='https://a{n}.example/rss'/></outline>"
        for n in range(4)
    )
    found = read_opml(whole[: whole.index("<outline text='A3'") + 30].encode())
    assert [source.domain for source in found.sources] == ["a0.example", "a1.example", "a2.example"]
    assert found.left_out[0].startswith("the list is broken, and was read as far as it goes: xml: ")


def test_a_tag_out_of_place_takes_nothing_with_it():
    rest = "<outline text='B &amp; C' xmlUrl='https://b.example/?x=1&amp;y=2'/>"
    found = read_opml(
        f"<opml><head><title>x</head><body><outline text='g'></b>{rest}</outline></outline>{rest.replace('b.ex', 'c.ex')}</body></opml>".encode()
    )
    assert [(source.name, source.feeds) for source in found.sources] == [
        ("B & C", ("https://b.example/?x=1&y=2",)),
        ("B & C", ("https://c.example/?x=1&y=2",)),
    ]


def test_a_feed_that_stands_twice_is_one():
    outline = "<outline text='A' xmlUrl='https://a.example/rss'/>"
    found = read_opml(
        f"<opml><body>{outline}<outline text='Again'>{outline}</outline></body></opml>".encode()
    )
    assert found.sources == (Source("A", "a.example", feeds=("https://a.example/rss",)),)


def test_entities_that_a_list_declares_are_not_expanded(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("dateline-secret-of-this-test")
    body = f"""<!DOCTYPE opml [<!ENTITY a SYSTEM "{secret.as_uri()}"><!ENTITY b "{"x" * 1000}">]>
    <opml><body><outline text="1 &a; 2 &b;" xmlUrl="https://a.example/rss"/></body></opml>"""
    (source,) = read_opml(body.encode()).sources
    assert source.name == "1 &a; 2 &b;"
