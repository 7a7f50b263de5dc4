"""Commands that look: extract, query, export, archive verify."""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli import show
from pipeline.cli.session import ArchiveOption, DemoOption, WarehouseOption, err, opened, settled
from pipeline.errors import SettingsError
from pipeline.fetch import Archive
from pipeline.flow.article import extract_article, extract_text
from pipeline.flow.context import utc_now
from pipeline.warehouse import reports
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.queries import run_query

out = show.console()


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    for command in (extract, query, export):
        app.command()(command)
    archive = typer.Typer(help="The archive of every byte received.", no_args_is_help=True)
    archive.command("verify")(verify)
    app.add_typer(archive, name="archive")


def extract(
    file: Annotated[Path, typer.Argument(help="A saved page: HTML, or the text of one.")],
    url: Annotated[str, typer.Option(help="Where the page came from.")] = "",
) -> None:
    """Reads one saved page and prints the article as JSON: every field, its method, every date found."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error
    address = url or file.absolute().as_uri()
    is_html = b"<" in data[:2000] and (b"</" in data or b"<!" in data[:2000])
    article = (
        extract_article(data, url=address)
        if is_html
        else extract_text(data.decode("utf-8", "replace"), url=url or None)
    )
    out.print_json(json.dumps(article, default=_plain, ensure_ascii=False))


def query(
    sql: Annotated[
        str, typer.Argument(help="A SELECT. Tables: news.article, news.article_body, news.article_place …")
    ],
    warehouse: WarehouseOption = None,
    demo: DemoOption = False,
    form: Annotated[str, typer.Option("--format", help="table, csv or jsonl.")] = "table",
) -> None:
    """Runs one read-only query and prints its result."""
    context = opened(settled(warehouse=warehouse, demo=demo))
    columns, rows = run_query(context.engine, sql)
    if form == "table":
        out.print(show.rows_table(columns, rows))
        err.print(f"[dim]{len(rows):,} rows[/]")
    elif form == "csv":
        import csv

        csv.writer(sys.stdout).writerows([columns, *rows])
    elif form == "jsonl":
        for row in rows:
            _print_line(dict(zip(columns, row, strict=True)))
    else:
        raise SettingsError(f"--format is table, csv or jsonl, not {form!r}")


def export(
    warehouse: WarehouseOption = None,
    demo: DemoOption = False,
    form: Annotated[str, typer.Option("--format", help="jsonl: one story a line.")] = "jsonl",
    output: Annotated[
        Path | None, typer.Option("--output", help="A file; without one, standard output.")
    ] = None,
) -> None:
    """Writes the stories, one a line, with every field, date evidence, dateline, cluster and ledger state."""
    if form != "jsonl":
        raise SettingsError(f"--format is jsonl, not {form!r}")
    context = opened(settled(warehouse=warehouse, demo=demo))
    count = 0
    partial = output.with_name(output.name + ".part") if output else None
    with transaction(context.engine) as connection:
        stream = partial.open("w", encoding="utf-8") if partial else sys.stdout
        for story in reports.stories(connection):
            _print_line(story, stream)
            count += 1
        if partial and output:
            stream.close()
            partial.replace(output)
    err.print(f"[dim]{count:,} stories[/]")


def verify(archive: ArchiveOption = None, demo: DemoOption = False) -> None:
    """Reads the whole archive and names what is damaged. Status 1 if anything is."""
    store = Archive(settled(archive=archive, demo=demo).archive_location)
    found = 0
    with err.status("Reading the archive"):
        for finding in store.verify(now=utc_now()):
            found += 1
            out.print(f"{finding.object}: {finding.problem}", highlight=False, soft_wrap=True)
    if found:
        raise typer.Exit(1)
    out.print("the archive is whole")


def _print_line(values: dict[str, Any], stream: Any = None) -> None:
    (stream or sys.stdout).write(json.dumps(values, default=_plain, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    return dict(value) if hasattr(value, "items") else str(value)
