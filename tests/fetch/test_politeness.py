import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.politeness import LONGEST_DELAY_SECONDS, LocalSlots, Turns, next_delay

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


SECONDS = st.floats(0, 1000)


@given(delay=SECONDS, latency=SECONDS, well=st.booleans(), least=st.floats(0, 90), most=st.floats(1, 90))
def test_the_delay_stays_within_its_bounds(delay, latency, well, least, most):
    found = next_delay(delay, latency, well=well, least=least, most=most)
    assert least <= found <= max(least, most)


@given(delay=SECONDS, latency=SECONDS, more=SECONDS)
def test_a_slower_host_never_gets_less_time(delay, latency, more):
    quick = next_delay(delay, latency, well=True, least=1.0)
    assert next_delay(delay, latency + more, well=True, least=1.0) >= quick
    assert quick >= min(latency, LONGEST_DELAY_SECONDS)


@given(delay=st.floats(1, 60), latency=SECONDS)
def test_an_error_never_shortens_the_delay(delay, latency):
    assert next_delay(delay, latency, well=False, least=1.0) >= delay


def test_the_delay_comes_down_to_the_latency_by_halves():
    delays = [32.0]
    while len(delays) < 12:
        delays.append(next_delay(delays[-1], 2.0, well=True, least=1.0))
    assert delays[:4] == [32.0, 17.0, 9.5, 5.75]
    assert 2.0 <= delays[-1] < 2.1


def waits_of(run, least, answers):
    """Seconds waited for each turn at one host whose answers took so long, and were well or not."""

    async def main():
        waits = []

        async def sleep(seconds):
            waits.append(seconds)

        turns = Turns(LocalSlots(lambda: sum(waits)), sleep=sleep)
        for latency, well in answers:
            async with turns.turn("slow.example", least) as report:
                report(latency, well)
        async with turns.turn("other.example", least):
            pass
        return waits, len(turns._delays)

    return run(main())


def test_a_slow_host_gets_more_time(run):
    waits, kept = waits_of(run, 1.0, [(8.0, True), (0.1, True), (0.1, True), (0.1, False), (500.0, False)])
    assert waits == pytest.approx([1.0, 8.0, 4.05, 2.075])  # the first delay was reserved before any answer
    assert kept == 1


def test_a_host_that_is_quick_again_is_forgotten(run):
    _, kept = waits_of(run, 1.0, [(3.0, True)] + [(0.1, True)] * 3)
    assert kept == 0


def test_no_delay_is_none_for_a_slow_host_too(run):
    assert waits_of(run, 0.0, [(8.0, True)] * 3) == ([], 0)


def test_the_slow_hosts_remembered_are_bounded(run):
    async def main():
        turns = Turns(LocalSlots())
        for number in range(10_100):
            async with turns.turn(f"host{number}", 1.0) as report:
                report(5.0, True)
        return len(turns._delays)

    assert run(main()) == 10_000


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
