"""The dbt project on a warehouse that two hours of the newsroom filled: the marts say what the tables say."""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from pipeline.urls import canonical_url
from pipeline.warehouse import dbt, dictionary, schema
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.reports import conservation, stories
from pipeline.warehouse.tables import METADATA
from tests.integration.conftest import Run
from tests.newsroom import World, serve

MARTS = sorted(path.stem for path in (dbt.PROJECT / "models" / "marts").glob("*.sql"))
MODELS = {path.stem for path in (dbt.PROJECT / "models").rglob("*.sql")}
SNAPSHOTS = {"source_history"}
WITHHELD = {
    # secrets, or of use to nobody but the pipeline
    "ops.archive_removed",
    "ops.export",
    "ops.feed_state",
    "ops.fetch",
    "ops.history_quota",
    "ops.host_refusal",
    "ops.host_slot",
    "ops.robots",
    "ops.story_search",
    "ops.story_text",
    "ops.tombstone_mark",
}


@pytest.fixture(scope="module")
def world():
    return World(stories=120)


class Built:
    """A loaded warehouse and what two builds made of it."""

    def __init__(self, run, folder):
        self.run = run
        before = project()
        self.first = dbt.build(run.url, folder)
        self.hashes = self.marts()
        self.second = dbt.build(run.url, folder)
        self.hashes_again = self.marts()
        self.is_project_untouched = project() == before
        with transaction(run.engine) as connection:
            self.stories = list(stories(connection))
            self.feeds = conservation(connection)

    def marts(self):
        query = "select md5(coalesce(string_agg(m::text, '|' order by m::text), '')) from marts.{} as m"
        return {name: self.run.rows(query.format(name))[0][0] for name in MARTS}

    def query(self, name):
        with transaction(self.run.engine) as connection:
            found = connection.exec_driver_sql((dbt.PROJECT / "queries" / f"{name}.sql").read_text())
            return [dict(row) for row in found.mappings()]


@pytest.fixture(scope="module")
def built(world, module_database_url, tmp_path_factory):
    folder = tmp_path_factory.mktemp("marts")
    with serve(world) as server:
        run = Run(server, module_database_url, folder)
        run.hour()
        run.later(hours=1)
        run.hour()
    yield Built(run, folder / "data")
    run.close()


def project():
    return sorted((path, path.stat().st_mtime_ns) for path in Path(dbt.PROJECT).rglob("*"))


def told_at(story):
    return story["published_at"] or story["first_seen_at"]


def wall_clock(story, zones):
    """When the story appeared by its publisher's clock, worked out apart from the database's time zones."""
    precision, zone = story["published_precision"], zones[story["source_domain"]]
    if precision in {None, "month", "year"}:
        return None
    if precision != "day" and story["published_at"] and zone:
        return story["published_at"].astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return story["published_local"]


def day(story, zones):
    clock = wall_clock(story, zones)
    zone = zones[story["source_domain"]]
    return (clock or story["first_seen_at"].astimezone(ZoneInfo(zone) if zone else UTC)).date()


@pytest.fixture(scope="module")
def zones(built):
    return dict(built.run.rows("select domain, zone from news.source"))


def test_every_model_is_built_and_no_test_fails_or_warns(built):
    assert set(built.first) == {"success", "pass", "no-op"}  # nothing is done for exposures
    assert built.first["success"] == len(MODELS | SNAPSHOTS) + 1  # and what is done before the models
    assert built.first["pass"] > 140


def test_a_second_build_changes_nothing_and_none_writes_into_the_project(built):
    assert built.second == built.first
    assert built.hashes_again == built.hashes
    assert built.is_project_untouched


