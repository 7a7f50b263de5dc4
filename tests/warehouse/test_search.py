"""``news.search``: any form of a word, in each language's own way, in scripts without spaces too."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy import event, text

from pipeline.errors import SettingsError
from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse, transaction
from tests.warehouse.world import HERALD, article, discover, entry, fetch_all, load_all, register

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

STORIES = {
    "council": ("en", "Councils vote to reopen the old bridge", "Ferry crossings resume after the flooding."),
    "football": ("en-GB", "Bridge United win again", "A football evening of old songs."),
    "plain": (None, "Bridge closed", "Nobody says in which language."),
    "montreal": ("fr", "Les élections à Montréal", "Une journée calme dans les bureaux de vote."),
    "wahl": ("de", "Überraschung bei der Wahl", "Die Gemeinden zählen bis in die Nacht."),
    "vybory": ("ru", "Выборы мэра Москвы", "Избиратели пришли на участки."),
    "seoul": ("ko", "서울에서 열린 시장 회의", "비가 내렸다"),
    "tokyo": ("ja", "東京都知事が会見", "大雨のため延期。ＮＨＫが伝えた"),
    "beijing": ("zh-Hans", "北京市长宣布新规定", "居民反应不一"),
    "thai": ("th", "ประเทศไทยจัดการเลือกตั้ง", "ผู้คนมากันมาก"),
    "arabic": ("ar", "الانتخابات الرئاسية في القاهرة", "مشاركة واسعة"),
    "hindi": ("hi", "चुनाव के परिणाम घोषित", "मतगणना पूरी"),
    "empty": ("en", None, None),
}


@pytest.fixture(scope="module")
def warehouse(module_database_url):
    engine = open_warehouse(module_database_url)
    schema.migrate(engine)
    with transaction(engine) as connection:
        connection.exec_driver_sql("""
            insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
            values (gen_random_uuid(), 'herald.example', 'Herald', false, 'active', false, '{}', '[]')
        """)
        for hours, (name, (language, headline, description)) in enumerate(STORIES.items()):
            write(connection, name, language, headline, description, AT + timedelta(hours=hours))
    yield engine
    engine.dispose()


def story_id(name):
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def write(connection, name, language, headline, description, at):
    connection.execute(
        text("""
            insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version, headline,
                description, language, word_count, published_at, published_flags, modified_flags, first_seen_at, fetched_at,
                extractor_version, content_hash, loaded_at)
            select :id, source_id, :id, :name, :name, :name, '1', :headline, :description, :language, 1, :at, '{}', '{}', :at, :at,
                't', 'h', :at
            from news.source
        """),
        {
            "id": story_id(name),
            "name": name,
            "headline": headline,
            "description": description,
            "language": language,
            "at": at,
        },
    )


@pytest.fixture
def search(warehouse):
    def found(query, **arguments):
        told = "".join(f", {name} => :{name}" for name in arguments)
        with transaction(warehouse) as connection:
            rows = connection.execute(
                text(f"select story_id from news.search(:query{told})"), {"query": query, **arguments}
            ).scalars()
            names = {story_id(name): name for name in STORIES}
            return [names[row] for row in rows]

    return found


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("council", {"council"}),
        ("vote", {"council", "montreal"}),  # a French headline has the same letters
        ("flood", {"council"}),
        ("bridges", {"council", "football"}),
        ("bridge", {"council", "football", "plain"}),
        ("bridge -football", {"council", "plain"}),
        ('"old bridge"', {"council"}),
        ('"bridge old"', set()),
        ("football or election", {"football", "montreal"}),
        ("élection", {"montreal"}),
        ("elections montreal", {"montreal"}),
        ("uberraschung", {"wahl"}),
        ("gemeinde", {"wahl"}),
        ("ВЫБОРОВ", {"vybory"}),
        ("انتخابات", {"arabic"}),
        ("परिणाम", {"hindi"}),
        ("서울", {"seoul"}),
        ("시장 회의", {"seoul"}),
        ('"시장 회의"', {"seoul"}),
        ('"회의 시장"', set()),
        ("東京", {"tokyo"}),
        ("京都知", {"tokyo"}),
        ("東京 -会見", set()),
        ("知事 NHK", {"tokyo"}),
        ("雨", {"tokyo"}),
        ("北京 or ไทย", {"beijing", "thai"}),
        ("新规", {"beijing"}),
        ("เลือกตั้ง", {"thai"}),
        ("ตั้งเลือก", set()),
        ("-bridge", set()),
        ("the", set()),
        ("", set()),
        ('"', set()),
        ("zq06771", set()),
        ("reopne the old brigde", {"council"}),  # a typing error: the headline of nearly the same letters
        ("qqqqqqqq", set()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_asked_is_found(search, query, wanted):
    assert set(search(query)) == wanted


def test_a_language_a_time_and_a_number_narrow_the_search(search):
    assert set(search("bridge", language="en")) == {"council", "football"}
    assert set(search("bridge", language="en-US")) == {"council", "football"}
    assert search("bridge", language="de") == []
    assert search("bridge", until=AT + timedelta(hours=1)) == ["council"]
    assert set(search("bridge", since=AT + timedelta(hours=1))) == {"football", "plain"}
    assert len(search("bridge", most=1)) == 1


def test_a_word_of_the_headline_counts_more_than_one_below_it(search):
    assert search("old")[0] == "council"


def test_the_words_are_marked_where_they_stand(warehouse):
    with transaction(warehouse) as connection:
        rows = dict(
            connection.exec_driver_sql("""
                select 'flood', snippet from news.search('flood')
                union all select 'rain', snippet from news.search('大雨')
                union all select 'journee', snippet from news.search('journee')
            """).all()
        )
    assert "**flooding**" in rows["flood"]
    assert "**大雨**" in rows["rain"]
    assert "**journée**" in rows["journee"]


def test_what_changes_is_found_by_its_new_words_alone(warehouse):
    with warehouse.connect() as connection, connection.begin() as begun:
        count = text("select count(*) from news.search(:query)")

        def found(query):
            return connection.execute(count, {"query": query}).scalar_one()

        change = text("update news.article set headline = 'Harbours freeze' where story_id = :id")
        connection.execute(change, {"id": story_id("football")})
        assert (found("harbour"), found("united")) == (1, 0)
        connection.execute(
            text("delete from news.article where story_id = :id"), {"id": story_id("football")}
        )
        assert found("harbour") == 0
        begun.rollback()


def test_every_story_is_in_it_once_whoever_wrote_it(database_url):
    engine = open_warehouse(database_url, pooled=False)
    schema.migrate(engine)
    feeds = register(engine, HERALD)
    feed = feeds[HERALD.feeds[0]]
    for _ in range(2):
        discover(engine, feed, *(entry(number) for number in range(4)))
        fetch_all(engine)
        load_all(engine, lambda claim: article(claim, language="en"))
    with transaction(engine) as connection:
        rows = connection.exec_driver_sql(
            "select story_id, headline from news.article full join ops.story_search using (story_id, headline)"
        ).all()
        assert len(rows) == 8  # none has the same letters as its plain form
        assert connection.exec_driver_sql("select count(*) from ops.story_search").scalar_one() == 4
    engine.dispose()


@hypothesis(max_examples=60)
@given(st.text(alphabet=st.sampled_from("ab \"-or:*&|!()<>\\'東京雨ไทย서울é\u0000\u3000zq1"), max_size=30))
def test_nothing_that_is_typed_is_an_error(warehouse, query):
    with transaction(warehouse) as connection:
        connection.execute(
            text("select count(*) from news.search(:query)"), {"query": query.replace("\0", "")}
        )


def test_the_index_is_used(warehouse):
    with warehouse.connect() as connection, connection.begin() as begun:
        connection.exec_driver_sql("set local enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "explain select 1 from ops.story_search where document @@ 'council'::tsquery"
        ).scalars()
        assert "ix_story_search_document" in " ".join(plan)
        near = "explain select 1 from ops.story_search where headline ilike '%%council%%'"
        assert "ix_story_search_headline" in " ".join(connection.exec_driver_sql(near).scalars())
        begun.rollback()


@pytest.fixture
def reader(warehouse):
    """A login that may enter the schema of stories and nothing else."""
    name = f"reader_{uuid.uuid4().hex[:8]}"
    with transaction(warehouse) as connection:
        connection.exec_driver_sql(f"create role {name}; grant usage on schema news to {name}")
    yield name
    with transaction(warehouse) as connection:
        connection.exec_driver_sql(f"drop owned by {name}; drop role {name}")


def test_a_reader_searches_without_rights_on_what_is_behind_it(warehouse, reader):
    with warehouse.connect() as connection, connection.begin() as begun:
        connection.exec_driver_sql(f"set local role {reader}")
        assert connection.exec_driver_sql("select count(*) from news.search('bridge')").scalar_one() == 3
        begun.rollback()


@pytest.fixture
def owner(database_url):
    """An engine of an ordinary login that may make schemas in the database; and one of its administrator."""
    administrator = open_warehouse(database_url, pooled=False)
    name = f"owner_{uuid.uuid4().hex[:8]}"
    with transaction(administrator) as connection:
        database = connection.exec_driver_sql("select current_database()").scalar_one()
        connection.exec_driver_sql(f"create role {name}; grant create on database {database} to {name}")
    engine = open_warehouse(database_url, pooled=False)

    @event.listens_for(engine, "connect")
    def become(connection, _):
        connection.execute(f"set role {name}")
        connection.commit()

    yield engine, administrator
    with transaction(administrator) as connection:
        connection.exec_driver_sql(f"drop owned by {name} cascade; drop role {name}")
    administrator.dispose()


def test_extensions_that_cannot_be_made_are_asked_for(owner):
    engine, administrator = owner
    with transaction(administrator) as connection:
        connection.exec_driver_sql("""
            create function public.no() returns event_trigger language plpgsql as
            $$ begin raise exception 'extensions are not for you'; end $$;
            create event trigger no on ddl_command_start when tag in ('CREATE EXTENSION') execute function public.no()
        """)
    with pytest.raises(
        SettingsError, match=r"not for you.*create extension unaccent; then run `dateline migrate`"
    ):
        schema.migrate(engine)
    with transaction(administrator) as connection:
        connection.exec_driver_sql("drop event trigger no")
    schema.migrate(engine)
    schema.check(engine)
