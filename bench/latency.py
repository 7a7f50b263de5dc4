"""Seconds from publication to a row that can be queried, under Airflow's real scheduler, triggerer and API server.

    python bench/latency.py [--stories 40] [--watched 1000] [--only watcher websub loop]

All is on this machine: an embedded warehouse, Airflow with the DAG ``news_events`` alone (LocalExecutor, SQLite), and
publishers on loopback. Three parts:

watcher  20 feeds, rounds of 2 s. A story is published at a feed every few seconds, and its row waited for. At their own
         pace the feeds would be asked every ten minutes at most, so the floor is lowered and all are made due each
         half second: what is measured is what comes after a feed is due.
websub   20 feeds that a hub pushes. The hub is a process of its own, asked and told of news over HTTP.
loop     1,000 feeds, each asked once within ten minutes as at their usual pace. A second trigger in the same
         triggerer ticks every 10 ms and keeps how late its loop wakes it, before there are feeds and with them; a
         process that does nothing else ticks beside it and shows how late this machine is by itself.

Whatever else runs makes every figure worse, so the machine's load is printed with them.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.fetch import Archive  # noqa: E402
from pipeline.flow.context import Context  # noqa: E402
from pipeline.flow.websub import renew_subscriptions  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.warehouse import registry, schema, server  # noqa: E402
from pipeline.warehouse.engine import open_warehouse, transaction  # noqa: E402
from tests.newsroom.press import Press  # noqa: E402

FEEDS = 20
ROUND_SECONDS = 2
ASKED = {"watcher": 10.0, "websub": 5.0, "loop": 0.1}
"""Seconds: p95 of the first two, the most of the third."""
BETWEEN = (2.0, 5.0)
"""Seconds between two publications."""
LONGEST_WAIT = 120.0
SETTLE_SECONDS = 300.0
TICKER = """
import asyncio, json, os, time
from airflow.triggers.base import BaseEventTrigger

class Ticker(BaseEventTrigger):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def serialize(self):
        return "bench_ticker.Ticker", {"path": self.path}

    async def run(self):
        late, told = [], time.monotonic()
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.01)
            late.append(round(time.monotonic() - begun - 0.01, 4))
            if begun > told + 1:
                with open(self.path, "a") as file:
                    file.write(json.dumps([time.time(), late]) + "\\n")
                late, told = [], begun
        yield
"""
TICKING = """
from airflow.sdk import Asset, AssetWatcher, DAG
from bench_ticker import Ticker

tick = Asset("bench_tick", watchers=[AssetWatcher(name="ticker", trigger=Ticker({path!r}))])
with DAG("ticking", schedule=[tick]):
    pass
"""
CONTROL = """
import json, sys, time
while True:
    late, told = [], time.monotonic()
    while time.monotonic() < told + 1:
        begun = time.monotonic()
        time.sleep(0.01)
        late.append(round(time.monotonic() - begun - 0.01, 4))
    with open(sys.argv[1], "a") as file:
        file.write(json.dumps([time.time(), late]) + "\\n")
