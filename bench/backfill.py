"""24 past hours through Airflow's backfill, against the same work done at once.

    python bench/backfill.py [--stories 120] [--feeds 40]

A newsroom is polled hour by hour of one day, so that our archive has what it received. Then two empty warehouses get
the day back from it: one by a loop over the 24 hours in one process, `news_hourly`'s work without Airflow; the other by
`airflow backfill create --dag-id news_hourly` under a whole Airflow with its scheduler and LocalExecutor. What is asked:
the runs, from the command's start to the last run's end, take at most 60 s more than the loop. Politeness is off.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from hourly import airflow, call, counted, database, publishers_of, variables, warm  # noqa: E402

from pipeline.fetch import Archive  # noqa: E402
from pipeline.flow.context import Context  # noqa: E402
from pipeline.flow.ingesting import ingest_pending  # noqa: E402
from pipeline.flow.run import poll_shard  # noqa: E402
from pipeline.flow.window import enter_window  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.sources import load_sources  # noqa: E402
from pipeline.warehouse import registry, server  # noqa: E402
from pipeline.warehouse.engine import open_warehouse, transaction  # noqa: E402
from tests.newsroom import World, serve  # noqa: E402

HOURS = 24
MOST_SECONDS = 60.0
HOUR = timedelta(hours=1)
AIRFLOW = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
from airflow_home import enter, environment
enter(environment(Path(sys.argv.pop(1)), Path(sys.argv.pop(1))))
from airflow.__main__ import main
main()
"""


def context_of(folder: Path, name: str, url: str, now: datetime) -> Context:
    """A context on that warehouse and an archive of that name, whose clock stands."""
    known = variables(folder, name, url)
    settings = Settings(
        archive=known["DATELINE_ARCHIVE"],
        allowed_addresses=known["DATELINE_ALLOWED_ADDRESSES"],
        resolve_file=folder / "resolve",
        host_delay_seconds=0,
    )
    return Context(open_warehouse(url), Archive(settings.archive_location), settings, lambda: now)


def empty_database(admin_url: str, name: str) -> str:
    """URL of a new database of that name."""
    with open_warehouse(admin_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"create database {name}")
    return admin_url.replace("/dateline?", f"/{name}?")


def registered(folder: Path, url: str) -> str:
    """The warehouse's URL, once it knows the publishers."""
    with transaction(open_warehouse(url)) as connection:
        registry.sync(connection, load_sources(folder / "sources.yaml"))
    return url


def live_through(folder: Path, admin_url: str, served: Any, first: datetime) -> None:
    """Polls hour by hour: the archive ``live`` then has the day."""
    url = registered(folder, database(admin_url, "live"))
    for number in range(HOURS):
        now = first + HOUR * number + HOUR / 2
        served.set_time(now)
        poll_shard(context_of(folder, "live", url, now), every=True)


def by_loop(folder: Path, admin_url: str, first: datetime) -> tuple[float, dict[str, int]]:
    """Seconds of the work itself, and the entries by state."""
    shutil.copytree(folder / "live", folder / "loop")
    url = registered(folder, database(admin_url, "loop"))
    context = context_of(folder, "loop", url, first + HOUR * (HOURS + 1))
    begun = time.perf_counter()
    for number in range(HOURS):
        since = first + HOUR * number
        enter_window(context, since, since + HOUR)
        ingest_pending(context)
    return time.perf_counter() - begun, counted(url)


def by_airflow(
    folder: Path, admin_url: str, first: datetime, screen: Any
) -> tuple[float, dict[str, int], list[dict[str, Any]]]:
    """Seconds from the command's start to the last run's end, the entries by state, and the runs."""
    shutil.copytree(folder / "live", folder / "airflow")
    url = database(admin_url, "airflow")
    environment = variables(folder, "airflow", url)
    # Airflow's own tables too: SQLite refuses one of two that write, as the scheduler and the command do.
    own = empty_database(admin_url, "airflow_own")
    environment |= dict.fromkeys(
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"), own
    )
    with airflow(folder, "airflow", environment) as api:
        warm(api, screen)
        registered(folder, url)
        last = first + HOUR * (HOURS - 1)
        command = [sys.executable, "-c", AIRFLOW, str(ROOT / "deploy")]
        command += [str(folder / "airflow-airflow"), str(folder / "airflow-dags"), "backfill", "create"]
        command += ["--dag-id", "news_hourly", "--max-active-runs", "4"]
        command += ["--from-date", first.isoformat(), "--to-date", last.isoformat()]
        begun = time.perf_counter()
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            sys.exit(f"airflow backfill create failed: {ran.stderr[-3000:]}")
        screen.update("through Airflow: the runs are made")
        runs: list[dict[str, Any]] = []
        while len(runs) < HOURS or any(run["state"] not in {"success", "failed"} for run in runs):
            time.sleep(0.5)
            runs = call(f"{api}/dags/news_hourly/dagRuns?run_type=backfill&limit=100")["dag_runs"]
            done = sum(run["state"] in {"success", "failed"} for run in runs)
            screen.update(f"through Airflow: {done} of {HOURS} runs")
        return time.perf_counter() - begun, counted(url), runs


def main() -> int:
    """Prints what is asked and what was measured; 1 if it is more."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--stories", type=int, default=120)
    asked = parser.parse_args()
    screen = Console(width=110)
    world = World(publishers=publishers_of(asked.feeds), stories=asked.stories)
    first = world.end.replace(minute=0, second=0, microsecond=0) - HOUR * HOURS
    with tempfile.TemporaryDirectory() as name, server.temporary() as running, serve(world) as served:
        folder = Path(name)
        served.sources_yaml(folder / "sources.yaml")
        served.environment(folder)
        os.environ["DATELINE_HOST_DELAY_SECONDS"] = "0"
        with screen.status("polling a day, hour by hour") as status:
            live_through(folder, running.url, served, first)
            served.set_time(world.end)
            status.update("the work itself")
            loop, states = by_loop(folder, running.url, first)
            status.update("through Airflow: it starts")
            dag, by_dag, runs = by_airflow(folder, running.url, first, status)
    failed = sum(run["state"] == "failed" for run in runs)
    over = dag - loop
    is_met = over <= MOST_SECONDS and not failed and states == by_dag
    screen.print(f"the work itself: {loop:.1f} s, {states}", highlight=False)
    screen.print(f"{len(runs)} runs through Airflow: {dag:.1f} s, {by_dag}, {failed} failed", highlight=False)
    screen.print(
        f"asked: at most {MOST_SECONDS:.0f} s beyond the work; measured: {over:+.1f} s: {'met' if is_met else 'MISSED'}"
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
