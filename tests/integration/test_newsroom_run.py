"""One hour of the newsroom, and what the warehouse then says, against the truth."""

import re
from collections import Counter
from datetime import timedelta

import pytest

from pipeline.warehouse.engine import transaction
from pipeline.warehouse.reports import stories
from tests.integration.conftest import Run
from tests.newsroom import World, serve


@pytest.fixture(scope="module")
def world():
    return World(stories=200)


@pytest.fixture
def server(world):
    with serve(world) as server:
        yield server


@pytest.fixture(scope="module")
def first_hour(world, module_database_url, tmp_path_factory):
    """The stories that one hour brings, for the tests that only look."""
    with serve(world) as server:
        run = Run(server, module_database_url, tmp_path_factory.mktemp("hour"))
        run.hour()
        yield loaded_stories(run)
        run.close()


def bare(url):
    return re.sub(r"[?&](?:utm_\w+|ref)=[^&]*", "", url.partition("//")[2]).rstrip("/")


def truths(world):
    return {bare(url): truth for truth in world.truth(world.end) for url in truth.urls}


def loaded_stories(run):
    with transaction(run.engine) as connection:
        return list(stories(connection))


def test_every_entry_ends_as_the_newsroom_knows(world, server, make_run):
    run = make_run(server)
    polls, _ = run.hour()
    assert {line.url: line.reason for line in polls if line.outcome == "failed"} == world.feed_faults()
    assert ledger_faults(run, world, "state") == []
    assert run.conserved() == []
    run.later(hours=1)
    run.hour()
    assert ledger_faults(run, world, "settled") == []
    assert run.conserved() == []


def ledger_faults(run, world, moment):
    """Entries whose state is not the expected one; which of a story's entries is loaded is the run's affair."""
    rows = run.rows(
        "select f.url, l.url, l.state, l.reason from ops.ledger l join news.feed f using (feed_id)"
    )
    found = {(feed, url): (state, reason) for feed, url, state, reason in rows}
    expected = {(one.feed, one.url): one for one in world.expected(world.end)}
    assert found.keys() == expected.keys()
    told = {"loaded": "told", "duplicate": "told"}
    faults = []
    loaded = Counter()
    waiting = {one.story for key, one in expected.items() if found[key][0] == "waiting"}
    for key, one in expected.items():
        state, reason = found[key]
        loaded[one.story] += state == "loaded"
        wanted = getattr(one, moment)
        if state == "discovered" and wanted == "waiting" and one.story in waiting:
            continue  # held back: the same address is waited for already, in another feed
        if told.get(state, state) != told.get(wanted, wanted) or (
            state in ("rejected", "waiting") and reason != one.reason
        ):
            faults.append((*key, state, reason, wanted, one.reason))
    return faults + [story for story, times in loaded.items() if times > 1]


def test_no_instant_is_wrong_and_none_that_can_be_known_is_missing(world, first_hour):
    known = truths(world)
    wrong = []
    for story in first_hour:
        truth = known[bare(story["url"])]
        if story["published_at"] != truth.readable_at:
            wrong.append(
                (
                    truth.publisher,
                    truth.printed,
                    truth.zone_evidence,
                    truth.readable_at,
                    story["published_at"],
                )
            )
    assert wrong == []


@pytest.mark.parametrize(
    "field", ["headline", "body", "authors", "section", "keywords", "headings", "language", "place"]
)
def test_each_field_is_what_was_written(world, first_hour, field):
    known = truths(world)
    wrong = []
    for story in first_hour:
        truth = known[bare(story["url"])]
        found, wanted = shown(story, field), told(truth, field)
        if found != wanted:
            wrong.append((truth.publisher, found, wanted))
    assert wrong == [], Counter(publisher for publisher, _, _ in wrong)


def shown(story, field):
    if field == "language":
        return story["language"].partition("-")[0]
    if field == "place":
        dateline = story["dateline"] or {}
        return [place["geoname_id"] is not None for place in story["places"]], dateline.get("agency")
    return tuple(story[field]) if isinstance(story[field], list) else story[field]


def told(truth, field):
    if field == "language":
        return truth.language.partition("-")[0]
    if field == "place":
        return [True] * bool(truth.dateline), truth.dateline.agency if truth.dateline else None
    return getattr(truth, field)


def test_a_second_run_changes_no_row(server, make_run):
    run = make_run(server)
    run.hour()
    before, rows = run.hashes(), run.rows("select * from news.article order by story_id")
    asked = len(server.requests)
    run.later(minutes=1)  # what waits is not due yet
    polls, report = run.hour()
    assert run.hashes() == before
    assert run.rows("select * from news.article order by story_id") == rows
    assert (report.loaded, report.duplicate, report.rejected) == (0, 0, 0)
    assert sum(line.new for line in polls) == 0
    conditional = [one for one in server.requests[asked:] if one.status == 304]
    assert len(conditional) >= len(polls) // 2


def test_syndicated_copies_are_kept_and_grouped_under_the_first(world, first_hour):
    ids = {bare(story["url"]): story for story in first_hour}
    by_number = {truth.number: truth for truth in world.truth(world.end)}
    copies = 0
    for truth in by_number.values():
        if truth.copy_of is None:
            continue
        original = by_number[truth.copy_of]
        both = [
            next((ids[bare(url)] for url in one.urls if bare(url) in ids), None) for one in (original, truth)
        ]
        if None not in both and original.body == truth.body:
            copies += 1
            assert both[0]["cluster_id"] == both[1]["cluster_id"], (truth.url, original.url)
            assert both[0]["source_domain"] != both[1]["source_domain"]
    assert copies >= 5


def test_the_window_of_an_hour_comes_back_from_the_archive_alone(server, make_run):
    from pipeline.flow.ingesting import ingest_pending
    from pipeline.flow.window import enter_window

    run = make_run(server)
    began = run.now
    run.hour()
    before = run.hashes()
    lines = enter_window(run.context, began, began + timedelta(hours=1))
    assert lines
    assert sum(line.new for line in lines) == 0
    ingest_pending(run.context)
    assert run.hashes() == before


def test_a_live_edit_of_a_known_entry_makes_no_second_story(world, make_run):
    with serve(world, at=world.end - timedelta(days=2)) as server:
        run = make_run(server)
        run.hour()
        server.set_time(world.end)
        run.later(days=2)
        run.hour()
        run.later(days=2)
        run.hour()
        keys = run.rows("select count(*), count(distinct canonical_url) from news.article")
        assert keys[0][0] == keys[0][1]
        assert run.conserved() == []


def test_a_dead_newsroom_is_a_reason_a_feed(world, make_run):
    with serve(world) as server:
        run = make_run(server)
    polls, report = run.hour()
    assert {line.outcome for line in polls} == {"failed"}
    assert {line.reason for line in polls} <= {"connect", "robots_unreachable", "timeout"}
    assert report.loaded == 0
