"""Telling of alarms: once, by one, and not at all where telling fails."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from pipeline.errors import SchemaMismatch
from pipeline.fetch import Archive
from pipeline.flow.alarming import late_run, report_late_run, review_alarms
from pipeline.flow.context import Context
from pipeline.records import Source
from pipeline.settings import Settings
from pipeline.warehouse import registry, schema
from pipeline.warehouse.engine import open_warehouse, transaction

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERALD = Source("The Herald", "herald.example", feeds=("https://herald.example/a.xml",))


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def context(database_url, tmp_path):
    """A warehouse with one feed, which fails."""
    engine = open_warehouse(database_url, pooled=False)
    schema.migrate(engine)
    with transaction(engine) as connection:
        registry.sync(connection, [HERALD])
    context = Context(engine, Archive(str(tmp_path)), Settings(), Clock())
    fail(context, "dns")
    yield context
    engine.dispose()


def fail(context, reason):
    with transaction(context.engine) as connection:
        connection.exec_driver_sql(
            "update ops.feed_state set last_polled_at = %s, last_reason = %s, failures = 2", (NOW, reason)
        )


def test_it_is_told_once_while_it_lasts_and_again_when_it_comes_back(context):
    told = []
    for hour, reason in enumerate(("dns", "dns", None, "dns", "dns")):
        context.clock.now = NOW + timedelta(hours=hour)
        fail(context, reason)
        review_alarms(context, lambda new, hour=hour: told.append((hour, [one.kind for one in new])))
    assert told == [(0, ["failing"]), (3, ["failing"])]


def test_what_could_not_be_told_is_told_by_the_next_run(context):
    def dead(_alarms):
        raise OSError("the line is dead")

    with pytest.raises(OSError, match="the line is dead"):
        review_alarms(context, dead)
    told = []
    assert review_alarms(context, told.extend) == 1
    assert [one.feed for one in told] == ["https://herald.example/a.xml"]


def test_of_several_at_once_one_tells(context):
    told, start = [], Barrier(4)

    def review():
        start.wait()
        review_alarms(context, told.extend)

    threads = [Thread(target=review) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    with transaction(context.engine) as connection:
        assert connection.exec_driver_sql("select count(*) from ops.alarm").scalar_one() == 1


def test_a_late_dag_is_told_once_until_a_run_of_it_ends(context):
    fail(context, None)
    told = []

    def late(run):
        alarm = late_run("news_hourly", run, has_failed=False, queued_at=NOW, now=context.clock())
        return report_late_run(context, alarm, told.extend)

    assert late("first") == 1
    assert late("second") == 0
    review_alarms(context, told.extend, ended="news_marts")
    assert late("third") == 0
    context.clock.now += timedelta(hours=1)
    review_alarms(context, told.extend, ended="news_hourly")
    assert late("fourth") == 1
    assert [one.words.split()[0] for one in told] == ["first", "fourth"]


def test_a_warehouse_without_a_schema_is_told(database_url, tmp_path):
    engine = open_warehouse(database_url, pooled=False)
    with pytest.raises(SchemaMismatch, match="dateline migrate"):
        review_alarms(Context(engine, Archive(str(tmp_path)), Settings(), Clock()), print)
