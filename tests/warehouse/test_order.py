"""Any order of documents and of work, by one worker or several, with or without crashes, gives the same tables."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

import pytest
from sqlalchemy import event, select, text

from pipeline.poll.identity import entry_key
from pipeline.records import ArchiveRef, Entry, ParsedFeed, Response
from pipeline.warehouse import schema
from pipeline.warehouse.claims import claim_to_load
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.polls import Poll, record_poll
from pipeline.warehouse.repeats import settle_repeats
from pipeline.warehouse.reports import conservation, table_hashes
from pipeline.warehouse.revising import Look, record_looks
from pipeline.warehouse.revisits import claim_due
from pipeline.warehouse.rows import Loadable
from pipeline.warehouse.tables import ARTICLE, ARTICLE_VERSION, FEED_POLL, FEED_STATE, LEDGER, REVISIT
from pipeline.warehouse.writer import load
from tests.warehouse.world import (
    COURIER,
    HERALD,
    NOW,
    TEXT,
    article,
    discover,
    fetch_all,
    minutes,
    register,
    response,
)

A, B = HERALD.feeds
WIRE = COURIER.feeds[0]
SUMMARY = "The council of {} has voted to keep the bridge open until the end of May."


@dataclass(frozen=True)
class Document:
    """What a feed held at some minute."""

    feed: str
    minute: int
    entries: tuple[Entry, ...]


def item(guid, path, headline, at="08:30", day=1, **more):
    home = more.pop("home", "herald")
    url = path and f"https://{home}.example/{path}"
    printed = at and f"2026-03-{day:02} {at} GMT"
    more.setdefault("summary", SUMMARY.format(headline))
    key = entry_key(guid=guid, url=url, headline=headline, published_raw=printed)
    return Entry(key, guid, url, headline, published_raw=printed, **more)


def wired(guid, path, headline, words="", **more):
    """An entry of the feed-only source."""
    content = TEXT.format(guid) + words
    return item(guid, path, headline, home="courier", content=content, **more)


DOCUMENTS = [
    Document(A, 0, (item("1", "bridge", "Bridge stays"), item("2", "tram", "Tram is late"))),
    # Another story under the first GUID; the second one edited; a feed of the same house has it with a tag.
    Document(
        A, 60, (item("1", "harbour", "Harbour freezes", "09:10"), item("2", "tram", "Tram is very late"))
    ),
    Document(
        B, 61, (item("77", "tram?utm_source=b", "Tram is late"), item("5", "mill", "Mill burns", "09:20"))
    ),
    # New GUIDs with new links for what was there; and a template that comes every day.
    Document(B, 120, (item("x5", "mill?v=ab12", "Mill burns", "09:20"), item("6", "w1", "Weather", "05:00"))),
    Document(
        B, 180, (item("x5", "mill?v=ab12", "Mill burns", "09:20"), item("7", "w2", "Weather", "05:00", 2))
    ),
    # One item in two feeds of the house, with an address and a text in each; and a number that both count up to.
    Document(A, 30, (item("tag:9", "sport/final", "Final", "10:00"), item("9", "w3", "Weather", "05:00", 3))),
    Document(
        B,
        90,
        (
            item(
                "tag:9", "top/final", "Final", "10:00", summary="What else is said of it, in this feed alone."
            ),
            item("9", "w4", "Weather", "05:00", 4),
        ),
    ),
    # The entry is the story: a text, a headline and a date are edited, and an item without a link.
    Document(WIRE, 5, (wired("c1", "ferry", "Ferry sails"), wired("c2", "fog", "Fog at sea"))),
    Document(
        WIRE, 65, (wired("c1", "ferry", "Ferry sails again"), wired("c2", "fog", "Fog at sea", "More."))
    ),
    Document(WIRE, 125, (wired("c1", "ferry", "Ferry sails again", at="09:30"), wired("c3", None, "Tides"))),
    Document(
        WIRE, 185, (wired("c3", None, "Tides", "High at noon."), wired("c2", "fog", "Fog at sea", "More."))
    ),
    Document(WIRE, 245, (wired("c1", "ferry", "Ferry sails"), wired("c4", "pier", "Pier opens"))),
    Document(WIRE, 305, (wired("c1", "ice", "Ice breaks", "Ice.", day=3),)),
]


def page(claim):
    """What an address gives: of one text wherever it is a story of its own; edited under each of its volatile links."""
    if claim.source.feed_only:
        printed = datetime.strptime(claim.entry.published_raw, "%Y-%m-%d %H:%M %Z").replace(tzinfo=NOW.tzinfo)
        return article(claim, claim.entry.content, printed)
    name = claim.url.partition("example/")[2]
    return article(claim, TEXT.format(name.partition("?utm")[0]), headline=name.partition("?")[0])


def enter(engine, feeds, document):
    discover(engine, feeds[document.feed], *document.entries, at=minutes(document.minute))


def load_some(engine, number=1):
    """Claims and loads, as a worker does: each in a transaction of its own."""
    with transaction(engine) as connection:
        claims = claim_to_load(connection, number, 100)
    read = [Loadable(claim, page(claim), claim.fetched_at or claim.discovered_at) for claim in claims]
    with transaction(engine) as connection:
        load(connection, read, NOW)
    return len(claims)


def settle_some(engine):
    with transaction(engine) as connection:
        return settle_repeats(connection, NOW)


def work(engine, number=1):
    """What a worker does until nothing is left that it can do."""
    while fetch_all(engine, number) or load_some(engine, number) or settle_some(engine):
        pass


def begin(engine):
    with transaction(engine) as connection:
        connection.execute(text("truncate news.source, news.feed cascade"))
    return register(engine, HERALD, replace(COURIER, feed_only=True))


def hashes(engine):
    with transaction(engine) as connection:
        return table_hashes(connection)


def tables(engine):
    """All that was published, and for each entry the story that it told.

    Of two stories under one GUID the one that came first has its key, and how a repeat was noticed
    depends on what was there first: both are left out.
    """
    found = {name: value for name, value in hashes(engine).items() if name.startswith("news.")}
    with transaction(engine) as connection:
        query = select(
            LEDGER.c.url, LEDGER.c.entry["headline"].astext, LEDGER.c.discovered_at, LEDGER.c.story_id
        )
        told = sorted(map(str, connection.execute(query).all()))
        assert all(feed.pending == feed.rejected == 0 for feed in conservation(connection))
    return found, told


def rows(engine, *columns):
    with transaction(engine) as connection:
        return sorted(tuple(row) for row in connection.execute(select(*columns)))


@pytest.fixture(scope="module")
def engine(module_database_url):
    engine = open_warehouse(module_database_url, pooled=False)
    schema.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def serial(engine):
    feeds = begin(engine)
    for document in sorted(DOCUMENTS, key=lambda one: one.minute):
        enter(engine, feeds, document)
        work(engine)
    return tables(engine)


def test_each_story_is_there_once_and_each_edit_is_a_version(engine, serial):
    headlines = [headline for (headline,) in rows(engine, ARTICLE.c.headline)]
    assert headlines == [
        "Ferry sails",  # "Ferry sails again" was taken back
        "Fog at sea",
        "Ice breaks",
        "Pier opens",
        "Tides",
        "bridge",
        "harbour",
        "mill",
        "sport/final",
        "tram",
        "w1",
        "w2",
        "w3",
        "w4",
    ]
    with transaction(engine) as connection:
        versions = connection.execute(
            text(
                "select a.headline, count(*) from news.article a join news.article_version v using (story_id) "
                "group by 1 having count(*) > 1 order by 1"
            )
        ).all()
        methods = connection.execute(
            text(
                "select entry->>'guid', duplicate_method from ops.ledger where state = 'duplicate' order by 1, 2"
            )
        ).all()
    assert [tuple(row) for row in versions] == [("Ferry sails", 3), ("Fog at sea", 2), ("Tides", 2)]
    assert ("77", "canonical_url") in methods
    assert [method for guid, method in methods if guid in {"x5", "tag:9"}] == ["statement"] * 2


def test_no_order_of_documents_and_work_changes_the_tables(engine, serial, at_full_length):
    for seed in range(200 if at_full_length else 10):
        random = Random(seed)
        feeds = begin(engine)
        order = random.sample(DOCUMENTS, len(DOCUMENTS)) + random.choices(DOCUMENTS, k=seed % 3)
        for document in order:
            enter(engine, feeds, document)
            if random.random() < 0.4:
                work(engine)
        work(engine)
        assert tables(engine) == serial, (seed, order)


def at_once(url, feeds, histories):
    """Polls each of these histories and works on what comes of it, two workers at a time; returns what went wrong."""
    failures, done = [], threading.Event()

    def session(job, *args):
        engine = open_warehouse(url, pooled=False)
        try:
            job(engine, *args)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shows it
            failures.append(error)
        engine.dispose()

    def ingest(engine):
        with worker(engine) as number:
            while not done.is_set():
                work(engine, number)

    def follow(engine, documents):
        for document in documents:
            enter(engine, feeds, document)

    workers = [threading.Thread(target=session, args=(ingest,)) for _ in range(2)]
    polls = [threading.Thread(target=session, args=(follow, history)) for history in histories]
    for thread in (*workers, *polls):
        thread.start()
    for thread in polls:
        thread.join(300)
    done.set()
    for thread in workers:
        thread.join(300)
    assert not any(thread.is_alive() for thread in (*workers, *polls))
    return failures


def test_two_workers_and_a_backfill_at_once_change_nothing(
    engine, serial, module_database_url, at_full_length
):
    live = sorted(DOCUMENTS, key=lambda one: one.minute)
    for seed in range(30 if at_full_length else 3):
        feeds = begin(engine)
        histories = [live, live[::-1], Random(seed).sample(live, len(live))]
        assert at_once(module_database_url, feeds, histories) == []
        work(engine)
        assert tables(engine) == serial, seed


class Crash(Exception):
    """What ends a session in the middle."""


@contextmanager
def crash_after(engine, statements):
    """Lets so many statements through, then none."""
    left = [statements]

    def let_through(*_args):
        if left[0] == 0:
            raise Crash
        left[0] -= 1

    event.listen(engine, "before_cursor_execute", let_through)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", let_through)


def crash_everywhere(engine, step, every=1):
    """Runs a step that crashes before each (or every n-th) of its statements in turn, then to its end; returns how often it crashed."""
    crashes = 0
    while True:
        try:
            with crash_after(engine, crashes * every):
                step()
        except Crash:
            crashes += 1
        else:
            return crashes


def test_a_crash_between_any_two_statements_and_a_retry_give_the_same(engine, serial, at_full_length):
    every = 1 if at_full_length else 9
    feeds = begin(engine)
    crashes, numbers = 0, count(2)
    for document in DOCUMENTS[::-1]:
        crashes += crash_everywhere(engine, lambda document=document: enter(engine, feeds, document), every)
        for step in (fetch_all, load_some):
            # Each try is another worker's: the one before it is dead, with its claims in hand.
            crashes += crash_everywhere(engine, lambda step=step: step(engine, next(numbers)), every)
        crashes += crash_everywhere(engine, lambda: settle_some(engine), every)
    work(engine)
    assert tables(engine) == serial
    assert crashes > 300 / every


def poll(engine, feeds, document):
    at, feed = minutes(document.minute), feeds[document.feed]
    answer = Response(feed.url, feed.url, 200, {}, b"<rss/>", at)
    state = replace(feed.state, last_polled_at=at, last_success_at=at, etag=str(document.minute))
    read = ParsedFeed(document.entries, "rss20")
    bytes_ = ArchiveRef("feed-1.warc.gz", document.minute, 9, "sha256:ab")
    with transaction(engine) as connection:
        record_poll(
            connection,
            Poll(feed, answer, at, "changed", feed.url, state, document=read, archived=bytes_),
        )


def everything(engine):
    """All that polls write, but for the moments at which it was written."""
    tables = {LEDGER: ("settled_at",), FEED_POLL: (), FEED_STATE: (), REVISIT: (), ARTICLE: ("loaded_at",)}
    with transaction(engine) as connection:
        return [
            sorted(
                map(str, connection.execute(select(*(one for one in table.c if one.name not in left_out))))
            )
            for table, left_out in tables.items()
        ]


def test_a_crash_between_any_two_statements_of_a_poll_and_a_retry_give_the_same(engine):
    """New entries, edits and edits taken back; then, late, an earlier document; and each of them twice."""
    late = Document(WIRE, -60, DOCUMENTS[-2].entries)
    documents = [*(one for one in DOCUMENTS if one.feed == WIRE), *DOCUMENTS[:2], late]
    found, crashes = [], 0
    for crashing in (False, True):
        feeds = begin(engine)
        for document in documents:
            step = partial(poll, engine, feeds, document)
            crashes += crash_everywhere(engine, step) if crashing else 0
            step()
            if document is documents[-2]:
                work(engine)
        found.append(everything(engine))
    assert crashes > 100
    assert found[0] == found[1]


def test_a_crash_in_a_second_look_and_a_retry_give_the_same(engine, serial):
    at = NOW + timedelta(days=1)
    with transaction(engine) as connection:
        # Pages of this world are not archived, so their looks are entered here.
        connection.execute(
            text(
                "insert into ops.revisit (story_id, turn, due_at) select story_id, 1, fetched_at from ops.ledger "
                "join news.article using (story_id) where state = 'loaded' and fetch_id is not null"
            )
        )
        looks = [
            Look(one, response(one.claim, at), article=replace(page(one.claim), body=TEXT.format("edited")))
            for one in claim_due(connection, 1, 99, at)
        ]
    assert len(looks) == 9

    def step():
        with transaction(engine) as connection:
            record_looks(connection, looks, at)

    before = len(rows(engine, ARTICLE_VERSION.c.version_id))
    assert crash_everywhere(engine, step, 5) > 12
    assert len(rows(engine, ARTICLE_VERSION.c.version_id)) == before + len(looks)
    assert set(rows(engine, ARTICLE.c.fetched_at)) >= {(at,)}
