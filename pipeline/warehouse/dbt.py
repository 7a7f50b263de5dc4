"""The marts: dbt on the project ``sql/``, told where the warehouse is. ::

    python -m pipeline.warehouse.dbt build
    python -m pipeline.warehouse.dbt build --select fct_articles
    python -m pipeline.warehouse.dbt source freshness

takes any command of dbt's and shows what dbt says; the warehouse is ``DATELINE_WAREHOUSE_URL``, else
the embedded server. One dbt at a time works on a warehouse; another waits. What dbt writes is below
``<data_dir>/dbt``, never in the project.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from pipeline.errors import DatelineError, SettingsError
from pipeline.settings import settings
from pipeline.warehouse import schema, server
from pipeline.warehouse.engine import open_warehouse, transaction, warehouse_url

PROJECT = Path(__file__).resolve().parents[2] / "sql"
_LOCK = 0x444C4D54  # "DLMT": one dbt at a time; two would swap each other's half-built tables
# Its standard input ends when we do, however we do: no dbt may outlive the lock that its caller holds.
_PROGRAM = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(1)), daemon=True).start()
from dbt.cli.main import cli
cli(prog_name="dbt")
"""
# Sums over a million rows fit into memory, which four sessions share; to compile a plan takes longer than to run it.
_SESSION = "-c work_mem=64MB -c jit=off"
_PROFILE = {
    "DBT_HOST": "host",
    "DBT_PORT": "port",
    "DBT_USER": "user",
    "DBT_ENV_SECRET_PASSWORD": "password",  # dbt keeps what has this prefix out of its logs
    "DBT_DATABASE": "dbname",
}


class MartsFailed(DatelineError):
    """A model could not be built or a test of the data failed; the message is what dbt said of it."""


def environment(url: str) -> dict[str, str]:
    """The variables that ``sql/profiles.yml`` reads, and libpq's own for what else the URL says.

    What the URL leaves out has libpq's default. An empty host is the default socket.

    Raises:
        SettingsError: the URL is not PostgreSQL's, names several hosts, or has an option that
            cannot be handed on.

    >>> told = environment("postgresql://me:secret@db.example/news?sslmode=require")
    >>> told["DBT_HOST"], told["DBT_PORT"], told["DBT_DATABASE"], told["PGSSLMODE"]
    ('db.example', '5432', 'news', 'require')
    """
    known = warehouse_url(url)
    _, options = known.get_dialect()().create_connect_args(known)
    libpq = {option.keyword.decode(): option for option in psycopg.pq.Conninfo.get_defaults()}
    if "," in str(options.get("host", "")):
        raise SettingsError("dbt talks to one host, the warehouse URL names several", url=_shown(url))
    told = {}
    for variable, name in _PROFILE.items():
        default = libpq[name].val or b""
        told[variable] = str(options.pop(name, None) or default.decode())
    for name, value in options.items():
        option = libpq.get(name)
        if option is None or not option.envvar:
            raise SettingsError(f"dbt cannot be told {name!r} of the warehouse URL", url=_shown(url))
        told[option.envvar.decode()] = str(value)
    return told


def variables(url: str, data_dir: Path) -> dict[str, str]:
    """All that dbt's process must be told: ``environment``, and where the project is and what it writes."""
    told = environment(url)
    return told | {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_USE_COLORS": "false",
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(_folder(data_dir) / "target"),
        "DBT_LOG_PATH": str(_folder(data_dir) / "logs"),
        "PGTZ": "UTC",
        "PGOPTIONS": f"{_SESSION} {told.get('PGOPTIONS', '')}",
    }


def build(url: str, data_dir: Path) -> dict[str, int]:
    """Builds and tests every model; returns how many ended how, such as ``{"success": 25, "pass": 69}``.

    Raises:
        MartsFailed: a model or a test failed; the next build may succeed, as when a row came in between.
        SchemaMismatch: the warehouse is not at this code's revision.
        WarehouseDown: it does not answer.
    """
    with _locked(url):
        done = _dbt(
            url,
            data_dir,
            ["--log-level", "warn", "build"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode:
            said = _without_clock(done.stdout) or f"dbt ended with {done.returncode}"
            message = f"the marts could not be built:\n{said}\ndbt's log is {_folder(data_dir) / 'logs' / 'dbt.log'}"
            raise MartsFailed(message, url=_shown(url))
        results = json.loads((_folder(data_dir) / "target" / "run_results.json").read_text())["results"]
    return dict(Counter(result["status"] for result in results))


@contextmanager
def _locked(url: str) -> Iterator[None]:
    """Until the end nobody else's dbt works on the warehouse."""
    engine = open_warehouse(url, pooled=False)
    schema.check(engine)
    with transaction(engine) as connection:
        connection.exec_driver_sql("set local idle_in_transaction_session_timeout = 0")
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_LOCK})")
        yield


def _dbt(
    url: str, data_dir: Path, arguments: Sequence[str], **streams: Any
) -> subprocess.CompletedProcess[str]:
    if not PROJECT.is_dir():
        raise SettingsError(f"the dbt project is not at {PROJECT}: run from a checkout", url=str(PROJECT))
    theirs, ours = os.pipe()
    try:
        return subprocess.run(  # noqa: S603 - our own interpreter, dbt's own program
            [sys.executable, "-c", _PROGRAM, *arguments],
            env=os.environ | variables(url, data_dir),
            stdin=theirs,
            text=True,
            check=False,
            **streams,
        )
    finally:
        os.close(theirs)
        os.close(ours)


def _folder(data_dir: Path) -> Path:
    return data_dir.absolute() / "dbt"


def _shown(url: str) -> str:
    return warehouse_url(url).render_as_string(hide_password=True)


def _without_clock(output: str) -> str:
    """The lines that dbt wrote, without the time before each, which would make every failure another message."""
    lines = (line.partition("  ")[2] if line[2:3] == ":" else line for line in output.splitlines())
    return "\n".join(line.rstrip() for line in lines if line.strip())


def main() -> int:
    """Runs dbt with this process's arguments on the warehouse of the settings; returns its exit code."""
    known = settings()
    try:
        url = known.warehouse_url or server.start(known.data_dir).url
        with _locked(url):
            return _dbt(url, known.data_dir, sys.argv[1:]).returncode
    except DatelineError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
