"""The schema's revision: bring it up to date, or say that it is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from pipeline.errors import SchemaMismatch
from pipeline.warehouse import clustering
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.tables import METADATA

SCHEMAS = ("news", "ops")
VERSION_SCHEMA = "ops"
_LOCK = 0x444C4D49  # "DLMI": one migration at a time


def migrate(engine: Engine) -> str:
    """Brings the schema to this code's revision; returns that revision. Safe to call at once from several processes.

    Raises:
        SchemaMismatch: the schema is newer than this code.
        WarehouseDown: the database does not answer.
    """
    head = _script().get_current_head()
    with transaction(engine) as connection:
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_LOCK})")
        current = revision(connection)
        if current is not None and current != head:
            _known(current)
        if current != head:
            # Views of the marts hang on our tables and would forbid to change them; the next build remakes them.
            connection.exec_driver_sql("drop schema if exists staging cascade")
            upgrade(connection, "head")
    if current not in {None, head}:
        _compare_again(engine)
    return str(head)


def _compare_again(engine: Engine) -> None:
    """Groups the stories of an older schema by today's rule, a batch a transaction."""
    left, before = -1, 0
    while left not in {0, before}:
        before = left
        with transaction(engine) as connection:
            left = clustering.catch_up(connection, 500)


def upgrade(connection: Connection, to: str) -> None:
    """Runs the migrations up to a revision, in the caller's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def check(engine: Engine) -> None:
    """Nothing, if the schema is of this code's revision.

    Raises:
        SchemaMismatch: it is older, newer or absent; the message says what to do.
        WarehouseDown: the database does not answer.
    """
    with transaction(engine) as connection:
        current = revision(connection)
    head = _head()
    if current == head:
        return
    if current is None:
        message = "the warehouse has no Dateline schema yet: run `dateline migrate`"
        raise SchemaMismatch(message)
    _known(current)
    message = f"the warehouse's schema is older ({current}) than this code ({head}): run `dateline migrate`"
    raise SchemaMismatch(message)


def revision(connection: Connection) -> str | None:
    """The revision that the database is at; None: no schema of ours."""
    return MigrationContext.configure(
        connection, opts={"version_table_schema": VERSION_SCHEMA}
    ).get_current_revision()


def differences(connection: Connection) -> list[object]:
    """What separates the database from the tables in code; empty when a migration forgot nothing."""
    context = MigrationContext.configure(
        connection,
        opts={
            "version_table_schema": VERSION_SCHEMA,
            "include_schemas": True,
            "compare_type": True,
            "compare_server_default": True,
            "include_name": ours,
        },
    )
    return list(compare_metadata(context, METADATA))


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """True for what autogenerate should look at: our two schemas."""
    return name in SCHEMAS if kind == "schema" else True


def _known(current: str) -> None:
    if current not in {script.revision for script in _script().walk_revisions()}:
        message = f"the warehouse's schema ({current}) is newer than this code: install the newer Dateline"
        raise SchemaMismatch(message)


@cache
def _head() -> str | None:
    """The revision of the code, read once: a watcher asks every few seconds."""
    return _script().get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
