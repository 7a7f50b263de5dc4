"""Publishers and feeds: synchronised, sharded, paused, renamed, and never forgotten."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from pipeline.errors import SettingsError
from pipeline.records import Hints, HistoryPlace, Source
from pipeline.warehouse import registry
from pipeline.warehouse.due import Share, claim_feeds, release
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import feeds_to_poll
from pipeline.warehouse.leases import worker
from tests.warehouse.world import (
    COURIER,
    HERALD,
    NOW,
    discover,
    entry,
    fetch_all,
    load_all,
    minutes,
    register,
)


def sync(engine, *sources, **options):
    with transaction(engine) as connection:
        return registry.sync(connection, sources, **options)


def known(engine, **options):
    with transaction(engine) as connection:
        return {one.domain: one for one in registry.sources(connection, **options).values()}


def feeds(engine, **options):
    with transaction(engine) as connection:
        return [feed.url for feed in feeds_to_poll(connection, **options)]


def test_what_a_file_says_is_what_is_registered(engine):
    rich = replace(
        COURIER,
        country="NO",
        language="nb",
        zone="Europe/Oslo",
        feed_only=True,
        delay_seconds=2.5,
        headers={"authorization": "${env:KEY}"},
        obey_robots_for_feeds=False,
        hints=(
            Hints(until=date(2024, 5, 1), body=("div.text",), drop=(".ad", ".box")),
            Hints(since=date(2024, 5, 1), headline=("h1",), drop_authors=("Desk",), zone="Europe/Oslo"),
        ),
        history=(HistoryPlace("archive"), HistoryPlace("sitemap", requests_per_day=50)),
    )
    assert sync(engine, HERALD, rich) == registry.SyncReport(("herald.example", "courier.example"), (), ())
    assert known(engine) == {"courier.example": rich, "herald.example": HERALD}
    assert sync(engine, HERALD, rich) == registry.SyncReport((), (), ())


def test_what_left_the_file_is_removed_and_its_stories_stay(engine):
    discover(engine, register(engine)[HERALD.feeds[0]], entry(1))
    fetch_all(engine)
    load_all(engine)
    assert sync(engine, COURIER).removed == ("herald.example",)
    assert feeds(engine) == list(COURIER.feeds)
    assert set(known(engine)) == {"courier.example"}
    assert set(known(engine, every=True)) == {"courier.example", "herald.example"}
    with transaction(engine) as connection:
        assert connection.execute(text("select count(*) from news.article")).scalar_one() == 1
    assert sync(engine, COURIER, HERALD).changed == ("herald.example",)
    with transaction(engine) as connection:
        assert connection.execute(text("select count(*) from news.source")).scalar_one() == 2


def test_a_feed_that_moves_between_publishers_keeps_its_id(engine):
    sync(engine, HERALD)
    with transaction(engine) as connection:
        before = {
            row.url: row.feed_id for row in connection.execute(text("select url, feed_id from news.feed"))
        }
    sync(engine, replace(HERALD, feeds=HERALD.feeds[:1]), replace(COURIER, feeds=HERALD.feeds[1:]))
    with transaction(engine) as connection:
        after = {
            row.url: row.feed_id for row in connection.execute(text("select url, feed_id from news.feed"))
        }
    assert after == before
    assert len(feeds(engine)) == 2


def test_every_feed_is_in_exactly_one_shard_and_a_publishers_are_together(engine):
    sources = [
        Source(f"P{n}", f"p{n}.example", feeds=(f"https://p{n}.example/a", f"https://p{n}.example/b"))
        for n in range(40)
    ]
    sync(engine, *sources)
    shards = [feeds(engine, shard=shard, of=4) for shard in range(4)]
    assert sorted(url for shard in shards for url in shard) == sorted(
        url for source in sources for url in source.feeds
    )
    assert all(shards)
    for shard in shards:
        assert {url[:-1] for url in shard if url.endswith("a")} == {
            url[:-1] for url in shard if url.endswith("b")
        }


def test_a_pause_holds_through_a_sync_until_it_is_lifted(engine):
    sync(engine, HERALD, COURIER)
    with transaction(engine) as connection:
        registry.set_state(connection, "herald.example", "paused")
    assert feeds(engine) == list(COURIER.feeds)
    sync(engine, HERALD, COURIER)
    assert known(engine)["herald.example"].paused
    with transaction(engine) as connection:
        registry.set_state(connection, "herald.example", "active")
    assert len(feeds(engine)) == 3


def test_a_new_domain_keeps_the_publishers_id_and_is_no_one_elses(engine):
    sync(engine, HERALD, COURIER)
    with transaction(engine) as connection:
        before = connection.execute(
            text("select source_id from news.source where domain = 'herald.example'")
        ).scalar_one()
        registry.rename(connection, "herald.example", to_domain="daily.example", to_name="Daily")
        after = connection.execute(
            text("select source_id from news.source where domain = 'daily.example'")
        ).scalar_one()
    assert before == after
    with pytest.raises(SettingsError, match="registered already"), transaction(engine) as connection:
        registry.rename(connection, "daily.example", to_domain="courier.example")
    with pytest.raises(SettingsError, match="no publisher"), transaction(engine) as connection:
        registry.rename(connection, "nobody.example", to_name="X")


def test_only_what_is_due_is_polled(engine):
    urls = register(engine)
    put_off(engine, urls[COURIER.feeds[0]], 60)
    assert len(feeds(engine, due_before=NOW)) == 2
    assert len(feeds(engine, due_before=minutes(60))) == 3
    assert len(feeds(engine)) == 3


def test_a_file_with_a_domain_that_was_given_up_is_told_so(engine):
    sync(engine, HERALD)
    with transaction(engine) as connection:
        registry.rename(connection, "herald.example", to_domain="daily.example")
    for prune in (True, False):
        with pytest.raises(SettingsError, match=r"renamed to daily\.example"):
            sync(engine, HERALD, prune=prune)
    assert set(known(engine)) == {"daily.example"}


def put_off(engine, feed, until):
    with transaction(engine) as connection:
        connection.execute(
            text("update ops.feed_state set next_poll_at = :at where feed_id = :feed"),
            {"feed": feed.feed_id, "at": minutes(until)},
        )


def test_every_registered_feed_has_a_state_and_a_known_host(engine):
    register(engine)
    sync(engine, HERALD, COURIER)
    with transaction(engine) as connection:
        hosts = connection.execute(text("select host from ops.feed_state order by host")).scalars().all()
    assert hosts == ["courier.example", "herald.example", "herald.example"]


def claim(engine, number, share=None, **options):
    with transaction(engine) as connection:
        share = share or Share(NOW, NOW)
        return [feed.url for feed in claim_feeds(connection, number, share, limit=9, **options)]


def test_two_pollers_never_have_one_feed_in_hand(engine):
    register(engine)
    with worker(engine) as one, worker(engine) as two:
        with transaction(engine) as left, transaction(engine) as right:
            mine = claim_feeds(left, one, Share(NOW, NOW), limit=2)
            yours = claim_feeds(right, two, Share(NOW, NOW), limit=9)
        assert len(mine) == 2
        assert len(yours) == 1
        assert claim(engine, two) == []
        with transaction(engine) as connection:
            release(connection, two, [feed.feed_id for feed in (*mine, *yours)])
        assert claim(engine, one) == [yours[0].url]
    assert len(claim(engine, 7)) == 3  # both workers are gone, and their leases with them


def test_the_longest_due_come_first_and_a_hosts_feeds_not_side_by_side(engine):
    urls = register(engine)
    for place, url in enumerate((*HERALD.feeds, *COURIER.feeds)):
        put_off(engine, urls[url], place)
    assert claim(engine, 7, Share(minutes(9), minutes(9))) == [
        HERALD.feeds[0],
        COURIER.feeds[0],
        HERALD.feeds[1],
    ]


def test_what_is_not_due_in_hand_elsewhere_paused_or_done_is_passed_over(engine):
    urls = register(engine)
    put_off(engine, urls[COURIER.feeds[0]], 60)
    assert claim(engine, 7, busy=["herald.example"]) == []
    assert len(claim(engine, 7)) == 2
    with transaction(engine) as connection:
        connection.execute(
            text("update ops.feed_state set last_polled_at = :now, lease_worker = null"), {"now": NOW}
        )
    assert claim(engine, 7) == []
    assert claim(engine, 7, Share(NOW)) == []
    assert len(claim(engine, 7, Share(minutes(1)))) == 3


def test_no_feed_of_a_paused_host_is_polled_and_after_the_pause_they_come_one_by_one(engine):
    """Row 25: what the same moment frees must not come at once."""
    many = Source("Many", "many.example", feeds=tuple(f"https://many.example/{n}" for n in range(60)))
    register(engine, many, COURIER)
    with transaction(engine) as connection:
        connection.execute(
            text("insert into ops.host_slot (host, next_at, free_at) values ('many.example', :now, :until)"),
            {"now": NOW, "until": minutes(30)},
        )
    assert claim(engine, 7) == list(COURIER.feeds)
    shares = [Share(minutes(at), minutes(at)) for at in (30, 32, 34, 36, 38, 40)]
    taken = [len(claim(engine, 7, share)) for share in shares]
    assert taken[0] < 5
    assert sum(taken) > 30


def test_only_a_feed_that_answered_well_and_rested_is_polled_ahead_of_its_time(engine):
    """Row 22: what came back too soon was banned; a run that looks ahead must not cut a Retry-After short."""
    urls = register(engine, COURIER)
    put_off(engine, urls[COURIER.feeds[0]], 9)
    ahead = Share(NOW, minutes(10))
    for polled, reason, taken in ((-60, None, 1), (-15, None, 0), (-60, "http_429", 0)):
        with transaction(engine) as connection:
            connection.execute(
                text(
                    "update ops.feed_state set last_polled_at = :at, last_reason = :reason, lease_worker = null"
                ),
                {"at": minutes(polled), "reason": reason},
            )
        assert len(claim(engine, 7, ahead)) == taken
    assert len(claim(engine, 7, Share(minutes(9), minutes(9)))) == 1
