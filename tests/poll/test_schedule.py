"""When a feed is polled next: bounded, deterministic, faster where stories are lost, never given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.poll.failing import DEAD, GONE
from pipeline.poll.forecast import LONGEST_DAYS
from pipeline.poll.schedule import JITTER, SHORTEST, FeedHistory, is_gap, next_poll, overlap
from pipeline.poll.wishes import HOST_CAP, SKIP_CAP, SPREAD, WISH_CAP
from tests.poll.paces import histories, pace_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""A Tuesday."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST = timedelta(days=LONGEST_DAYS) * (1 + JITTER)
BUSY = pace_of(a_day=100, window=100)
QUIET = pace_of(a_day=0.5, window=20)


def wait(history, now=NOON):
    return next_poll(history, now=now).next_at - now


def read(pace=BUSY, *, entries=100, known=95, since=HOUR, **more):
    """A poll that read a document an hour after the last."""
    return FeedHistory("f", "changed", pace, entries, known, read_before=True, since_last=since, **more)


# -- what always holds --------------------------------------------------------------


@given(histories(), st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_the_next_poll_is_always_within_the_bounds_and_always_the_same(history, now):
    plan = next_poll(history, now=now)
    assert plan == next_poll(history, now=now)
    if history.outcome == "failed":
        longest = max(GONE, SKIP_CAP + DEAD) * (1 + JITTER) + 2 * SPREAD
    else:
        longest = LONGEST + SKIP_CAP + 2 * SPREAD
    assert SHORTEST <= plan.next_at - now <= max(longest, HOST_CAP + SPREAD)
    assert plan.is_gap == is_gap(history)


@given(histories(outcomes=["changed", "unchanged"]), st.integers(1, 3600))
def test_an_operator_may_set_the_floor_and_the_feeds_pace_decides_above_it(history, seconds):
    plan = next_poll(history, now=NOON, shortest=timedelta(seconds=seconds))
    assert plan.next_at - NOON >= timedelta(seconds=seconds)
    if seconds <= 600:
        assert plan.next_at <= next_poll(history, now=NOON).next_at


def test_a_feed_of_a_story_a_minute_is_asked_every_two_minutes_where_the_operator_allows_it():
    lively = read(pace_of(a_day=1440, window=4), entries=4, known=3, since=HOUR / 60)
    assert SHORTEST <= wait(lively) <= SHORTEST * (1 + JITTER)
    assert next_poll(lively, now=NOON, shortest=timedelta(seconds=30)).next_at - NOON < HOUR / 20


@given(histories())
def test_what_is_learned_stays_within_bounds_and_survives_the_database(history):
    pace = next_poll(history, now=NOON).pace
    assert pace.stories >= 0
    assert pace.days >= 0
    assert pace.surge >= 0
    assert 1 <= pace.scatter <= 25
    assert 1 <= pace.caution <= 4
    assert len(pace.profile) == 31
    assert all(0.15 <= weight <= 8 for weight in pace.profile)
    assert type(pace).of_row(pace.as_row()) == pace


@given(histories(outcomes=["failed"]), st.floats(0, 100))
def test_more_failures_never_mean_a_sooner_poll(history, more):
    history = replace(history, skip_hours=frozenset(), skip_days=frozenset())
    assert wait(replace(history, failures=history.failures + more)) >= wait(history)


@settings(max_examples=300)
@given(histories(outcomes=["changed"]), st.lists(st.integers(0, 500), min_size=2, max_size=6))
def test_less_overlap_never_means_a_later_poll(history, known):
    """Of any feed whatsoever."""
    waits = [wait(replace(history, known=count)) for count in sorted(known)]
    assert waits == sorted(waits)


@pytest.mark.parametrize("window", [10, 30, 100])
@pytest.mark.parametrize("a_day", [1.0, 10.0, 100.0])
def test_less_overlap_of_a_steady_feed_means_a_sooner_poll(a_day, window):
    usual = timedelta(days=window / a_day / 4)
    waits = [
        wait(read(pace=pace_of(a_day=a_day, window=window), entries=window, known=known, since=usual))
        for known in range(window, -1, -1)
    ]
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] < waits[0]


@given(histories(outcomes=["changed", "unchanged"]), st.integers(0, 10**6))
def test_a_longer_ttl_never_means_a_sooner_poll(history, minutes):
    history = replace(history, skip_hours=frozenset(), skip_days=frozenset())
    assert wait(replace(history, ttl_minutes=(history.ttl_minutes or 0) + minutes)) >= wait(history)


@given(histories(), st.floats(0, 1e12))
def test_what_the_server_orders_is_never_undercut(history, seconds):
    asked = replace(history, retry_after_seconds=seconds, host_free_at=NOON + timedelta(hours=30))
    if history.outcome != "never":
        assert wait(asked) >= min(timedelta(seconds=seconds), DAY) if seconds < 1e9 else DAY
        assert wait(asked) >= timedelta(hours=30)


# -- overlap and gaps ---------------------------------------------------------------


def test_overlap():
    assert (overlap(10, 10), overlap(10, 0), overlap(4, 9), overlap(0, 0)) == (1.0, 0.0, 1.0, None)


@pytest.mark.parametrize(
    "history",
    [
        FeedHistory("f", "changed", BUSY, 20, 0, read_before=False),
        FeedHistory("f", "changed", BUSY, 0, 0, read_before=True),
        FeedHistory("f", "unchanged", BUSY, 0, 0, read_before=True),
        FeedHistory("f", "failed", BUSY, 20, 0, read_before=True, failures=1),
        FeedHistory("f", "changed", pace_of(a_day=1, window=0), 1, 0, read_before=True, since_last=HOUR),
    ],
    ids=["first", "empty", "not modified", "failed", "empty before"],
)
def test_what_is_no_gap(history):
    assert not is_gap(history)


def test_a_document_without_overlap_is_a_gap_and_cuts_the_wait_at_once():
    """web-search#211, FreshRSS#4485: feeds of 20 entries, read twice a day, lose stories and nobody is told."""
    lost = read(pace_of(a_day=5, window=20), entries=20, known=0, since=timedelta(hours=12), ttl_minutes=600)
    plan = next_poll(lost, now=NOON)
    assert plan.is_gap
    assert plan.next_at - NOON <= timedelta(hours=3) * (1 + JITTER)
    assert wait(lost) < wait(replace(lost, known=10)) / 2


