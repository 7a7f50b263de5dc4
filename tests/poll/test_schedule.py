"""When a feed is polled next: bounded, deterministic, faster where stories are lost, never given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll.schedule import (
    JITTER,
    LONGEST,
    SHORTEST,
    FeedHistory,
    is_gap,
    next_interval,
    next_poll,
    overlap,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

histories = st.builds(
    FeedHistory,
    feed_id=st.text(max_size=20),
    outcome=st.sampled_from(["changed", "unchanged", "failed"]),
    interval=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    entries=st.integers(0, 500),
    known=st.integers(0, 500),
    read_before=st.booleans(),
    failures=st.integers(0, 10**6),
    ttl_minutes=st.none() | st.integers(0, 10**9),
    retry_after_seconds=st.none() | st.floats(0, 1e12),
)


@given(histories)
def test_the_next_poll_is_always_within_the_bounds_and_always_the_same(history):
    due = next_poll(history, now=NOON)
    assert SHORTEST <= due - NOON <= LONGEST
    assert due == next_poll(history, now=NOON)
    assert SHORTEST <= next_interval(history) <= LONGEST


def test_a_feed_never_polled_is_due_at_once():
    assert next_poll(FeedHistory("f"), now=NOON) == NOON


@given(st.integers(1, 100).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_more_new_entries_never_mean_a_later_poll(counts):
    entries, known = counts
    history = FeedHistory("f", "changed", HOUR, entries, known, read_before=True)
    assert next_interval(replace(history, known=known - 1)) <= next_interval(history)


def test_a_document_without_overlap_is_a_gap_and_shrinks_the_interval_most():
    lost = FeedHistory("f", "changed", HOUR, 20, 0, read_before=True, ttl_minutes=600)
    assert is_gap(lost)
    assert next_interval(lost) == timedelta(minutes=15)  # the publisher's ttl does not hold
    assert next_interval(replace(lost, known=1)) == timedelta(minutes=600)
    assert next_interval(replace(lost, known=1, ttl_minutes=None)) == timedelta(minutes=30)


@pytest.mark.parametrize(
    "history",
    [
        FeedHistory("f", "changed", HOUR, 20, 0, read_before=False),
        FeedHistory("f", "changed", HOUR, 0, 0, read_before=True),
        FeedHistory("f", "unchanged", HOUR, 0, 0, read_before=True),
        FeedHistory("f", "failed", HOUR, 20, 0, read_before=True, failures=1),
    ],
)
def test_what_is_no_gap(history):
    assert not is_gap(history)


def test_overlap():
    assert (overlap(10, 10), overlap(10, 0), overlap(4, 9), overlap(0, 0)) == (1.0, 0.0, 1.0, None)


def test_failures_back_off_and_leave_the_pace_as_it_was():
    waits = [next_poll(FeedHistory("f", "failed", HOUR, failures=n), now=NOON) - NOON for n in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[1] / waits[0] == pytest.approx(2, rel=0.01)
    assert LONGEST / (1 + JITTER) <= waits[-1] <= LONGEST
    assert next_interval(FeedHistory("f", "failed", HOUR, failures=9)) == HOUR


def test_retry_after_is_obeyed_up_to_a_day():
    history = FeedHistory("f", "failed", SHORTEST, failures=1, retry_after_seconds=3 * 3600)
    assert next_poll(history, now=NOON) == NOON + 3 * HOUR
    assert next_poll(replace(history, retry_after_seconds=1e9), now=NOON) == NOON + LONGEST


def test_feeds_registered_together_drift_apart():
    due = {next_poll(FeedHistory(str(n), "unchanged", HOUR), now=NOON) for n in range(1000)}
    waits = [instant - NOON for instant in due]
    assert len(due) > 990
    assert max(waits) - min(waits) > 0.9 * JITTER * 1.5 * HOUR


@pytest.mark.parametrize(
    ("a_day", "window", "slowest"), [(500, 100, 1.5), (100, 20, 2.5), (20, 20, 8), (1, 10, 24)]
)
def test_a_steady_feed_settles_without_losing_a_story(a_day, window, slowest):
    """Two weeks of a feed of ``a_day`` stories, of which the document shows the newest ``window``."""
    every = timedelta(days=1) / a_day
    now, pace, seen, gaps, polls = NOON, None, 0, 0, 0
    while now < NOON + timedelta(days=14):
        published = window + (now - NOON) // every
        shown = range(published - window, published)
        known = sum(1 for story in shown if story < seen)
        outcome = "unchanged" if known == window else "changed"
        history = FeedHistory("steady", outcome, pace, window, known, read_before=polls > 0)
        gaps += is_gap(history) or shown.start > seen > 0
        seen = published
        polls += 1
        pace, now = next_interval(history), next_poll(history, now=now)
    assert gaps == 0
    assert pace <= slowest * HOUR
    assert polls < 14 * 24 * 6
