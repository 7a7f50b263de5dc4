"""Addresses: what is the same page, what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.urls import canonical_url, host

SAME = [
    ("http://example.com/a", "https://www.example.com/a"),
    ("https://example.com/a?utm_source=rss&utm_medium=feed", "https://example.com/a"),
    ("https://example.com/a?fbclid=abc&id=3", "https://example.com/a?id=3"),
    ("https://example.com:443/a#comments", "https://example.com/a"),
    ("https://m.example.com/a", "https://example.com/a"),
    ("https://example.com/a/amp/", "https://example.com/a"),
    ("https://example.com/amp/a", "https://example.com/a"),
    ("https://example.com/a.amp.html", "https://example.com/a.html"),
    ("https://example-com.cdn.ampproject.org/c/s/example.com/a?amp_js_v=9", "https://example.com/a"),
    ("https://www.google.com/amp/s/example.com/a/amp/", "https://example.com/a"),
    ("https://example.com/world/index.html", "https://example.com/world"),
    ("https://example.com/a;jsessionid=9F8E?x=1", "https://example.com/a?x=1"),
    ("https://example.com/%7Ejoe/caf%c3%a9", "https://example.com/~joe/caf%C3%A9"),
    ("https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    ("https://example.com/a?PHPSESSID=77&CMP=share", "https://example.com/a"),
]

DIFFERENT = [
    ("https://example.com/A", "https://example.com/a"),
    ("https://sport.example.com/1", "https://example.com/1"),
    ("https://news.example.com/a", "https://example.com/a"),
    ("https://example.com/a?id=1", "https://example.com/a?id=2"),
    ("https://example.com/a%2Fb", "https://example.com/a/b"),
    ("https://example.com/#!/story/1", "https://example.com/#!/story/2"),
    ("https://example.com/live#post-61234", "https://example.com/live#post-61235"),
    ("https://example.com/camp", "https://example.com/c"),
    ("https://example.com:8080/a", "https://example.com/a"),
    ("https://de.example.com/a", "https://fr.example.com/a"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_spellings_of_one_page_meet(left, right):
    assert canonical_url(left) == canonical_url(right)


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_other_pages_stay_apart(left, right):
    assert canonical_url(left) != canonical_url(right)


@pytest.mark.parametrize(("left", "right"), SAME + DIFFERENT)
def test_the_key_of_a_key_is_itself(left, right):
    for url in (left, right):
        assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(st.text(max_size=80))
def test_anything_at_all_has_a_stable_key(text):
    once = canonical_url("http://example.com/" + text)
    assert canonical_url(once) == once
    assert canonical_url(canonical_url(text)) == canonical_url(text)


def test_a_relative_link_is_joined_to_its_page():
    assert canonical_url("/b?x=1", base="http://www.example.com/a") == "https://example.com/b?x=1"


def test_what_is_no_web_address_comes_back():
    assert canonical_url("  mailto:a@b.example ") == "mailto:a@b.example"
    assert canonical_url("http://[::1") == "http://[::1"
    assert canonical_url("") == ""


def test_host_is_lower_case_ascii():
    assert host("https://Bücher.Example:99/") == "xn--bcher-kva.example"
    assert host("nonsense") == ""
