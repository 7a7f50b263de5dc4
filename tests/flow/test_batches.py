"""Batches: full ones at once, others when their time has come, nothing lost and never too much held."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.batches import Batches


def gathered(main, *, seconds=60.0, most=4, most_bytes=100):
    """What ``main(batches)`` puts in, as it comes out."""

    async def run():
        batches = Batches(most=most, most_bytes=most_bytes, seconds=seconds)

        async def take_all():
            taken = []
            while batch := await batches.take():
                taken.append(batch)
            return taken

        async def put_all():
            await main(batches)
            await batches.close()

        taken, _ = await asyncio.gather(take_all(), put_all())
        return taken

    return asyncio.run(run())


def test_a_full_batch_is_given_at_once():
    async def main(batches):
        for number in range(10):
            await batches.put(number, 1)

    assert gathered(main) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_large_items_fill_it_too():
    async def main(batches):
        for number, size in enumerate([60, 60, 500, 1]):
            await batches.put(number, size)

    assert gathered(main) == [[0, 1], [2], [3]]


def test_what_is_there_is_given_in_time():
    async def main(batches):
        await batches.put("early", 1)
        await asyncio.sleep(0.3)
        await batches.put("late", 1)

    assert gathered(main, seconds=0.05) == [["early"], ["late"]]


def test_nothing_at_all():
    async def main(batches):
        pass

    assert gathered(main) == []


@given(st.lists(st.lists(st.integers(0, 150), max_size=12), max_size=5), st.booleans())
def test_many_lanes(lanes, in_time):
    """Everything once, each lane's in its order; and no batch is larger than one item past its caps."""

    async def main(batches):
        async def lane(number, sizes):
            for place, size in enumerate(sizes):
                await batches.put((number, place, size), size)

        await asyncio.gather(*(lane(number, sizes) for number, sizes in enumerate(lanes)))

    taken = gathered(main, seconds=0.001 if in_time else 60.0)
    for number, sizes in enumerate(lanes):
        assert [item[2] for batch in taken for item in batch if item[0] == number] == sizes
    for batch in taken:
        assert 1 <= len(batch) <= 4
        assert sum(item[2] for item in batch[:-1]) < 100
