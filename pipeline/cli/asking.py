"""Commands that ask the warehouse: query, shell."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.reading import as_line
from pipeline.cli.session import DemoOption, WarehouseOption, err, opened, settled
from pipeline.errors import SettingsError
from pipeline.flow.context import Context
from pipeline.warehouse.queries import TIMEOUT_SECONDS, find_psql, psql_environment, run_query
from pipeline.warehouse.questions import Question, checked, find, questions

out = show.console()

TimeoutOption = Annotated[
    float, typer.Option(min=0, help="Seconds after which the server gives up; 0, never.")
]


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    for command in (query, shell):
        app.command()(command)


def query(
    *,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|SQL|FILE", help="One of our questions (see --list), a SELECT, or a file with one."
        ),
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="Show our questions and their parameters.")] = False,
    text: Annotated[bool, typer.Option("--show", help="Show the SQL instead of running it.")] = False,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--set", "-s", metavar="NAME=VALUE", help="A parameter; may be repeated."),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv, json or jsonl.")] = "table",
    timeout: TimeoutOption = TIMEOUT_SECONDS,
    warehouse: WarehouseOption = None,
    demo: DemoOption = False,
) -> None:
    """Runs one read-only query and prints its result: one of ours by name, or your own.

    dateline query --list

    dateline query headline_changes --set days=2 --set source=example.org

    dateline query "select headline, published_at from news.article limit 10" --format csv
    """
    if names:
        out.print(_listed(questions().values()))
        return
    if target is None:
        raise SettingsError("say what to ask: a name of `dateline query --list`, a SELECT, or a file")
    question = find(target)
    if text:
        sys.stdout.write(question.sql)
        return
    if form not in _WRITERS:
        raise SettingsError(f"--format is table, csv, json or jsonl, not {form!r}")
    given = checked(question, dict(_pair(one) for one in parameters or ()))
    context = opened(settled(warehouse=warehouse, demo=demo))
    columns, rows = run_query(context.engine, question.sql, parameters=given, timeout_seconds=timeout)
    _WRITERS[form](columns, rows)


def shell(
    ours: Annotated[
        bool, typer.Option("--builtin", help="Our own small prompt even where there is a psql.")
    ] = False,
    timeout: TimeoutOption = TIMEOUT_SECONDS,
    warehouse: WarehouseOption = None,
    demo: DemoOption = False,
) -> None:
    """Opens a read-only SQL prompt on the warehouse: psql where there is one, else a small one of ours."""
    context = opened(settled(warehouse=warehouse, demo=demo))
    psql = None if ours else find_psql()
    if psql is None:
        _prompt(context, timeout)
        return
    variables = psql_environment(context.engine.url, timeout)
    sys.stdout.flush()
    os.execve(psql, [str(psql), "--quiet"], os.environ | variables)  # noqa: S606 - psql takes over this process


def _prompt(context: Context, timeout: float) -> None:
    """Statements up to a semicolon, each run by itself; an error ends none but its own."""
    if sys.stdin.isatty():
        err.print("[dim]read only; a statement ends with ; and \\q or Ctrl-D ends all[/]", highlight=False)
    statement = ""
    while True:
        try:
            line = input(("... " if statement else "dateline> ") if sys.stdin.isatty() else "")
        except EOFError:
            return
        if not statement and line.strip() in {"\\q", "quit", "exit"}:
            return
        statement += line + "\n"
        if line.rstrip().endswith(";"):
            try:
                _table(*run_query(context.engine, statement, timeout_seconds=timeout))
            except SettingsError as error:
                err.print(f"[red]{error}[/]", highlight=False)
            statement = ""


def _listed(known: Iterable[Question]) -> Table:
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    table.add_column("name", no_wrap=True)
    table.add_column("question", overflow="fold")
    table.add_column("parameters and what holds without", overflow="fold")
    for one in known:
        told = "\n".join(f"{parameter.name} = {parameter.default}" for parameter in one.parameters)
        table.add_row(one.name, one.question, told)
    return table


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise SettingsError(f"--set takes NAME=VALUE, not {text!r}")
    return name, value


def _table(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    out.print(show.rows_table(columns, rows))
    err.print(f"[dim]{len(rows):,} rows[/]")


def _csv(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *rows])


def _json(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    lines = [as_line(dict(zip(columns, row, strict=True))).rstrip() for row in rows]
    sys.stdout.write("[" + ",\n ".join(lines) + "]\n")


def _lines(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    for row in rows:
        sys.stdout.write(as_line(dict(zip(columns, row, strict=True))))


_WRITERS = {"table": _table, "csv": _csv, "json": _json, "jsonl": _lines}
