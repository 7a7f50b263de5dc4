"""A story that had gone into another one takes over again when an earlier telling of it turns up."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select, text

from pipeline.dedup import story_id
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.reports import table_hashes
from pipeline.warehouse.tables import ARTICLE, LEDGER, STORY_ALIAS
from tests.warehouse.world import HERALD, NOW, TEXT, article, discover, entry, fetch_all, load_all, register

PAGES = {
    1: ("https://herald.example/ferry", TEXT.format("ferry"), 1),
    2: ("https://herald.example/boats", TEXT.format("ferry"), 2),
    # Another text of the first one's story, and the earliest date of all.
    3: ("https://herald.example/ferry", TEXT.format("sails"), 3),
}


def page(claim):
    canonical, body, hours = PAGES[int(claim.entry_key[1:])]
    return article(claim, body, NOW - timedelta(hours=hours), rel_canonical=canonical, headline="The ferry")


def load(engine, feed, number):
    discover(engine, feed, entry(number, f"https://herald.example/printed/{number}"))
    fetch_all(engine)
    while fetched := load_all(engine, page):
        if not fetched.loaded + fetched.duplicate:
            return


def held(engine):
    with transaction(engine) as connection:
        return (
            connection.execute(select(ARTICLE.c.canonical_url)).scalars().all(),
            [
                tuple(row)
                for row in connection.execute(select(STORY_ALIAS.c.alias_id, STORY_ALIAS.c.story_id))
            ],
        )


def test_a_story_that_takes_over_again_is_no_alias_any_more(engine):
    feed = register(engine)[HERALD.feeds[0]]
    ferry, boats = (story_id(feed.source_id, f"https://herald.example/{name}") for name in ("ferry", "boats"))
    load(engine, feed, 1)
    load(engine, feed, 2)
    assert held(engine) == (["https://herald.example/boats"], [(ferry, boats)])
    load(engine, feed, 3)
    assert held(engine) == (["https://herald.example/ferry"], [(boats, ferry)])
    with transaction(engine) as connection:
        rows = connection.execute(select(LEDGER.c.story_id, LEDGER.c.state)).all()
        assert sorted(row.state for row in rows) == ["duplicate", "duplicate", "loaded"]
        assert {row.story_id for row in rows} == {ferry}


def test_who_takes_over_when_does_not_matter(engine):
    found = []
    for order in permutations(PAGES):
        with transaction(engine) as connection:
            connection.execute(text("truncate news.source, news.feed cascade"))
        feed = register(engine)[HERALD.feeds[0]]
        for number in order:
            load(engine, feed, number)
        with transaction(engine) as connection:
            hashes = table_hashes(connection)
        found.append({name: value for name, value in hashes.items() if name.startswith("news.")})
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("number", PAGES)
def test_a_story_that_is_loaded_again_after_it_took_over_changes_nothing(engine, number):
    feed = register(engine)[HERALD.feeds[0]]
    for one in PAGES:
        load(engine, feed, one)
    before = held(engine)
    with transaction(engine) as connection:
        pending = "update ops.ledger set state = 'fetched', story_id = null, duplicate_method = null where entry_key = :key"
        connection.execute(text(pending), {"key": f"k{number}"})
    load(engine, feed, number)
    assert held(engine) == before
