"""Politeness, pauses and robots.txt shared by processes through the database."""

import asyncio
import itertools
from datetime import timedelta

from pipeline.fetch import CachedRobots
from pipeline.records import Failure, Response
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.hosts import FIRST_PAUSE, LONGEST_PAUSE, heed, paused
from pipeline.warehouse.slots import WarehouseRobots, WarehouseSlots
from tests.warehouse.world import NOW, minutes


def test_each_reservation_starts_a_delay_after_the_last_whoever_made_it(engine):
    workers = [WarehouseSlots(engine), WarehouseSlots(engine)]

    async def reserve():
        return await asyncio.gather(*(workers[turn % 2].reserve("a.example", 10.0) for turn in range(6)))

    waits = sorted(asyncio.run(reserve()))
    assert waits[0] == 0
    gaps = [later - earlier for earlier, later in itertools.pairwise(waits)]
    assert all(8.0 < gap <= 10.01 for gap in gaps), waits


def test_hosts_do_not_wait_for_each_other_and_no_delay_asks_nobody(engine):
    slots = WarehouseSlots(engine)

    async def reserve():
        return [
            await slots.reserve(host, delay) for host, delay in (("a", 10), ("b", 10), ("a", 0), ("b", 10))
        ]

    first, second, free, third = asyncio.run(reserve())
    assert (first, second, free) == (0, 0, 0)
    assert third > 8


def test_robots_are_kept_replaced_and_absent(engine):
    cache = WarehouseRobots(engine)
    later = NOW + timedelta(hours=1)

    async def use():
        assert await cache.get("https://a.example") is None
        await cache.put("https://a.example", CachedRobots("User-agent: *\nDisallow: /\x00x", NOW))
        await cache.put("https://b.example", CachedRobots(None, NOW, NOW - timedelta(days=9)))
        first = await cache.get("https://a.example"), await cache.get("https://b.example")
        await cache.put("https://a.example", CachedRobots("", later))
        return first, await cache.get("https://a.example")

    (rules, unreachable), replaced = asyncio.run(use())
    assert rules == CachedRobots("User-agent: *\nDisallow: /x", NOW)
    assert unreachable == CachedRobots(None, NOW, NOW - timedelta(days=9))
    assert replaced == CachedRobots("", later)


def test_robots_are_remembered_for_a_minute_and_not_without_bound(engine):
    at = [0.0]
    near = WarehouseRobots(engine, max_characters=2000, clock=lambda: at[0])
    far = WarehouseRobots(engine)
    one, two = CachedRobots("one", NOW), CachedRobots("two", NOW)

    async def use():
        await near.put("https://a.example", one)
        await far.put("https://a.example", two)
        seen = [await near.get("https://a.example")]
        at[0] = 61.0
        seen.append(await near.get("https://a.example"))
        await far.put("https://a.example", one)
        await near.put("https://b.example", CachedRobots("x" * 1200, NOW))  # leaves no room for the other
        return [*seen, await near.get("https://a.example")]

    assert asyncio.run(use()) == [one, two, one]


def refusal(path, host="a.example", *, status=429, seconds=None, final=None):
    url = f"https://{host}/{path}"
    reason = f"http_{status}"
    return Failure(
        url, "transient", reason, retry_after_seconds=seconds, status=status, final_url=final or url
    )


def well(path, host="a.example"):
    url = f"https://{host}/{path}"
    return Response(url, url, 200, {}, b"x", NOW)


def told(engine, *answers, at=NOW):
    with transaction(engine) as connection:
        return heed(connection, answers, at)


def test_one_address_that_is_refused_pauses_no_host(engine):
    """Row 23: FreshRSS#7870, #7880, #7571, one 429 muted every feed of a host."""
    for turn in range(9):
        assert told(engine, refusal("x", seconds=3600), at=minutes(turn)) == {}
    assert told(engine, refusal("y", status=503), at=minutes(10)) == {}


def test_several_addresses_refused_in_a_row_pause_the_host_for_as_long_as_it_says(engine):
    """Row 22: reader#376, #307, #332, #378, #420, commafeed#1746, banned for not listening."""
    told(engine, refusal("x", seconds=600), refusal("y", status=503, seconds=7200))
    later = minutes(120)
    assert told(engine, refusal("z")) == {"a.example": later}
    with transaction(engine) as connection:
        assert paused(connection, {"a.example", "b.example"}, NOW) == {"a.example": later}
        assert paused(connection, {"a.example"}, later) == {}


def test_a_good_answer_in_between_shows_that_the_addresses_are_meant(engine):
    told(engine, refusal("x"), refusal("y"))
    assert told(engine, well("ok"), refusal("z")) == {}
    assert told(engine, refusal("x"), well("ok", "b.example"), refusal("y")) == {
        "a.example": NOW + FIRST_PAUSE
    }


def test_refusals_of_an_hour_ago_do_not_add_up(engine):
    told(engine, refusal("x"), refusal("y"))
    assert told(engine, refusal("z"), at=minutes(61)) == {}


def test_a_host_that_goes_on_refusing_is_left_alone_for_longer_and_longer(engine):
    at, pauses = NOW, []
    for _ in range(9):
        free_at = told(engine, *map(refusal, "xyz"), at=at)["a.example"]
        pauses.append(free_at - at)
        at = free_at
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == pauses[-2] <= LONGEST_PAUSE
    told(engine, well("ok"), at=at)
    assert told(engine, *map(refusal, "xyz"), at=at) == {"a.example": at + FIRST_PAUSE}


def test_what_comes_in_during_a_pause_neither_ends_nor_doubles_it(engine):
    free_at = told(engine, *map(refusal, "xyz"))["a.example"]
    told(engine, well("late"), at=minutes(1))
    told(engine, *map(refusal, "uvw"), at=minutes(2))
    with transaction(engine) as connection:
        now_free_at = paused(connection, {"a.example"}, minutes(3))["a.example"]
    assert free_at <= now_free_at <= free_at + timedelta(minutes=12)
    assert told(engine, *map(refusal, "xyz"), at=now_free_at)["a.example"] == now_free_at + 2 * FIRST_PAUSE


def test_the_host_that_refused_is_the_one_at_the_end_of_the_redirects(engine):
    ends = [refusal(path, f"{path}.example", final=f"https://cdn.example/{path}") for path in "xyz"]
    assert set(told(engine, *ends)) == {"cdn.example"}


def test_a_date_in_2041_pauses_for_a_day(engine):
    assert told(engine, *(refusal(path, seconds=5e8) for path in "xyz"))["a.example"] == NOW + LONGEST_PAUSE
