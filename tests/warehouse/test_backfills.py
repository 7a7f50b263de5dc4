"""Walks through the past: claimed one after the other, gone on with, put off; and what a day allows."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.records import Response
from pipeline.warehouse import backfills, schema
from pipeline.warehouse.backfills import Planned, Scope, Step
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.places import (
    PlaceFeed,
    enter,
    note_copies,
    place_feed,
    received_since,
    record_document,
)
from pipeline.warehouse.quotas import take
from pipeline.warehouse.reports import conservation
from tests.warehouse.world import HERALD, NOW, entry, register

DAY = datetime(2017, 12, 1, tzinfo=UTC), datetime(2017, 12, 2, tzinfo=UTC)
EVERY = Scope(*DAY)


@pytest.fixture
def engine(database_url):
    engine = open_warehouse(database_url)
    schema.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def herald(engine):
    feed = register(engine)[HERALD.feeds[0]]
    with transaction(engine) as connection:
        feed_id = place_feed(connection, feed.source_id, HERALD.domain, "sitemap")
        assert place_feed(connection, feed.source_id, HERALD.domain, "sitemap") == feed_id
    return PlaceFeed(feed_id, feed.source_id, HERALD)


def planned(engine, source_id, *places, again=False):
    with transaction(engine) as connection:
        walks = [Planned(source_id, place, number) for number, place in enumerate(places)]
        backfills.plan(connection, *DAY, walks, again=again)


def claimed(engine, number, scope=EVERY, now=NOW):
    with transaction(engine) as connection:
        return backfills.claim(connection, number, scope, now)


def advanced(engine, walk, cursor, **counts):
    with transaction(engine) as connection:
        backfills.advance(connection, walk, Step(cursor, **counts), NOW)


def states(engine, scope=EVERY):
    with transaction(engine) as connection:
        return {line.place: line.state for line in backfills.lines(connection, scope)}


def test_places_are_walked_in_their_order_and_gone_on_with_where_they_were(engine, herald):
    planned(engine, herald.source_id, "sitemap", "sitemap 2", "wayback")
    with worker(engine) as one:
        first = claimed(engine, one)
        assert (first.place, first.cursor, first.started_at) == ("sitemap", None, NOW)
        assert claimed(engine, one) is None  # the next has to wait for it
        advanced(engine, first, "doc 1", documents=1, found=3, new=2)
    # The worker is gone, and its lease with it.
    with worker(engine) as another:
        first = claimed(engine, another)
        assert (first.place, first.cursor) == ("sitemap", "doc 1")
        advanced(engine, first, None, documents=1, found=1, new=1)
        second = claimed(engine, another)
        assert second.place == "sitemap 2"
        with transaction(engine) as connection:
            backfills.put_off(
                connection, second, "daily_limit", "spent", NOW + timedelta(hours=1), failed=False
            )
        # What waits does not hold up the others.
        third = claimed(engine, another)
        assert third.place == "wayback"
        advanced(engine, third, None, failures=1, reason="timeout")
        assert claimed(engine, another) is None
        later = claimed(engine, another, now=NOW + timedelta(hours=1))
        assert (later.place, later.tries) == ("sitemap 2", 0)
    assert states(engine) == {"sitemap": "done", "sitemap 2": "under_way", "wayback": "failed"}
    with transaction(engine) as connection:
        (line, *_) = backfills.lines(connection, EVERY)
    assert (line.documents, line.found, line.new) == (2, 4, 3)


def test_a_kind_of_place_is_all_of_its_number_and_no_other(engine, herald):
    planned(engine, herald.source_id, "archive", "sitemap", "sitemap 2")
    scope = replace(EVERY, places=("sitemap",))
    assert states(engine, scope) == {"sitemap": "planned", "sitemap 2": "planned"}
    with worker(engine) as one:
        assert claimed(engine, one, scope).place == "sitemap"
    assert claimed(engine, 1, replace(EVERY, domains=("courier.example",))) is None


def test_what_is_done_stays_done_unless_its_window_had_not_ended(engine, herald):
    planned(engine, herald.source_id, "sitemap")
    with worker(engine) as one:
        advanced(engine, claimed(engine, one), None, documents=1)
        planned(engine, herald.source_id, "sitemap")
        assert states(engine) == {"sitemap": "done"}
        planned(engine, herald.source_id, "sitemap", again=True)
        walk = claimed(engine, one, now=DAY[0])
        with transaction(engine) as connection:
            backfills.advance(connection, walk, Step(None, documents=1), DAY[1] - timedelta(minutes=1))
        planned(engine, herald.source_id, "sitemap")
        assert states(engine) == {"sitemap": "planned"}


def test_a_day_allows_so_many_requests_whoever_makes_them(engine):
    granted = []

    def ask():
        for _ in range(10):
            with transaction(engine) as connection:
                granted.append(take(connection, {"a.example": 25, "b.example wayback": 12}, NOW, wanted=2))

    workers = [threading.Thread(target=ask) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sum(granted) == 12
    with transaction(engine) as connection:
        assert take(connection, {"a.example": 25}, NOW, wanted=20) == 13
        assert take(connection, {"a.example": 25}, NOW + timedelta(days=1)) == 1


def test_documents_of_one_moment_stand_side_by_side_and_the_law_holds(engine, herald):
    page = Response("https://herald.example/map", "https://herald.example/map", 200, {}, b"<urlset/>", NOW)
    with transaction(engine) as connection:
        first, second = (
            record_document(connection, herald, page, None, url=f"https://herald.example/{name}", now=NOW)
            for name in ("one", "two")
        )
        assert first.polled_at != second.polled_at
        assert first.received_at == second.received_at == NOW
        assert enter(connection, herald, first, [entry(1), entry(2), entry(2)]) == 2
        assert enter(connection, herald, second, [entry(2), entry(3)]) == 1
        assert enter(connection, herald, first, [entry(4)]) == 1  # for another window
        assert received_since(connection, herald.feed_id, "https://herald.example/one", NOW) is None
        (count,) = [one for one in conservation(connection) if one.feed_state == "past"]
    assert count.is_conserved
    assert (count.seen, count.pending) == (4, 4)


def test_a_copy_that_is_learnt_of_opens_what_was_gone(engine, herald):
    page = Response("https://herald.example/map", "https://herald.example/map", 200, {}, b"<urlset/>", NOW)
    copy = {"url": "https://web.example/1", "captured_at": NOW.isoformat(), "archive": "web.example"}
    with transaction(engine) as connection:
        document = record_document(connection, herald, page, None, url=page.url, now=NOW)
        enter(connection, herald, document, [entry(1), entry(2)])
        connection.exec_driver_sql("update ops.ledger set state = 'rejected', reason = 'http_404'")
        connection.exec_driver_sql("update ops.ledger set reason = 'robots' where entry_key = 'k2'")
        note_copies(connection, herald.feed_id, {"k1": [copy], "k2": [copy]})
        note_copies(connection, herald.feed_id, {"k1": [copy]})
        rows = connection.exec_driver_sql("select state, copies from ops.ledger order by entry_key").all()
    assert [row.state for row in rows] == ["discovered", "rejected"]
    assert rows[0].copies == rows[1].copies == [copy]