def test_the_staging_views_are_their_tables_row_by_row(built):
    views = {path.stem: path.read_text() for path in (dbt.PROJECT / "models" / "staging").glob("*.sql")}
    read = set()
    for view, text in views.items():
        if view == "story_changes":  # no view: what the builds remember of the stories
            continue
        schema_name, table = text.partition("source('")[2].partition("')")[0].split("', '")
        read.add(f"{schema_name}.{table}")
        counts = f"select (select count(*) from staging.{view}), (select count(*) from {schema_name}.{table})"
        ((ours, theirs),) = built.run.rows(counts)
        assert ours == theirs, view
    assert read | WITHHELD == METADATA.tables.keys()
    assert not read & WITHHELD


def test_the_dictionary_is_what_the_database_says(built):
    with transaction(built.run.engine) as connection:
        said = dictionary.dictionary(connection)
    assert said == dictionary.DOCUMENT.read_text(), "run python -m pipeline.warehouse.dictionary"


def test_every_page_of_the_newsroom_is_an_exposure():
    listed = yaml.safe_load((dbt.PROJECT / "models" / "exposures.yml").read_text())["exposures"]
    named = {one["url"].rpartition("/newsroom/")[2] for one in listed}
    navigation = (dbt.PROJECT.parent / "plugins" / "dateline_newsroom" / "render.py").read_text()
    assert named == set(re.findall(r'^    \("/?(\w*)", "[A-Z]\w+"\),$', navigation, re.MULTILINE))


def test_every_relation_and_column_is_described_in_the_database(built):
    bare = built.run.rows("""
        select c.oid::regclass::text, a.attname
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace in ('marts'::regnamespace, 'staging'::regnamespace, 'snapshots'::regnamespace)
          and c.relkind in ('r', 'v')
          and (obj_description(c.oid) is null or col_description(c.oid, a.attnum) is null)
    """)
    assert bare == []
    described = {path.stem for path in dbt.PROJECT.rglob("*.sql") if path.parent.parent.name == "models"}
    assert described == MODELS


def test_a_column_taken_over_keeps_its_description(built):
    query = """
        select a.attname, col_description(a.attrelid, a.attnum)
        from pg_attribute a where a.attrelid = '{}'::regclass and a.attnum > 0
    """
    article, fact = (
        dict(built.run.rows(query.format(name))) for name in ("news.article", "marts.fct_articles")
    )
    for column in ("story_id", "headline", "published_at", "published_precision", "first_seen_at"):
        assert fact[column] == article[column]
    assert fact["url"] != article["url"]  # the address that answered, which the YAML says


def test_the_sources_say_what_the_tables_say():
    listed = yaml.safe_load((dbt.PROJECT / "models" / "staging" / "sources.yml").read_text())["sources"]
    told = {
        f"{one['schema']}.{table['name']}": table["description"] for one in listed for table in one["tables"]
    }
    assert told == {name: METADATA.tables[name].comment for name in told}


def test_each_story_is_one_fact_on_the_right_day_and_hour(built, zones):
    rows = built.run.rows(
        "select story_id, day, published_date, published_hour, is_copy, cluster_id from marts.fct_articles"
    )
    found = {row[0]: tuple(row[1:]) for row in rows}
    assert len(rows) == len(found) == len(built.stories) > 100
    for story in built.stories:
        clock = wall_clock(story, zones)
        is_clock = story["published_precision"] in {"hour", "minute", "second"}
        assert found[story["story_id"]] == (
            day(story, zones),
            clock.date() if clock else None,
            clock.hour if clock and is_clock else None,
            story["cluster_id"] != story["story_id"],
            story["cluster_id"],
        ), story["url"]
    by_utc = [story["published_at"].date() for story in built.stories if story["published_at"]]
    assert by_utc != [day(story, zones) for story in built.stories if story["published_at"]]


def test_what_gave_a_clock_its_zone_is_what_the_newsroom_knows(world, built):
    truths = {canonical_url(url): truth for truth in world.truth(world.end) for url in truth.urls}
    given = {
        "printed": "printed",
        "feed": "printed",
        "registered": "registered",
        "dateline": "dateline",
        "none": None,
    }
    rows = built.run.rows("select canonical_url, published_at, published_zone_from from marts.fct_articles")
    wrong = []
    for url, published_at, source in rows:
        truth = truths[url]
        if source != (given[truth.zone_evidence] if published_at else None):
            wrong.append((url, source, truth.zone_evidence))
    assert wrong == []
    assert {"printed", "registered"} <= {row[2] for row in rows}


