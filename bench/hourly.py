"""One hourly run: by the command line, and through a whole Airflow with its scheduler and LocalExecutor.

    python bench/hourly.py [--feeds 500] [--stories 1000] [--rounds 1]

Both do the same hour's work on the same invented newsroom, each into a warehouse of its own on one server:
`dateline run --every` in one process, and the DAG news_hourly in 4 shards, its run triggered over the API. What is
asked: the DAG's wall time, from the trigger to the state "success", is at most 15 % more than the command's, or 20 s
more where the command takes less than two minutes. Politeness is off: it is the publishers' wish, not our speed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from socket import socket
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from flow import newsroom  # noqa: E402

from pipeline.sources import load_sources  # noqa: E402
from pipeline.warehouse import registry, schema, server  # noqa: E402
from pipeline.warehouse.engine import open_warehouse, transaction  # noqa: E402
from tests.newsroom import World  # noqa: E402

LOCAL = [sys.executable, str(ROOT / "deploy" / "airflow_local.py")]
SHARDS = 4
MOST_SHARE, MOST_SECONDS, SHORT_SECONDS = 0.15, 20.0, 120.0
"""What Airflow may add: a share of the command's time, or so many seconds where that is short."""
HOUR_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    seconds: float
    cpu_seconds: float
    """Of our processes and Airflow's; the database and the newsroom are apart."""
    states: Mapping[str, int]
    """Entries of the ledger by state, at its end."""
    tasks: tuple[dict[str, Any], ...] = ()


def publishers_of(feeds: int) -> int:
    """How many publishers of the newsroom have at least so many feeds."""
    return next(
        n
        for n in count(1)
        if sum(len(house.feeds) for house in World(publishers=n, stories=1).publishers) >= feeds
    )


def database(admin_url: str, name: str) -> str:
    """URL of an empty migrated warehouse of that name."""
    with open_warehouse(admin_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"create database {name}")
    url = admin_url.replace("/dateline?", f"/{name}?")
    schema.migrate(open_warehouse(url))
    return url


def variables(folder: Path, name: str, url: str) -> dict[str, str]:
    """The environment of a run that works on that warehouse, with an archive of its own."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DATELINE_"))
    }
    resolved = {line.split()[1] for line in (folder / "resolve").read_text().splitlines()}
    return kept | {
        "DATELINE_WAREHOUSE_URL": url,
        "DATELINE_ARCHIVE": str(folder / name),
        "DATELINE_ALLOWED_ADDRESSES": ",".join(sorted(resolved)),
        "DATELINE_RESOLVE_FILE": str(folder / "resolve"),
        "DATELINE_HOST_DELAY_SECONDS": "0",
        "DATELINE_DATA_DIR": str(folder / f"{name}-data"),
        "DATELINE_SHARDS": str(SHARDS),
    }


def counted(url: str) -> dict[str, int]:
    """Entries by state."""
    with transaction(open_warehouse(url)) as connection:
        rows = connection.exec_driver_sql(
            "select state, count(*) from ops.ledger group by 1 order by 1"
        ).all()
    return dict(rows)


def by_command(folder: Path, name: str, admin_url: str) -> Measured:
    """``dateline run``."""
    url = database(admin_url, name)
    command = [str(Path(sys.executable).with_name("dateline")), "run", "--every"]
    command += ["--sources", str(folder / "sources.yaml")]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ran = subprocess.run(
        command, env=variables(folder, name, url), check=False, capture_output=True, text=True
    )
    if ran.returncode:
        sys.exit(f"dateline run failed: {ran.stderr[-3000:]}")
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(seconds, cpu, counted(url))


@contextmanager
def airflow(folder: Path, name: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Address of an Airflow that knows one DAG; the watchers of news_events would do the hour's work before it."""
    dags, home = folder / f"{name}-dags", folder / f"{name}-airflow"
    dags.mkdir()
    shutil.copy(ROOT / "dags" / "news_hourly.py", dags)
    Path(environment["DATELINE_DATA_DIR"]).mkdir()
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        up = [*LOCAL, "up", "--home", str(home), "--dags", str(dags), "--port", str(port)]
        subprocess.run(up, env=environment, check=True, stdout=subprocess.DEVNULL)
        yield f"http://127.0.0.1:{port}/api/v2"
    finally:
        subprocess.run(
            [*LOCAL, "down", "--home", str(home)], env=environment, check=True, stdout=subprocess.DEVNULL
        )


def call(url: str, body: Mapping[str, Any] | None = None) -> Any:
    """The API's answer as JSON; a busy server has its time."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
        return json.load(answer)


def awaited(url: str, screen: Any) -> dict[str, Any]:
    """The run once it has ended."""
    end = time.monotonic() + HOUR_SECONDS
    while (run := call(url))["state"] not in {"success", "failed"}:
        if time.monotonic() > end:
            sys.exit(f"{url} does not end")
        screen.update(f"through Airflow: {run['dag_run_id']} is {run['state']}")
        time.sleep(0.5)
    if run["state"] != "success":
        sys.exit(f"{url} failed")
    return dict(run)


def warm(api: str, screen: Any) -> None:
    """Waits for the run that the scheduler makes of the last hour on its own: no feed is registered yet."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        try:
            runs = call(f"{api}/dags/news_hourly/dagRuns")["dag_runs"]
        except OSError:
            runs = []
        if runs:
            awaited(f"{api}/dags/news_hourly/dagRuns/{runs[0]['dag_run_id']}", screen)
            return
        time.sleep(0.5)
    sys.exit("the scheduler made no run")


