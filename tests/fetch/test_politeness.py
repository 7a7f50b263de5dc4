import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.politeness import LocalSlots, Turns

pytestmark = pytest.mark.filterwarnings("error")


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        until = self.now + seconds
        while self.now < until:
            await asyncio.sleep(0)
            self.now = max(self.now, min(until, self.now + 0.25))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(0, 40)), max_size=30))
def test_starts_keep_their_distance(asks):
    async def main():
        time = Time()
        slots = LocalSlots(time)
        last = {}
        for host, delay, passed in asks:
            time.now += passed
            wait = await slots.reserve(host, float(delay))
            start = time.now + wait
            assert wait >= 0
            if host in last:
                before, due = last[host]
                assert start >= max(before, due)
                assert start == max(time.now, due)
            else:
                assert wait == 0
            last[host] = (start, start + delay)

    asyncio.run(main())


def test_hosts_long_past_are_forgotten(run):
    async def main():
        time = Time()
        slots = LocalSlots(time)
        for number in range(50_000):
            time.now += 1
            await slots.reserve(f"host{number}", 5.0)
        return len(slots._free_at)

    assert run(main()) < 1100


def test_turns(run):
    starts, under_way, most = [], 0, 0

    async def main():
        nonlocal under_way, most
        time = Time()
        turns = Turns(LocalSlots(time), sleep=time.sleep)

        async def visit(host):
            nonlocal under_way, most
            async with turns.turn(host, 2.0):
                starts.append((host, time.now))
                if host == "a":
                    under_way += 1
                    most = max(most, under_way)
                await time.sleep(7)
                under_way -= host == "a"

        await asyncio.gather(*(visit("a") for _ in range(6)), visit("b"))
        return len(turns._lanes)

    assert run(main()) == 0
    at_a = [at for host, at in starts if host == "a"]
    assert all(later - earlier >= 2.0 for earlier, later in pairwise(at_a))
    assert most == 2
    assert ("b", 0.0) in starts


def test_a_turn_is_given_back_after_an_error(run):
    async def main():
        turns = Turns(LocalSlots(), at_once=1)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                async with turns.turn("a", 0):
                    raise RuntimeError

    run(main())
