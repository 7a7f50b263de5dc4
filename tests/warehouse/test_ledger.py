"""The ledger: what comes in, who takes it in hand, and how it ends."""

import contextlib
import os
import random
import signal
import string
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from pipeline.records import Failure
from pipeline.warehouse import ledger
from pipeline.warehouse.claims import claim_to_fetch, claim_to_load
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.repeats import settle_repeats
from pipeline.warehouse.sightings import MOST_RESTATEMENTS
from pipeline.warehouse.tables import FETCH, LEDGER
from tests.warehouse.world import (
    COURIER,
    NOW,
    TEXT,
    article,
    discover,
    entry,
    fetch_all,
    load_all,
    minutes,
    register,
)


def states(engine):
    with transaction(engine) as connection:
        rows = connection.execute(select(LEDGER).order_by(LEDGER.c.feed_id, LEDGER.c.entry_key))
        return {
            (str(row.feed_id)[:4], row.entry_key): (row.state, row.reason or row.duplicate_method)
            for row in rows
        }


def only_states(engine):
    return sorted(states(engine).values(), key=str)


def test_an_entry_is_entered_once_however_often_it_is_seen(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    assert discover(engine, feed, entry(1), entry(2)) == 2
    assert discover(engine, feed, entry(2), entry(3), at=minutes(5)) == 1
    with transaction(engine) as connection:
        assert ledger.known_keys(connection, feed.feed_id, ["k1", "k9"]) == {"k1"}
        first = connection.execute(select(LEDGER).where(LEDGER.c.entry_key == "k2")).one()
    assert first.discovered_at == NOW


def test_a_document_seen_again_waits_for_no_row_that_a_load_has_in_hand(engine):
    """A load settles rows in an order of its own: a poll that locked those it knows, in theirs, could meet it crosswise."""
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1), entry(2))
    with transaction(engine) as load, transaction(engine) as poll:
        load.execute(text("select 1 from ops.ledger where entry_key = 'k2' for update"))
        poll.execute(text("set local lock_timeout = '5s'"))
        new = ledger.discover(
            poll,
            feed_id=feed.feed_id,
            source_id=feed.source_id,
            entries=[entry(1), entry(2), entry(3)],
            feed_only=False,
            received_at=minutes(5),
            archived=None,
        )
        load.execute(text("set local lock_timeout = '5s'"))
        load.execute(text("select 1 from ops.ledger where entry_key = 'k1' for update"))
    assert new == 1


