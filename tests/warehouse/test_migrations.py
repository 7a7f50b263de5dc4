"""The way back: every migration can be undone, down to an empty database, and done again."""

from alembic import command
from sqlalchemy import inspect

from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse, transaction


def downgrade(connection, to):
    config = schema._config()
    config.attributes["connection"] = connection
    command.downgrade(config, to)


def test_up_down_to_nothing_and_up_again(database_url):
    engine = open_warehouse(database_url, pooled=False)
    head = schema.migrate(engine)
    for revision in [one.down_revision for one in schema._script().walk_revisions()]:
        with transaction(engine) as connection:
            downgrade(connection, revision or "base")
            assert schema.revision(connection) == revision
    with transaction(engine) as connection:
        left = {name: inspect(connection).get_table_names(schema=name) for name in schema.SCHEMAS}
    assert left == {"news": [], "ops": ["alembic_version"]}
    assert schema.migrate(engine) == head
    with transaction(engine) as connection:
        assert schema.differences(connection) == []
    engine.dispose()
