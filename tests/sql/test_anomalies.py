"""Eleven weeks of publishers, some of which then do what they never did: those are found, and no other."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp
from random import Random

import pytest
from sqlalchemy import insert, text

from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.tables import FEED, FEED_POLL, SOURCE

BUILD = (
    "build",
    "--resource-type",
    "model",
    "--resource-type",
    "snapshot",
    "--select",
    "+fct_source_anomalies",
)
NOW = datetime(2026, 3, 3, 6, tzinfo=UTC)
WEEKS = 11


@dataclass
class Publisher:
    a_day: float
    counts: dict[int, int] = field(default_factory=dict)
    """Stories of a day that is not as usual, by how many days ago it is."""
    undated: frozenset[int] = frozenset()
    bodiless: frozenset[int] = frozenset()
    days: int = 7 * WEEKS
    zone: str | None = None
    state: str = "active"


USUAL = {f"usual-{mean}": Publisher(mean) for mean in (0.2, 1, 3, 8, 20, 50)} | {
    "usual-in-tokyo": Publisher(30, zone="Asia/Tokyo"),
    "small-and-away": Publisher(1.5, counts={0: 0, 1: 0, 2: 0}),
    "small-and-busy": Publisher(2, counts={1: 9}),
    "small-without-bodies": Publisher(1, bodiless=frozenset(range(7))),
    "young-and-away": Publisher(30, days=14, counts={1: 0}),
    "odd-before": Publisher(50, counts=dict.fromkeys(range(20, 27), 0)),
    "paused": Publisher(30, counts=dict.fromkeys(range(3), 0), state="paused"),
    "always-undated": Publisher(30, undated=frozenset(range(7 * WEEKS))),
}
ODD = {
    "half-of-it": (Publisher(60, counts={1: 12}), {("volume", 1, 1)}),
    "flood": (Publisher(25, counts={3: 110}), {("volume", 1, 3)}),
    "undated": (Publisher(40, undated=frozenset({1})), {("without_date", 1, 1)}),
    # Too few stories a day to tell, enough in a week: from the day on that its week has enough of them.
    "bodiless": (
        Publisher(5, bodiless=frozenset(range(8))),
        {("without_body", 7, ago) for ago in range(1, 8)},
    ),
    # The day before yesterday was a Sunday, of which sixteen stories are usual: it may be chance.
    "silent": (Publisher(40, counts=dict.fromkeys(range(3), 0)), {("silence", 1, 0), ("volume", 1, 1)}),
}


def chance(dice, mean):
    """A number of events that come by chance (Knuth's way)."""
    count, left = 0, dice.random()
    while left > exp(-mean):
        count, left = count + 1, left * dice.random()
    return count


def stories(publisher, dice):
    """Of each day of its time: days ago, second of the day, whether dated, whether with a body."""
    for ago in range(publisher.days):
        weekend = (NOW - timedelta(days=ago)).isoweekday() > 5
        count = publisher.counts.get(ago)
        if count is None:
            count = chance(dice, publisher.a_day * (0.4 if weekend else 1))
        for _ in range(count):
            second = dice.randrange(6 * 3600 if ago == 0 else 86400)
            yield ago, second, ago not in publisher.undated, ago not in publisher.bodiless


_LOAD = text("""
with told as (
    select gen_random_uuid() as story, gen_random_uuid() as version, at, is_dated, has_body
    from unnest(cast(:at as timestamptz[]), cast(:dated as boolean[]), cast(:body as boolean[])) as t (at, is_dated, has_body)
), article as (
    insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version,
        word_count, published_at, published_local, published_precision, published_flags, modified_flags,
        first_seen_at, fetched_at, extractor_version, content_hash, loaded_at)
    select story, :source, version, story, story, story, '1', case when has_body then 300 else 0 end,
        case when is_dated then at end, case when is_dated then at at time zone 'UTC' end,
        case when is_dated then 'second' end, '{}', '{}', at, at, '1', story, at
    from told
), version as (
    insert into news.article_version (version_id, story_id, captured_at) select version, story, at from told
)
insert into ops.ledger (feed_id, entry_key, source_id, entry, discovered_at, state, story_id, settled_at)
select :feed, story, :source, '{}', at, 'loaded', story, at from told
""")


def load(connection, name, publisher):
    key = uuid.uuid5(uuid.NAMESPACE_DNS, name)
    source = {"source_id": key, "domain": f"{name}.example", "name": name, "zone": publisher.zone}
    source |= {"state": publisher.state, "is_feed_only": False, "obeys_robots_for_feeds": False}
    connection.execute(insert(SOURCE).values(**source, headers={}, hints=[]))
    connection.execute(insert(FEED).values(feed_id=key, source_id=key, url=f"http://{name}/", state="active"))
    poll = {"feed_id": key, "polled_at": NOW, "outcome": "unchanged", "is_gap": False}
    connection.execute(insert(FEED_POLL).values(poll))
    midnight = NOW.replace(hour=0)
    told = list(stories(publisher, Random(name)))
    rows = {
        "at": [midnight - timedelta(days=ago) + timedelta(seconds=second) for ago, second, _, _ in told],
        "dated": [dated for _, _, dated, _ in told],
        "body": [body for _, _, _, body in told],
    }
    connection.execute(_LOAD, {"source": key, "feed": key, **rows})


@pytest.fixture(scope="module")
def found(module_database_url, start_dbt):
    """The kinds, windows and days ago that were found, by publisher; and the words."""
    engine = open_warehouse(module_database_url, pooled=False)
    schema.migrate(engine)
    with transaction(engine) as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")  # in any order
        for name, publisher in (USUAL | {name: one for name, (one, _) in ODD.items()}).items():
            load(connection, name, publisher)
    with start_dbt(module_database_url) as dbt:
        dbt(*BUILD)
    with transaction(engine) as connection:
        query = "select source_domain, kind, window_days, date '2026-03-03' - day, words from marts.fct_source_anomalies"
        rows = connection.exec_driver_sql(query).all()
    engine.dispose()
    return rows


@pytest.mark.parametrize("name", ODD)
def test_what_was_never_so_before_is_found(found, name):
    assert {tuple(row[1:4]) for row in found if row[0] == f"{name}.example"} == ODD[name][1]


def test_chance_small_numbers_and_old_oddities_are_none(found):
    assert [row for row in found if row[0].removesuffix(".example") not in ODD] == []


def test_each_is_told_in_words(found):
    words = {row[0].split(".")[0]: row[4] for row in found if row[3] <= 1}
    assert words["undated"].startswith("100.0 % of ")
    assert words["undated"].endswith(" in 2026-03-02 to 2026-03-02 are without date, 0.0 % are usual")
    assert words["half-of-it"].startswith("12 stories on 2026-03-02, ")
    assert any(row[4].startswith("nothing new for 55.0 hours, ") for row in found)
