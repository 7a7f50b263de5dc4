"""Clusters: the same from any split of the same texts, in any order, again, or by two workers at once."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.dedup import MemoryIndex, Text, assign, find_edges, is_candidate, keys, regroup
from pipeline.dedup.clusters import Assignment, rank
from tests.dedup import wire

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def text(name, body, at=START, *, story=None, headline=None):
    return Text(name, story or name.partition(" ")[0], at, headline, body)


def body(seed, paragraphs=4):
    return "\n\n".join(wire.paragraphs(Random(seed), paragraphs))


def clusters(texts, batch=None):
    index = MemoryIndex()
    for at in range(0, len(texts), batch or len(texts)):
        index.record(assign(texts[at : at + (batch or len(texts))], index))
    return index.clusters


def newswire():
    """Texts of every kind that a schedule could trip over; the part of a name before the blank is its story."""
    quay, tram, mill = body("quay"), body("tram"), body("mill")
    long = "\n\n".join([body("before", 3), mill, body("after", 3)])
    return [
        text("quay", quay),
        text("quay v2", quay + "\n\n" + body("more", 1)),
        text("quay-copy", f"{quay}\n\n{wire.FURNITURE[3]}", START + 3 * DAY),
        text("quay-typed", wire.words_changed(Random("typed"), quay, 0.03), START + 2 * DAY),
        text("quay-cut", quay[:700], START + DAY),
        # A chain: each within the window of the next, the first not of the last.
        text("quay-20", quay, START + 20 * DAY),
        text("quay-40", quay, START + 40 * DAY),
        text("quay-80", quay, START + 80 * DAY),
        # Ties and texts without a date.
        text("tram-b", tram, START + 5 * DAY),
        text("tram-a", tram, START + 5 * DAY),
        text("tram-undated", tram, None),
        text("tram-v v1", body("unrelated"), START + 6 * DAY),
        text("tram-v v2", tram, START + 6 * DAY),
        # A page with one story in it, and one with two: a round-up, in one version only.
        text("mill", mill, START + 7 * DAY),
        text("mill-page", long, START + 7 * DAY),
        text("round-up v1", "\n\n".join([body("x", 3), tram, body("y", 3)]), START + 6 * DAY),
        text(
            "round-up v2",
            "\n\n".join([body("x", 3), tram, body("y", 3), mill, body("z", 1)]),
            START + 6 * DAY,
        ),
        text(
            "round-up-copy",
            "\n\n".join([body("x", 3), tram, body("y", 3), mill, body("z", 1)]),
            START + 8 * DAY,
        ),
        # What is no copy of anything.
        text("weather-1", wire.weather(Random(1))[1], START, headline=wire.weather(Random(1))[0]),
        text("weather-2", wire.weather(Random(2))[1], START + DAY, headline=wire.weather(Random(2))[0]),
        text("empty", None),
        text("brief", "Watch the video above."),
        text("brief-2", "Watch the video above."),
    ]


WIRE = newswire()
EXPECTED_INDEX = MemoryIndex()
EXPECTED = assign(WIRE, EXPECTED_INDEX)


def test_the_newswire_has_the_clusters_that_it_was_made_with():
    groups = {}
    for story, cluster in EXPECTED.clusters.items():
        groups.setdefault(cluster, set()).add(story)
    assert {cluster: members for cluster, members in groups.items() if len(members) > 1} == {
        "quay": {"quay", "quay-copy", "quay-typed", "quay-cut", "quay-20", "quay-40"},
        "tram-a": {"tram-a", "tram-b", "tram-undated", "tram-v"},
        "mill": {"mill", "mill-page"},
        "round-up": {"round-up", "round-up-copy"},
    }


def test_aliases_lead_from_every_member_to_the_name():
    assert EXPECTED.aliases["quay-copy"] == "quay"
    assert "quay" not in EXPECTED.aliases


def once(index, batch):
    index.record(assign(batch, index))


def twice(index, batch):
    once(index, batch)
    once(index, batch)


def crashed_before_it_was_recorded(index, batch):
    assign(batch, index)
    once(index, batch)


def two_workers(index, batch):
    """Both look before either has recorded anything; then one after the other regroups."""
    halves = [batch[::2], batch[1::2]]
    for half in halves:
        index.add(half, {one.id: keys(one.headline, one.body) for one in half})
    found = [find_edges(half, index) for half in halves]
    for half, edges in zip(halves, found, strict=True):
        index.record(Assignment(edges, regroup({one.story for one in half}, edges, index)))


WAYS = (once, twice, crashed_before_it_was_recorded, two_workers)


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(
    st.permutations(range(len(WIRE))),
    st.lists(st.integers(1, len(WIRE) - 1), max_size=8),
    st.lists(st.sampled_from(WAYS), min_size=9, max_size=9),
    st.lists(st.integers(0, len(WIRE) - 1), max_size=4),
)
def test_no_schedule_changes_clusters_or_edges(order, cuts, ways, again):
    index = MemoryIndex()
    bounds = [0, *sorted(set(cuts)), len(WIRE)]
    for way, start, end in zip(ways, bounds, bounds[1:], strict=False):
        way(index, [WIRE[at] for at in order[start:end]])
    once(index, [WIRE[at] for at in again])
    edges = {edge for held in index._edges.values() for edge in held}
    assert index.clusters == EXPECTED.clusters
    assert edges == set(EXPECTED.edges)


@pytest.mark.parametrize(
    ("apart", "together"),
    [(7 * DAY, True), (7 * DAY + SECOND, True), (30 * DAY, True), (30 * DAY + SECOND, False)],
)
def test_the_window_has_both_its_days(apart, together):
    copies = [text("first", body("window")), text("second", body("window"), START + apart)]
    assert (len(set(clusters(copies).values())) == 1) is together


@pytest.mark.parametrize(
    ("shared", "apart", "looked_at"),
    [
        (1, 7 * DAY, True),
        (1, 7 * DAY + SECOND, False),
        (2, 7 * DAY + SECOND, True),
        (2, 30 * DAY, True),
        (16, 30 * DAY + SECOND, False),
    ],
)
def test_one_key_is_enough_for_a_week_and_two_for_a_month(shared, apart, looked_at):
    assert is_candidate(shared, START, START + apart) is looked_at
    assert is_candidate(shared, START + apart, START) is looked_at


def test_a_text_without_a_date_needs_two_keys():
    assert not is_candidate(1, None, START)
    assert is_candidate(2, None, None)


def test_a_page_becomes_a_round_up_when_the_second_story_comes_and_then_joins_neither():
    tram, mill = body("tram"), body("mill")
    page = text("page", "\n\n".join([body("a", 5), tram, body("b", 5), mill]), START + DAY)
    index = MemoryIndex()
    once(index, [text("tram", tram), page])
    assert index.clusters == {"tram": "tram", "page": "tram"}
    once(index, [text("mill", mill)])
    assert index.clusters == {"tram": "tram", "page": "page", "mill": "mill"}


def test_two_halves_do_not_glue_by_the_larger_of_them():
    larger, smaller = body("larger", 7), body("smaller", 4)
    both = text("both", larger + "\n\n" + smaller, START + DAY)
    found = clusters([text("larger", larger), text("smaller", smaller), both])
    assert found == {"larger": "larger", "both": "larger", "smaller": "smaller"}


def test_cuts_of_one_story_do_not_make_it_a_round_up():
    whole = body("whole", 8)
    cuts = [
        text(f"cut{number}", whole[: 500 + 300 * number], START + number * DAY / 8) for number in range(4)
    ]
    assert set(clusters([*cuts, text("whole", whole)]).values()) == {"cut0"}


def test_a_cluster_is_named_after_its_earliest_story_whenever_that_comes():
    copies = [text(f"copy-{number}", body("copies"), START + timedelta(hours=number)) for number in range(12)]
    for size in (1, 5, 12):
        assert set(clusters(copies[::-1], size).values()) == {"copy-0"}
    assert rank("b", START) < rank("a", None)
    assert rank("a", START) < rank("b", START)


def test_every_pair_of_a_cluster_has_its_edge_with_reason_and_version():
    copies = [text(f"copy-{number}", body("copies"), START) for number in range(6)]
    edges = assign(copies, MemoryIndex()).edges
    assert {frozenset((edge.part, edge.whole)) for edge in edges} == {
        frozenset(pair) for pair in combinations([copy.id for copy in copies], 2)
    }
    assert {(edge.kind, edge.reason, edge.check_version) for edge in edges} == {("same", "copy", "runs-1")}


@pytest.mark.parametrize("at_once", [1, 7])
def test_texts_that_are_looked_up_a_few_at_a_time_find_each_other(monkeypatch, at_once):
    monkeypatch.setattr("pipeline.dedup.clusters.AT_ONCE", at_once)
    assert set(find_edges(WIRE, MemoryIndex())) == set(EXPECTED.edges)


def test_keys_made_before_the_lock_are_those_that_are_used():
    made = {one.id: keys(one.headline, one.body) for one in WIRE}
    for held in (made, {id_: made[id_] for id_ in list(made)[::2]}):
        assert set(find_edges(WIRE, MemoryIndex(), held)) == set(EXPECTED.edges)
    assert find_edges(WIRE, MemoryIndex(), dict.fromkeys(made, ())) == ()
