"""Articles a second, end to end and by stage, with CPU seconds, peak memory and the share that Airflow adds.

    python bench/flow.py [--stories 600] [--publishers 60]

The newsroom serves from a process of its own, the database is the embedded one, politeness is off
(the delay between two requests to a host is the publishers' wish, not our speed). First each stage
runs alone, then all together as `dateline run` does, then the same through the DAG by `dag.test`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.fetch import Archive  # noqa: E402
from pipeline.flow.context import Context, visiting  # noqa: E402
from pipeline.flow.ingesting import IngestReport, fetch_batch, ingest_pending, load_batch  # noqa: E402
from pipeline.flow.run import poll_shard  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.sources import load_sources  # noqa: E402
from pipeline.warehouse import registry, schema, server  # noqa: E402
from pipeline.warehouse.engine import open_warehouse, transaction  # noqa: E402
from pipeline.warehouse.leases import worker  # noqa: E402


@contextmanager
def newsroom(folder: Path, stories: int, publishers: int) -> Iterator[None]:
    """An invented world in a process of its own, without crawl delays."""
    code = (
        "import sys, asyncio\n"
        "from tests.newsroom import World, serve\n"
        "from pathlib import Path\n"
        f"folder = Path({str(folder)!r})\n"
        f"with serve(World(stories={stories}, publishers={publishers})) as server:\n"
        "    server.sources_yaml(folder / 'sources.yaml'); server.resolve_file(folder / 'resolve')\n"
        "    print('ready', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        yield
        process.stdin.close()


def fresh(folder: Path, name: str) -> Context:
    """An empty migrated database of that name, and an archive beside it."""
    resolve = (folder / "resolve").read_text()
    allowed = ",".join(sorted(set(re.findall(r"127\.0\.0\.1:\d+", resolve))))
    url = os.environ["BENCH_SERVER"].replace("/dateline?", f"/{name}?")
    admin = open_warehouse(os.environ["BENCH_SERVER"])
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"create database {name}")
    settings = Settings(
        warehouse_url=url,
        archive=str(folder / name),
        allowed_addresses=allowed,
        resolve_file=folder / "resolve",
        host_delay_seconds=0,
        data_dir=folder / f"{name}-data",
    )
    context = Context(open_warehouse(url), Archive(settings.archive_location), settings)
    schema.migrate(context.engine)
    sources = [replace(source, delay_seconds=0) for source in load_sources(folder / "sources.yaml")]
    with transaction(context.engine) as connection:
        registry.sync(connection, sources)
    return context


def loaded(context: Context) -> int:
    with transaction(context.engine) as connection:
        return connection.exec_driver_sql("select count(*) from news.article").scalar_one()


@contextmanager
def timed(figures: dict, name: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    figures[name] = (time.perf_counter() - wall, time.process_time() - cpu)


def stages(context: Context) -> dict:
    """Each stage alone, in the order of the flow."""
    figures: dict = {}
    report = IngestReport()
    with timed(figures, "poll"):
        poll_shard(context, every=True)

    async def fetch(number: int) -> None:
        async with visiting(context) as visit:
            while await fetch_batch(context, visit, number, report):
                pass

    with worker(context.engine) as number:
        with timed(figures, "fetch"):
            asyncio.run(fetch(number))
        with timed(figures, "extract and load"):
            while load_batch(context, number, report):
                pass
    figures["  of that, extract"] = (report.extract_seconds, None)
    figures["  of that, load"] = (figures["extract and load"][0] - report.extract_seconds, None)
    return figures


def together(context: Context) -> tuple[float, float]:
    figures: dict = {}
    with timed(figures, "all"):
        poll_shard(context, every=True)
        ingest_pending(context)
    return figures["all"]


def through_airflow(context: Context) -> dict:
    """The same hour by the DAG: what its report says of its phases."""
    known = context.settings
    environment = os.environ | {
        "DATELINE_WAREHOUSE_URL": str(known.warehouse_url),
        "DATELINE_ARCHIVE": known.archive_location,
        "DATELINE_ALLOWED_ADDRESSES": known.allowed_addresses,
        "DATELINE_RESOLVE_FILE": str(known.resolve_file),
        "DATELINE_HOST_DELAY_SECONDS": "0",
        "DATELINE_DATA_DIR": str(known.data_dir),
    }
    hour = time.strftime("%Y-%m-%dT%H:00:00+00:00", time.gmtime())
    command = [sys.executable, str(ROOT / "deploy" / "airflow_local.py"), "run", "--dag", "news_hourly"]
    command += ["--until", hour, "--conf", '{"every": true}', "--home", str(known.data_dir / "airflow")]
    known.data_dir.mkdir(parents=True)
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"the DAG run failed:\n{ran.stdout}{ran.stderr}")
    return json.loads(ran.stdout.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, default=600)
    parser.add_argument("--publishers", type=int, default=28)
    asked = parser.parse_args()
    screen = Console(width=100)
    with tempfile.TemporaryDirectory() as name, server.temporary() as running:
        folder = Path(name)
        os.environ["BENCH_SERVER"] = running.url
        with newsroom(folder, asked.stories, asked.publishers):
            with screen.status("each stage alone"):
                alone = fresh(folder, "alone")
                figures, count = stages(alone), loaded(alone)
            with screen.status("all together, without Airflow"):
                whole = together(fresh(folder, "whole"))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            with screen.status("through the DAG"):
                dag = through_airflow(fresh(folder, "dag"))
    table = Table(title=f"{count} stories of {asked.publishers} publishers", title_justify="left")
    for column in ("stage", "wall s", "CPU s", "stories/s"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for stage, (wall, cpu) in figures.items():
        table.add_row(stage, f"{wall:.2f}", "" if cpu is None else f"{cpu:.2f}", f"{count / wall:.0f}")
    table.add_section()
    table.add_row("end to end, dateline run", f"{whole[0]:.2f}", f"{whole[1]:.2f}", f"{count / whole[0]:.1f}")
    seconds = dag["seconds"]
    total = sum(seconds.values())
    table.add_row("end to end, news_hourly (dag.test)", f"{total:.2f}", "", f"{count / total:.1f}")
    screen.print(table)
    screen.print(f"peak memory of the process that did the work: {peak:.0f} MB")
    phases = ", ".join(f"{phase} {spent:.1f} s" for phase, spent in seconds.items())
    tasks = ", ".join(f"{task['task']} {task.get('seconds', 0):.1f} s" for task in dag["tasks"])
    screen.print(f"its tasks: {tasks}")
    screen.print(
        f"Airflow adds {total - whole[0]:.1f} s ({(total - whole[0]) / total:.0%} of its run); its phases: {phases}"
    )


if __name__ == "__main__":
    main()
