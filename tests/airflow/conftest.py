"""Real Airflow in processes of its own: pytest's stays free of Airflow's global state."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "airflow_local.py"


@dataclass(frozen=True)
class Ran:
    """What ``airflow_local.py run`` reported."""

    code: int
    report: dict
    errors: str

    @property
    def states(self):
        return {task["task"]: task["state"] for task in self.report.get("tasks", ())}


@dataclass(frozen=True)
class LocalAirflow:
    """``deploy/airflow_local.py`` with a home and a data folder of its own."""

    data_dir: Path
    variables: dict

    @property
    def home(self):
        return self.data_dir / "airflow"

    def call(self, *arguments, timeout=240):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DATELINE_"))
        }
        environment |= {"DATELINE_DATA_DIR": str(self.data_dir), **self.variables}
        command = [sys.executable, str(SCRIPT), *map(str, arguments)]
        return subprocess.run(
            command,
            env=environment,
            cwd=self.data_dir,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def run(self, dag, until, *, conf=None, dags=SCRIPT.parents[1] / "dags"):
        done = self.call(
            "run", "--dag", dag, "--until", until, "--conf", json.dumps(conf or {}), "--dags", dags
        )
        return Ran(done.returncode, json.loads(done.stdout or "{}"), done.stderr)


@pytest.fixture
def local_airflow(database_url):
    """Builds a ``LocalAirflow`` on this test's empty database; keyword arguments are further variables.

    ``DATELINE_WAREHOUSE_URL=""`` lets it start an embedded server of its own. All is ended afterwards.
    """
    with _building(database_url) as build:
        yield build


@pytest.fixture(scope="module")
def module_airflow():
    """The same for all tests of a module, each with an embedded server of its own."""
    with _building("") as build:
        yield build


@contextmanager
def _building(database_url):
    made = []

    def build(**variables):
        # Everybody may enter, unlike pytest's own folders: as root the server runs as somebody else.
        data_dir = Path(tempfile.mkdtemp(prefix="dateline airflow ", dir="/tmp"))
        data_dir.chmod(0o755)
        chosen = {"DATELINE_WAREHOUSE_URL": database_url, **variables}
        made.append(LocalAirflow(data_dir, {name: value for name, value in chosen.items() if value}))
        return made[-1]

    yield build
    for local in made:
        ended = local.call("down")
        assert ended.returncode == 0, ended.stderr
        shutil.rmtree(local.data_dir)


@pytest.fixture
def free_port():
    """A port on loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
