"""WebSub, the subscriber's rules: what is asked, what is confirmed, what is believed."""

import hashlib
import hmac
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll.websub import (
    FIRST_RETRY,
    GIVEN_UP_AFTER,
    HOPE,
    LEASE,
    LONGEST_LEASE,
    PROVED_FOR,
    Announced,
    Subscription,
    announced,
    answered,
    form,
    hub_to_ask,
    is_given_up,
    renew_at,
    requested,
    signature_fault,
    to_ask,
    verify,
)
from pipeline.records import ParsedFeed

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOPIC, HUB = "https://tribune.example/atom", "https://hub.example/"
NEW = Subscription(uuid.UUID(int=7), HUB, TOPIC, "t" * 43, "s" * 43)
ACTIVE = replace(
    NEW, state="active", asked="subscribe", requested_at=NOW, verified_at=NOW, lease_until=NOW + LEASE
)
tokens = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=43, max_size=43)


def question(mode="subscribe", **more):
    return {
        "hub.mode": mode,
        "hub.topic": TOPIC,
        "hub.challenge": "c0ffee",
        "hub.lease_seconds": "864000",
        **more,
    }


# -- signatures ---------------------------------------------------------------------


def signed(body, secret, method):
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


@given(st.binary(), st.text(min_size=1), st.sampled_from(["sha1", "sha256", "sha384", "sha512"]))
def test_the_right_signature_is_believed_in_either_case(body, secret, method):
    signature = signed(body, secret, method)
    assert signature_fault(body, signature, secret) is None
    assert signature_fault(body, signature.upper(), secret) is None


@given(st.binary(min_size=1), st.sampled_from(["sha1", "sha256", "sha384", "sha512"]), st.data())
def test_a_body_a_secret_or_a_signature_that_differs_is_not_believed(body, method, data):
    signature = signed(body, "secret", method)
    at = data.draw(st.integers(0, len(body) - 1))
    other = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
    assert signature_fault(other, signature, "secret") == "wrong_signature"
    assert signature_fault(body, signature, "Secret") == "wrong_signature"
    assert signature_fault(body, signature[:-1], "secret") == "wrong_signature"
    assert signature_fault(body, signature + "0", "secret") == "wrong_signature"


@given(st.one_of(st.none(), st.text()))
def test_no_text_in_place_of_a_signature_is_believed_or_breaks(signature):
    assert signature_fault(b"body", signature, "secret") is not None


@pytest.mark.parametrize("method", ["md5", "sha224", "sha3_256", "blake2b", "", "new"])
def test_an_algorithm_that_the_recommendation_does_not_name_is_refused(method):
    digest = (
        hmac.new(b"secret", b"body", method).hexdigest() if method in hashlib.algorithms_available else ""
    )
    assert signature_fault(b"body", f"{method}={digest}", "secret") == "unknown_method"


# -- verification of intent ---------------------------------------------------------


@given(
    asked=st.sampled_from([None, "subscribe", "unsubscribe"]),
    mode=st.sampled_from([None, "subscribe", "unsubscribe", "publish", "SUBSCRIBE", ""]),
    topic=st.sampled_from([TOPIC, TOPIC + "/", "http://tribune.example/atom", None]),
    challenge=st.sampled_from(["c0ffee", "", None]),
)
def test_only_what_was_asked_for_is_confirmed(asked, mode, topic, challenge):
    before = replace(NEW, asked=asked, requested_at=NOW, state="requested")
    said = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge, "hub.lease_seconds": "60"}
    verdict = verify(before, {name: value for name, value in said.items() if value is not None}, NOW)
    if asked is not None and (mode, topic, challenge) == (asked, TOPIC, "c0ffee"):
        assert verdict.answer == "c0ffee"
        assert verdict.after.state == ("active" if mode == "subscribe" else "unsubscribed")
        assert not verdict.after.is_pending
    else:
        assert verdict == (None, before)


def test_the_same_question_again_has_the_same_answer():
    first = verify(requested(NEW, "subscribe", NOW), question(), NOW)
    assert verify(first.after, question(), NOW) == first


