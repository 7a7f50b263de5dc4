"""How long an answer is fresh by its own word (RFC 9111)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.freshness import LONGEST_SECONDS, fresh_seconds

NOON = "Tue, 24 Nov 2026 12:00:00 GMT"
LATER = "Tue, 24 Nov 2026 12:10:00 GMT"


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        ("max-age=60", 60),
        ('Private, Max-Age="60"', 60),
        ("max-age=60, max-age=90", 60),
        ("s-maxage=9, max-age=60", 60),
        ("s-maxage=600", None),
        ("max-age=60, must-revalidate", 60),
        ("must-revalidate", None),
        ("no-cache, max-age=60", 0),
        ('no-cache="set-cookie", max-age=60', 60),
        ("no-store", 0),
        ('community="UCI, max-age=5", max-age=60', 60),
        ("max-age=60.7", 60),
        ("max-age=-1", None),
        ("max-age", None),
        ("max-age=soon", None),
        ("x-max-age=60", None),
        ("max-age=31536000", LONGEST_SECONDS),
        ("max-age=99999999999999999999999", LONGEST_SECONDS),
        (",,,;=", None),
        ("", None),
    ],
)
def test_cache_control(control, seconds):
    assert fresh_seconds({"cache-control": control}) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "max-age=60", "age": "45"}, 15),
        ({"cache-control": "max-age=60", "age": "90"}, 0),
        ({"cache-control": "max-age=60", "age": "old"}, 60),
        ({"expires": LATER, "date": NOON}, 600),
        ({"expires": LATER, "date": NOON, "age": "100"}, 500),
        ({"expires": LATER, "date": NOON, "cache-control": "max-age=60"}, 60),
        ({"expires": LATER, "date": NOON, "cache-control": "max-age=x"}, None),
        ({"expires": NOON, "date": LATER}, 0),
        ({"expires": LATER}, None),
        ({"expires": "0", "date": NOON}, None),
        ({"expires": "Thu, 01 Jan 9999 00:00:00 GMT", "date": NOON}, LONGEST_SECONDS),
        ({}, None),
    ],
)
def test_age_and_expires(headers, seconds):
    """Expires is measured by the server's own clock (reader; row 22), and never for longer than the cap (row 24)."""
    assert fresh_seconds(headers) == seconds


@given(
    st.dictionaries(
        st.sampled_from(["cache-control", "expires", "date", "age"]),
        st.text(st.characters(max_codepoint=255), max_size=60) | st.just(NOON) | st.just("max-age=5"),
    )
)
def test_whatever_a_server_sends_is_a_time_within_the_cap_or_nothing(headers):
    seconds = fresh_seconds(headers)
    assert seconds is None or 0 <= seconds <= LONGEST_SECONDS
