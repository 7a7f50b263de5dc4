"""Where a feed is asked: what is adopted after how much proof, and how it is undone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll.moves import CONFIRMATIONS, Address, Seen, may_speak_for, observe, to_ask

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OLD, NEW = "http://herald.example/rss", "https://www.herald.example/feed"
SECURE = "https://herald.example/rss"


def later(hours):
    return NOW + timedelta(hours=hours)


def redirected(hours, *hops, to=NEW, same=True):
    hops = hops or ((301, to),)
    return Seen(OLD, later(hours), is_feed=True, final_url=to, redirects=hops, is_same=same)


def direct(hours, asked=OLD):
    return Seen(asked, later(hours), is_feed=True, final_url=asked, is_same=True)


def failed(hours, reason, asked=OLD, *, lasting=False, failures=1.0, announced=()):
    return Seen(
        asked,
        later(hours),
        is_feed=False,
        reason=reason,
        is_lasting=lasting,
        failures=failures,
        announced=announced,
    )


def after(*seen, address=None):
    address = address or Address()
    for one in seen:
        address = observe(OLD, address, one)
    return address


def moved():
    return after(*(redirected(12 * turn) for turn in range(CONFIRMATIONS)))


def test_a_permanent_redirect_is_adopted_after_five_polls_over_two_days():
    """Rows 19: miniflux#1387, #2791, #3412, #3922, feedbin#100, commafeed#935, selfoss#1178 never saved it."""
    address = after(*(redirected(12 * turn) for turn in range(4)))
    assert (address.adopted_url, address.candidate_polls) == (None, 4)
    assert after(redirected(48), address=address).adopted_url == NEW


def test_many_redirects_in_a_short_time_are_no_proof():
    """Row 20: NewsBlur#1240 saved what redirected for an afternoon."""
    address = after(*(redirected(turn / 6) for turn in range(100)))
    assert address.adopted_url is None
    assert to_ask(OLD, address, later(17)) == OLD


@pytest.mark.parametrize(
    "hops",
    [((302, NEW),), ((301, "http://x.example/"), (302, NEW)), ((307, NEW),), ((303, NEW), (301, NEW))],
    ids=["302", "301-302", "307", "303-301"],
)
def test_a_temporary_redirect_is_never_saved(hops):
    """Row 20: RSSOwlnix#32, feedbin support#579."""
    assert after(*(redirected(24 * turn, *hops) for turn in range(40))) == Address()


def test_a_redirect_that_stops_or_points_elsewhere_begins_anew():
    other = "https://other.example/feed"
    assert after(redirected(0), redirected(24), direct(36)) == Address()
    address = after(redirected(0), redirected(24), redirected(48, to=other))
    assert (address.candidate_url, address.candidate_polls, address.candidate_since) == (other, 1, later(48))


def test_a_hijacked_redirect_whose_document_shares_nothing_is_not_adopted():
    """Row 20: a parked or bought domain redirects for good, but to something else."""
    assert after(*(redirected(24 * turn, same=False) for turn in range(40))) == Address()


def test_no_redirect_out_of_tls_is_adopted():
    plain = "http://herald.example/plain"
    seen = [
        Seen(SECURE, later(24 * turn), is_feed=True, final_url=plain, redirects=((301, plain),), is_same=True)
        for turn in range(40)
    ]
    address = Address()
    for one in seen:
        address = observe(SECURE, address, one)
    assert address == Address()


@pytest.mark.parametrize(
    ("seen", "stays"),
    [
        (failed(60, "not_a_feed", NEW, lasting=True), False),
        (failed(60, "http_404", NEW, lasting=True), False),
        (failed(60, "timeout", NEW, failures=0.5), True),
        (failed(60, "dns", NEW, failures=2.0), False),
    ],
    ids=["not a feed", "404", "one timeout", "eight times no name"],
)
def test_an_adopted_address_that_fails_gives_way_to_the_registered_one(seen, stays):
    address = after(seen, address=moved())
    assert (to_ask(OLD, address, later(61)) == NEW) is stays


def test_the_registered_address_is_asked_again_every_fortnight_and_wins_if_it_is_a_feed_itself():
    address = moved()
    fortnight = 48 + 14 * 24
    assert to_ask(OLD, address, later(fortnight - 1)) == NEW
    assert to_ask(OLD, address, later(fortnight)) == OLD
    assert after(direct(fortnight), address=address) == Address()
    kept = after(redirected(fortnight), address=address)
    assert kept.adopted_url == NEW
    assert to_ask(OLD, kept, later(fortnight + 1)) == NEW
    assert to_ask(OLD, after(failed(fortnight, "connect"), address=address), later(fortnight + 1)) == NEW


