"""Every door of the test world, for any window, resumed anywhere; over a real wire too."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fetch import Client, Guard, load_resolve_table
from pipeline.history.found import Window
from pipeline.history.places import places
from pipeline.records import HistoryPlace, Source
from tests.newsroom import Past, serve
from tests.newsroom.past import START

from .conftest import collected

DOORS = ("feed_pages", "sitemap", "archive_pages", "wayback")
SIDES = st.sampled_from([0, 0, 60, 6 * 60, 24 * 60, 10 * 24 * 60, 45 * 24 * 60])
"""Minutes from one end of a window to a story in it."""
QUARTER = Window(datetime(2023, 3, 1, tzinfo=UTC), datetime(2023, 6, 1, tzinfo=UTC))


def door(source: Source, via: str):
    return next(place.discover for place in places(source) if place.setting.via == via)


def around(past: Past, number: int, before: int, after: int) -> Window:
    """A window with a story in it."""
    at = past.world.stories[number].published_at
    return Window(at - timedelta(minutes=before), at + timedelta(minutes=after + 1))


@settings(max_examples=80)
@given(st.sampled_from(DOORS), st.integers(0, 899), SIDES, SIDES)
def test_every_story_of_a_window_is_found_by_each_door_that_has_it(scene, via, number, before, after):
    window = around(scene.past, number, before, after)
    source = scene.sources[scene.past.world.stories[number].publisher.domain]
    documents = asyncio.run(collected(door(source, via)(source, window, scene.get())))
    assert scene.true(via, source.domain, window) <= scene.told(documents)


@settings(max_examples=30)
@given(st.sampled_from(DOORS), st.integers(0, 899), SIDES, SIDES, st.data())
def test_gone_on_with_at_any_document_it_gives_the_same(scene, via, number, before, after, data):
    window = around(scene.past, number, before, after)
    source = scene.sources[scene.past.world.stories[number].publisher.domain]
    whole = asyncio.run(collected(door(source, via)(source, window, scene.get())))
    assert asyncio.run(collected(door(source, via)(source, window, scene.get()))) == whole
    assert whole
    place = data.draw(st.integers(0, len(whole) - 1))
    cursor = whole[place].cursor
    walk = door(source, via)(source, window, scene.get(), cursor=cursor)
    rest = asyncio.run(collected(walk)) if cursor is not None else []
    assert rest == whole[place + 1 :]


@pytest.mark.parametrize("via", DOORS)
def test_over_a_real_wire(scene, via, tmp_path):
    domains = ("harbourpost.example", "severnymayak.example", "gazetadocais.example")

    async def run(server) -> dict[str, list]:
        table = load_resolve_table(server.resolve_file(tmp_path / "resolve"))
        guard = Guard(frozenset({("127.0.0.1", server.port)}), table=table)
        async with Client(user_agent="test", guard=guard) as client:

            async def get(url: str):
                return await client.get(url, max_bytes=5_000_000)

            return {
                domain: await collected(door(scene.sources[domain], via)(scene.sources[domain], QUARTER, get))
                for domain in domains
            }

    with serve(scene.past, at=scene.past.end) as server:
        found = asyncio.run(run(server))
    for domain, documents in found.items():
        assert scene.true(via, domain, QUARTER)
        assert scene.true(via, domain, QUARTER) <= scene.told(documents)
        here = asyncio.run(
            collected(door(scene.sources[domain], via)(scene.sources[domain], QUARTER, scene.get()))
        )
        assert [(one.url, one.found, one.cursor) for one in documents] == [
            (one.url, one.found, one.cursor) for one in here
        ]


def test_all_doors_together_have_every_story(scene):
    doors = [*DOORS, "news_warc"]
    whole = set().union(*(scene.past.found_by(via, START, scene.past.end) for via in doors))
    assert whole == {story.number for story in scene.past.world.stories}
    assert all(scene.past.found_by(via, START, scene.past.end) != whole for via in doors)


def test_a_walk_may_be_left_in_the_middle(scene):
    source = scene.sources["harbourpost.example"]

    async def first():
        async with aclosing(door(source, "sitemap")(source, QUARTER, scene.get())) as walk:
            async for listed in walk:
                return listed
        raise AssertionError

    assert asyncio.run(first()).url.endswith("/sitemap_index.xml")


def test_where_nothing_is_said_only_the_publisher_is_asked():
    found = places(Source("A", "a.example"))
    assert [(place.setting.via, place.discover is None) for place in found] == [
        ("archive", True),
        ("feed_pages", False),
        ("sitemap", False),
    ]


def test_settings_give_the_order(scene):
    chosen = (HistoryPlace("news_warc", location="/warcs"), HistoryPlace("wayback"), HistoryPlace("archive"))
    source = Source("A", "a.example", history=chosen)
    assert [place.setting for place in places(source)] == list(chosen)
    assert [place.discover is None for place in places(source)] == [True, False, True]
    assert places(source)[1].discover.endpoint == "https://web.archive.org/cdx/search/cdx"