def test_the_days_count_what_the_stories_are(built, zones):
    wanted = defaultdict(lambda: [0] * 6)
    for story in built.stories:
        counts = wanted[story["source_domain"], day(story, zones)]
        facts = (
            1,
            story["cluster_id"] != story["story_id"],
            wall_clock(story, zones) is None,
            story["published_at"] is None,
            not story["body"],
            story["word_count"],
        )
        wanted[story["source_domain"], day(story, zones)] = [
            a + b for a, b in zip(counts, facts, strict=True)
        ]
    rows = built.run.rows("""
        select source_domain, day, articles, copies, without_date, without_instant, without_body, words,
               without_date_share, without_instant_share, without_body_share
        from marts.fct_articles_daily
    """)
    assert {(row[0], row[1]): list(row[2:8]) for row in rows} == wanted
    for row in rows:
        assert row[8:] == pytest.approx([row[4] / row[2], row[5] / row[2], row[6] / row[2]])
    assert sum(row[4] for row in rows) > 0


def test_the_ledger_of_hours_adds_up_to_the_ledger_of_feeds(built):
    rows = built.run.rows("""
        select feed_url, sum(seen), sum(entries), sum(pending), sum(waiting), sum(loaded), sum(duplicates), sum(rejected)
        from marts.fct_ingest_ledger group by feed_url
    """)
    wanted = {
        one.feed: (one.seen, one.entries, one.pending, one.waiting, one.loaded, one.duplicates, one.rejected)
        for one in built.feeds
        if one.entries
    }
    assert {row[0]: tuple(map(int, row[1:])) for row in rows} == wanted
    hours = built.run.rows("select distinct discovered_hour from marts.fct_ingest_ledger")
    assert set(hours) == set(
        built.run.rows("select distinct date_trunc('hour', discovered_at) from ops.ledger")
    )


def clusters(built):
    grouped = defaultdict(list)
    for story in built.stories:
        grouped[story["cluster_id"]].append(story)
    return {
        key: sorted(members, key=lambda one: (told_at(one), str(one["story_id"])))
        for key, members in grouped.items()
    }


def test_a_cluster_names_the_first_and_how_far_the_text_went(built):
    rows = built.run.rows("""
        select cluster_id, first_story_id, first_source_domain, stories, copies, publishers, without_instant, spread_hours
        from marts.dim_story_clusters
    """)
    found = {row[0]: row[1:] for row in rows}
    wanted = clusters(built)
    assert found.keys() == wanted.keys()
    for key, members in wanted.items():
        first, last = members[0], members[-1]
        spread = (told_at(last) - told_at(first)).total_seconds() / 3600
        assert found[key][:-1] == (
            first["story_id"],
            first["source_domain"],
            len(members),
            len(members) - 1,
            len({one["source_id"] for one in members}),
            sum(one["published_at"] is None for one in members),
        )
        assert found[key][-1] == pytest.approx(spread)
    assert max(len(members) for members in wanted.values()) > 2


def test_the_query_of_hours_counts_every_story_with_an_hour(built, zones):
    found = {
        (row["source_domain"], row["published_hour"]): row["articles"]
        for row in built.query("volume_by_hour")
    }
    assert found == Counter(
        (story["source_domain"], wall_clock(story, zones).hour)
        for story in built.stories
        if story["published_precision"] in {"hour", "minute", "second"}
    )


def test_the_query_of_firsts_names_each_follower(built):
    found = [
        (row["cluster_id"], row["first_source_domain"], row["follower_domain"])
        for row in built.query("first_to_publish")
    ]
    wanted = [
        (key, members[0]["source_domain"], one["source_domain"])
        for key, members in clusters(built).items()
        for one in members[1:]
        if one["source_id"] != members[0]["source_id"]
    ]
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert wanted
    assert all(row["minutes_later"] >= 0 for row in built.query("first_to_publish"))


