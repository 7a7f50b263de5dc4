"""Copies in PostgreSQL: the clusters and edges that the core finds in memory, from any schedule, after any crash."""

import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, text

from pipeline.dedup import CHECK_VERSION, MemoryIndex, Text, assign
from pipeline.errors import WarehouseDown
from pipeline.records import Source
from pipeline.warehouse import clustering, schema
from pipeline.warehouse.claims import claim_to_load
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.keys import edge_row
from pipeline.warehouse.locks import lock_names
from pipeline.warehouse.reports import table_hashes
from pipeline.warehouse.revising import Look, record_looks
from pipeline.warehouse.revisits import Revisit
from pipeline.warehouse.rows import Loadable, story_rows
from pipeline.warehouse.tables import LEDGER, STORY_CLUSTER, STORY_EDGE, STORY_TEXT
from pipeline.warehouse.writer import load
from tests.dedup import wire
from tests.warehouse.world import NOW, article, discover, entry, fetch_all, register, response

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ENDS = ("part_story_id", "whole_story_id")


@dataclass(frozen=True)
class Draft:
    """A text as some publisher has it at some hour; drafts of one publisher are versions of one story."""

    publisher: str
    body: str
    published: datetime | None
    captured: datetime = NOW
    headline: str = "A bridge stays"
    parser: str = "t"


def body(seed, paragraphs=4):
    return "\n\n".join(wire.paragraphs(Random(seed), paragraphs))


def newswire():
    quay, tram, mill = body("quay"), body("tram"), body("mill")
    page = "\n\n".join([body("x", 3), tram, body("y", 3)])
    round_up = "\n\n".join([page, mill, body("z", 1)])
    start = NOW - 90 * DAY
    weather = [wire.weather(Random(seed)) for seed in (1, 2)]
    return [
        Draft("quay", quay, start),
        Draft("quay", f"{quay}\n\n{body('more', 1)}", start + HOUR, NOW + DAY),
        Draft("copy", f"{quay}\n\n{wire.FURNITURE[3]}", start + 3 * DAY),
        Draft("typed", wire.words_changed(Random("typed"), quay, 0.03), start + 2 * DAY),
        Draft("cut", quay[:700], start + DAY),
        Draft("late", quay, start + 20 * DAY),
        Draft("later", quay, start + 40 * DAY),
        Draft("latest", quay, start + 80 * DAY),
        Draft("tram-b", tram, start + 5 * DAY),
        Draft("tram-a", tram, start + 5 * DAY),
        Draft("becomes-tram", body("unrelated"), start + 6 * DAY),
        Draft("becomes-tram", tram, start + 6 * DAY, NOW + DAY),
        # Its first version puts it far from the tram, whatever the second one states.
        Draft("dated-anew", tram, start + 60 * DAY),
        Draft("dated-anew", f"{tram}\n\n{body('late', 1)}", start + 5 * DAY, NOW + DAY),
        Draft("mill", mill, start + 7 * DAY),
        Draft("mill-page", "\n\n".join([body("before", 3), mill, body("after", 3)]), start + 7 * DAY),
        Draft("round-up", page, start + 6 * DAY),
        Draft("round-up", round_up, start + 6 * DAY, NOW + DAY),
        Draft("round-up-copy", round_up, start + 8 * DAY),
        Draft("weather-1", weather[0][1], start, headline=weather[0][0]),
        Draft("weather-2", weather[1][1], start + DAY, headline=weather[1][0]),
        Draft("undated", body("undated"), None),
        Draft("undated-copy", body("undated"), None),
        Draft("brief", "Watch the video above.", start),
        Draft("brief-2", "Watch the video above.", start),
    ]


WIRE = newswire()
GROUPS = {
    frozenset({"quay", "copy", "typed", "cut", "late", "later"}),
    frozenset({"tram-a", "tram-b", "becomes-tram"}),
    frozenset({"mill", "mill-page"}),
    frozenset({"round-up", "round-up-copy"}),
    frozenset({"undated", "undated-copy"}),
}


