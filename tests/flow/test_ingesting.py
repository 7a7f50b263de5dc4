"""Steps that feed each other end only when none has anything left to do."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.ingesting import until_all_idle


def run(pages, delays, lanes):
    """Lanes turn pages into bytes, a loader turns bytes into stories, and some stories free another page."""
    fetched, loaded, waits = [], [], iter(delays * 1000)

    async def pause():
        for _ in range(next(waits)):
            await asyncio.sleep(0)

    async def fetch():
        await pause()
        taken = pages.pop() if pages else None
        await pause()
        if taken is not None:
            fetched.append(taken)
        await pause()
        return taken is not None

    async def load():
        await pause()
        batch = [fetched.pop() for _ in range(len(fetched))]
        await pause()
        loaded.extend(batch)
        pages.extend(page - 10 for page in batch if page >= 10)
        await pause()
        return len(batch)

    asyncio.run(asyncio.wait_for(until_all_idle([fetch] * lanes + [load]), 10))
    return loaded


@pytest.mark.parametrize("lanes", [1, 4])
@given(st.lists(st.integers(0, 30), max_size=12), st.lists(st.integers(0, 4), min_size=1, max_size=9))
def test_nothing_is_left_undone_whatever_the_pauses(lanes, pages, delays):
    expected = sum(1 + page // 10 for page in pages)
    assert len(run(list(pages), delays, lanes)) == expected


def test_a_step_that_fails_ends_them_all():
    async def fail():
        raise ValueError("database gone")

    async def wait():
        return 0

    with pytest.raises(ValueError, match="database gone"):
        asyncio.run(asyncio.wait_for(until_all_idle([fail, wait, wait]), 10))