def test_after_a_gap_of_its_own_fault_the_margin_is_wider_for_weeks():
    pace = replace(pace_of(a_day=48, window=20), interval_seconds=6 * 3600.0)
    after = next_poll(read(pace, entries=20, known=0, since=6 * HOUR), now=NOON).pace
    assert after.caution == 2
    outage = next_poll(read(pace, entries=20, known=0, since=5 * DAY), now=NOON).pace
    assert outage.caution == 1
    for _ in range(28):
        after = next_poll(read(after, entries=20, known=20, since=DAY), now=NOON).pace
    assert 1.1 < after.caution < 1.2


def test_a_wish_that_lost_stories_once_is_granted_less_the_next_time():
    pace = pace_of(a_day=30, window=20)
    first = next_poll(read(pace, entries=20, known=19, ttl_minutes=1440), now=NOON)
    waited = first.next_at - NOON
    lost = read(first.pace, entries=20, known=0, since=waited, ttl_minutes=1440)
    again = next_poll(lost, now=first.next_at)
    assert again.pace.caution == 2
    calm = read(again.pace, entries=20, known=19, since=again.next_at - first.next_at, ttl_minutes=1440)
    assert wait(calm, now=again.next_at) < waited / 2


# -- what publishers ask for --------------------------------------------------------


def test_a_ttl_is_kept_where_the_document_bears_it():
    assert wait(read()) < HOUR
    assert HOUR <= wait(read(ttl_minutes=60)) <= HOUR * (1 + JITTER)
    assert HOUR <= wait(read(update_minutes=60)) <= HOUR * (1 + JITTER)
    assert HOUR <= wait(read(fresh_seconds=3600.0)) <= HOUR * (1 + JITTER)


