"""Who is at work: a lease is void once it ends, or once its worker's lock is gone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, Engine, text

from pipeline.warehouse.engine import transaction
from pipeline.warehouse.tables import LEDGER

_LOCK_CLASS = 0x444C574B  # "DLWK"

# A worker that dies loses its connection, and PostgreSQL its lock: its entries are free at once,
# not at the end of the lease. The end of the lease is for a machine that vanished without a word.
_NO_SUCH_WORKER = text(
    "not exists (select 1 from pg_locks l where l.locktype = 'advisory' and l.granted"
    " and l.database = (select oid from pg_database where datname = current_database())"
    " and l.classid = :lock_class and l.objid = ops.ledger.lease_worker::bigint::oid and l.objsubid = 2)"
).bindparams(lock_class=_LOCK_CLASS)


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


def unleased() -> ColumnElement[bool]:
    """True of a ledger row that nobody has in hand."""
    return LEDGER.c.lease_until.is_(None) | (LEDGER.c.lease_until < text("now()")) | _NO_SUCH_WORKER