def test_a_nul_in_an_entry_does_not_stop_the_others(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    assert discover(engine, feed, entry(1, summary="a\x00b"), entry(2)) == 2


def test_an_entry_without_a_link_and_one_of_a_feed_only_source_need_no_page(engine):
    from dataclasses import replace

    feeds = register(engine, replace(COURIER, feed_only=True))
    discover(engine, feeds["https://courier.example/feed"], entry(1))
    assert only_states(engine) == [("fetched", None)]


def test_two_workers_never_hold_one_entry(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, *(entry(number) for number in range(10)))
    with (
        worker(engine) as one,
        worker(engine) as two,
        transaction(engine) as left,
        transaction(engine) as right,
    ):
        mine = claim_to_fetch(left, one, 4, NOW)
        yours = claim_to_fetch(right, two, 100, NOW)
    assert len(mine) == 4
    assert not {claim.entry_key for claim in mine} & {claim.entry_key for claim in yours}


def test_no_publisher_fills_a_whole_claim(engine):
    feeds = register(engine)
    discover(engine, feeds["https://herald.example/a.xml"], *(entry(number) for number in range(50)))
    discover(
        engine, feeds["https://courier.example/feed"], entry(1, "https://courier.example/1"), at=minutes(9)
    )
    with worker(engine) as one, transaction(engine) as connection:
        claims = claim_to_fetch(connection, one, 20, NOW)
    assert {claim.source.domain for claim in claims} == {"herald.example", "courier.example"}


def test_what_a_live_worker_holds_is_not_taken(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    with worker(engine) as one, worker(engine) as two:
        with transaction(engine) as connection:
            assert len(claim_to_fetch(connection, one, 9, NOW)) == 1
        with transaction(engine) as connection:
            assert claim_to_fetch(connection, two, 9, NOW) == []


def test_what_a_killed_worker_held_is_free_at_once(engine, database_url):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    code = """
import sys, time
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.claims import claim_to_fetch
from pipeline.warehouse.leases import worker
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.repeats import settle_repeats
from tests.warehouse.world import NOW
engine = open_warehouse(sys.argv[1])
with worker(engine) as number:
    with transaction(engine) as connection:
        print(len(claim_to_fetch(connection, number, 9, NOW)), flush=True)
    time.sleep(60)
"""
    held = subprocess.Popen([sys.executable, "-c", code, database_url], stdout=subprocess.PIPE, text=True)
    assert held.stdout.readline() == "1\n"
    with worker(engine) as two:
        with transaction(engine) as connection:
            assert claim_to_fetch(connection, two, 9, NOW) == []
        os.kill(held.pid, signal.SIGKILL)
        held.wait()
        held.stdout.close()
        for _ in range(100):
            with transaction(engine) as connection:
                claims = claim_to_fetch(connection, two, 9, NOW)
            if claims:
                break
            time.sleep(0.05)
    assert [claim.entry_key for claim in claims] == ["k1"]


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure("u", "permanent", "http_404", fetched_at=NOW), ("rejected", "http_404")),
        (
            Failure("u", "transient", "http_503", retry_after_seconds=7200, fetched_at=NOW),
            ("waiting", "http_503"),
        ),
    ],
)
def test_a_failure_ends_or_waits_with_its_reason(engine, failure, expected):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    with transaction(engine) as connection:
        (claim,) = claim_to_fetch(connection, 1, 9, NOW)
        ledger.record_fetch(connection, claim, failure, None, NOW)
    assert only_states(engine) == [expected]
    with transaction(engine) as connection:
        row = connection.execute(select(FETCH)).one()
        assert (row.reason, row.archive_object) == (failure.reason, None)


def test_what_waits_is_tried_again_when_its_time_has_come_and_given_up_in_the_end(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    at, tries = NOW, 0
    while True:
        with transaction(engine) as connection:
            claims = claim_to_fetch(connection, 1, 9, at)
            for claim in claims:
                ledger.record_fetch(
                    connection, claim, Failure("u", "transient", "timeout", fetched_at=at), None, at
                )
        if not claims:
            break
        tries += 1
        if only_states(engine) == [("rejected", "timeout")]:
            break
        with transaction(engine) as connection:
            assert claim_to_fetch(connection, 1, 9, at + timedelta(minutes=4)) == []
        at += timedelta(days=2)
    assert tries == ledger.MOST_TRIES


def test_an_entry_that_repeats_a_pending_one_waits_for_it_and_is_then_settled_without_a_request(engine):
    feeds = register(engine)
    discover(engine, feeds["https://herald.example/a.xml"], entry(1))
    discover(
        engine,
        feeds["https://herald.example/b.xml"],
        entry(77, "http://www.herald.example/1?utm_source=b"),
        at=minutes(1),
    )
    assert [claim.entry_key for claim in fetch_all(engine)] == ["k1"]
    assert fetch_all(engine) == []
    load_all(engine)
    with transaction(engine) as connection:
        assert settle_repeats(connection, NOW) == 1
    assert only_states(engine) == [("duplicate", "canonical_url"), ("loaded", None)]


def test_an_entry_whose_forerunner_was_rejected_is_tried_itself(engine):
    feeds = register(engine)
    discover(engine, feeds["https://herald.example/a.xml"], entry(1))
    discover(
        engine,
        feeds["https://herald.example/b.xml"],
        entry(2, "https://herald.example/1?fbclid=2"),
        at=minutes(1),
    )
    with transaction(engine) as connection:
        (claim,) = claim_to_fetch(connection, 1, 9, NOW)
        ledger.record_fetch(
            connection, claim, Failure("u", "permanent", "http_404", fetched_at=NOW), None, NOW
        )
    assert [claim.entry_key for claim in fetch_all(engine)] == ["k2"]


PRINTED = "Sun, 01 Mar 2026 08:30:00 GMT"
WORDS = "The council has voted to keep the bridge open until the end of May."


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("here", "there", "is_one"),
    [
        ({"published_raw": PRINTED}, {"published_raw": PRINTED}, True),
        ({"summary": WORDS}, {"summary": WORDS}, True),
        ({"published_raw": PRINTED}, {"published_raw": PRINTED, "headline": "Another"}, False),
        ({"published_raw": PRINTED}, {"published_raw": PRINTED.replace("01", "02")}, False),
        ({}, {}, False),
    ],
    ids=["date", "text", "other headline", "other date", "neither"],
)
def test_a_guid_of_two_feeds_is_one_story_where_headline_and_date_or_text_agree(
    engine, here, there, is_one, order
):
    """A forecast, and a feed that counts from 1, have the same GUID and headline for other stories."""
    feeds = register(engine)
    seen = [
        ("https://herald.example/a.xml", "https://herald.example/sport/1", here, NOW),
        ("https://herald.example/b.xml", "https://herald.example/top/1", there, minutes(1)),
    ]
    for feed, url, said, at in seen[::order]:
        discover(engine, feeds[feed], replace(entry(1, url), **said), at=at)
        fetch_all(engine, at=at)
        load_all(engine, lambda claim: article(claim, TEXT.format(claim.url)))
    load_all(engine, lambda claim: article(claim, TEXT.format(claim.url)))
    second = ("duplicate", "statement") if is_one else ("loaded", None)
    assert only_states(engine) == sorted([("loaded", None), second], key=str)
    with transaction(engine) as connection:
        urls = connection.execute(text("select url from news.article order by 1")).scalars().all()
    assert urls == [url for _, url, _, _ in seen][: 1 if is_one else 2]