"""


class Arrival(NamedTuple):
    """One story: seconds after its publication."""

    known: float
    """It was in the ledger."""
    row: float
    """It was in ``news.article``."""


class Stage(NamedTuple):
    """What all parts work on."""

    folder: Path
    context: Context
    airflow: str
    """Address of the API server."""
    watched: Press
    pushed: Press
    many: Press
    hub: int
    screen: Console


@contextmanager
def staged(screen: Console, watched: int) -> Iterator[Stage]:
    """Airflow up, with publishers and a hub; every process is ended."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="dateline-latency-", dir="/tmp"))
        stack.callback(shutil.rmtree, folder)
        folder.chmod(0o755)  # as root, the server runs as somebody else
        hub = stack.enter_context(_process("-m", "tests.newsroom.hub", stdout=subprocess.PIPE))
        assert hub.stdout is not None
        hub_port = int(hub.stdout.readline())
        near = stack.enter_context(Press(FEEDS))
        pushed = stack.enter_context(
            Press(FEEDS, named=False, hub=f"http://127.0.0.1:{hub_port}/", domain="pushed.example")
        )
        many = stack.enter_context(Press(watched, domain="many.example"))
        stack.callback(server.stop, folder)
        engine = open_warehouse(server.start(folder).url, pooled=False)
        schema.migrate(engine)
        port = _free_port()
        variables = _variables(folder, port, hub_port, (near, pushed, many))
        stack.callback(_airflow, variables, "down")
        with screen.status("Airflow starts (half a minute on two idle cores)"):
            _airflow(variables, "up", "--port", str(port), "--dags", str(folder / "dags"))
        settings = Settings(
            data_dir=folder,
            allowed_addresses=variables["DATELINE_ALLOWED_ADDRESSES"],
            host_delay_seconds=0,
        )
        context = Context(engine, Archive(settings.archive_location), settings)
        yield Stage(folder, context, f"http://127.0.0.1:{port}", near, pushed, many, hub_port, screen)


def _variables(folder: Path, port: int, hub_port: int, presses: Sequence[Press]) -> dict[str, str]:
    dags = folder / "dags"
    dags.mkdir()
    shutil.copy(ROOT / "dags" / "news_events.py", dags)
    (dags / "ticking.py").write_text(TICKING.format(path=str(folder / "ticks")))
    (folder / "bench_ticker.py").write_text(TICKER)
    tables = []
    for press in presses:
        press.environment(folder)
        tables.append((folder / "resolve").read_text())
    (folder / "resolve").write_text("".join(tables))
    ports = (hub_port, *(press.port for press in presses))
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DATELINE_"))
    }
    return kept | {
        "DATELINE_DATA_DIR": str(folder),
        "DATELINE_RESOLVE_FILE": str(folder / "resolve"),
        "DATELINE_ALLOWED_ADDRESSES": ",".join(f"127.0.0.1:{one}" for one in ports),
        "DATELINE_HOST_DELAY_SECONDS": "0",
        "DATELINE_WATCH_ROUND_SECONDS": str(ROUND_SECONDS),
        "DATELINE_FEED_INTERVAL_SECONDS": "1",
        "DATELINE_WEBSUB_CALLBACK": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(folder),
    }


def _airflow(variables: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, str(ROOT / "deploy" / "airflow_local.py"), *arguments]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Airflow, {arguments[0]}: {done.stdout}{done.stderr}")


