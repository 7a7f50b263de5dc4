"""What a poll leaves behind: the log, the validators, the entries, in one transaction."""

from datetime import timedelta

from sqlalchemy import select

from pipeline.records import ArchiveRef, Failure, ParsedFeed, Response
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.polls import Pace, Poll, count_known, record_poll
from pipeline.warehouse.registry import feeds_to_poll
from pipeline.warehouse.reports import conservation
from pipeline.warehouse.tables import FEED_POLL, FEED_STATE
from tests.warehouse.world import NOW, entry, minutes, register

URL = "https://herald.example/a.xml"
REF = ArchiveRef("2026/03/01/feed-1.warc.gz", 0, 10, "sha256:ab")


def answer(at=NOW, etag='W/"1"'):
    return Response(URL, URL, 200, {"etag": etag, "last-modified": "yesterday"}, b"<rss/>", at)


def record(engine, feed, reply, outcome, *entries, at=NOW, gap=False):
    document = ParsedFeed(entries, "rss20", fault="unclosed tag") if outcome == "changed" else None
    poll = Poll(feed, reply, at, outcome, document, REF if outcome == "changed" else None)
    with transaction(engine) as connection:
        return record_poll(connection, poll, Pace(at + timedelta(hours=1), timedelta(hours=2), gap))


def state(engine):
    with transaction(engine) as connection:
        return connection.execute(select(FEED_STATE)).one()


def again(engine):
    with transaction(engine) as connection:
        return next(feed for feed in feeds_to_poll(connection) if feed.url == URL)


def test_a_document_brings_entries_validators_and_a_fault_that_is_kept(engine):
    feed = register(engine)[URL]
    assert record(engine, feed, answer(), "changed", entry(1), entry(2)) == 2
    row = state(engine)
    assert (row.etag, row.last_modified, row.body_digest) == ('W/"1"', "yesterday", "sha256:ab")
    assert (row.interval_seconds, row.failures, row.last_reason) == (7200, 0, None)
    with transaction(engine) as connection:
        log = connection.execute(select(FEED_POLL)).one()
        assert (log.outcome, log.entries, log.new_entries, log.fault) == ("changed", 2, 2, "unclosed tag")
        document = ParsedFeed((entry(2), entry(3)), "rss20")
        assert count_known(connection, feed, document) == 1
        assert [count.seen for count in conservation(connection) if count.feed == URL] == [2]
    assert again(engine).interval == timedelta(hours=2)


def test_an_unchanged_feed_keeps_its_validators_and_a_failure_is_counted_until_a_success(engine):
    feed = register(engine)[URL]
    record(engine, feed, answer(), "changed", entry(1))
    record(engine, again(engine), Response(URL, URL, 304, {}, b"", minutes(1)), "unchanged", at=minutes(1))
    assert state(engine).etag == 'W/"1"'
    for number in (2, 3):
        record(engine, again(engine), Failure(URL, "transient", "timeout"), "failed", at=minutes(number))
    assert (state(engine).failures, state(engine).last_reason, state(engine).etag) == (2, "timeout", 'W/"1"')
    record(engine, again(engine), Response(URL, URL, 304, {}, b"", minutes(4)), "unchanged", at=minutes(4))
    assert (state(engine).failures, state(engine).last_reason) == (0, None)


def test_an_older_poll_that_is_recorded_late_does_not_undo_a_newer_one(engine):
    feed = register(engine)[URL]
    record(engine, feed, answer(minutes(5), '"new"'), "changed", entry(1), at=minutes(5))
    assert record(engine, feed, answer(NOW, '"old"'), "changed", entry(1), entry(2)) == 1
    assert state(engine).etag == '"new"'
    with transaction(engine) as connection:
        assert [count.is_conserved for count in conservation(connection)] == [True] * 3


def test_a_document_read_again_with_more_in_it_is_counted_once(engine):
    feed = register(engine)[URL]
    record(engine, feed, answer(), "changed", entry(1))
    assert record(engine, feed, answer(), "changed", entry(1), entry(2)) == 1
    assert record(engine, feed, answer(), "changed", entry(1), entry(2)) == 0
    with transaction(engine) as connection:
        assert [count.seen for count in conservation(connection) if count.feed == URL] == [2]
        assert all(count.is_conserved for count in conservation(connection))
