"""The truth of the simulation, counted once more the slow way."""

from collections import Counter

import numpy as np
import pytest

from tests.simulation.rules import HOURLY, OURS
from tests.simulation.run import _fault, poll_through
from tests.simulation.world import DAY, MIX, REFERENCE, START, TAIL_DAYS, world

DAYS = 6


@pytest.fixture(scope="module")
def feeds():
    return world(3, 60, DAYS)


def test_a_seed_is_a_world(feeds):
    again = world(3, 60, DAYS)
    assert [feed.arrivals for feed in feeds] == [feed.arrivals for feed in again]
    assert [feed.spells for feed in feeds] == [feed.spells for feed in again]
    assert feeds[0].arrivals != world(4, 60, DAYS)[0].arrivals


def test_the_mix_is_as_asked():
    rates = [feed.rate for feed in world(5, 400, 1)]
    for share, least, most in MIX:
        assert sum(least <= rate < most for rate in rates) == pytest.approx(share * 400, abs=1)


def test_rates_are_kept_over_a_long_time():
    feeds = [feed for feed in world(6, 200, 60) if feed.rate > 2]
    ratios = [len(feed.counted) / (feed.rate * 60) for feed in feeds]
    assert np.mean(ratios) == pytest.approx(1, abs=0.05)


def test_what_is_eligible_is_what_a_poll_every_ten_minutes_sees(feeds):
    for feed in feeds:
        seen, missed_for_room = set(), set()
        at = START
        before = feed.shown(START - 1)[1]
        while at < START + (DAYS + TAIL_DAYS) * DAY:
            start, end = feed.shown(at)
            missed_for_room |= set(range(before, start))
            before = max(before, end)
            fault = _fault(feed.spells, at)
            if fault is None or fault.reason == "false_304":
                seen |= set(range(start, end))
            at += REFERENCE
        has_room = not missed_for_room & set(feed.counted)
        expected = [has_room and story in seen for story in feed.counted]
        assert feed.eligible.tolist() == expected, feed.name


@pytest.mark.parametrize("rule", [OURS, HOURLY], ids=["ours", "hourly"])
def test_what_is_found_is_what_a_ledger_of_keys_would_hold(feeds, rule):
    """Each document's stories one by one, a story being new if its key was never seen in the feed."""
    for feed in feeds[::3]:
        ledger, found, polls = set(), Counter(), []

        def watched(feed, seen, memory, polls=polls):
            polls.append(seen)
            return rule.after(feed, seen, memory)

        polled = poll_through(feed, type(rule)(rule.name, rule.first, watched, rule.is_conditional), DAYS)
        for seen in polls:
            if seen.outcome == "changed":
                start, end = feed.shown(seen.at)
                new = set(range(start, end)) - ledger
                assert (seen.entries, seen.new) == (end - start, len(new))
                ledger |= new
                found.update(new)
        assert polled.finds.tolist() == [found[story] for story in feed.counted]