@contextmanager
def _process(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, text=True, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def register(stage: Stage, press: Press) -> None:
    with transaction(stage.context.engine) as connection:
        registry.sync(connection, press.sources(), prune=False)


def settle(stage: Stage, stories: int) -> None:
    """Waits until so many stories are in, which those are that the feeds begin with."""
    with stage.screen.status("") as status:
        while (there := _number(stage, "select count(*) from news.article")) < stories:
            status.update(f"stories that the feeds begin with: {there} of {stories}")
            time.sleep(0.5)


def make_due(stage: Stage, press: Press, within: str = "0 s") -> None:
    hosts = "select feed_id from news.feed where url like :base"
    sql = f"update ops.feed_state set next_poll_at = now() + random() * interval '{within}' where feed_id in ({hosts})"
    base = press.base(0).replace("f0", "f%")
    with transaction(stage.context.engine) as connection:
        connection.execute(text(sql), {"base": f"{base}/%"})


def watcher(stage: Stage, stories: int) -> list[Arrival]:
    before = _number(stage, "select count(*) from news.article")
    register(stage, stage.watched)
    settle(stage, before + FEEDS)

    def publish(feed: int) -> str:
        return stage.watched.publish(feed)

    def meanwhile() -> None:
        make_due(stage, stage.watched)

    return published(stage, "watcher", stories, publish, meanwhile)


def websub(stage: Stage, stories: int) -> list[Arrival]:
    before = _number(stage, "select count(*) from news.article")
    register(stage, stage.pushed)
    settle(stage, before + FEEDS)
    # One renewal searches a thousand documents for hubs, and the loop's feeds may be before these.
    while _number(stage, "select count(*) from ops.subscription where state = 'active'") < FEEDS:
        renew_subscriptions(stage.context, stage.airflow)
        time.sleep(0.2)

    def publish(feed: int) -> str:
        url = stage.pushed.publish(feed)
        fields = {"hub.mode": "publish", "hub.url": f"{stage.pushed.base(feed)}/feed"}
        data = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{stage.hub}/", data, timeout=30):
            return url

    return published(stage, "websub", stories, publish, lambda: None)


def published(stage: Stage, name: str, stories: int, publish: Any, meanwhile: Any) -> list[Arrival]:
    """Publishes so many stories, some seconds apart, and waits for each."""
    choice, arrivals = random.Random(7), []
    waiting: dict[str, float] = {}
    next_at = due_at = time.time()
    begun, last = 0, next_at
    with stage.screen.status("") as status:
        while begun < stories or waiting:
            now = time.time()
            if begun < stories and now >= next_at:
                url = publish(choice.randrange(FEEDS))
                waiting[url] = {**stage.watched.published, **stage.pushed.published}[url]
                begun, next_at, last = begun + 1, now + choice.uniform(*BETWEEN), now
            if now >= due_at:
                meanwhile()
                due_at = now + 0.5
            arrivals += _arrived(stage, waiting)
            status.update(f"{name}: {len(arrivals)} of {stories} stories are rows")
            if waiting and now > last + LONGEST_WAIT:
                sys.exit(f"{name}: {len(waiting)} stories never came")
            time.sleep(0.05)
    return arrivals


def _arrived(stage: Stage, waiting: dict[str, float]) -> list[Arrival]:
    """Those that are rows by now, taken from ``waiting``."""
    if not waiting:
        return []
    sql = """
        select l.url, extract(epoch from l.discovered_at)
        from ops.ledger l join news.article a on a.story_id = l.story_id where l.url = any(:urls)
    """
    with transaction(stage.context.engine) as connection:
        rows = connection.execute(text(sql), {"urls": list(waiting)}).all()
    now = time.time()
    begun = [(waiting.pop(url), float(known)) for url, known in rows]
    return [Arrival(known - at, now - at) for at, known in begun]


def loop(stage: Stage, watched: int, seconds: float) -> dict[str, list[float]]:
    """How late a tick of 10 ms comes in the triggerer: before there are feeds and with them, and beside it."""
    ticks, control = stage.folder / "ticks", stage.folder / "control"
    with stage.screen.status("the trigger that ticks starts"):
        while not ticks.exists():
            time.sleep(0.5)
    quiet = _ticked(stage, ticks, "the triggerer without feeds", 20)
    register(stage, stage.many)
    with stage.screen.status("") as status:
        while stage.many.requests < watched:
            status.update(f"first polls: {stage.many.requests} of {watched}")
            time.sleep(0.5)
    settle(stage, watched)
    make_due(stage, stage.many, within="10 minutes")
    asked = stage.many.requests
    with _process("-c", CONTROL, str(control)):
        late = _ticked(stage, ticks, f"the triggerer with {watched} feeds", seconds)
    polled = stage.many.requests - asked
    return {
        "no feeds": quiet,
        f"{watched} feeds, {polled / seconds:.1f} polls a second": late,
        "another process at the same time": [one for _, some in _lines(control) for one in some],
    }


def _ticked(stage: Stage, path: Path, what: str, seconds: float) -> list[float]:
    begun = time.time()
    with stage.screen.status("") as status:
        while time.time() < begun + seconds:
            status.update(f"{what}: {time.time() - begun:.0f} of {seconds:.0f} s")
            time.sleep(0.5)
    return [one for at, some in _lines(path) if at > begun + 2 for one in some]


def _lines(path: Path) -> list[tuple[float, list[float]]]:
    return [tuple(json.loads(line)) for line in path.read_text().splitlines()]


def _number(stage: Stage, sql: str) -> int:
    with transaction(stage.context.engine) as connection:
        return int(connection.execute(text(sql)).scalar_one())


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def airflow_times(stage: Stage) -> dict[str, list[float]]:
    """Where the seconds go between the bell and the rows: by the last runs of ``news_events``."""
    runs = _api(stage, "/dags/news_events/dagRuns?limit=100&order_by=-run_after")["dag_runs"]
    told: dict[str, list[float]] = {}
    for run in runs:
        if run["run_type"] != "asset_triggered" or run["state"] != "success":
            continue
        events = _api(stage, f"/dags/news_events/dagRuns/{run['dag_run_id']}/upstreamAssetEvents")
        first = min(_at(one["timestamp"]) for one in events["asset_events"])
        instances = _api(stage, f"/dags/news_events/dagRuns/{run['dag_run_id']}/taskInstances")
        drain = next(one for one in instances["task_instances"] if one["task_id"] == "drain")
        moments = {
            "event to run": (first, _at(run["queued_at"])),
            "run to task queued": (_at(run["queued_at"]), _at(drain["queued_when"])),
            "queued to started": (_at(drain["queued_when"]), _at(drain["start_date"])),
            "the task itself": (_at(drain["start_date"]), _at(drain["end_date"])),
        }
        for name, (begin, end) in moments.items():
            told.setdefault(name, []).append(end - begin)
    return told


def _at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _api(stage: Stage, path: str) -> Any:
    with urllib.request.urlopen(f"{stage.airflow}/api/v2{path}", timeout=60) as answer:
        return json.load(answer)


def row(table: Table, name: str, values: Sequence[float], asked: str = "", *, unit: float = 1.0) -> None:
    figures = [quantile(values, 0.5), quantile(values, 0.95), max(values)]
    table.add_row(name, str(len(values)), *(f"{one / unit:.2f}" for one in figures), asked)


def _table(title: str, unit: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("", "of", f"p50 {unit}", f"p95 {unit}", f"max {unit}", "asked"):
        table.add_column(column, justify="right" if column else "left")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, default=40, help="published in each of the first two parts")
    parser.add_argument("--watched", type=int, default=1000, help="feeds of the third part")
    parser.add_argument("--seconds", type=float, default=120, help="of the third part's measurement")
    parser.add_argument("--only", nargs="+", choices=list(ASKED), default=list(ASKED))
    asked = parser.parse_args()
    screen = Console(width=110)
    with staged(screen, asked.watched if "loop" in asked.only else 0) as stage:
        if "loop" in asked.only:
            table = _table("The triggerer's event loop: how late a tick of 10 ms comes", "ms")
            for name, late in loop(stage, asked.watched, asked.seconds).items():
                row(table, name, late, f"max {ASKED['loop'] * 1000:.0f}", unit=0.001)
            screen.print(table)
        table = _table("From publication", "s")
        for name, measure in (("watcher", watcher), ("websub", websub)):
            if name in asked.only:
                arrivals = measure(stage, asked.stories)
                row(table, f"{name}: into the ledger", [one.known for one in arrivals])
                limit = f"p95 {ASKED[name]:.0f}"
                row(table, f"{name}: to a row", [one.row for one in arrivals], limit)
        if table.row_count:
            table.add_section()
            for name, seconds in airflow_times(stage).items():
                row(table, f"news_events: {name}", seconds)
            screen.print(table)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    screen.print(f"load of the machine ({os.cpu_count()} cores) over 1, 5 and 15 minutes: {load}")


if __name__ == "__main__":
    main()