def test_a_wish_is_not_kept_where_stories_would_be_lost():
    """A daily ``ttl`` on 20 entries that turn over in five hours."""
    assert wait(read(pace_of(a_day=100, window=20), entries=20, known=17, ttl_minutes=1440)) < 2.5 * HOUR


def test_caching_headers_of_a_year_do_not_make_a_feed_stale_for_days():
    """FreshRSS#8928, #6712."""
    assert wait(read(fresh_seconds=31_536_000.0)) <= WISH_CAP * (1 + JITTER)


def test_max_age_counts_on_a_304_and_on_a_503():
    """miniflux reads freshness of a 200 alone."""
    fresh = {"fresh_seconds": 4 * 3600.0, "since_last": HOUR, "read_before": True}
    assert wait(FeedHistory("f", "unchanged", BUSY, **fresh)) >= 4 * HOUR
    assert wait(FeedHistory("f", "failed", BUSY, failures=0.5, reason="http_503", **fresh)) >= 4 * HOUR


@pytest.mark.parametrize("reason", ["http_429", "http_503"])
def test_retry_after_is_obeyed_up_to_a_day(reason):
    """reader#307, #376, commafeed#1746: who ignores it gets banned. miniflux hears it on 429 alone."""
    history = FeedHistory("f", "failed", BUSY, failures=0.5, reason=reason, retry_after_seconds=5 * 3600.0)
    assert wait(history) == 5 * HOUR
    assert wait(replace(history, retry_after_seconds=1e9)) == DAY


def test_a_429_for_one_feed_says_nothing_of_its_host():
    """FreshRSS#7870, #7880: one 429 muted a whole domain. Another feed waits only where its host asked for that."""
    assert wait(read()) < HOUR
    assert wait(read(host_free_at=NOON + 3 * HOUR)) >= 3 * HOUR


def test_those_who_wait_for_one_host_do_not_come_at_once():
    free = NOON + 3 * HOUR
    waits = [wait(replace(read(host_free_at=free), feed_id=str(n))) for n in range(200)]
    assert min(waits) >= 3 * HOUR
    assert max(waits) - min(waits) > 0.9 * SPREAD


def test_skipped_hours_and_days_are_left_out():
    weekend = read(QUIET, entries=20, known=20, skip_days=frozenset({2, 3}))
    assert (NOON + wait(weekend)).weekday() == 4
    nights = read(QUIET, entries=20, known=20, skip_hours=frozenset(range(13, 24)))
    assert (NOON + wait(nights)).hour < 13
    assert (NOON + wait(nights)).date() > NOON.date()


def test_skipped_hours_do_not_hold_after_a_gap():
    lost = read(BUSY, known=0, skip_hours=frozenset(range(12, 24)))
    assert wait(lost) < HOUR


def test_who_skips_everything_skips_nothing():
    assert wait(read(skip_hours=frozenset(range(24)))) == wait(read())
    assert wait(read(skip_days=frozenset(range(7)))) == wait(read())


def test_pushes_slow_the_pull_to_a_day_and_never_end_it():
    """FreshRSS lets a pull go where a push came; the pull is the proof that the hub still delivers."""
    assert wait(read(QUIET, entries=20, known=20, is_pushed=True)) >= DAY
    assert wait(read(is_pushed=True)) > 2 * wait(read())
    assert wait(read(QUIET, entries=20, known=20, is_pushed=True)) <= DAY * (1 + JITTER)


# -- failures -----------------------------------------------------------------------


def test_failures_back_off_and_leave_the_pace_as_it_was():
    one = FeedHistory("f", "failed", BUSY, failures=1.0, reason="http_500")
    waits = [wait(replace(one, failures=float(n))) for n in range(1, 1000)]
    assert waits == sorted(waits)
    assert waits[0] < HOUR
    assert DEAD <= waits[-1] <= DEAD * (1 + JITTER)
    before, after = BUSY, next_poll(one, now=NOON).pace
    assert replace(after, asked_in_full=False) == before


