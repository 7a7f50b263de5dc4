"""Politeness and robots.txt shared by processes through the database."""

import asyncio
import itertools
from datetime import timedelta

from pipeline.fetch import CachedRobots
from pipeline.warehouse.slots import WarehouseRobots, WarehouseSlots
from tests.warehouse.world import NOW


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
        await cache.put("https://b.example", CachedRobots(None, NOW))
        first = await cache.get("https://a.example"), await cache.get("https://b.example")
        await cache.put("https://a.example", CachedRobots("", later))
        return first, await cache.get("https://a.example")

    (rules, unreachable), replaced = asyncio.run(use())
    assert rules == CachedRobots("User-agent: *\nDisallow: /x", NOW)
    assert unreachable == CachedRobots(None, NOW)
    assert replaced == CachedRobots("", later)