def test_a_claim_to_load_tells_where_the_bytes_are(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    from pipeline.records import ArchiveRef
    from tests.warehouse.world import response

    ref = ArchiveRef("2026/03/01/page-1.warc.gz", 12, 34, "sha256:00")
    with transaction(engine) as connection:
        (claim,) = claim_to_fetch(connection, 1, 9, NOW)
        ledger.record_fetch(connection, claim, response(claim), ref, NOW)
    with transaction(engine) as connection:
        (claim,) = claim_to_load(connection, 1, 9)
    assert (claim.archived, claim.fetched_at, claim.entry) == (ref, NOW, entry(1))


def test_the_database_refuses_a_state_without_its_reason(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    for fault in ("state = 'rejected'", "state = 'lost'", "state = 'loaded'", "state = 'waiting'"):
        with pytest.raises(Exception, match="violates check constraint"), transaction(engine) as connection:
            connection.execute(text(f"update ops.ledger set {fault}"))


def test_a_repeat_is_not_settled_under_the_hands_of_the_worker_that_just_claimed_it(engine):
    feeds = register(engine)
    discover(engine, feeds["https://herald.example/a.xml"], entry(1))
    fetch_all(engine)
    load_all(engine)
    discover(
        engine,
        feeds["https://herald.example/b.xml"],
        entry(2, "https://herald.example/1?fbclid=1"),
        at=minutes(1),
    )
    settled = []

    def settle():
        with transaction(engine) as connection:
            settled.append(settle_repeats(connection, NOW))

    with worker(engine) as number:
        with transaction(engine) as connection:
            claimed = connection.execute(
                text(
                    "update ops.ledger set lease_worker = :n, lease_until = now() + '1 hour' where state = 'discovered'"
                ),
                {"n": number},
            )
            assert claimed.rowcount == 1
            other = threading.Thread(target=settle)
            other.start()
            other.join(0.5)  # it has found the row and waits for this transaction
        other.join()
    assert settled == [0]
    assert sorted(states(engine).values(), key=str) == [("discovered", None), ("loaded", None)]


def test_a_worker_that_comes_late_does_not_undo_what_has_been_done(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    with transaction(engine) as connection:
        (late,) = claim_to_fetch(connection, 1, 9, NOW)
        connection.execute(text("update ops.ledger set lease_until = null, lease_worker = null"))
    fetch_all(engine)
    load_all(engine)
    with transaction(engine) as connection:
        ledger.record_fetch(
            connection, late, Failure("u", "permanent", "http_404", fetched_at=minutes(2)), None, NOW
        )
        ledger.reject(connection, late, "not_an_article", "", NOW)
    assert only_states(engine) == [("loaded", None)]


def test_a_very_long_address_and_very_many_entries_are_entered(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    noise = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=9000))
    assert discover(engine, feed, entry(0, f"https://herald.example/{noise}")) == 1
    assert discover(engine, feed, *(entry(number) for number in range(1, 15_001))) == 15_000
    with transaction(engine) as connection:
        assert (
            len(ledger.known_keys(connection, feed.feed_id, [f"k{number}" for number in range(15_001)]))
            == 15_001
        )


def test_an_older_document_that_comes_later_tells_when_an_entry_was_first_seen(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1, summary="later"), at=minutes(60))
    fetch_all(engine, at=minutes(60))
    load_all(engine)
    assert discover(engine, feed, entry(1, summary="earlier")) == 0
    assert only_states(engine) == [("fetched", None)]
    load_all(engine)
    with transaction(engine) as connection:
        row = connection.execute(select(LEDGER)).one()
        seen = connection.execute(text("select first_seen_at from news.article")).scalar_one()
    assert (row.state, row.discovered_at, row.entry["summary"], seen) == ("loaded", NOW, "earlier", NOW)
    assert discover(engine, feed, entry(1, summary="later"), at=minutes(60)) == 0
    assert only_states(engine) == [("loaded", None)]


def test_a_workers_own_lanes_do_not_take_from_each_other_when_its_lock_is_lost(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, *(entry(number) for number in range(4)))
    with transaction(engine) as connection:  # no lock is held for this number
        assert len(claim_to_fetch(connection, 77, 2, NOW)) == 2
    with transaction(engine) as connection:
        assert len(claim_to_fetch(connection, 77, 9, NOW)) == 2


def test_workers_that_choose_at_the_same_moment_all_get_something(engine):
    feeds = register(engine)
    for number in range(64):
        feed = feeds["https://herald.example/a.xml" if number % 2 else "https://courier.example/feed"]
        discover(engine, feed, entry(number))
    with contextlib.ExitStack() as held:
        claimed = []
        for _ in range(4):
            worker_number = held.enter_context(worker(engine))
            connection = held.enter_context(transaction(engine))
            claimed.append(len(claim_to_fetch(connection, worker_number, 4, NOW)))
    assert claimed == [4, 4, 4, 4]


def test_a_repeat_is_settled_only_when_no_load_of_its_publisher_is_under_way(engine):
    feeds = register(engine)
    feed = feeds["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    fetch_all(engine)
    load_all(engine)
    discover(
        engine,
        feeds["https://herald.example/b.xml"],
        entry(2, "https://herald.example/1?fbclid=1"),
        at=minutes(1),
    )
    settled = []

    def settle():
        with transaction(engine) as connection:
            settled.append(settle_repeats(connection, NOW))

    with transaction(engine) as connection:
        lock_names(connection, [f"source:{feed.source_id}"])
        other = threading.Thread(target=settle)
        other.start()
        other.join(0.5)
        assert settled == []
    other.join()
    assert settled == [1]


def looks(engine):
    with transaction(engine) as connection:
        return [
            tuple(row) for row in connection.execute(text("select turn, due_at from ops.revisit order by 1"))
        ]


def test_an_entry_that_says_something_else_has_its_page_looked_at_soon_but_not_more_than_hourly(engine):
    feed = register(engine)["https://herald.example/a.xml"]
    discover(engine, feed, entry(1))
    fetch_all(engine)
    load_all(engine)
    edited = [replace(entry(1), headline=f"Story 1, update {number}") for number in range(1, 4)]
    discover(engine, feed, edited[0], at=minutes(30))
    assert looks(engine) == []
    discover(engine, feed, edited[0], at=minutes(61))
    discover(engine, feed, edited[1], at=minutes(100))
    discover(engine, feed, edited[0], at=minutes(200))
    assert looks(engine) == [(3, minutes(61))]
    discover(engine, feed, edited[2], at=minutes(300))
    discover(engine, feed, entry(1), at=minutes(-60))
    assert looks(engine) == [(3, minutes(61)), (4, minutes(300))]
    load_all(engine)
    for number in range(60):
        discover(engine, feed, replace(entry(1), headline=str(number)), at=minutes(400 + 60 * number))
    assert len(looks(engine)) == MOST_RESTATEMENTS
