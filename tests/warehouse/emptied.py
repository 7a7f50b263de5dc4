"""One database for the tests of a module: making and migrating one takes longer than most of them."""

from sqlalchemy import text

from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse, transaction

_TABLES = text("""
select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables
where schemaname in ('news', 'ops') and tablename <> 'alembic_version'
""")


def emptied(url):
    """The URL of a migrated database that holds nothing any more."""
    engine = open_warehouse(url, pooled=False)
    schema.migrate(engine)
    with transaction(engine) as connection:
        connection.execute(text("drop schema if exists marts cascade"))
        connection.execute(text(f"truncate {connection.execute(_TABLES).scalar_one()} cascade"))
    engine.dispose()
    return url
