"""Publishers and feeds: synchronised, sharded, paused, renamed, and never forgotten."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from pipeline.errors import SettingsError
from pipeline.records import Hints, Source
from pipeline.warehouse import registry
from pipeline.warehouse.engine import transaction
from tests.warehouse.world import COURIER, HERALD, NOW, discover, entry, fetch_all, load_all, register


def sync(engine, *sources, **options):
    with transaction(engine) as connection:
        return registry.sync(connection, sources, **options)


def known(engine, **options):
    with transaction(engine) as connection:
        return {one.domain: one for one in registry.sources(connection, **options).values()}


def feeds(engine, **options):
    with transaction(engine) as connection:
        return [feed.url for feed in registry.feeds_to_poll(connection, **options)]


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
    from datetime import timedelta

    urls = register(engine)
    with transaction(engine) as connection:
        connection.execute(
            text("insert into ops.feed_state (feed_id, next_poll_at) values (:feed, :at)"),
            {"feed": urls[COURIER.feeds[0]].feed_id, "at": NOW + timedelta(hours=1)},
        )
    assert len(feeds(engine, due_before=NOW)) == 2
    assert len(feeds(engine, due_before=NOW + timedelta(hours=1))) == 3
    assert len(feeds(engine)) == 3


def test_a_file_with_a_domain_that_was_given_up_is_told_so(engine):
    sync(engine, HERALD)
    with transaction(engine) as connection:
        registry.rename(connection, "herald.example", to_domain="daily.example")
    for prune in (True, False):
        with pytest.raises(SettingsError, match=r"renamed to daily\.example"):
            sync(engine, HERALD, prune=prune)
    assert set(known(engine)) == {"daily.example"}
