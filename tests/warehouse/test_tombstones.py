"""Erased stories: known again by what they say, whoever says it; and nobody else is taken for them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.records import ArchiveRef, Article
from pipeline.urls import canonical_url
from pipeline.warehouse import erasing, ledger
from pipeline.warehouse.claims import claim_to_load
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.reports import conservation
from pipeline.warehouse.rows import Loadable
from pipeline.warehouse.tombstones import erased
from pipeline.warehouse.writer import load
from tests.warehouse.emptied import emptied
from tests.warehouse.world import COURIER, HERALD, NOW, TEXT, discover, entry, register

PLACE = ArchiveRef("2026/03/01/feed-120000-x.warc.gz", 7, 9, "sha256:00")


def article(claim, number=1, **changes):
    made = Article(
        claim.url or "urn:x",
        claim.url or "urn:x",
        headline=claim.entry.headline,
        body=TEXT.format(number),
        extractor_version="t",
    )
    return replace(made, **changes)


@pytest.fixture
def database_url(module_database_url):
    return emptied(module_database_url)


@pytest.fixture
def feeds(engine):
    found = register(engine, replace(HERALD, feed_only=True), COURIER)
    return [found[url] for url in (*HERALD.feeds, *COURIER.feeds)]


def load_all(engine, number=1, at=NOW, **changes):
    with transaction(engine) as connection:
        claims = claim_to_load(connection, 1, 100)
        return load(connection, [Loadable(one, article(one, number, **changes), at) for one in claims], at)


def rows(engine, sql):
    with transaction(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def states(engine):
    return rows(engine, "select entry_key, state, reason from ops.ledger order by feed_id, entry_key")


def erase(engine, at=NOW):
    ((story, source),) = rows(
        engine, "select story_id, source_id from news.article order by first_seen_at limit 1"
    )
    with transaction(engine) as connection:
        return erasing.erase(connection, story, "because", at), source


def test_marks_are_of_one_publisher_and_cannot_be_read(engine, feeds):
    one = entry(1, summary="A secret told at length, so that nobody else could have said it by chance.")
    discover(engine, feeds[0], one)
    load_all(engine)
    gone, source = erase(engine)
    link = (source, canonical_url(one.url))
    elsewhere = (feeds[2].source_id, canonical_url(one.url))
    with transaction(engine) as connection:
        assert erased(connection, [link, elsewhere, (source, "https://herald.example/2")]) == {link}
        assert erased(connection, [(source, f"story:{gone.story_id}")])
        assert erased(connection, []) == set()
    told = " ".join(map(str, rows(engine, "select * from ops.tombstone_mark")))
    assert "herald" not in told
    assert rows(engine, "select entry, url, canonical_url, state from ops.ledger") == [
        ({"key": "k1", "guid": None, "url": None}, None, None, "rejected")
    ]


def test_the_entry_stays_out_in_whatever_order_documents_come(engine, feeds):
    discover(engine, feeds[0], entry(1))
    load_all(engine)
    discover(engine, feeds[0], entry(2), at=NOW + timedelta(hours=1))
    load_all(engine, number=2)
    erase(engine)
    before = states(engine)
    earlier = discover(engine, feeds[0], entry(1), at=NOW - timedelta(days=3), archived=PLACE)
    assert earlier == 0
    assert states(engine) == before
    assert rows(engine, "select discovered_at, feed_object from ops.ledger where reason = 'erased'") == [
        (NOW - timedelta(days=3), PLACE.object)
    ]
    # In the publisher's other feed it is one entry more, accounted for and empty; another publisher's is its own.
    assert discover(engine, feeds[1], entry(1)) == 1
    assert discover(engine, feeds[2], entry(1)) == 1
    assert sorted(row[1:] for row in states(engine)) == sorted(
        [*(row[1:] for row in before), ("rejected", "erased"), ("discovered", None)]
    )


def test_another_story_under_the_same_guid_is_let_in(engine, feeds):
    said = "Rain is expected in the north, and a wind from the west that will not let up before night."
    discover(engine, feeds[0], entry(1, summary=said))
    load_all(engine)
    erase(engine)
    other = entry(
        1, url="https://herald.example/forecast-of-tuesday", summary="Sun, all day long and everywhere."
    )
    other = replace(other, headline="Tuesday's forecast")
    assert discover(engine, feeds[0], other, at=NOW + timedelta(days=1)) == 1
    assert discover(engine, feeds[0], other, at=NOW + timedelta(days=2)) == 0
    report = load_all(engine, number=9)
    assert (report.loaded, report.erased) == (1, 0)
    again = discover(engine, feeds[0], entry(1, summary=said), at=NOW + timedelta(days=3))
    assert again == 0
    assert [row[1:] for row in states(engine)] == [("rejected", "erased"), ("loaded", None)]


def test_the_page_gives_it_away_where_the_feed_does_not(engine, feeds):
    discover(engine, feeds[0], entry(1))
    load_all(engine)
    erase(engine)
    same_text = entry(7, url="https://herald.example/seven")
    discover(engine, feeds[0], same_text)
    assert load_all(engine).erased == 1
    assert ("k7", "rejected", "erased") in states(engine)
    # What led to it is known from now on.
    assert discover(engine, feeds[1], replace(same_text, key="k8", guid=None)) == 1
    assert ("k8", "rejected", "erased") in states(engine)
    with transaction(engine) as connection:
        assert claim_to_load(connection, 1, 9) == []


def test_a_shared_address_names_no_story(engine, feeds):
    """A feed whose links all lead to its front page must not lose all that comes later."""
    front = "https://herald.example/"
    for number in (1, 2):
        discover(engine, feeds[0], entry(number, url=front, summary=TEXT.format(number)))
    with transaction(engine) as connection:
        claims = claim_to_load(connection, 1, 9)
        loadables = [
            Loadable(replace(one, final_url=f"{front}{one.entry_key}"), article(one, one.entry_key), NOW)
            for one in claims
        ]
        assert load(connection, loadables, NOW).loaded == 2
    gone, source = erase(engine)
    with transaction(engine) as connection:
        assert erased(connection, [(source, canonical_url(front))]) == set()
    discover(engine, feeds[0], entry(3, url=front, summary=TEXT.format(3)))
    assert ("k3", "fetched", None) in states(engine)
    assert len(gone.entries) == 1


def test_what_is_pending_goes_with_it_and_a_late_worker_changes_nothing(engine, feeds):
    discover(engine, feeds[2], entry(1))
    with transaction(engine) as connection:
        ledger_rows = "update ops.ledger set state = 'fetched' where state = 'discovered'"
        connection.execute(text(ledger_rows))
    load_all(engine)
    discover(
        engine, feeds[2], replace(entry(1), key="k1b", guid="other")
    )  # the same address, not asked for yet
    with transaction(engine) as connection:
        connection.execute(text(ledger_rows))
        late = claim_to_load(connection, 1, 9)
    assert len(late) == 1
    erase(engine)
    assert [row[1:] for row in states(engine)] == [("rejected", "erased")] * 2
    with transaction(engine) as connection:
        report = load(connection, [Loadable(one, article(one), NOW) for one in late], NOW)
        ledger.reject(connection, late[0], "not_an_article", "", NOW)
    assert (report.loaded, report.erased) == (0, 1)
    assert [row[1:] for row in states(engine)] == [("rejected", "erased")] * 2
    assert rows(engine, "select count(*) from news.article") == [(0,)]


def test_marts_lose_it_at_once(engine, feeds):
    discover(engine, feeds[0], entry(1), entry(2))
    with transaction(engine) as connection:
        claims = claim_to_load(connection, 1, 9)
        load(connection, [Loadable(one, article(one, one.entry_key), NOW) for one in claims], NOW)
        connection.execute(text("create schema marts"))
        connection.execute(
            text("create table marts.fct_articles as select story_id, headline from news.article")
        )
        connection.execute(text("create view marts.shown as select * from marts.fct_articles"))
    erase(engine)
    assert rows(engine, "select count(*) from marts.fct_articles") == [(1,)]
    with transaction(engine) as connection:
        assert all(
            one.entries == 0 or one.entries == one.loaded + one.rejected for one in conservation(connection)
        )
