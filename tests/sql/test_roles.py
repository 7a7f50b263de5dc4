"""Who may do what: ``sql/roles.sql``, asked by real connections under each role."""

import uuid

import psycopg
import pytest
from sqlalchemy import make_url

from pipeline.warehouse import dbt, schema
from pipeline.warehouse.engine import open_warehouse

ROLES = (dbt.PROJECT / "roles.sql").read_text()
BUILD = ("build", "--resource-type", "model", "--resource-type", "snapshot")


class Warehouse:
    """A database whose three roles each do their own work."""

    def __init__(self, url):
        self.url = make_url(url)

    def url_of(self, user):
        return self.url.set(username=user).render_as_string(hide_password=False)

    def connect(self, user=None):
        url = self.url.set(drivername="postgresql", username=user or self.url.username)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def run(self, user, statement):
        with self.connect(user) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None

    def set_roles(self):
        self.run(None, ROLES)

    def migrate(self):
        engine = open_warehouse(self.url_of("dateline_loader"), pooled=False)
        schema.migrate(engine)
        engine.dispose()


@pytest.fixture(scope="module")
def warehouse(module_database_url, start_dbt):
    """Made as the head of the file says: the roles, the tables, the roles again, the marts."""
    one = Warehouse(module_database_url)
    one.set_roles()
    one.migrate()
    analyst = f"ann_{uuid.uuid4().hex[:8]}"
    one.run(None, f"create role {analyst} login in role dateline_analyst")
    one.set_roles()
    one.analyst = analyst
    one.run(
        "dateline_loader",
        """
        insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
        values (gen_random_uuid(), 'a.example', 'A', false, 'active', false, '{"x-key": "secret"}', '[]');
        insert into news.feed (feed_id, source_id, url, state)
        select gen_random_uuid(), source_id, 'http://a.example/', 'active' from news.source;
        insert into ops.subscription (feed_id, state, hub, topic, token, secret, looked_at)
        select feed_id, 'active', 'http://hub.example/', url, 'token', 'secret', now() from news.feed
        """,
    )
    with start_dbt(one.url_of("dateline_transformer")) as build:
        build(*BUILD)
        yield one
    one.run(None, f"drop owned by {analyst}")
    one.run(None, f"drop role {analyst}")


READABLE = (
    "select count(*) from marts.fct_articles",
    "select count(*) from marts.dim_sources",
    "select count(*) from staging.stg_ledger_entries",
    "select count(*) from staging.stg_subscriptions",
    "select count(*) from news.article join news.article_body using (version_id)",
    "select source_id, domain, zone from news.source",
)
SECRET = (
    "select headers from news.source",
    "select * from news.source",
    "select source::text from news.source",
    "select secret from ops.subscription",
    "select feed_id from ops.subscription",
    "select count(*) from ops.ledger",
    "select count(*) from ops.feed_poll",
    "table ops.alembic_version",
    "set role dateline_transformer",
    "copy (select 1) to program 'true'",
)
WRITES = (
    "insert into news.story_alias (alias_id) values (gen_random_uuid())",
    "update news.article set headline = ''",
    "delete from news.source",
    "truncate marts.fct_articles",
    "drop table marts.fct_articles",
    "create table marts.mine (a int)",
    "create table news.mine (a int)",
    "create schema mine",
    "update staging.stg_articles set headline = ''",
)


@pytest.mark.parametrize("statement", READABLE)
def test_an_analyst_reads(warehouse, statement):
    assert warehouse.run(warehouse.analyst, statement)


@pytest.mark.parametrize("statement", SECRET)
def test_an_analyst_sees_no_secret(warehouse, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        warehouse.run(warehouse.analyst, statement)


@pytest.mark.parametrize("statement", WRITES)
def test_an_analyst_writes_nothing_whatever_the_session_is_set_to(warehouse, statement):
    with warehouse.connect(warehouse.analyst) as connection:
        with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)):
            connection.execute(statement)
        connection.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_an_analysts_statements_end(warehouse):
    with warehouse.connect(warehouse.analyst) as connection:
        assert connection.execute("show statement_timeout").fetchone() == ("15min",)
        assert connection.execute("show default_transaction_read_only").fetchone() == ("on",)
        connection.execute("set statement_timeout = '50ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("select pg_sleep(5)")


@pytest.mark.parametrize(
    "statement",
    [
        "select headers from news.source",
        "select token from ops.subscription",
        "delete from news.article",
        "update ops.ledger set state = 'rejected'",
        "drop table news.article",
        "create table news.mine (a int)",
        "create role mine",
    ],
)
def test_a_transformer_changes_nothing_that_was_loaded_and_sees_no_secret(warehouse, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        warehouse.run("dateline_transformer", statement)


@pytest.mark.parametrize("statement", ["create role mine", "copy (select 1) to program 'true'"])
def test_a_loader_is_no_administrator(warehouse, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        warehouse.run("dateline_loader", statement)


def test_tables_that_come_later_are_covered(warehouse):
    warehouse.run("dateline_loader", "create table news.later (a int); create table ops.later (a int)")
    warehouse.run(
        "dateline_transformer", "create table marts.later (a int); create view staging.later as select 1"
    )
    try:
        for table in ("news.later", "marts.later", "staging.later"):
            assert warehouse.run(warehouse.analyst, f"table {table}") is not None
        assert warehouse.run("dateline_transformer", "table ops.later") == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            warehouse.run(warehouse.analyst, "table ops.later")
    finally:
        warehouse.run("dateline_loader", "drop table news.later, ops.later")
        warehouse.run("dateline_transformer", "drop table marts.later; drop view staging.later")


def test_a_migration_may_take_staging_down_and_what_is_made_anew_is_read(warehouse):
    warehouse.run("dateline_loader", "drop schema staging cascade")
    warehouse.set_roles()
    warehouse.run("dateline_transformer", "create view staging.stg_articles as table news.article")
    assert warehouse.run(warehouse.analyst, "table staging.stg_articles") == []


def test_a_warehouse_of_one_owner_stays_its_own(database_url):
    one = Warehouse(database_url)
    owner = f"owner_{uuid.uuid4().hex[:8]}"
    one.run(None, f"create role {owner} login")
    one.run(None, f"grant create on database {one.url.database} to {owner}")
    engine = open_warehouse(one.url_of(owner), pooled=False)
    schema.migrate(engine)
    engine.dispose()
    one.set_roles()
    one.set_roles()
    with one.connect(owner) as connection:
        connection.execute("create table marts.mine (a int); create view staging.mine as select 1")
    member = f"ann_{uuid.uuid4().hex[:8]}"
    one.run(None, f"create role {member} login in role dateline_analyst")
    assert one.run(member, "table marts.mine") == []
    assert one.run(member, "table staging.mine") == [(1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        one.run(member, "select headers from news.source")
    one.run(None, f"drop owned by {member}, {owner} cascade; drop role {member}, {owner}")
