"""Marts that are carried on from build to build are what a full refresh makes of the same warehouse."""

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.tables import (
    ARTICLE,
    ARTICLE_AUTHOR,
    ARTICLE_BODY,
    ARTICLE_CHANGE,
    ARTICLE_KEYWORD,
    ARTICLE_PLACE,
    ARTICLE_VERSION,
    REVISIT,
    SOURCE,
    STORY_CLUSTER,
)

MARTS = (
    "fct_articles",
    "fct_article_versions",
    "fct_articles_daily",
    "bridge_article_author",
    "bridge_article_place",
    "dim_story_clusters",
    "dim_authors",
    "dim_places",
)
BUILD = ("build", "--resource-type", "model", "--resource-type", "snapshot")
CARRY_ON = (*BUILD, "--select", "source_history+")
NAMES = ("Ana Ortiz", "ana ortiz", "Bo Lind", "Chi Nwosu", "Dee Park")
PLACES = (("Lagos", "NG", 2332459), ("Lima", "PE", 3936456), ("Springfield", "US", None))
ZONES = ("Europe/Paris", "America/New_York", None)


class Newsroom:
    """Writes rows as loads, backfills, other parsers and erasures do, at random."""

    def __init__(self, connection, seed):
        self.connection, self.dice = connection, random.Random(seed)
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def id(self):
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def write(self, table, **row):
        self.connection.execute(insert(table).values(**row))

    def some(self, column):
        """A value that the table has, or None."""
        found = sorted(self.connection.execute(select(column)).scalars(), key=str)
        return self.dice.choice(found) if found else None

    def add_publisher(self):
        key = self.id()
        self.write(
            SOURCE,
            source_id=key,
            domain=f"{key}.example",
            name="A paper",
            zone=self.dice.choice(ZONES),
            is_feed_only=False,
            state="active",
            obeys_robots_for_feeds=False,
            headers={},
            hints=[],
        )

    def load(self):
        """A new story, also one of long ago."""
        story, version = self.id(), self.id()
        at = self.now - timedelta(hours=self.dice.choice((0, 1, 30, 9000)))
        self.write(
            ARTICLE,
            story_id=story,
            source_id=self.some(SOURCE.c.source_id),
            version_id=version,
            url=f"https://paper.example/{story}",
            final_url=f"https://paper.example/{story}",
            canonical_url=f"paper.example/{story}",
            canonical_version="1",
            headline="New",
            word_count=self.dice.randrange(3),
            published_at=self.dice.choice((at, None)),
            published_precision="minute",
            published_flags=[],
            modified_flags=[],
            first_seen_at=at,
            fetched_at=at,
            extractor_version="1",
            content_hash=str(version),
            loaded_at=self.now,
        )
        self.add_version(story, version, at)
        self.write(STORY_CLUSTER, story_id=story, cluster_id=story, algorithm_version="1", dated_at=at)
        self.write_parts(story)
        return story

    def add_version(self, story, version, at):
        self.write(ARTICLE_VERSION, version_id=version, story_id=story, captured_at=at, headline="Told")
        self.write(ARTICLE_BODY, version_id=version, body="Text.")

    def write_parts(self, story):
        for table in (ARTICLE_AUTHOR, ARTICLE_PLACE, ARTICLE_KEYWORD):
            self.connection.execute(delete(table).where(table.c.story_id == story))
        for position in range(self.dice.randrange(3)):
            name, country, geoname = self.dice.choice(PLACES)
            place = {"name": name, "country": country, "geoname_id": geoname}
            self.write(ARTICLE_AUTHOR, story_id=story, position=position, name=self.dice.choice(NAMES))
            self.write(ARTICLE_PLACE, story_id=story, rel="located", position=position, **place)

    def edit(self):
        """Another text is received: it is what the story shows."""
        if story := self.some(ARTICLE.c.story_id):
            version = self.id()
            self.add_version(story, version, self.now)
            values = {"version_id": version, "headline": "Edited", "loaded_at": self.now}
            self.connection.execute(update(ARTICLE).where(ARTICLE.c.story_id == story).values(values))
            change = {"previous_version_id": version, "words_removed": 1, "words_added": 2, "diff": ""}
            self.write(ARTICLE_CHANGE, version_id=version, field="body", **change)
            self.write_parts(story)

    def backfill(self):
        """An earlier text turns up: it changes nothing of what the story shows but its date among copies."""
        if story := self.some(ARTICLE.c.story_id):
            at = self.now - timedelta(days=400 + self.dice.randrange(9))
            self.add_version(story, self.id(), at)
            values = {"dated_at": at}
            self.connection.execute(
                update(STORY_CLUSTER).where(STORY_CLUSTER.c.story_id == story).values(values)
            )

    def move(self):
        """Stories are found to be one text, or not to be any more; none of their own rows changes."""
        earliest = self.some(ARTICLE.c.story_id)
        for _ in range(3):
            if story := self.some(ARTICLE.c.story_id):
                values = {"cluster_id": self.dice.choice((earliest, story))}
                self.connection.execute(
                    update(STORY_CLUSTER).where(STORY_CLUSTER.c.story_id == story).values(values)
                )
        self.name_clusters()

    def name_clusters(self):
        """A cluster has the id of a story that is in it."""
        homes = select(STORY_CLUSTER.c.story_id).where(STORY_CLUSTER.c.story_id == STORY_CLUSTER.c.cluster_id)
        lost = STORY_CLUSTER.c.cluster_id.not_in(homes)
        values = {"cluster_id": STORY_CLUSTER.c.story_id}
        self.connection.execute(update(STORY_CLUSTER).where(lost).values(values))

    def erase(self):
        if story := self.some(ARTICLE.c.story_id):
            self.connection.execute(delete(ARTICLE).where(ARTICLE.c.story_id == story))
            self.name_clusters()

    def drop_version(self):
        """Another parser reads two captures as one text: a version goes and nothing else is written."""
        current = select(ARTICLE.c.version_id)
        past = select(ARTICLE_VERSION.c.version_id).where(ARTICLE_VERSION.c.version_id.not_in(current))
        if found := sorted(self.connection.execute(past).scalars()):
            version = self.dice.choice(found)
            self.connection.execute(delete(ARTICLE_VERSION).where(ARTICLE_VERSION.c.version_id == version))

    def read_again(self):
        """Another parser reads otherwise what was read before; the time of loading may stay."""
        if story := self.some(ARTICLE.c.story_id):
            values = {
                "extractor_version": "2",
                "headline": f"Read again {self.dice.random()}",
                "word_count": 9,
            }
            self.connection.execute(update(ARTICLE).where(ARTICLE.c.story_id == story).values(values))
            self.write_parts(story)

    def revisit(self):
        if story := self.some(ARTICLE.c.story_id):
            known = select(func.count()).select_from(REVISIT).where(REVISIT.c.story_id == story)
            turn = 1 + self.connection.execute(known).scalar_one()
            outcome = self.dice.choice(("gone", "moved", "unchanged"))
            told = {"outcome": outcome, "answered_at": self.now, "due_at": self.now}
            self.write(REVISIT, story_id=story, turn=turn, **told)

    def rezone(self):
        """A publisher's zone is set right: other hours and days for all its stories."""
        values = {"zone": self.dice.choice(ZONES)}
        key = self.some(SOURCE.c.source_id)
        self.connection.execute(update(SOURCE).where(SOURCE.c.source_id == key).values(values))

    def live(self, steps):
        acts = (self.edit, self.backfill, self.move, self.erase, self.drop_version, self.read_again)
        acts += (self.revisit, self.rezone, self.add_publisher)
        for _ in range(steps):
            self.now += timedelta(minutes=7)
            self.dice.choice((self.load, self.load, *acts))()


