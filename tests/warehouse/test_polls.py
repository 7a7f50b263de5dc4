"""What a poll leaves behind: the log, the feed's state, the entries, in one transaction; and what to look at."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from pipeline.poll import Pace
from pipeline.poll.moves import Address
from pipeline.records import ArchiveRef, Failure, ParsedFeed, Response
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import feeds_to_poll, other_addresses
from pipeline.warehouse.feedstate import FeedState
from pipeline.warehouse.polls import Poll, count_known, record_poll, record_quiet
from pipeline.warehouse.reports import alarms, conservation
from pipeline.warehouse.tables import FEED_POLL, FEED_STATE
from tests.warehouse.world import NOW, entry, minutes, register

URL = "https://herald.example/a.xml"
REF = ArchiveRef("2026/03/01/feed-1.warc.gz", 0, 10, "sha256:ab")
EVERYTHING = FeedState(
    etag='W/"1"',
    last_modified="yesterday",
    validators_url=URL,
    validators_lie_until=minutes(9),
    body_digest="sha256:ab",
    last_polled_at=NOW,
    last_success_at=NOW,
    last_news_at=NOW,
    news_every_seconds=3600.0,
    next_poll_at=minutes(60),
    failures=0.25,
    last_reason="dns",
    gone_at=NOW,
    ttl_minutes=30,
    update_minutes=60,
    skip_hours=frozenset({0, 23}),
    skip_days=frozenset({6}),
    fresh_seconds=12.5,
    pace=Pace(stories=3.0, profile=tuple(float(place) for place in range(31))),
    address=Address("https://new.example/", NOW, "https://next.example/", "redirect", 3, NOW),
)


def answer(at=NOW):
    return Response(URL, URL, 200, {"etag": '"1"'}, b"<rss/>", at)


def document(engine, feed, *entries, at=NOW, state=None, gap=False):
    read = ParsedFeed(entries, "rss20", fault="unclosed tag")
    state = replace(state or feed.state, last_polled_at=at, last_success_at=at)
    poll = Poll(feed, answer(at), at, "changed", URL, state, document=read, archived=REF, is_gap=gap)
    with transaction(engine) as connection:
        return record_poll(connection, poll)


def quiet(engine, feed, outcome, at, *, state=None, reason=None, asked_url=URL):
    state = replace(state or feed.state, last_polled_at=at, last_reason=reason)
    reply = Failure(URL, "transient", reason) if reason else Response(URL, URL, 304, {}, b"", at)
    with transaction(engine) as connection:
        record_quiet(connection, [Poll(feed, reply, at, outcome, asked_url, state, reason=reason)])


def log(engine):
    with transaction(engine) as connection:
        return connection.execute(select(FEED_POLL).order_by(FEED_POLL.c.polled_at)).all()


def row(engine):
    with transaction(engine) as connection:
        return connection.execute(select(FEED_STATE).where(FEED_STATE.c.last_polled_at.is_not(None))).one()


def again(engine):
    with transaction(engine) as connection:
        return next(feed for feed in feeds_to_poll(connection) if feed.url == URL)


def test_a_document_brings_entries_and_a_fault_that_is_kept(engine):
    feed = register(engine)[URL]
    assert document(engine, feed, entry(1), entry(2)) == 2
    (one,) = log(engine)
    assert (one.outcome, one.entries, one.new_entries, one.fault) == ("changed", 2, 2, "unclosed tag")
    with transaction(engine) as connection:
        assert count_known(connection, feed, ParsedFeed((entry(2), entry(3)), "rss20")) == 1
        assert [count.seen for count in conservation(connection) if count.feed == URL] == [2]


def test_every_part_of_a_state_comes_back_as_it_was_written(engine):
    feed = register(engine)[URL]
    assert feed.state == FeedState()
    quiet(engine, feed, "failed", NOW, state=EVERYTHING, reason="dns")
    assert again(engine).state == EVERYTHING
    assert row(engine).host == "new.example"
    quiet(engine, feed, "unchanged", minutes(1), state=FeedState())
    assert again(engine).state == FeedState(last_polled_at=minutes(1))
    assert row(engine).host == "herald.example"


def test_quiet_polls_are_logged_each(engine):
    feeds = register(engine)
    feed = feeds[URL]
    quiet(engine, feed, "unchanged", minutes(1))
    quiet(engine, feed, "failed", minutes(2), reason="timeout", asked_url="https://new.example/feed")
    quiet(engine, feed, "same_body", minutes(3))
    found = [(one.outcome, one.status, one.reason, one.asked_url) for one in log(engine)]
    assert found == [
        ("unchanged", 304, None, None),
        ("failed", None, "timeout", "https://new.example/feed"),
        ("same_body", 304, None, None),
    ]
    with transaction(engine) as connection:
        assert other_addresses(connection) == {"https://new.example/feed": feed.feed_id}


def test_an_older_poll_that_is_recorded_late_does_not_undo_a_newer_one(engine):
    feed = register(engine)[URL]
    document(engine, feed, entry(1), at=minutes(5), state=FeedState(etag='"new"'))
    assert document(engine, feed, entry(1), entry(2), state=FeedState(etag='"old"')) == 1
    quiet(engine, feed, "unchanged", minutes(5), state=FeedState(etag='"same moment"'))
    assert row(engine).etag == '"new"'
    with transaction(engine) as connection:
        assert [count.is_conserved for count in conservation(connection)] == [True] * 3


def test_a_document_read_again_with_more_in_it_is_counted_once(engine):
    feed = register(engine)[URL]
    document(engine, feed, entry(1))
    assert document(engine, feed, entry(1), entry(2)) == 1
    assert document(engine, feed, entry(1), entry(2)) == 0
    with transaction(engine) as connection:
        assert [count.seen for count in conservation(connection) if count.feed == URL] == [2]
        assert all(count.is_conserved for count in conservation(connection))


def kinds(engine):
    with transaction(engine) as connection:
        return {alarm.kind: alarm for alarm in alarms(connection)}


def test_a_feed_that_is_well_is_no_alarm(engine):
    feed = register(engine)[URL]
    state = FeedState(last_news_at=NOW, news_every_seconds=3600.0, failures=0.25, last_success_at=NOW)
    quiet(engine, feed, "failed", minutes(60), state=state, reason="dns")
    document(engine, feed, entry(1), at=minutes(90), state=FeedState(last_news_at=NOW))
    assert kinds(engine) == {}


def test_a_gap_is_an_alarm_for_a_week(engine):
    """Row 17 (news-crawl#46, #57: silent gaps), and 15 (short feeds lose stories: web-search#211, FreshRSS#4485)."""
    feed = register(engine)[URL]
    document(engine, feed, entry(1), at=NOW, gap=True)
    document(engine, feed, entry(2), at=minutes(9), gap=True)
    alarm = kinds(engine)["gap"]
    assert (alarm.domain, alarm.feed, alarm.since) == ("herald.example", URL, NOW)
    assert alarm.words.startswith("2 time(s)")
    quiet(engine, feed, "unchanged", NOW + timedelta(days=8))
    assert kinds(engine) == {}


def test_silence_is_measured_by_what_is_usual(engine):
    feed = register(engine)[URL]
    state = FeedState(last_news_at=NOW, news_every_seconds=86400.0)
    for days, silent in ((3.9, False), (4.1, True)):
        at = NOW + timedelta(days=days)
        quiet(engine, feed, "unchanged", at, state=replace(state, last_success_at=at))
        assert ("silent" in kinds(engine)) is silent
    assert kinds(engine)["silent"].words == "nothing new for 4.1 days; usual are 1.0"


def test_failing_gone_moved_and_lying_feeds_are_told_apart(engine):
    feed = register(engine)[URL]
    quiet(engine, feed, "failed", NOW, state=FeedState(failures=1.5), reason="http_404")
    assert {kind: alarm.words for kind, alarm in kinds(engine).items()} == {"failing": "it fails: http_404"}
    quiet(engine, feed, "failed", minutes(1), state=FeedState(failures=2.5, gone_at=NOW), reason="http_410")
    assert set(kinds(engine)) == {"gone"}
    state = FeedState(validators_lie_until=minutes(99), address=Address(adopted_url="https://new.example/"))
    quiet(engine, feed, "unchanged", minutes(2), state=state)
    assert set(kinds(engine)) == {"moved", "false_304"}