@pytest.mark.parametrize(
    ("printed", "lease"),
    [
        ("60", timedelta(minutes=1)),
        ("0", timedelta(0)),
        ("", LEASE),
        ("-5", LEASE),
        ("1e9", LEASE),
        ("²", LEASE),
        ("9" * 400, LONGEST_LEASE),
    ],
)
def test_the_hub_decides_how_long_within_reason(printed, lease):
    asked = requested(NEW, "subscribe", NOW)
    after = verify(asked, question(**{"hub.lease_seconds": printed}), NOW).after
    assert after.lease_until == NOW + lease
    assert after.is_live(NOW) == (lease > timedelta(0))


def test_a_denial_ends_a_subscription_whenever_it_comes():
    answer, after = verify(ACTIVE, {"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "x" * 999}, NOW)
    assert (answer, after.state, after.is_live(NOW)) == ("", "denied", False)
    assert len(after.last_reason) < 250
    assert verify(ACTIVE, {"hub.mode": "denied", "hub.topic": "https://other.example/"}, NOW).after == ACTIVE


# -- when to ask --------------------------------------------------------------------


@given(tokens, st.integers(1, LONGEST_LEASE // timedelta(seconds=1)))
def test_a_lease_is_renewed_in_its_third_quarter_at_a_time_of_its_own(token, seconds):
    lease = timedelta(seconds=seconds)
    one = replace(ACTIVE, token=token, lease_until=NOW + lease)
    assert NOW + lease / 2 <= renew_at(one) <= NOW + lease * 3 / 4
    assert renew_at(one) == renew_at(replace(one, failures=3))
    assert to_ask(one, wanted=True, now=renew_at(one)) == "subscribe"
    assert to_ask(one, wanted=True, now=renew_at(one) - timedelta(microseconds=1)) is None


def test_leases_that_began_together_are_not_renewed_together():
    hours = {renew_at(replace(ACTIVE, token=f"{number:043}")).hour for number in range(200)}
    assert len(hours) == 24


class Hub:
    """Acts by a script, hour by hour: takes the request and asks back, is silent, fails or denies."""

    def __init__(self, script, lease=LEASE):
        self.script, self.lease, self.asked = script, lease, []

    def hour(self, one, now, *, wanted=True):
        mode = to_ask(one, wanted=wanted, now=now)
        if mode is None:
            return one
        self.asked.append(now)
        one = requested(one, mode, now)
        act = self.script(now)
        if act == "fails":
            return answered(one, "connect")
        one = answered(one, None)
        if act == "denies":
            return verify(one, {"hub.mode": "denied", "hub.topic": TOPIC}, now).after
        if act == "asks back":
            seconds = str(int(self.lease.total_seconds()))
            return verify(one, question(mode, **{"hub.lease_seconds": seconds}), now).after
        return one


def lived(hub, one=NEW, *, hours=24 * 60, wanted=True):
    for hour in range(hours):
        now = NOW + hour * HOUR
        one = hub.hour(one, now, wanted=wanted)
        yield now, one


@given(tokens, st.integers(12, 24 * 30))
def test_a_good_hub_never_lets_a_lease_run_out(token, hours):
    hub = Hub(lambda now: "asks back", timedelta(hours=hours))
    for now, one in lived(hub, replace(NEW, token=token), hours=24 * 20):
        assert one.is_live(now)
    assert len(hub.asked) <= 1 + 24 * 20 / (hours / 2)


@given(st.lists(st.sampled_from(["asks back", "is silent", "fails"]), min_size=3, max_size=40))
def test_whatever_a_hub_does_it_is_asked_at_most_once_an_hour_and_found_again(acts):
    script = dict(enumerate(acts))
    hub = Hub(lambda now: script.get(len(hub.asked) - 1, "asks back"))
    last = None
    for _, one in lived(hub, hours=24 * 60):
        last = one
    assert last.is_live(NOW + 60 * timedelta(days=1)) or len(hub.asked) <= len(acts)
    assert all(later - sooner >= FIRST_RETRY for sooner, later in zip(hub.asked, hub.asked[1:], strict=False))


@pytest.mark.parametrize("act", ["fails", "is silent", "denies"])
def test_a_hub_that_never_works_is_asked_less_and_less(act):
    hub = Hub(lambda now: act)
    for _, one in lived(hub):
        assert not one.is_pushed(NOW)
    waits = [later - sooner for sooner, later in zip(hub.asked, hub.asked[1:], strict=False)]
    assert waits == sorted(waits)
    assert waits[-1] >= HOPE
    assert len(hub.asked) <= GIVEN_UP_AFTER + 10
    assert is_given_up(one)


def test_a_feed_that_is_read_no_more_is_given_back_and_taken_up_again():
    hub = Hub(lambda now: "asks back")
    *_, (now, one) = lived(hub, ACTIVE, hours=5, wanted=False)
    assert (one.state, len(hub.asked)) == ("unsubscribed", 1)
    one = hub.hour(one, now)
    assert one.is_live(now)
    assert to_ask(NEW, wanted=False, now=NOW) is None


def test_the_form_tells_the_secret_only_where_a_subscription_begins():
    callback = "https://news.example/dateline/websub/" + NEW.token
    assert form(requested(NEW, "subscribe", NOW), callback) == {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.callback": callback,
        "hub.lease_seconds": "864000",
        "hub.secret": NEW.secret,
    }
    assert set(form(requested(ACTIVE, "unsubscribe", NOW), callback)) == {
        "hub.mode",
        "hub.topic",
        "hub.callback",
    }
    assert NEW.secret not in repr(NEW)
    assert NEW.token not in repr(NEW)


def test_pushed_is_who_brought_news_within_a_day_under_a_lease():
    assert not ACTIVE.is_pushed(NOW)
    one = replace(ACTIVE, pushed_at=NOW)
    assert one.is_pushed(NOW + PROVED_FOR - timedelta(seconds=1))
    assert not one.is_pushed(NOW + PROVED_FOR)
    assert not replace(one, lease_until=NOW + HOUR).is_pushed(NOW + HOUR)
    assert not replace(one, state="denied").is_pushed(NOW)


# -- hubs ---------------------------------------------------------------------------


def found(*, hubs=(), self_url=None, link=None, url=TOPIC, registered=TOPIC):
    document = ParsedFeed((), "atom10", hubs=hubs, self_url=self_url)
    return announced(document, {"link": link} if link else {}, url=url, registered=registered)


def test_headers_go_before_the_document():
    link = f'<https://a.example/>; rel="hub", <{TOPIC}?h>; title="x, y"; REL=self, </b>; rel="next hub"'
    assert found(hubs=("https://c.example/",), self_url=TOPIC, link=link) == Announced(
        ("https://a.example/", "https://tribune.example/b"), TOPIC + "?h"
    )


def test_without_a_self_link_the_topic_is_where_the_document_was():
    assert found(hubs=(HUB,), url=TOPIC + "?page") == Announced((HUB,), TOPIC + "?page")


def test_a_hub_over_https_is_asked_first():
    assert found(hubs=("http://a.example/", "https://b.example/")).hubs == (
        "https://b.example/",
        "http://a.example/",
    )


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"hubs": ("ftp://hub.example/",)},
        {"hubs": ("https://hub.example/" + "x" * 2000,)},
        {"hubs": (HUB,), "self_url": "https://other.example/atom"},
        {"link": '<https://hub.example/>; rel="alternate"'},
    ],
    ids=["no hub", "no web", "endless", "another site's", "another relation"],
)
def test_there_is_nothing_to_subscribe_to(said):
    assert found(**said) is None


@given(st.text('<>;,="rel hub/x', max_size=300))
def test_no_link_header_breaks(header):
    found(link=header)


def test_the_next_hub_is_asked_only_when_the_first_is_given_up():
    both = Announced((HUB, "https://second.example/"), TOPIC)
    failing = replace(NEW, failures=GIVEN_UP_AFTER)
    assert hub_to_ask(both, None) == hub_to_ask(both, NEW) == HUB
    assert hub_to_ask(both, failing) == "https://second.example/"
    assert hub_to_ask(both, replace(failing, hub="https://second.example/")) == HUB
    assert hub_to_ask(both._replace(hubs=(HUB,)), failing) == HUB
    assert hub_to_ask(both._replace(topic=TOPIC + "2"), failing) == HUB
