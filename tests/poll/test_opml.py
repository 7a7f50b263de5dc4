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
    assert read_opml(write_opml(sources).encode()) == sources


def test_headers_are_not_passed_on():
    source = Source(
        "A",
        "a.example",
        feeds=("https://a.example/rss",),
        headers=MappingProxyType({"Authorization": "${env:A}"}),
    )
    text = write_opml([source])
    assert "env:A" not in text
    assert read_opml(text.encode())[0].headers == {}


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
    assert found == [
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
        (b"<opml><body>", "no OPML"),
        (b"<html/>", "no OPML"),
        (b"<opml version='2.0'><body/></opml>", "no outline"),
        (
            b"<!DOCTYPE opml [<!ENTITY a 'x'>]><opml><body><outline text='&a;' xmlUrl='https://a.example/'/></body></opml>",
            "document type",
        ),
    ],
)
def test_what_is_no_list_is_refused(body, message):
    with pytest.raises(SettingsError, match=message):
        read_opml(body)
