"""All of it on the oldest PostgreSQL that is supported: the tables, the roles, two hours of loading, the marts."""

import psycopg
import pytest

from pipeline.warehouse import dbt
from tests.conftest import empty_database
from tests.integration.conftest import Run
from tests.newsroom import World, serve


@pytest.fixture(scope="module")
def run(postgres_15, tmp_path_factory):
    with empty_database(postgres_15) as url, serve(World(stories=40)) as server:
        run = Run(server, url, tmp_path_factory.mktemp("postgres15"))
        yield run
        run.close()


def test_the_marts_are_built_carried_on_and_pass_their_tests(run, tmp_path):
    assert run.rows("select current_setting('server_version_num')::integer / 10000") == [(15,)]
    run.hour()
    first = dbt.build(run.url, tmp_path)
    assert set(first) == {"success", "pass", "no-op"}
    loaded = run.rows("select count(*) from news.article")
    run.later(hours=1)
    run.hour()
    assert run.rows("select count(*) from news.article") > loaded
    assert dbt.build(run.url, tmp_path) == first
    assert run.rows("select count(*) from marts.fct_articles") == run.rows(
        "select count(*) from news.article"
    )
    assert len(run.rows("select distinct logged_at from staging.story_changes")) == 2


def test_the_roles_are_made_and_withhold_what_is_secret(run):
    roles = (dbt.PROJECT / "roles.sql").read_text()
    plain = run.engine.url.set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(roles)
        connection.execute("create role ann login in role dateline_analyst")
        connection.execute(roles)
    analyst = plain.set(username="ann").render_as_string(hide_password=False)
    with psycopg.connect(analyst, autocommit=True) as connection:
        assert connection.execute("select count(*) > 0 from marts.fct_articles").fetchone() == (True,)
        assert connection.execute("show statement_timeout").fetchone() == ("15min",)
        for secret in ("select headers from news.source", "table ops.subscription"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(secret)
