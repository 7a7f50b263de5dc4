"""One query of a user: a single statement, read only whatever it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import Engine

from pipeline.errors import SettingsError, WarehouseDown


def run_query(engine: Engine, sql: str) -> tuple[list[str], Sequence[tuple[Any, ...]]]:
    """The names of the columns and the rows.

    Raises:
        SettingsError: the statement is no query, is refused, or is more than one.
        WarehouseDown: the database does not answer.
    """
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = "-c default_transaction_read_only=on -c timezone=UTC"
    try:
        with psycopg.connect(url, options=options, application_name="dateline query") as connection:
            # Prepared: the protocol then takes one statement, so none can hide behind another.
            cursor = connection.execute(sql.encode(), prepare=True)
            if cursor.description is None:
                message = "that is no query: it returns no rows"
                raise SettingsError(message)
            return [column.name for column in cursor.description], cursor.fetchall()
    except psycopg.OperationalError as error:
        if error.sqlstate is None:
            raise WarehouseDown(f"the warehouse does not answer ({str(error).strip()})") from error
        raise SettingsError(f"the query failed: {str(error).strip()}") from error
    except psycopg.Error as error:
        raise SettingsError(f"the query failed: {str(error).strip()}") from error