def cpu_of(leader: int) -> float:
    """CPU seconds of a process and all that came of it."""
    first = psutil.Process(leader)
    spent = 0.0
    for process in (first, *first.children(recursive=True)):
        try:
            spent += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:  # it ended: whoever waited for it has its time
            continue
    return spent


def by_airflow(folder: Path, name: str, admin_url: str, screen: Any) -> Measured:
    """A run of the DAG."""
    url = database(admin_url, name)
    with airflow(folder, name, variables(folder, name, url)) as api:
        warm(api, screen)
        with transaction(open_warehouse(url)) as connection:
            registry.sync(connection, load_sources(folder / "sources.yaml"))
        leader = int((folder / f"{name}-airflow" / "standalone.pid").read_text())
        before, begun = cpu_of(leader), time.perf_counter()
        run = call(f"{api}/dags/news_hourly/dagRuns", {"logical_date": None, "conf": {"every": True}})
        run_url = f"{api}/dags/news_hourly/dagRuns/{run['dag_run_id']}"
        awaited(run_url, screen)
        seconds, cpu = time.perf_counter() - begun, cpu_of(leader) - before
        tasks = call(f"{run_url}/taskInstances?limit=100")["task_instances"]
    return Measured(seconds, cpu, counted(url), tuple(tasks))


def spans(tasks: tuple[dict[str, Any], ...]) -> list[tuple[str, float, float]]:
    """Name, begin and end of each task in seconds after the first one's scheduling, by begin."""
    done = [task for task in tasks if task["start_date"] and task["end_date"]]
    first = min(datetime.fromisoformat(task["queued_when"] or task["start_date"]) for task in done)
    found = []
    for task in done:
        name = task["task_id"] + (f"[{task['map_index']}]" if task["map_index"] >= 0 else "")
        begin, end = (
            (datetime.fromisoformat(task[key]) - first).total_seconds() for key in ("start_date", "end_date")
        )
        found.append((name, begin, end))
    return sorted(found, key=lambda span: span[1:])


def main() -> int:
    """Prints what is asked and what was measured; 1 if it is more."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--stories", type=int, default=1000, help="at least so many are loaded")
    parser.add_argument("--rounds", type=int, default=1, help="the median of so many counts")
    asked = parser.parse_args()
    screen = Console(width=110)
    houses = publishers_of(asked.feeds)
    commands, dags = [], []
    with tempfile.TemporaryDirectory() as name, server.temporary() as running:
        folder = Path(name)
        # Some are copies of others, some have no readable page: those are no new stories.
        with newsroom(folder, round(asked.stories * 1.1), houses), screen.status("…") as status:
            for number in range(asked.rounds):
                status.update("by the command line")
                commands.append(by_command(folder, f"command_{number}", running.url))
                status.update("through Airflow: it starts")
                dags.append(by_airflow(folder, f"airflow_{number}", running.url, status))
    return report(asked, commands, dags, screen)


def report(asked: argparse.Namespace, commands: list[Measured], dags: list[Measured], screen: Console) -> int:
    """Prints the figures; 1 if they are not what is asked."""
    table = Table(title=f"{asked.feeds} feeds, median of {asked.rounds} round(s)", title_justify="left")
    for column in ("", "wall s", "CPU s", "loaded", "duplicate", "rejected", "pending"):
        table.add_column(column, justify="right" if column else "left")
    walls = []
    for label, runs in (("dateline run", commands), (f"news_hourly, {SHARDS} shards", dags)):
        states = runs[-1].states
        settled = [states.get(state, 0) for state in ("loaded", "duplicate", "rejected")]
        wall, cpu = (
            statistics.median(getattr(run, what) for run in runs) for what in ("seconds", "cpu_seconds")
        )
        walls.append(wall)
        left = sum(states.values()) - sum(settled)
        table.add_row(label, f"{wall:.1f}", f"{cpu:.1f}", *map(str, (*settled, left)))
    screen.print(table)
    for task, begin, end in spans(dags[-1].tasks):
        screen.print(f"  {task:<12} {begin:6.1f} to {end:6.1f} s", highlight=False)
    command, dag = walls
    most = MOST_SHARE * command if command >= SHORT_SECONDS else MOST_SECONDS
    loaded = min(run.states.get("loaded", 0) for run in (*commands, *dags))
    is_met = dag - command <= most and loaded >= asked.stories
    screen.print(
        f"asked: at most {most:.1f} s beyond the command's, of {asked.stories} stories or more; measured: {dag - command:+.1f} s "
        f"({(dag - command) / command:+.0%}), {loaded} stories: {'met' if is_met else 'MISSED'}"
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
