"""The way into the warehouse: an engine for a URL, and errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from pipeline.errors import SettingsError, WarehouseDown, WarehouseRefused

_DRIVER = "postgresql+psycopg"
_SHUTDOWNS = ("57P01", "57P02", "57P03")  # admin_shutdown, crash_shutdown, cannot_connect_now


def warehouse_url(text: str) -> URL:
    """The URL with psycopg 3 as its driver.

    Raises:
        SettingsError: it is no URL, or not of PostgreSQL.

    >>> str(warehouse_url("postgres://me@db.example/news"))
    'postgresql+psycopg://me@db.example/news'
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        message = (
            "the warehouse URL cannot be read; it looks like postgresql://user:password@host:5432/database"
        )
        raise SettingsError(message) from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        message = f"the warehouse is PostgreSQL (15 or newer); {url.get_backend_name()!r} is not supported"
        raise SettingsError(message, url=url.render_as_string())
    return url.set(drivername=_DRIVER)


def open_warehouse(text: str, *, pooled: bool = True) -> Engine:
    """An engine whose sessions speak UTC; nothing is connected yet.

    Args:
        text: the URL.
        pooled: False gives each use its own connection, as a forked worker needs.
    """
    options: dict[str, Any] = {} if pooled else {"poolclass": NullPool}
    return create_engine(
        warehouse_url(text),
        hide_parameters=True,  # an error must not print the texts of stories
        connect_args={"connect_timeout": 10, "options": "-c timezone=UTC", "application_name": "dateline"},
        **options,
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction: committed at the end, rolled back by an exception.

    Raises:
        WarehouseDown: the database does not answer, or went away.
        WarehouseRefused: it refused a statement; the message has the server's words.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        if isinstance(error, OperationalError) and _is_down(error):
            raise WarehouseDown(_advice(engine, error), url=_shown(engine)) from error
        raise WarehouseRefused(f"the warehouse refused: {_first_line(error)}", url=_shown(engine)) from error


def _is_down(error: OperationalError) -> bool:
    """True where the server cannot be reached or has closed the connection, not where it refused a statement."""
    never_connected = error.statement is None
    return (
        never_connected or error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _SHUTDOWNS
    )


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _advice(engine: Engine, error: OperationalError) -> str:
    cause = _first_line(error)
    return f"the warehouse {_shown(engine)} does not answer ({cause}); is it running, and is DATELINE_WAREHOUSE_URL right?"


__all__ = ["Connection", "Engine", "open_warehouse", "transaction", "warehouse_url"]
