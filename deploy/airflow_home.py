"""Airflow's folder and its environment, complete before anything imports Airflow.

SQLite for Airflow's own tables, its logs and its keys are all in the folder. The warehouse is
``DATELINE_WAREHOUSE_URL``, else the embedded server, started here.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settings import settings
from pipeline.warehouse import server

REPOSITORY = Path(__file__).resolve().parents[1]
POOLS = {
    "dateline_poll": (8, "Shards that poll feeds"),
    "dateline_ingest": (8, "Shards that fetch pages, read and load them"),
}
"""The DAGs' pools: slots and description. A task whose pool is missing waits for ever."""
_DATABASE = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC")


def airflow_home(asked: Path | None) -> Path:
    """Airflow's folder, made. A ``%`` or ``$`` breaks its settings: then it lies in the user's state folder.

    Raises:
        SettingsError: that one has such a sign, too.
    """
    home = (asked or settings().data_dir / "airflow").resolve()
    if _breaks_airflow(home):
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        elsewhere = state / "dateline" / f"airflow-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
        if _breaks_airflow(elsewhere):
            raise SettingsError(
                f"Airflow cannot live in {home}: give a folder without % and $ by --home", url=str(home)
            )
        sys.stderr.write(f"Airflow's files are in {elsewhere}: it cannot live in {home}\n")
        home = elsewhere
    home.mkdir(parents=True, exist_ok=True)
    return home


def _breaks_airflow(path: Path) -> bool:
    return bool({"%", "$"} & set(str(path)))


def environment(home: Path, dags: Path) -> dict[str, str]:
    """What Airflow must find in the environment for both kinds of run.

    Its own database is SQLite, unless the environment names another.
    """
    keys = _keys(home)
    given = {name: os.environ[name] for name in _DATABASE if name in os.environ}
    return {
        "AIRFLOW_HOME": str(home),
        # After 5 s, the usual limit, a busy machine's scheduler gives up and ends.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db?timeout=60",
        "AIRFLOW__CORE__DAGS_FOLDER": str(_reachable(dags, home)),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(_reachable(REPOSITORY / "plugins", home)),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__FERNET_KEY": keys["fernet"],
        "AIRFLOW__API__SECRET_KEY": keys["api"],
        "AIRFLOW__API_AUTH__JWT_SECRET": keys["jwt"],
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        # A slot is otherwise held five seconds per trivial task.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        # A task that waits five seconds, the usual limit, for a busy API server would be a failed one.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",
        "DATELINE_DATA_DIR": str(settings().data_dir.resolve()),
        "DATELINE_WAREHOUSE_URL": _warehouse_url(),
        **given,
    }


def _keys(home: Path) -> dict[str, str]:
    """Keys of this home: made once, or the rows encrypted with them could not be read again."""
    path = home / "keys.json"
    with _locked(home):
        if not path.exists():
            made = {"fernet": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}
            made |= {name: secrets.token_urlsafe(64) for name in ("api", "jwt")}
            new = path.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text(json.dumps(made))
            new.rename(path)
        return dict(json.loads(path.read_text()))


def _reachable(folder: Path, home: Path) -> Path:
    """``folder``, or a link to it where its own path would break Airflow."""
    folder = folder.resolve()
    if not _breaks_airflow(folder):
        return folder
    link = home / f"{folder.name}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"
    if not link.is_symlink():
        link.symlink_to(folder)
    return link


def _warehouse_url() -> str:
    given = settings().warehouse_url
    if given:
        return given
    running = server.start(settings().data_dir)
    for note in running.notes:
        sys.stderr.write(f"{note}\n")
    return running.url


def enter(variables: Mapping[str, str]) -> None:
    """Makes this process one of Airflow's."""
    for name in ("AIRFLOW_CONFIG", "AIRFLOW__CORE__UNIT_TEST_MODE"):
        os.environ.pop(name, None)
    os.environ.update(variables)
    settings.cache_clear()  # tasks of this process read the warehouse's URL, too
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH"))))
    # `airflow standalone` looks its parts up on PATH.
    os.environ["PATH"] = os.pathsep.join(
        (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
    )


def prepare(home: Path) -> None:
    """Migrates Airflow's own database and makes the pools; safe in several processes at once."""
    with _locked(home):
        from airflow.models.pool import Pool
        from airflow.utils.db import initdb

        initdb()
        for name, (slots, description) in POOLS.items():
            Pool.create_or_update_pool(name, slots, description, include_deferred=False)


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def silenced(log: Path) -> Iterator[None]:
    """Sends stdout and stderr to ``log``, those of C code and of children too."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    target = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for descriptor in (*kept, target):
            os.close(descriptor)
