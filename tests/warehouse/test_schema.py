"""The schema: migrated, described, and refused where it does not fit."""

import subprocess
import sys

import pytest
from sqlalchemy import text

from pipeline.errors import SchemaMismatch, SettingsError, WarehouseDown
from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse, transaction, warehouse_url
from pipeline.warehouse.tables import METADATA


@pytest.fixture
def empty(database_url):
    engine = open_warehouse(database_url, pooled=False)
    yield engine
    engine.dispose()


def test_a_migrated_warehouse_is_what_the_tables_say(empty):
    assert schema.migrate(empty) == schema.migrate(empty)
    schema.check(empty)
    with transaction(empty) as connection:
        assert schema.differences(connection) == []


def test_an_empty_database_is_told_from_an_older_and_a_newer_one(empty):
    with pytest.raises(SchemaMismatch, match="dateline migrate"):
        schema.check(empty)
    schema.migrate(empty)
    with transaction(empty) as connection:
        connection.execute(text("update ops.alembic_version set version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="newer than this code"):
        schema.check(empty)
    with pytest.raises(SchemaMismatch, match="newer than this code"):
        schema.migrate(empty)


def test_what_an_older_schema_holds_is_kept(empty):
    with transaction(empty) as connection:
        schema.upgrade(connection, "0001")
        connection.execute(
            text("""
                insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers)
                values (gen_random_uuid(), 'gazette.example', 'Gazette', false, 'active', true, '{}')
            """)
        )
    schema.migrate(empty)
    schema.check(empty)
    with transaction(empty) as connection:
        assert connection.execute(text("select domain, hints from news.source")).all() == [
            ("gazette.example", [])
        ]
        assert schema.differences(connection) == []


def test_several_may_migrate_at_once(empty, database_url):
    code = "import sys; from pipeline.warehouse import schema, engine; schema.migrate(engine.open_warehouse(sys.argv[1]))"
    runs = [subprocess.Popen([sys.executable, "-c", code, database_url]) for _ in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    schema.check(empty)


def test_every_table_and_column_is_described(empty):
    schema.migrate(empty)
    with transaction(empty) as connection:
        rows = connection.execute(
            text("""
                select c.oid::regclass::text, a.attname from pg_class c
                join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('news', 'ops')
                join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped
                where c.relkind = 'r' and c.relname <> 'alembic_version'
                and col_description(c.oid, a.attnum) is null
                union all
                select c.oid::regclass::text, '' from pg_class c
                join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('news', 'ops')
                where c.relkind = 'r' and c.relname <> 'alembic_version' and obj_description(c.oid) is null
            """)
        ).all()
    assert rows == []
    assert len(METADATA.tables) > 20


def test_a_dead_database_is_said_to_be_dead(tmp_path):
    with pytest.raises(WarehouseDown, match="DATELINE_WAREHOUSE_URL"):
        schema.check(open_warehouse(f"postgresql:///news?host={tmp_path}"))


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///x.db", "nonsense"])
def test_what_is_no_postgresql_is_refused(url):
    with pytest.raises(SettingsError):
        warehouse_url(url)
