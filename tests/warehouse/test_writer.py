"""Stories into tables: once, in any order, any number of times, by several at once."""

import itertools
import random
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from pipeline.records import Dateline, Entry, FieldCandidate, Image, Link, Place, Timestamp
from pipeline.warehouse.claims import claim_to_load
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.repeats import settle_repeats
from pipeline.warehouse.reports import stories, table_hashes
from pipeline.warehouse.rows import Loadable, story_rows
from pipeline.warehouse.tables import (
    ARTICLE,
    ARTICLE_PLACE,
    ARTICLE_VERSION,
    LEDGER,
    STORY_ALIAS,
    STORY_CLUSTER,
)
from pipeline.warehouse.writer import load
from tests.warehouse.world import NOW, TEXT, article, discover, entry, fetch_all, load_all, minutes, register

A, B, C = "https://herald.example/a.xml", "https://herald.example/b.xml", "https://courier.example/feed"


def count(engine, table):
    with transaction(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def hashes(engine):
    with transaction(engine) as connection:
        return table_hashes(connection)


def again(engine, make=article):
    """Loads every settled entry once more, as a worker does whose lease ran out."""
    with transaction(engine) as connection:
        connection.execute(
            text("update ops.ledger set state = 'fetched', story_id = null, duplicate_method = null")
        )
    return load_all(engine, make, at=minutes(60))


def rich(claim):
    at = NOW - timedelta(hours=1)
    moment = Timestamp(
        at,
        at.replace(tzinfo=None),
        180,
        "Europe/Moscow",
        "minute",
        "11:00 GMT +3",
        flags=frozenset({"glued"}),
    )
    readings = (Timestamp(at, at.replace(tzinfo=None), 0, None, "minute", ""), moment)
    oslo = Place("Oslo", "NO", lat=59.9, lon=10.7, geoname_id=3143244)
    return article(
        claim,
        published=at,
        authors=("Ann Lee", "Bo\x00 Berg"),
        keywords=("sea", "port", "sea", " "),
        headings=("The port",),
        images=(Image("https://herald.example/1.jpg", "A port", "Photo: Bo Berg"),),
        related=(Link("Another", None, "teaser"),),
        timestamps=(moment, replace(moment, role="updated", instant=None, candidates=readings)),
        field_candidates=(
            FieldCandidate("headline", "json_ld", "Story", chosen=True, reason="most trusted"),
            FieldCandidate("headline", "visible", "Story | Herald", chosen=False),
        ),
        editor_notes=("Corrected on Monday.",),
        methods={"headline": "json_ld"},
        dateline=Dateline(
            "OSLO (AP) —",
            (replace(oslo, alternatives=(Place("Oslo", "US", "MN", geoname_id=5041173),)),),
            "AP",
        ),
    )


def test_a_second_load_changes_nothing(engine):
    discover(engine, register(engine)[A], entry(1), entry(2))
    fetch_all(engine)
    assert load_all(engine, rich).loaded == 2
    before = hashes(engine)
    with transaction(engine) as connection:
        stamps = connection.execute(select(ARTICLE.c.loaded_at)).scalars().all()
    again(engine, rich)
    assert hashes(engine) == before
    with transaction(engine) as connection:
        assert connection.execute(select(ARTICLE.c.loaded_at)).scalars().all() == stamps


def test_every_bridge_is_written_and_read_back(engine):
    discover(engine, register(engine)[A], entry(1))
    fetch_all(engine)
    load_all(engine, rich)
    with transaction(engine) as connection:
        (story,) = stories(connection)
    assert story["authors"] == ["Ann Lee", "Bo\ufffd Berg"]
    assert story["keywords"] == ["sea", "port"]
    assert story["images"][0]["credit"] == "Photo: Bo Berg"
    assert story["related"] == [{"kind": "teaser", "text": "Another", "url": None}]
    assert [stamp["flags"] for stamp in story["timestamps"]] == [["glued"]] * 2
    assert [len(stamp["readings"]) for stamp in story["timestamps"]] == [0, 2]
    assert [one["utc_offset_minutes"] for one in story["timestamps"][1]["readings"]] == [0, 180]
    assert [(one["method"], one["is_chosen"], one["reason"]) for one in story["field_candidates"]] == [
        ("json_ld", True, "most trusted"),
        ("visible", False, None),
    ]
    assert [one["admin1"] for one in story["places"][0]["namesakes"]] == ["MN"]
    assert story["published_flags"] == []
    assert story["dateline"] == {"raw": "OSLO (AP) —", "agency": "AP", "filed_on": None}
    assert story["places"][0]["geoname_id"] == 3143244
    assert story["methods"] == {"headline": "json_ld"}
    assert story["cluster_id"] == story["story_id"]
    assert [line["state"] for line in story["ledger"]] == ["loaded"]
    assert story["body"] == TEXT.format("k1")


def test_a_changed_parser_rewrites_the_row_and_its_version(engine):
    discover(engine, register(engine)[A], entry(1))
    fetch_all(engine)
    load_all(engine, rich)
    again(engine, lambda claim: replace(article(claim), extractor_version="t2"))
    assert count(engine, ARTICLE_PLACE) == 0
    assert count(engine, ARTICLE_VERSION) == 1
    edited = TEXT.format("edited")
    again(engine, lambda claim: replace(article(claim, body=edited), extractor_version="t3"))
    assert (count(engine, ARTICLE), count(engine, ARTICLE_VERSION)) == (1, 1)


def test_the_same_text_at_one_publisher_is_the_earlier_story_and_the_old_id_is_still_found(engine):
    feeds = register(engine)
    discover(engine, feeds[A], entry(1), entry(2))

    def dated(claim):
        return article(claim, body=TEXT.format(0), published=NOW - timedelta(hours=int(claim.entry_key[1])))

    fetch_all(engine)
    report = load_all(engine, dated)
    assert (report.loaded, report.duplicate) == (1, 1)
    discover(engine, feeds[A], entry(3))
    fetch_all(engine)
    assert load_all(engine, dated).loaded == 1
    with transaction(engine) as connection:
        kept = connection.execute(select(ARTICLE)).one()
        aliases = connection.execute(select(STORY_ALIAS.c.story_id)).scalars().all()
        rows = connection.execute(select(LEDGER).order_by(LEDGER.c.entry_key)).all()
    assert kept.url == "https://herald.example/3"
    assert aliases == [kept.story_id, kept.story_id]
    assert [(row.state, row.duplicate_method, row.story_id) for row in rows] == [
        ("duplicate", "text", kept.story_id),
        ("duplicate", "text", kept.story_id),
        ("loaded", None, kept.story_id),
    ]


def test_the_same_text_at_another_publisher_is_kept_and_grouped(engine):
    feeds = register(engine)
    discover(engine, feeds[A], entry(1))
    discover(engine, feeds[C], entry(2, "https://courier.example/2"))
    fetch_all(engine)
    report = load_all(
        engine, lambda claim: article(claim, TEXT.format(0), NOW - timedelta(hours=int(claim.entry_key[1])))
    )
    assert (report.loaded, report.duplicate) == (2, 0)
    with transaction(engine) as connection:
        first = (
            connection.execute(select(ARTICLE.c.story_id).order_by(ARTICLE.c.published_at)).scalars().first()
        )
        clusters = connection.execute(select(STORY_CLUSTER.c.cluster_id)).scalars().all()
    assert clusters == [first, first]


def page(claim):
    """What the address gives: some pages have one text, some a short one, and some are found under two entries."""
    number = int(claim.url.rpartition("/")[2])
    texts = [TEXT.format(number) for number in range(3)] + ["Too short."]
    at = NOW - timedelta(minutes=number * 5 % 7)
    return article(claim, texts[number * 7 % 4], at, headline=f"Page {number}")


def run_schedule(engine, order, size):
    feeds = register(engine)
    for start in range(0, len(order), size):
        for number in order[start : start + size]:
            feed = feeds[(A, B, C)[number % 3]]
            home = "courier" if number % 3 == 2 else "herald"
            discover(engine, feed, entry(number, f"https://{home}.example/{number % 9}"), at=minutes(number))
        for _ in range(3):
            fetch_all(engine)
            load_all(engine, page)
            with transaction(engine) as connection:
                settle_repeats(connection, NOW)


def story_tables(engine):
    """What a data team sees. How a repeat was noticed depends on what was there first, so the method is left out."""
    found = {name: value for name, value in hashes(engine).items() if name.startswith("news.")}
    with transaction(engine) as connection:
        query = select(LEDGER.c.entry_key, LEDGER.c.story_id).order_by(LEDGER.c.entry_key)
        return found, [tuple(row) for row in connection.execute(query)]


def test_no_order_and_no_split_changes_what_is_loaded(engine, warehouse_server, database_url):
    shuffle = random.Random(5)
    run_schedule(engine, list(range(12)), 12)
    expected = story_tables(engine)
    for size in (1, 2, 5, 12):
        order = shuffle.sample(range(12), 12)
        with transaction(engine) as connection:
            connection.execute(text("truncate news.source, news.feed cascade"))
        run_schedule(engine, order, size)
        assert story_tables(engine) == expected, (order, size)


def test_two_workers_that_load_the_same_batch_at_once_change_nothing(engine, database_url):
    feeds = register(engine)
    discover(engine, feeds[A], *(entry(number) for number in range(8)))
    fetch_all(engine)
    with transaction(engine) as connection:
        claims = claim_to_load(connection, 1, 100)
    failures = []

    def work(order):
        own = open_warehouse(database_url, pooled=False)
        try:
            with transaction(own) as connection:
                load(connection, [Loadable(claim, rich(claim), NOW) for claim in order], NOW)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shows it
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=(order,)) for order in (claims, claims[::-1], claims, claims[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    before = hashes(engine)
    again(engine, rich)
    assert hashes(engine) == before
    assert count(engine, ARTICLE) == 8


def test_the_law_of_conservation_needs_a_story_for_what_is_loaded(engine):
    discover(engine, register(engine)[A], entry(1))
    fetch_all(engine)
    load_all(engine)
    with pytest.raises(Exception, match="violates foreign key"), transaction(engine) as connection:
        connection.execute(text("delete from news.article"))


def test_rows_are_the_same_for_the_same_article(engine):
    discover(engine, register(engine)[A], entry(1))
    (claim,) = fetch_all(engine)
    one, two = (story_rows(Loadable(claim, rich(claim), NOW)) for _ in range(2))
    assert one == two
    assert (
        one.article["content_hash"]
        != story_rows(Loadable(claim, article(claim), NOW)).article["content_hash"]
    )


def three_tellings(claim):
    """k1 and k2 claim one address with different texts; k3 has the text of k2 at another address."""
    body = {"k1": TEXT.format("one"), "k2": TEXT.format("two"), "k3": TEXT.format("two")}[claim.entry_key]
    canonical = None if claim.entry_key == "k3" else "https://herald.example/shared"
    return article(claim, body, rel_canonical=canonical, headline="The bridge")


@pytest.mark.parametrize("order", [*itertools.permutations((1, 2, 3)), (123,)])
def test_a_text_told_by_a_duplicate_is_remembered(engine, order):
    feed = register(engine)[A]
    for number in order:
        for one in (1, 2, 3) if number == 123 else (number,):
            discover(engine, feed, entry(one), at=minutes(one))
        fetch_all(engine)
        load_all(engine, three_tellings)
    with transaction(engine) as connection:
        rows = connection.execute(
            select(LEDGER.c.entry_key, LEDGER.c.state).order_by(LEDGER.c.entry_key)
        ).all()
        kept = connection.execute(select(ARTICLE.c.canonical_url)).scalars().all()
        versions = connection.execute(select(func.count()).select_from(ARTICLE_VERSION)).scalar_one()
    assert [tuple(row) for row in rows] == [("k1", "loaded"), ("k2", "duplicate"), ("k3", "duplicate")]
    assert kept == ["https://herald.example/shared"]
    assert versions == 2


def test_a_story_that_changes_its_text_stays_with_the_copies_of_the_earlier_one(engine):
    feeds = register(engine)
    discover(engine, feeds[A], entry(1))
    discover(engine, feeds[C], entry(2, "https://courier.example/2"), at=minutes(1))
    fetch_all(engine)
    load_all(engine, lambda claim: article(claim, TEXT.format(0)))
    with transaction(engine) as connection:
        assert len(set(connection.execute(select(STORY_CLUSTER.c.cluster_id)).scalars())) == 1
        connection.execute(
            text("update ops.ledger set state = 'fetched', story_id = null where entry_key = 'k1'")
        )
    load_all(engine, lambda claim: article(claim, TEXT.format("edited")))
    with transaction(engine) as connection:
        rows = connection.execute(select(STORY_CLUSTER.c.story_id, STORY_CLUSTER.c.cluster_id)).all()
    assert len(rows) == 2
    assert len({row.cluster_id for row in rows}) == 1


def test_a_feed_only_item_without_a_link_in_two_feeds_is_one_story(engine):
    feeds = register(engine)
    for name in (A, B):
        item = Entry(key="g:17", guid="17", url=None, headline="Tide tables", content="x")
        discover(engine, feeds[name], item)
    report = load_all(engine)
    assert (report.loaded, report.duplicate) == (1, 1)


def test_a_very_long_canonical_address_is_loaded(engine):
    discover(engine, register(engine)[A], entry(1))
    fetch_all(engine)
    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9000))
    load_all(
        engine,
        lambda claim: article(claim, rel_canonical=f"https://herald.example/{noise}", keywords=(noise,)),
    )
    assert count(engine, ARTICLE) == 1
