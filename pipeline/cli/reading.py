"""Commands that look: extract, query, export."""

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
from pipeline.cli.explain import explained
from pipeline.cli.onepage import article_of, fetch, is_address, read_file, registered
from pipeline.cli.session import (
    DemoOption,
    SourcesOption,
    WarehouseOption,
    err,
    opened,
    settled,
)
from pipeline.errors import SettingsError
from pipeline.flow.context import utc_now
from pipeline.warehouse import reports
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.queries import run_query

out = show.console()


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    for command in (extract, query, export):
        app.command()(command)


def extract(
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE", help="A page: its address, or a saved file (HTML, or the text of one)."
        ),
    ],
    url: Annotated[str, typer.Option(help="Where a saved page came from.")] = "",
    sources: SourcesOption = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Instead of JSON show each field with what every source on the page said of it, which was taken and "
            "why, and a draft of the [bold]hints[/] that would overrule it.",
        ),
    ] = False,
) -> None:
    """Reads one page and prints the article as JSON: every field, its method, every date found.

    An address is fetched as `dateline run` would fetch it, robots.txt and all. Where the publisher stands in
    the sources file, its zone, language and hints are used.

        dateline extract https://example.org/2024/03/09/rain --explain

        dateline extract page.html --url https://example.org/2024/03/09/rain
    """
    known = settled(sources=sources)
    address = target if is_address(target) else url
    source = registered(address, known.sources, required=sources is not None)
    page = fetch(target, source, known) if is_address(target) else read_file(Path(target), url)
    article = article_of(page, source)
    if explain:
        out.print(explained(article, source, today=utc_now().date()))
    else:
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