@pytest.fixture(scope="module")
def engine(module_database_url):
    engine = open_warehouse(module_database_url, pooled=False)
    schema.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def build(engine, module_database_url, start_dbt):
    """Builds the marts, and returns a digest of each."""
    with start_dbt(module_database_url) as dbt:

        def run(*arguments):
            dbt(*(arguments or CARRY_ON))
            return marts(engine)

        run(*BUILD)
        yield run


def marts(engine):
    query = "select count(*), md5(coalesce(string_agg(m::text, '|' order by m::text), '')) from marts.{} as m"
    with transaction(engine) as connection:
        return {name: tuple(connection.exec_driver_sql(query.format(name)).one()) for name in MARTS}


def query(engine, sql):
    with transaction(engine) as connection:
        return connection.exec_driver_sql(sql).all()


def was_carried_on(engine):
    """Whether the last build went on from the one before, rather than from nothing."""
    return len(query(engine, "select distinct logged_at from staging.story_changes")) > 1


def test_whatever_happens_between_builds_they_are_what_a_full_refresh_makes(engine, build):
    with transaction(engine) as connection:
        room = Newsroom(connection, 0)
        room.add_publisher()
        for _ in range(40):
            room.load()
    build()
    with transaction(engine) as late:
        # Its rows are of before the build and seen after it: whoever goes by the time of loading loses them.
        slow = Newsroom(late, 1)
        story = slow.load()
        with transaction(engine) as connection:
            room.connection = connection
            room.live(40)
        build()
    held = f"select count(*) from marts.fct_articles where story_id = '{story}'"
    assert query(engine, held) == [(0,)]
    with transaction(engine) as connection:
        room.connection = connection
        room.live(20)
    carried = build()
    assert was_carried_on(engine)
    assert query(engine, held) == [(1,)]
    assert carried["fct_articles"][0] > 30
    assert carried["bridge_article_place"][0] > 0
    assert build(*CARRY_ON, "--full-refresh") == carried


LOSSES = {
    "a migration drops the log": "drop schema staging cascade",
    "a dump is restored elsewhere": """
        create temp table kept as table staging.story_changes;
        truncate staging.story_changes;
        insert into staging.story_changes table kept
    """,
    "a model is changed": "update staging.build_state set made_by = 'other SQL'",
    "its state is lost": "truncate staging.build_state",
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_cannot_be_carried_on_is_made_anew(engine, build, loss):
    with transaction(engine) as connection:
        kept, gone = query(engine, "select story_id from marts.fct_articles order by story_id limit 2")
        connection.execute(delete(ARTICLE).where(ARTICLE.c.story_id == gone[0]))
        connection.execute(
            update(ARTICLE).where(ARTICLE.c.story_id == kept[0]).values(headline=loss, loaded_at=func.now())
        )
        connection.exec_driver_sql(LOSSES[loss])
    build(*BUILD)
    held = "select headline from marts.fct_articles where story_id = '{}'"
    assert query(engine, held.format(gone[0])) == []
    assert query(engine, held.format(kept[0])) == [(loss,)]
    same = "select (select count(*) from marts.fct_articles), (select count(*) from news.article)"
    ((ours, theirs),) = query(engine, same)
    assert ours == theirs
