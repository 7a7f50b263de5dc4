"""Weeks of polling on a virtual clock, against feeds of which the truth is known."""

import time

import pytest

from tests.simulation.rules import HOURLY, MEDIA_CLOUD, OURS
from tests.simulation.run import requests_of_an_hourly_schedule, simulate
from tests.simulation.world import world

SEED, OTHERS = 6, (60, 600, 6000)
"""That of ``bench/polling.py``, and three at which no constant was looked at."""


def assert_as_asked(outcome, feeds, days, *, share=0.999):
    assert outcome.share >= share, outcome
    assert outcome.twice == 0
    assert outcome.requests <= requests_of_an_hourly_schedule(feeds, days) / 2
    # What came and went between two empty lists leaves no trace.
    assert outcome.alarmed_gaps >= 0.97 * outcome.gaps


def test_two_weeks_of_feeds_lose_next_to_nothing_at_less_than_half_the_requests():
    feeds, days = 150, 14
    universe = world(SEED, feeds, days)
    ours, hourly, theirs = (simulate(universe, rule, days) for rule in (OURS, HOURLY, MEDIA_CLOUD))
    # Half a day of learning weighs more in two weeks than in sixty days, and one burst more among few feeds.
    assert_as_asked(ours, feeds, days, share=0.998)
    assert hourly.requests == pytest.approx(requests_of_an_hourly_schedule(feeds, days), rel=0.01)
    assert ours.share > hourly.share > 0.9
    assert ours.share > theirs.share > 0.8


@pytest.mark.parametrize("seed", [SEED, *OTHERS])
def test_two_thousand_feeds_over_sixty_days(seed, at_full_length):
    if not at_full_length:
        pytest.skip("takes two minutes a seed; DATELINE_TESTS=long runs it")
    universe = world(seed, 2000, 60)
    began = time.process_time()
    outcome = simulate(universe, OURS, 60)
    assert_as_asked(outcome, 2000, 60)
    assert time.process_time() - began < 180