def test_a_dead_feed_decays_and_is_tried_for_ever():
    """Media Cloud gives up after 30 failures, miniflux after 3."""
    now, failures, polls = NOON, 0.0, []
    while now < NOON + timedelta(days=3 * 365):
        failures += 1.0
        now = next_poll(
            FeedHistory("f", "failed", QUIET, failures=failures, reason="connect"), now=now
        ).next_at
        polls.append(now)
    in_two_months = sum(at < NOON + timedelta(days=60) for at in polls)
    assert in_two_months < 60
    assert max(later - sooner for sooner, later in pairwise(polls)) <= DEAD * (1 + JITTER)
    assert polls[-1] - polls[-2] > 6 * DAY


def test_a_feed_that_is_gone_is_muted_and_asked_again_each_month():
    gone = FeedHistory("f", "failed", BUSY, failures=1.0, reason="http_410")
    assert GONE <= wait(gone) <= GONE * (1 + JITTER)


# -- herds --------------------------------------------------------------------------


def test_thousands_that_are_registered_together_come_spread_over_an_hour():
    due = sorted(next_poll(FeedHistory(str(n)), now=NOON).next_at for n in range(3000))
    assert due[0] >= NOON
    assert due[-1] < NOON + HOUR
    by_minute = [
        sum(NOON + timedelta(minutes=m) <= at < NOON + timedelta(minutes=m + 1) for at in due)
        for m in range(60)
    ]
    assert max(by_minute) < 2 * 3000 / 60


def test_feeds_polled_together_drift_apart():
    """miniflux PR#3838 (refused), #2201, #2675: all feeds at the same minute, for ever."""
    due = {next_poll(replace(read(), feed_id=str(n)), now=NOON).next_at for n in range(1000)}
    waits = [at - NOON for at in due]
    assert len(due) > 990
    assert max(waits) - min(waits) > 0.09 * min(waits)


# -- false 304 ----------------------------------------------------------------------


def test_a_server_that_never_says_modified_is_asked_in_full_within_a_day():
    """feedbin#726, liferea#940: validators that stay while the document changes."""
    now, pace, full = NOON, pace_of(a_day=20, window=50), None
    asked = now
    while full is None:
        plan = (
            next_poll(FeedHistory("f", "unchanged", pace, read_before=True, since_last=now - asked), now=now)
            if now > asked
            else next_poll(FeedHistory("f", "unchanged", pace, read_before=True), now=now)
        )
        asked, now, pace = now, plan.next_at, plan.pace
        full = now if plan.in_full else None
    assert full - NOON < timedelta(hours=8)


def test_a_change_told_to_a_request_with_validators_clears_the_server():
    silent = replace(BUSY, doubt=2.0, unread_days=0.5)
    assert next_poll(
        FeedHistory("f", "unchanged", silent, read_before=True, since_last=HOUR), now=NOON
    ).in_full
    assert not next_poll(read(silent), now=NOON).in_full


def test_news_that_silence_had_hidden_convicts_the_server():
    hidden = replace(pace_of(a_day=20, window=50), doubt=-1.0, unread_days=0.4, asked_in_full=True)
    assert next_poll(read(hidden, entries=50, known=41), now=NOON).in_full
    assert not next_poll(
        FeedHistory("f", "unchanged", hidden, read_before=True, since_last=HOUR), now=NOON
    ).in_full


def test_a_feed_is_asked_in_full_at_least_once_a_day_or_at_each_rarer_poll():
    still = FeedHistory("f", "unchanged", QUIET, read_before=True, since_last=20 * HOUR)
    assert next_poll(still, now=NOON).in_full


def test_an_honest_server_is_trusted_again():
    pace = replace(BUSY, doubt=4.0, asked_in_full=True)
    for _ in range(24 * 60):
        plan = next_poll(read(pace), now=NOON)
        pace = plan.pace
        if not plan.in_full:
            break
    assert not plan.in_full
