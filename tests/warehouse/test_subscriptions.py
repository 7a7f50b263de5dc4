"""The rows of hubs: searched for, asked, saved by whoever was first, lapsed, counted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from pipeline.poll.websub import GIVEN_UP_AFTER, Announced, requested, verify
from pipeline.records import ArchiveRef, ParsedFeed, Response
from pipeline.warehouse import registry, subscriptions
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.polls import Poll, record_poll
from pipeline.warehouse.tables import FEED_STATE, SUBSCRIPTION
from tests.warehouse.world import NOW, entry, register

URL, OTHER = "https://herald.example/a.xml", "https://herald.example/b.xml"
HUB, SECOND = "https://hub.example/", "https://second.example/"
DAY = timedelta(days=1)


def at(days):
    return NOW + days * DAY


class World:
    def __init__(self, engine):
        self.engine = engine
        self.feeds = register(engine)
        self.feed, self.other = self.feeds[URL], self.feeds[OTHER]

    def do(self, action, *arguments, **named):
        with transaction(self.engine) as connection:
            return action(connection, *arguments, **named)

    def found(self, hubs=(HUB,), *, topic=URL, mark="1", now=NOW, feed=None):
        feed_id = (feed or self.feed).feed_id
        said = Announced(hubs, topic) if hubs else None
        self.do(subscriptions.searched, feed_id, said, token=f"t{mark}", secret=f"s{mark}", now=now)

    def active(self, *, mark="1", feed=None, pushed=None, lease="864000", now=NOW):
        self.found(mark=mark, feed=feed, now=now)
        before = self.token(f"t{mark}")
        asked = requested(before, "subscribe", now)
        assert self.do(subscriptions.save, before, asked, now)
        query = {
            "hub.mode": "subscribe",
            "hub.topic": URL,
            "hub.challenge": "c",
            "hub.lease_seconds": lease,
        }
        assert self.do(subscriptions.save, asked, verify(asked, query, now).after, now)
        if pushed:
            self.do(subscriptions.count_push, before.feed_id, new=1, at=pushed)
        return self.token(f"t{mark}")

    def token(self, token):
        return self.do(subscriptions.by_token, token)

    def row(self, feed=None):
        query = select(SUBSCRIPTION).where(SUBSCRIPTION.c.feed_id == (feed or self.feed).feed_id)
        with transaction(self.engine) as connection:
            return connection.execute(query).one()

    def due(self, now, limit=100):
        return [(one.feed_id, wanted) for one, wanted in self.do(subscriptions.due, now, limit=limit)]

    def wait_for(self, feed, moment, failures=0.0):
        values = {"next_poll_at": moment, "failures": failures}
        row = FEED_STATE.c.feed_id == feed.feed_id
        with transaction(self.engine) as connection:
            connection.execute(update(FEED_STATE).where(row).values(values))

    def next_poll(self, feed):
        row = FEED_STATE.c.feed_id == feed.feed_id
        with transaction(self.engine) as connection:
            return connection.execute(select(FEED_STATE.c.next_poll_at).where(row)).scalar_one()

    def polled(self, feed, now, digest="sha256:ab", offset=0):
        document = ParsedFeed((entry(offset),), "rss20")
        answer = Response(feed.url, feed.url, 200, {}, b"<rss/>", now)
        state = replace(feed.state, last_polled_at=now)
        ref = ArchiveRef("2026/03/01/feed-1.warc.gz", offset, 10, digest)
        self.do(
            record_poll, Poll(feed, answer, now, "changed", feed.url, state, document=document, archived=ref)
        )


@pytest.fixture
def world(engine):
    return World(engine)


def test_the_last_document_of_each_feed_is_searched_once_a_week(world):
    assert world.do(subscriptions.to_search, NOW, limit=9) == []
    world.polled(world.feed, NOW, offset=1)
    world.polled(world.feed, at(1), offset=2)
    world.polled(world.other, NOW, offset=3)
    searching = world.do(subscriptions.to_search, at(1), limit=9)
    assert {(one.registered, one.document.offset) for one in searching} == {(URL, 2), (OTHER, 3)}
    assert len(world.do(subscriptions.to_search, at(1), limit=1)) == 1
    world.found(now=at(1))
    world.do(subscriptions.touched, world.other.feed_id, at(2))
    assert world.row(world.other).state == "none"
    assert world.do(subscriptions.to_search, at(3), limit=9) == []
    later = world.do(subscriptions.to_search, at(9), limit=9)
    assert [one.feed_id for one in later] == [world.feed.feed_id, world.other.feed_id]
    world.do(registry.set_state, "herald.example", "paused")
    assert world.do(subscriptions.to_search, at(9), limit=9) == []


def test_a_hub_given_up_is_searched_for_again_and_replaced(world):
    world.polled(world.feed, NOW)
    world.found((HUB, SECOND))
    one = world.token("t1")
    failed = replace(requested(one, "subscribe", at(1)), failures=GIVEN_UP_AFTER, last_reason="connect")
    assert world.do(subscriptions.save, one, failed, at(1))
    assert len(world.do(subscriptions.to_search, at(1), limit=9)) == 1
    world.found((HUB, SECOND), mark="2", now=at(1))
    assert world.do(subscriptions.to_search, at(1), limit=9) == []
    row = world.row()
    assert (row.hub, row.state, row.failures, row.token) == (SECOND, "announced", 0, "t2")
    assert row.requested_at is row.last_reason is None
    assert world.token("t1") is None


def test_what_a_document_still_says_changes_nothing(world):
    before = world.active(pushed=NOW)
    world.found((SECOND, HUB), mark="2", now=at(7))
    assert world.token("t1") == before
    assert world.row().looked_at == at(7)


@pytest.mark.parametrize("change", [{"topic": URL + "?2"}, {"hubs": (SECOND,)}, {"hubs": ()}])
def test_another_topic_or_hub_or_none_ends_the_old_one_and_the_feed_is_pulled(world, change):
    world.active(pushed=NOW)
    world.wait_for(world.feed, at(9))
    world.found(**change, mark="2", now=at(7))
    assert world.token("t1") is None
    assert world.row().state == ("announced" if change.get("hubs", (HUB,)) else "none")
    assert (world.row().pushed_at, world.row().pushes) == (None, 1)
    assert world.next_poll(world.feed) == at(7)


def test_of_two_who_ask_at_once_one_does(world):
    world.found()
    one = world.token("t1")
    asked = requested(one, "subscribe", NOW)
    assert world.do(subscriptions.save, one, asked, NOW)
    assert not world.do(subscriptions.save, one, requested(one, "subscribe", at(1)), at(1))
    assert world.token("t1") == asked
    # A failure that comes after the hub has asked back is none.
    query = {"hub.mode": "subscribe", "hub.topic": URL, "hub.challenge": "c"}
    assert world.do(subscriptions.save, asked, verify(asked, query, NOW).after, NOW)
    assert not world.do(subscriptions.save, asked, replace(asked, failures=1, last_reason="timeout"), NOW)
    assert world.token("t1").state == "active"


def test_what_is_due_comes_with_whether_it_is_wanted(world):
    world.found()
    world.found(mark="2", feed=world.other, hubs=())
    assert world.due(NOW) == [(world.feed.feed_id, True)]
    world.active(mark="1")
    assert world.due(at(1)) == []
    assert world.due(at(8)) == [(world.feed.feed_id, True)]
    assert world.due(at(8), limit=0) == []
    world.do(registry.set_state, "herald.example", "paused")
    assert world.due(at(1)) == [(world.feed.feed_id, False)]


def test_where_a_lease_ends_the_feed_is_due_at_once_unless_it_fails(world):
    courier = world.feeds["https://courier.example/feed"]
    for mark, feed, pushed in (("1", world.feed, NOW), ("2", world.other, NOW), ("3", courier, None)):
        world.active(mark=mark, feed=feed, pushed=pushed, lease="86400")
        world.wait_for(feed, at(9), failures=2.0 if feed is world.other else 0.0)
    assert world.do(subscriptions.lapse, at(0.9)) == 0
    assert world.do(subscriptions.lapse, at(1)) == 3
    assert world.do(subscriptions.lapse, at(1)) == 0
    assert world.row().state == "expired"
    assert world.next_poll(world.feed) == at(1)
    assert world.next_poll(world.other) == world.next_poll(courier) == at(9)


def test_a_poll_that_is_due_sooner_stays_so(world):
    world.active(pushed=NOW, lease="86400")
    world.wait_for(world.feed, NOW)
    world.do(subscriptions.lapse, at(1))
    assert world.next_poll(world.feed) == NOW


def test_pushed_are_those_that_the_value_says(world):
    one = world.active(pushed=NOW, lease=str(36 * 3600))
    feeds = [world.feed.feed_id, world.other.feed_id]
    for hours in (0, 1, 23, 24, 35, 36):
        now = NOW + timedelta(hours=hours)
        expected = {one.feed_id} if one.is_pushed(now) else set()
        assert world.do(subscriptions.pushed_feeds, feeds, now) == expected
    assert world.do(subscriptions.pushed_feeds, feeds, NOW) == {one.feed_id}
    assert world.do(subscriptions.pushed_feeds, [], NOW) == set()


def test_pushes_are_counted_and_only_news_proves_the_hub(world):
    world.active()
    feed_id = world.feed.feed_id
    world.do(subscriptions.count_push, feed_id, new=2, at=at(2))
    world.do(subscriptions.count_push, feed_id, new=1, at=at(1))
    world.do(subscriptions.count_push, feed_id, new=0, at=at(3))
    world.do(subscriptions.count_repeat, feed_id)
    world.do(subscriptions.count_refused, feed_id, "unsigned", at(4))
    row = world.row()
    assert (row.pushes, row.repeated, row.refused) == (3, 1, 1)
    assert (row.pushed_at, row.refused_reason, row.refused_at) == (at(2), "unsigned", at(4))


def test_a_document_is_known_by_its_digest_for_a_while(world):
    world.polled(world.feed, NOW)
    assert world.do(subscriptions.was_received, world.feed.feed_id, "sha256:ab", NOW)
    assert not world.do(subscriptions.was_received, world.feed.feed_id, "sha256:ab", at(1))
    assert not world.do(subscriptions.was_received, world.feed.feed_id, "sha256:cd", NOW)
    assert not world.do(subscriptions.was_received, world.other.feed_id, "sha256:ab", NOW)


def test_a_feed_that_is_read_no_more_takes_no_push(world):
    assert world.do(subscriptions.feed_of, world.feed.feed_id) == world.feed
    world.do(registry.set_state, "herald.example", "paused")
    assert world.do(subscriptions.feed_of, world.feed.feed_id) is None


@pytest.mark.parametrize("lacking", ["hub", "topic", "token", "secret"])
def test_no_subscription_lacks_what_makes_it_one(world, lacking):
    world.found()
    with pytest.raises(IntegrityError, match="hub_has_topic"), world.engine.begin() as connection:
        connection.execute(update(SUBSCRIPTION).values({lacking: None}))
