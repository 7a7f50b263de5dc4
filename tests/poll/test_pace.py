"""What polls teach: the rate, the day's and the week's shape, bursts, and how little of it a feed must be told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.poll.pace import FLAT, Pace, expected, profile_after, scatter_after, stretches, surge_after
from pipeline.poll.schedule import FeedHistory, next_poll
from tests.poll.paces import pace_of, paces

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = 86400.0


def taught(pace, counts, *, every=timedelta(hours=1)):
    """The pace after one poll for each count, the window always 100 entries."""
    now = MONDAY
    for count in counts:
        now += every
        seen = FeedHistory("f", "changed", pace, 100, 100 - count, read_before=True, since_last=every)
        pace = next_poll(seen, now=now).pace
    return pace


@given(st.floats(0, 4e9), st.floats(1e-6, 40))
def test_stretches_tile_the_time(start, days):
    pieces = list(stretches(start, days))
    assert sum(length for _, _, length in pieces) == pytest.approx(days)
    assert all(0 <= hour < 24 and 0 <= day < 7 and length <= 1 / 24 + 1e-12 for hour, day, length in pieces)
    first = datetime.fromtimestamp(start, UTC)
    assert pieces[0][:2] == (first.hour, first.weekday())


def test_a_steady_rate_is_learned_within_days():
    pace = taught(Pace(), [2] * 72)
    assert pace.stories_a_day == pytest.approx(48, rel=0.05)
    assert pace.surge == pytest.approx(48, rel=0.01)
    assert pace.scatter == pytest.approx(1, abs=0.3)
    assert pace.profile == pytest.approx(FLAT, abs=0.35)


def test_the_day_and_the_weekend_are_learned():
    """Four stories an hour from 8 to 20 o'clock, Monday to Friday, and none else."""
    week = [4 if 8 <= hour % 24 < 20 and hour // 24 < 5 else 0 for hour in range(168)]
    pace = taught(Pace(), week * 4)
    monday, sunday = MONDAY.timestamp() + 28 * DAY, MONDAY.timestamp() + 34 * DAY
    morning = expected(pace, monday + 10 / 24 * DAY, 1 / 24)
    assert morning == pytest.approx(4, rel=0.35)
    assert expected(pace, monday + 2 / 24 * DAY, 1 / 24) < morning / 4
    assert expected(pace, sunday + 10 / 24 * DAY, 1 / 24) < morning / 2


def test_one_story_at_night_makes_no_busy_night():
    pace = pace_of(a_day=10, window=50)
    night = profile_after(pace, MONDAY.timestamp(), 1 / 24, expected(pace, MONDAY.timestamp(), 1 / 24), 1.0)
    assert 1 < night[0] < 1.1
    assert night[1:24] == FLAT[1:24]


def test_an_outage_teaches_nothing_of_hours():
    pace = pace_of(a_day=10, window=50)
    assert profile_after(pace, MONDAY.timestamp(), 5.0, 50.0, 80.0) == pace.profile


def test_bursts_show_as_scatter_and_chance_does_not():
    calm = taught(Pace(), [1] * 400)
    bursty = taught(Pace(), ([0] * 19 + [20]) * 20)
    assert calm.scatter < 1.5
    assert bursty.scatter > 8
    assert bursty.stories_a_day == pytest.approx(calm.stories_a_day, rel=0.2)


def test_a_burst_is_gone_from_the_surge_within_hours():
    after = surge_after(replace(Pace(), surge=500.0), 8 / 24, 0.0)
    assert after < 10


def test_a_gap_counts_for_more_than_what_was_seen():
    pace = pace_of(a_day=10, window=20)
    lost = FeedHistory("f", "changed", pace, 20, 0, read_before=True, since_last=timedelta(days=1))
    seen = replace(lost, known=1)
    after = [next_poll(one, now=MONDAY).pace.stories for one in (lost, seen)]
    assert after[0] - after[1] == pytest.approx(21)


@given(paces, st.floats(0.001, 3), st.floats(0, 500), st.floats(0, 100))
def test_more_stories_never_teach_a_slower_pace(pace, days, new, more):
    start = MONDAY.timestamp()
    awaited = expected(pace, start, days)
    assert scatter_after(pace, awaited, new + more) >= scatter_after(pace, awaited, new)
    assert surge_after(pace, days, new + more) >= surge_after(pace, days, new)
    slow, fast = (profile_after(pace, start, days, awaited, count) for count in (new, new + more))
    assert all(a <= b or b == pytest.approx(a) for a, b in zip(slow, fast, strict=True))


def test_a_list_that_gets_shorter_sheds_and_a_full_one_does_not():
    def read(pace, entries, known):
        seen = FeedHistory(
            "f", "changed", pace, entries, known, read_before=True, since_last=timedelta(hours=1)
        )
        return next_poll(seen, now=MONDAY).pace

    day_list = read(pace_of(a_day=10, window=12), 10, 9)
    assert day_list.sheds
    assert read(day_list, 11, 10).sheds
    assert not read(day_list, 10, 8).sheds
    assert not read(pace_of(a_day=10, window=12), 12, 9).sheds


def test_a_row_without_a_pace_is_none():
    assert Pace.of_row({"feed_id": 1}) is None
    assert Pace.of_row(dict.fromkeys(Pace().as_row())) is None
    assert Pace.of_row(Pace(stories=2.5).as_row() | {"etag": "x"}) == Pace(stories=2.5)
