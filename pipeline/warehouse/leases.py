"""Who is at work: a lease is void once it ends, or once its worker's lock is gone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Table,
    cast,
    column,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import OID

from pipeline.warehouse.engine import transaction

_LOCK_CLASS = 0x444C574B  # "DLWK"
_LOCKS = table("pg_locks", *map(column, ("locktype", "granted", "database", "classid", "objid", "objsubid")))
_THIS_DATABASE = text("(select oid from pg_database where datname = current_database())")


@contextmanager
def worker(engine: Engine) -> Iterator[int]:
    """A number for this worker, locked in the database until the block ends or the process dies.

    Raises:
        WarehouseDown: the database does not answer.
    """
    number = secrets.randbelow(2**31 - 1) + 1
    connection = _connected(engine)
    try:
        connection.exec_driver_sql(f"select pg_advisory_lock({_LOCK_CLASS}, {number})")
        yield number
    finally:
        # The lock goes with the session; one that is gone already has nothing to give back.
        connection.invalidate()
        connection.close()


def _connected(engine: Engine) -> Connection:
    with transaction(engine):
        pass  # says in our words when there is no server
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def unleased(leased: Table) -> ColumnElement[bool]:
    """True of a row, of a table with leases, that nobody has in hand."""
    return leased.c.lease_until.is_(None) | (leased.c.lease_until < text("now()")) | _no_such_worker(leased)


def _no_such_worker(leased: Table) -> ColumnElement[bool]:
    # A worker that dies loses its connection, and PostgreSQL its lock: its entries are free at once,
    # not at the end of the lease. The end of the lease is for a machine that vanished without a word.
    held = select(literal(1)).where(
        _LOCKS.c.locktype == "advisory",
        _LOCKS.c.granted,
        _LOCKS.c.database == _THIS_DATABASE,
        _LOCKS.c.classid == _LOCK_CLASS,
        _LOCKS.c.objid == cast(cast(leased.c.lease_worker, BigInteger), OID),
        _LOCKS.c.objsubid == 2,
    )
    return ~held.correlate(leased).exists()
