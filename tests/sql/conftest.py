"""A dbt that stays, since to start one takes longer than most of its runs; and Debian's PostgreSQL 15."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from pipeline.warehouse import dbt
from pipeline.warehouse.place import unprivileged

_PROGRAM = """
import json, sys
from dbt.cli.main import dbtRunner
manifest = dbtRunner().invoke(["parse", "--quiet"]).result
runner = dbtRunner(manifest=manifest)
for line in sys.stdin:
    done = runner.invoke(json.loads(line))
    results = [] if done.result is None else getattr(done.result, "results", [])
    wrong = [f"{one.node.name}: {one.message}" for one in results if one.status not in ("success", "pass")]
    answer = {"ok": done.success, "wrong": wrong, "exception": str(done.exception or "")}
    print("ANSWER" + json.dumps(answer), flush=True)
"""


class Dbt:
    """dbt on one warehouse, in a process that is asked again and again."""

    def __init__(self, process):
        self.process = process

    def __call__(self, *arguments):
        """Raises AssertionError with what dbt says where anything failed."""
        self.process.stdin.write(json.dumps([*arguments, "--quiet"]) + "\n")
        self.process.stdin.flush()
        said = []
        for line in self.process.stdout:
            if line.startswith("ANSWER"):
                answer = json.loads(line.removeprefix("ANSWER"))
                assert answer["ok"], answer["wrong"] or answer["exception"] or said
                return
            said.append(line)
        raise AssertionError(f"dbt ended: {said}")


@pytest.fixture(scope="module")
def start_dbt(tmp_path_factory):
    """Starts a dbt on the warehouse of a URL, for the length of a ``with``."""

    @contextmanager
    def start(url):
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            env=os.environ | dbt.variables(url, tmp_path_factory.mktemp("dbt")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            yield Dbt(process)
            process.stdin.close()

    return start


DEBIAN = Path("/usr/lib/postgresql/15/bin")
# The shell outlives a test run that is killed, and then reads the end of the pipe.
_TETHERED = '"$@" >&2 & read -r _; kill -INT $!; wait $!'


@pytest.fixture(scope="module")
def postgres_15():
    """URL of a PostgreSQL 15, the oldest that is supported."""
    if not (DEBIAN / "postgres").exists():
        pytest.skip(f"there is no {DEBIAN}: apt-get install postgresql-15")
    account = unprivileged()
    user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    home = Path(tempfile.mkdtemp(prefix="dateline-15-", dir="/tmp"))
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)
    log = home / "log"
    try:
        made = [DEBIAN / "initdb", "-D", home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*made, "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, **user)
        server = [
            DEBIAN / "postgres",
            "-D",
            home / "data",
            "-k",
            home,
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
        ]
        with log.open("w") as said:
            process = subprocess.Popen(
                ["/bin/sh", "-c", _TETHERED, "sh", *server], stdin=subprocess.PIPE, stderr=said, **user
            )
        with process:
            wait_for(f"postgresql://postgres@/postgres?host={home}", log)
            yield f"postgresql+psycopg://postgres@/postgres?host={home}"
            process.stdin.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def wait_for(url, log, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