class Desk:
    """Publishers with a story each, claimed and ready to be loaded in any of their texts."""

    def __init__(self, url, names):
        self.url = url
        self.engine = open_warehouse(url, pooled=False)
        schema.migrate(self.engine)
        sources = [Source(name, f"{name}.example", feeds=(f"https://{name}.example/feed",)) for name in names]
        feeds = register(self.engine, *sources)
        for number, name in enumerate(names):
            address = f"https://{name}.example/{number}"
            discover(self.engine, feeds[f"https://{name}.example/feed"], entry(number, address))
        fetch_all(self.engine)
        with transaction(self.engine) as connection:
            claims = claim_to_load(connection, 1, 100)
        self.claims = {claim.source.name: claim for claim in claims}

    def loadable(self, draft):
        claim = self.claims[draft.publisher]
        read = article(claim, draft.body, draft.published, headline=draft.headline)
        return Loadable(claim, replace(read, extractor_version=draft.parser), draft.captured)

    def load(self, *drafts, engine=None):
        """One transaction for each version, as one entry is in a batch once."""
        while drafts:
            batch = {draft.publisher: draft for draft in reversed(drafts)}
            with transaction(engine or self.engine) as connection:
                load(connection, [self.loadable(draft) for draft in batch.values()], NOW)
            drafts = [draft for draft in drafts if draft not in batch.values()]

    def load_at_once(self, *batches):
        """Each list of batches by a worker of its own; returns what went wrong."""
        failures = []

        def work(own):
            engine = open_warehouse(self.url, pooled=False)
            try:
                for batch in own:
                    self.load(*batch, engine=engine)
            except Exception as error:  # noqa: BLE001  # whatever it is, the test shows it
                failures.append(error)
            engine.dispose()

        threads = [threading.Thread(target=work, args=(own,)) for own in batches]
        for thread in threads:
            thread.start()
        return threads, failures

    def empty(self):
        with transaction(self.engine) as connection:
            connection.execute(
                text(
                    "update ops.ledger set state = 'fetched', story_id = null, duplicate_method = null, "
                    "told_story_id = null, told_text_hash = null, told_at = null"
                )
            )
            connection.execute(text("delete from news.article"))

    def story(self, name):
        drafts = [draft for draft in WIRE if draft.publisher == name] or [Draft(name, "", None)]
        return story_rows(self.loadable(drafts[0])).telling.story_id

    def held(self):
        """Clusters, edges and texts with their keys, as they stand in the tables."""
        with transaction(self.engine) as connection:
            clusters = dict(
                map(tuple, connection.execute(select(STORY_CLUSTER.c.story_id, STORY_CLUSTER.c.cluster_id)))
            )
            edges = {frozenset(row.items()) for row in connection.execute(select(STORY_EDGE)).mappings()}
            texts = connection.execute(select(STORY_TEXT.c.version_id, STORY_TEXT.c.dated_at)).all()
        return clusters, edges, set(map(tuple, texts))

    def expected(self, *drafts):
        """What the core finds in all of these at once."""
        rows = [story_rows(self.loadable(draft)) for draft in drafts]
        first = {}
        for one in sorted(rows, key=lambda one: (one.version["captured_at"], one.version["version_id"])):
            first.setdefault(one.telling.story_id, one.version["published_at"] or one.claim.discovered_at)
        texts = {
            one.version["version_id"]: Text(
                one.version["version_id"],
                one.telling.story_id,
                first[one.telling.story_id],
                one.version["headline"],
                one.body,
            )
            for one in rows
        }
        index = MemoryIndex()
        found = assign(list(texts.values()), index)
        edges = {frozenset(edge_row(edge).items()) for edge in found.edges}
        return dict(found.clusters), edges, {(one.id, one.dated_at) for one in texts.values()}

    def groups(self):
        names = {self.story(name): name for name in self.claims}
        groups = {}
        for story, cluster in self.held()[0].items():
            groups.setdefault(cluster, set()).add(names[story])
        return {frozenset(members) for members in groups.values() if len(members) > 1}

    def hashes(self):
        with transaction(self.engine) as connection:
            return table_hashes(connection)


@pytest.fixture(scope="module")
def wired(module_database_url):
    desk = Desk(module_database_url, list(dict.fromkeys(draft.publisher for draft in WIRE)))
    yield desk
    desk.engine.dispose()


@pytest.fixture
def desk(wired):
    wired.empty()
    return wired