def test_a_dead_http_host_is_asked_over_https_and_moved_after_proof():
    """Row 21: 69 feeds of one publisher died with its http host (NewsBlur PR#2132)."""
    address = after(failed(0, "connect", failures=0.25), failed(1, "connect", failures=0.5))
    assert to_ask(OLD, address, later(2)) == OLD
    address = after(failed(2, "connect", failures=0.75), address=address)
    assert to_ask(OLD, address, later(3)) == SECURE
    address = after(*(direct(3 + 12 * turn, SECURE) for turn in range(CONFIRMATIONS)), address=address)
    assert address.adopted_url == SECURE


def test_https_that_fails_too_is_left_for_a_day():
    address = after(failed(2, "connect", failures=0.75), failed(3, "tls", SECURE, failures=1.25))
    assert to_ask(OLD, address, later(4)) == OLD
    assert to_ask(OLD, after(failed(4, "connect", failures=1.5), address=address), later(5)) == OLD
    assert to_ask(OLD, after(failed(28, "connect", failures=2.0), address=address), later(29)) == SECURE


@pytest.mark.parametrize(
    ("url", "reason"),
    [(OLD, "dns"), (OLD, "http_404"), (SECURE, "connect"), ("http://herald.example:8080/rss", "connect")],
)
def test_https_is_no_answer_to_other_faults(url, reason):
    seen = Seen(url, NOW, is_feed=False, reason=reason, failures=9.0)
    assert observe(url, Address(), seen).candidate_url is None


def test_feeds_that_a_page_announces_are_tried_one_after_the_other():
    """Row 19, autodiscovery when a feed moved: each is a candidate, none is believed at once."""
    page = {"reason": "not_a_feed", "lasting": True, "announced": (OLD, NEW, SECURE)}
    address = after(failed(0, **page))
    assert to_ask(OLD, address, later(1)) == NEW
    address = after(failed(1, "http_404", NEW, lasting=True), failed(2, **page), address=address)
    assert to_ask(OLD, address, later(3)) == SECURE
    address = after(*(direct(3 + 13 * turn, SECURE) for turn in range(CONFIRMATIONS)), address=address)
    assert address.adopted_url == SECURE


def test_a_trial_that_went_well_outlives_one_passing_failure():
    address = after(failed(0, "not_a_feed", lasting=True, announced=(NEW,)), direct(1, NEW))
    address = after(failed(2, "timeout", NEW), address=address)
    assert (to_ask(OLD, address, later(3)), address.candidate_polls) == (NEW, 0)
    assert to_ask(OLD, after(failed(3, "timeout", NEW), address=address), later(4)) == OLD


def test_a_strangers_feed_does_not_speak_for_the_publisher():
    def seen(url, *, same=False):
        return Seen(url, NOW, is_feed=True, is_same=same)

    stranger = "https://ads.example/feed"
    assert may_speak_for(OLD, seen(SECURE))
    assert may_speak_for(OLD, seen("https://feeds.herald.example/x"))
    assert may_speak_for(OLD, seen(stranger, same=True))
    assert not may_speak_for(OLD, seen(stranger))
    assert not may_speak_for(OLD, seen("https://notherald.example/feed"))
    address = after(failed(0, "not_a_feed", lasting=True, announced=(stranger,)), seen(stranger))
    assert to_ask(OLD, address, later(1)) == OLD


URLS = (OLD, NEW, SECURE, "https://ads.example/feed")


@given(
    st.lists(
        st.builds(
            dict,
            hours=st.floats(0.2, 100),
            is_feed=st.booleans(),
            is_same=st.booleans(),
            final_url=st.sampled_from(URLS),
            statuses=st.lists(st.sampled_from([301, 302, 308]), max_size=2),
            reason=st.sampled_from(["connect", "http_404", "not_a_feed"]),
            is_lasting=st.booleans(),
            failures=st.floats(0, 5),
            announced=st.lists(st.sampled_from(URLS), max_size=2).map(tuple),
        ),
        max_size=40,
    )
)
def test_nothing_is_adopted_without_its_proof_and_there_is_always_an_address(polls):
    address, at = Address(), NOW
    for poll in polls:
        at += timedelta(hours=poll.pop("hours"))
        asked = to_ask(OLD, address, at)
        assert asked in URLS
        statuses, final = poll.pop("statuses"), poll.pop("final_url")
        redirects = tuple((status, final) for status in statuses)
        before = address
        address = observe(
            OLD, before, Seen(asked, at, redirects=redirects, final_url=final if redirects else asked, **poll)
        )
        if address.adopted_url not in (None, before.adopted_url):
            assert before.candidate_polls >= CONFIRMATIONS - 1
            assert at - before.candidate_since >= timedelta(days=2)