def test_the_query_of_places_counts_the_stories_filed_there(built):
    found = {(row["place_country"], row["place"]): row["articles"] for row in built.query("places")}
    filed = [story["places"][0] for story in built.stories if story["places"]]
    assert found == Counter((place["country"], place["name"]) for place in filed)
    assert found


def test_the_query_of_silence_lists_every_feed_and_those_that_fail_first(world, built):
    rows = built.query("silent_feeds")
    assert {row["feed_url"] for row in rows} == {one.feed for one in built.feeds}
    faults = world.feed_faults()
    assert {row["feed_url"]: row["last_reason"] for row in rows[: len(faults)]} == faults
    assert all(row["last_reason"] is None for row in rows[len(faults) :])


def test_the_query_of_zoneless_clocks_finds_the_publishers_that_print_them(world, built):
    rows = {row["source_domain"]: row for row in built.query("clocks_without_zone")}
    loaded = {story["source_domain"] for story in built.stories}
    registered = {
        one.publisher for one in world.truth(world.end) if one.zone_evidence == "registered"
    } & loaded
    assert {domain for domain, row in rows.items() if row["zone_from_registration"]} == registered
    assert all(rows[domain]["without_any_zone"] for domain in registered)


@pytest.fixture
def empty(database_url):
    engine = open_warehouse(database_url, pooled=False)
    schema.migrate(engine)
    yield engine
    engine.dispose()


def test_a_lost_entry_fails_the_build_which_waits_for_its_turn(empty, database_url, tmp_path):
    failures = []

    def build():
        try:
            dbt.build(database_url, tmp_path)
        except dbt.MartsFailed as failed:
            failures.append(str(failed))

    with transaction(empty) as connection:
        # A poll counted three new entries, and the ledger holds none.
        connection.exec_driver_sql("""
            insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
            values (gen_random_uuid(), 'lost.example', 'Lost', false, 'active', false, '{}', '[]');
            insert into news.feed select gen_random_uuid(), source_id, 'http://lost.example/', 'active' from news.source;
            insert into ops.feed_poll (feed_id, polled_at, outcome, entries, new_entries, is_gap)
            select feed_id, now(), 'changed', 3, 3, false from news.feed
        """)
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    with transaction(empty) as connection:
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({dbt._LOCK})")
        builder = threading.Thread(target=build)
        builder.start()
        wait_until(lambda: connection.exec_driver_sql(waiting).scalar_one())
        assert connection.exec_driver_sql("select to_regnamespace('marts')").scalar_one() is None
    builder.join()
    (said,) = failures
    assert "FAIL 1 law_of_conservation" in said
    assert "Failure in test law_of_conservation (tests/law_of_conservation.sql)" in said
    assert "PASS" not in said
    assert str(tmp_path / "dbt" / "logs" / "dbt.log") in said


def test_a_dbt_does_not_outlive_its_caller(empty, database_url, tmp_path):
    stuck = "select count(*) from pg_locks where relation = 'news.article'::regclass and not granted"
    with transaction(empty) as connection:
        connection.exec_driver_sql("lock table news.article")
        caller = subprocess.Popen(
            [sys.executable, "-m", "pipeline.warehouse.dbt", "build"],
            env=os.environ | {"DATELINE_WAREHOUSE_URL": database_url, "DATELINE_DATA_DIR": str(tmp_path)},
            cwd=dbt.PROJECT.parent,
            stdout=subprocess.DEVNULL,
        )
        wait_until(lambda: connection.exec_driver_sql(stuck).scalar_one())
        (child,) = Path(f"/proc/{caller.pid}/task/{caller.pid}/children").read_text().split()
        caller.kill()
        caller.wait()
        wait_until(lambda: not is_alive(child))


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(happened, seconds=60):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)