def finish(threads):
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def waiting(desk):
    """Process ids of the sessions of this database that wait for a lock, once there is one."""
    query = text(
        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with transaction(desk.engine) as connection:
            pids = connection.execute(query).scalars().all()
        if pids:
            return pids
        time.sleep(0.01)
    pytest.fail("nobody waits")


def test_copies_are_grouped_whole_cut_and_embedded_and_a_round_up_joins_nothing(desk):
    desk.load(*WIRE)
    assert desk.groups() == GROUPS
    assert desk.held() == desk.expected(*WIRE)


def schedule(random, drafts):
    """Batches of these texts in some order, a few texts twice."""
    order = random.sample(drafts, len(drafts))
    cuts = sorted(random.sample(range(1, len(order)), random.randrange(5)))
    batches = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return batches + [[draft] for draft in random.sample(drafts, random.randrange(3))]


def test_no_schedule_changes_clusters_edges_or_hashes(desk, at_full_length):
    desk.load(*WIRE)
    hashes = desk.hashes()
    for seed in range(200 if at_full_length else 20):
        random = Random(seed)
        drafts = random.sample(WIRE, 12) if seed % 5 else WIRE
        batches, workers = schedule(random, drafts), 1 + seed % 3
        desk.empty()
        threads, failures = desk.load_at_once(*(batches[worker::workers] for worker in range(workers)))
        finish(threads)
        assert failures == []
        assert desk.held() == desk.expected(*drafts), seed
        if drafts is WIRE:
            found = desk.hashes()
            # The ledger remembers which text an entry told last.
            assert {name for name in hashes if found[name] != hashes[name]} <= {"ops.ledger"}, seed


def test_of_two_loads_at_once_the_later_sees_the_texts_of_both(desk):
    """The first has written everything and not committed; the second has written its story and waits to compare."""
    first, second = (next(draft for draft in WIRE if draft.publisher == name) for name in ("quay", "copy"))
    with transaction(desk.engine) as connection:
        load(connection, [desk.loadable(first)], NOW)
        threads, failures = desk.load_at_once([[second]])
        waiting(desk)
        assert desk.held()[0] == {}
    finish(threads)
    assert failures == []
    assert desk.held() == desk.expected(first, second)
    assert desk.groups() == {frozenset({"quay", "copy"})}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("step", ["clusters", "news.story_cluster", "ops.story_text", "news.story_edge"])
def test_a_session_that_ends_at_any_step_leaves_nothing_and_the_retry_gives_the_same(desk, step, known):
    if known:
        desk.load(*WIRE[:12])
    before = desk.hashes()
    with transaction(desk.engine) as connection:
        if step == "clusters":
            lock_names(connection, [step])
        else:
            connection.execute(text(f"lock table {step} in share mode"))
        threads, failures = desk.load_at_once([WIRE])
        for pid in waiting(desk):
            connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
        finish(threads)
    assert [type(error) for error in failures] == [WarehouseDown]
    assert desk.hashes() == before
    desk.load(*WIRE)
    assert desk.held() == desk.expected(*WIRE)


def test_a_second_look_finds_that_a_story_has_become_a_copy(desk):
    first, then = (draft for draft in WIRE if draft.publisher == "becomes-tram")
    other = next(draft for draft in WIRE if draft.publisher == "tram-a")
    desk.load(first, other)
    assert desk.groups() == set()
    one = desk.loadable(then)
    look = Look(
        Revisit(desk.story(first.publisher), 1, 0, one.claim),
        response(one.claim, then.captured),
        article=one.article,
    )
    for changed in (1, 0):
        with transaction(desk.engine) as connection:
            assert record_looks(connection, [look], NOW + DAY) in (changed, 0)
        assert desk.groups() == {frozenset({"becomes-tram", "tram-a"})}
    assert desk.held() == desk.expected(first, then, other)


def page_of_two():
    """A page that joins neither of the two stories that it holds."""
    tram, mill = (next(draft for draft in WIRE if draft.publisher == name) for name in ("tram-b", "mill"))
    (page,) = (draft for draft in WIRE if draft.publisher == "round-up-copy")
    return tram, mill, page


def test_a_page_that_is_read_as_one_story_joins_it(desk):
    tram, mill, page = page_of_two()
    desk.load(tram, mill, page)
    assert desk.groups() == set()
    read_again = replace(page, body=page.body.replace(mill.body, ""), parser="t2")
    desk.load(read_again)
    assert desk.held() == desk.expected(tram, mill, read_again)
    assert desk.groups() == {frozenset({"tram-b", "round-up-copy"})}


def test_an_earlier_version_that_comes_later_gives_its_date_and_frees_what_its_edge_kept_apart(desk):
    tram, mill, page = page_of_two()
    desk.load(tram, mill, page)
    earlier = replace(mill, body=body("no mill yet"), published=mill.published - 90 * DAY, captured=NOW - DAY)
    desk.load(earlier)
    assert desk.held() == desk.expected(tram, mill, page, earlier)
    assert desk.groups() == {frozenset({"tram-b", "round-up-copy"})}


def test_a_merged_story_takes_its_keys_and_edges_along_and_leaves_no_cluster_behind(desk, database_url):
    own = Desk(database_url, ["herald", "courier"])
    quay = body("quay")
    later = Draft("herald", quay, NOW - HOUR)
    copy = Draft("courier", f"{quay}\n\n{wire.FURNITURE[3]}", NOW)
    own.load(later, copy)
    assert own.groups() == {frozenset({"herald", "courier"})}
    feed = own.claims["herald"].feed_id
    with transaction(own.engine) as connection:
        connection.execute(
            text(
                "insert into ops.ledger (feed_id, entry_key, source_id, url, canonical_url, entry, discovered_at, state) "
                "select feed_id, 'k9', source_id, url || '9', canonical_url || '9', entry, discovered_at, 'fetched' "
                "from ops.ledger where feed_id = :feed"
            ),
            {"feed": feed},
        )
        (claim,) = (one for one in claim_to_load(connection, 1, 9) if one.entry_key == "k9")
        # The same text of the same publisher, dated earlier: the first story goes into this one.
        moved = Loadable(claim, article(claim, quay, NOW - 2 * HOUR, headline=later.headline), NOW)
        load(connection, [moved], NOW)
    herald = story_rows(moved).telling.story_id
    clusters, edges, texts = own.held()
    assert clusters == {herald: herald, own.story("courier"): herald}
    assert {value for edge in edges for name, value in edge if name in ENDS} == set(clusters)
    assert len(texts) == 2
    with transaction(own.engine) as connection:
        assert set(connection.execute(select(LEDGER.c.story_id)).scalars()) == set(clusters)
        versions = connection.execute(select(STORY_EDGE.c.check_version)).scalars().all()
    assert versions == [CHECK_VERSION]
    own.engine.dispose()


def test_what_an_earlier_rule_has_grouped_is_kept_until_it_is_compared_again(desk):
    desk.load(*WIRE)
    expected = desk.held()
    with transaction(desk.engine) as connection:
        for table in ("news.story_edge", "ops.story_text"):
            connection.execute(text(f"delete from {table}"))
        # The rule put all in one cluster.
        connection.execute(
            text(
                "update news.story_cluster set algorithm_version = 'exact-1', "
                "cluster_id = (select min(story_id::text)::uuid from news.article)"
            )
        )
    assert len(set(desk.held()[0].values())) == 1
    left = len(expected[0])
    while left:
        with transaction(desk.engine) as connection:
            left, before = clustering.catch_up(connection, 4), left
        assert left < before
    assert desk.held() == expected


def test_clusters_survive_the_migration(database_url):
    engine = open_warehouse(database_url, pooled=False)
    with transaction(engine) as connection:
        schema.upgrade(connection, "0003")
        connection.execute(
            text("""
                insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
                values (gen_random_uuid(), 'gazette.example', 'Gazette', false, 'active', true, '{}', '[]');
                insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version,
                    word_count, published_at, published_flags, modified_flags, first_seen_at, fetched_at,
                    extractor_version, content_hash, loaded_at)
                select gen_random_uuid(), source_id, gen_random_uuid(), 'u', 'u', 'u' || n, '1', 0,
                    case n when 1 then timestamptz '2026-01-01 10:00Z' end, '{}', '{}', '2026-01-01 11:00Z', now(), 't', '', now()
                from news.source, generate_series(1, 2) n;
                insert into news.story_cluster select story_id, (select story_id from news.article limit 1), 'exact-1'
                from news.article
            """)
        )
        before = connection.execute(text("select story_id, cluster_id from news.story_cluster")).all()
    with transaction(engine) as connection:
        schema.upgrade(connection, "head")
        assert schema.differences(connection) == []
        after = connection.execute(text("select story_id, cluster_id from news.story_cluster")).all()
        assert sorted(after) == sorted(before)
        dates = connection.execute(
            text("select extract(hour from dated_at)::int from news.story_cluster order by 1")
        )
        assert dates.scalars().all() == [10, 11]
    engine.dispose()
