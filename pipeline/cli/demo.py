"""``dateline demo``: one hour of an invented world, through the real DAG, on a real database."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.panel import Panel
from rich.syntax import Syntax

from pipeline.cli import show
from pipeline.cli.session import opened, settled
from pipeline.errors import DatelineError, SettingsError
from pipeline.flow.context import Context
from pipeline.sources import load_sources
from pipeline.warehouse import registry, reports
from pipeline.warehouse.engine import Connection, transaction

out = show.console(record=True)

ROOT = Path(__file__).resolve().parents[2]

QUERIES = {
    "Which source gave the date, what completed it, and the proof": """\
select published_method, count(*), min(published_evidence) as example
from news.article group by 1 order by 2 desc""",
    "One text at several publishers: who had it first": """\
select c.cluster_id, s.name, a.published_at, a.headline
from news.story_cluster c join news.article a using (story_id) join news.source s using (source_id)
where c.cluster_id in (select cluster_id from news.story_cluster group by 1 having count(*) > 1)
order by 1, 3 limit 10""",
    "Where the stories were filed from": """\
select p.country, p.name, round(p.lat::numeric, 2) as lat, round(p.lon::numeric, 2) as lon, count(*)
from news.article_place p where rel = 'located' group by 1, 2, 3, 4 order by 5 desc limit 10""",
}


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(demo)


def demo(
    stories: Annotated[
        int, typer.Option(min=20, max=5000, help="How many stories the invented publishers have.")
    ] = 200,
    picture: Annotated[
        Path | None, typer.Option(help="Also write what is printed as an SVG picture.")
    ] = None,
) -> None:
    """Shows it all: invented publishers, the DAG news_hourly in process, and what came out.

    Run again, it polls the same feeds and loads nothing twice.
    """
    if not (ROOT / "tests" / "newsroom").is_dir():
        raise SettingsError(
            "the demo needs a checkout of the project: its invented publishers live in tests/newsroom"
        )
    began = time.monotonic()
    known = settled(demo=True).model_copy(update={"warehouse_url": None, "archive": None})
    folder = known.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    with out.status("Starting the embedded PostgreSQL"):
        context = opened(known, migrate=True)
    with _newsroom(folder, stories) as environment:
        with transaction(context.engine) as connection:
            registry.sync(connection, load_sources(folder / "sources.yaml"))
            before = reports.table_hashes(connection)
            known_before = sum(count.entries for count in reports.conservation(connection))
        _run_dag(context, environment, folder)
    with transaction(context.engine) as connection:
        after = reports.table_hashes(connection)
        _print_result(connection)
    _print_second_run(known_before, before == after)
    _print_next(time.monotonic() - began)
    if picture:
        drawn = out.export_svg(title="make demo")
        # Without rich's web font: a picture that asks nobody for anything.
        picture.write_text(re.sub(r"@font-face\s*{[^}]*}", "", drawn), encoding="utf-8")


@contextmanager
def _newsroom(folder: Path, stories: int) -> Iterator[dict[str, str]]:
    """The invented publishers on loopback; what a process needs to reach them, as environment."""
    sources, resolve = folder / "sources.yaml", folder / "resolve"
    command = [sys.executable, "-m", "tests.newsroom", "--port", "0", "--stories", str(stories)]
    command += ["--sources-file", str(sources), "--resolve-file", str(resolve)]
    with (
        (folder / "newsroom.log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603
    ):
        try:
            ready = process.stdout.readline().split() if process.stdout else []
            if ready[:1] != ["ready"]:
                raise DatelineError(f"the demo's newsroom did not start; see {folder / 'newsroom.log'}")
            # Its second column: the newsroom, and an address that never answers, for the hosts that are down.
            allowed = sorted({line.split()[1] for line in resolve.read_text().splitlines() if line.strip()})
            yield {"DATELINE_ALLOWED_ADDRESSES": ",".join(allowed), "DATELINE_RESOLVE_FILE": str(resolve)}
        finally:
            process.terminate()


def _run_dag(context: Context, environment: dict[str, str], folder: Path) -> None:
    """One interval of news_hourly by ``dag.test`` in a process of its own, with progress from the warehouse."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    known = context.settings
    environment = (
        os.environ
        | environment
        | {
            "DATELINE_WAREHOUSE_URL": str(known.warehouse_url),
            "DATELINE_ARCHIVE": known.archive_location,
            "DATELINE_DATA_DIR": str(folder),
            "DATELINE_HOST_DELAY_SECONDS": "0",
        }
    )
    command = [sys.executable, str(ROOT / "deploy" / "airflow_local.py"), "run", "--dag", "news_hourly"]
    command += [
        "--until",
        hour.isoformat(),
        "--conf",
        json.dumps({"every": True}),
        "--home",
        str(folder / "airflow"),
    ]
    with (folder / "demo.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        with out.status("Starting Airflow") as status:
            while process.poll() is None:
                status.update(f"Airflow runs news_hourly until {hour:%Y-%m-%d %H:%M}Z   {_counts(context)}")
                time.sleep(0.3)
        printed = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise DatelineError(f"the DAG run failed; see {folder / 'demo.log'}\n{printed.strip()}")


def _counts(context: Context) -> str:
    with transaction(context.engine) as connection:
        counts = reports.conservation(connection)
    entries, loaded = sum(one.entries for one in counts), sum(one.loaded for one in counts)
    settled_ = sum(one.loaded + one.duplicates + one.rejected for one in counts)
    return f"{entries:,} entries seen, {settled_:,} settled, {loaded:,} stories loaded" if entries else ""


def _print_result(connection: Connection) -> None:
    out.print(show.feeds_table(reports.conservation(connection)))
    why = reports.reasons(connection)
    if why:
        out.print(show.reasons_table(why))
    out.print(show.stories_table(reports.sample(connection)))


def _print_second_run(known_before: int, same: bool) -> None:
    if not known_before:
        return
    if same:
        out.print(
            f"[green]Run again:[/] all {known_before:,} entries were known; nothing was loaded twice, no row of any table changed."
        )
    else:
        out.print(
            f"[green]Run again:[/] {known_before:,} entries were known; what had been waiting, or is new, was taken up."
        )


def _print_next(seconds: float) -> None:
    command = ".venv/bin/dateline" if (ROOT / ".venv").is_dir() else "dateline"
    for title, sql in QUERIES.items():
        out.print(
            Panel(
                Syntax(sql, "sql", background_color="default", word_wrap=True),
                title=title,
                title_align="left",
            )
        )
    out.print(f'Ask it anything:  [bold]{command} query --demo "select …"[/]')
    out.print(f"Every entry, by feed:  [bold]{command} status --demo --feeds[/]   (took {seconds:.0f} s)")
