"""How long a feed may be left alone: the price of waiting, and the document's room."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll.forecast import DEVIATIONS, LONGEST_DAYS, PATIENCE_DAYS, TURNED_OVER, horizons, may_come
from pipeline.poll.pace import PRIOR_STORIES, Pace
from tests.poll.paces import pace_of, paces


@pytest.mark.parametrize("a_day", [1, 24, 500])
def test_a_steady_feed_waits_for_the_square_root(a_day):
    due, _ = horizons(replace(pace_of(a_day=a_day, window=10**6), surge=0.0), 0.0)
    assert due == pytest.approx(math.sqrt(2 * PATIENCE_DAYS / a_day), rel=0.03)


def test_a_quiet_feed_waits_two_days_and_no_longer():
    assert horizons(pace_of(a_day=0, window=20), 0.0).due == LONGEST_DAYS


@given(paces, st.floats(0, 4e9))
def test_nobody_waits_beyond_what_is_safe(pace, start):
    due, safe = horizons(pace, start)
    assert 0 < due <= safe <= LONGEST_DAYS


@given(paces)
def test_the_high_quantile_of_what_may_come_fills_its_share(pace):
    mean = may_come(pace)
    spread = math.sqrt(pace.scatter * mean + mean * mean / (pace.stories + PRIOR_STORIES))
    share = max((max(pace.window_entries, 20) if pace.sheds else pace.window_entries) * TURNED_OVER, 1.0)
    assert mean + DEVIATIONS * spread == pytest.approx(share / pace.caution)


def test_bursts_narrow_windows_and_lost_stories_all_shorten_the_wait():
    calm = pace_of(a_day=50, window=30)
    safe = horizons(calm, 0.0).safe
    assert horizons(replace(calm, scatter=5.0), 0.0).safe < safe
    assert horizons(replace(calm, window_entries=10), 0.0).safe < safe
    assert horizons(replace(calm, caution=2.0), 0.0).safe < safe
    assert horizons(replace(calm, surge=300.0, scatter=5.0), 0.0).due < horizons(calm, 0.0).due


def test_a_list_of_the_last_day_is_read_twice_a_day_however_quiet():
    assert horizons(replace(pace_of(a_day=0, window=0), sheds=True), 0.0).due < 0.5


def test_the_night_is_waited_through_and_the_morning_is_not():
    profile = tuple(0.15 if hour < 6 else 1.3 for hour in range(24)) + (1.0,) * 7
    pace = replace(pace_of(a_day=48, window=100), profile=profile, surge=0.0)
    assert horizons(pace, 0.0).due > 2 * horizons(pace, 9 * 3600.0).due


def test_until_a_day_has_been_seen_the_night_proves_nothing():
    assert horizons(Pace(days=0.4, window_entries=100), 0.0).due <= 2 / 24
