"""``dateline export``: the warehouse as files for other tools."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.reading import as_line
from pipeline.cli.session import DemoOption, WarehouseOption, err, opened, settled
from pipeline.cli.verifying import size
from pipeline.errors import SettingsError
from pipeline.flow.context import Context, utc_now
from pipeline.flow.exporting import LOGS, STORIES, File, export_months
from pipeline.warehouse import reports
from pipeline.warehouse.engine import transaction

out = show.console()


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(export)


def export(
    *,
    location: Annotated[
        str | None,
        typer.Argument(
            help="Folder or fsspec URL (s3://bucket/prefix) to which files are written, a month each. Without one, "
            "JSON lines of all stories go to standard output.",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", help="parquet (the default for a location), csv or jsonl; both are gzipped."
        ),
    ] = None,
    tables: Annotated[
        str,
        typer.Option(
            help="Which tables, separated by commas: stories, versions, bodies, and of the log polls, fetches. "
            "[bold]all[/] are those five, as `dateline retain` needs them.",
        ),
    ] = ",".join(STORIES),
    output: Annotated[
        Path | None, typer.Option("--output", help="Without a location: a file in place of standard output.")
    ] = None,
    warehouse: WarehouseOption = None,
    demo: DemoOption = False,
) -> None:
    """Writes the stories as files that DuckDB, pandas, Polars and Spark read: by month of publication (UTC).

    Run again, it writes only the months that have changed since, each file whole or not at all. Stories without
    an instant lie under month=undated. docs/export.md has the columns.

        dateline export /data/news

        duckdb -c "select month, count(*) from '/data/news/stories/*/*.parquet' group by 1"

    Without a location each line is one story with everything: dates found, ledger, evidence.

        dateline export > stories.jsonl
    """
    context = opened(settled(warehouse=warehouse, demo=demo))
    if location is None:
        _stream(context, form or "jsonl", output)
        return
    if output:
        raise SettingsError("--output is for an export without a location")
    names = [*STORIES, *LOGS] if tables == "all" else [name.strip() for name in tables.split(",")]
    with _bar() as progress:
        files = export_months(
            context.engine,
            location,
            now=utc_now(),
            form=form or "parquet",
            tables=names,
            progress=progress,
        )
    if files:
        out.print(_table(files))
    else:
        out.print("nothing has changed since the last export to this location")


@contextmanager
def _bar() -> Iterator[Callable[[str, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        task = bars.add_task("Looking for what has changed", total=None)
        yield lambda path, rows: bars.update(task, description=f"{path}: {rows:,} rows", total=None)


def _table(files: list[File]) -> Table:
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    for column in ("table", "month", "rows", "size", "file"):
        table.add_column(column, justify="right" if column in ("rows", "size") else "left", no_wrap=True)
    for one in files:
        held = (f"{one.rows:,}", size(one.size_bytes)) if one.size_bytes else ("", "removed")
        table.add_row(one.table, one.month, *held, one.path)
    return table


def _stream(context: Context, form: str, output: Path | None) -> None:
    if form != "jsonl":
        raise SettingsError(
            f"without a location --format is jsonl, not {form!r}: say where the files are to go"
        )
    count = 0
    partial = output.with_name(output.name + ".part") if output else None
    with transaction(context.engine) as connection:
        stream = partial.open("w", encoding="utf-8") if partial else sys.stdout
        for story in reports.stories(connection):
            stream.write(as_line(story))
            count += 1
        if partial and output:
            stream.close()
            partial.replace(output)
    err.print(f"[dim]{count:,} stories[/]")
