"""``dateline retain``: what is old enough to go, and its going."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.session import ArchiveOption, DemoOption, WarehouseOption, err, opened, settled
from pipeline.cli.verifying import size
from pipeline.errors import SettingsError
from pipeline.flow.retaining import FILES, LEAST, Ages, Going
from pipeline.flow.retaining import retain as retained

out = show.console()


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(retain)


def retain(
    *,
    bodies: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS",
            min=LEAST.days,
            help="Bodies of stories of which nothing was heard for so long; headlines, dates, counts of words and the "
            "keys by which copies are found stay. Setting: DATELINE_RETAIN_BODIES_DAYS.",
        ),
    ] = None,
    logs: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS",
            min=LEAST.days,
            help="Polls and requests; polls are summed by feed and month, the ledger stays. Setting: "
            "DATELINE_RETAIN_LOGS_DAYS.",
        ),
    ] = None,
    files: Annotated[
        int | None,
        typer.Option(
            "--archive-files",
            metavar="DAYS",
            min=LEAST.days,
            help="Files of the archive: no better parser will read them again. Setting: DATELINE_RETAIN_ARCHIVE_DAYS.",
        ),
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Do it. Without it, it is only shown.")] = False,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
    demo: DemoOption = False,
) -> None:
    """Shows what is older than it has to be kept, and with --delete takes it away.

    Only what stands in a current export goes; a month without one is kept, and told. Nothing has an age unless an
    option or a setting gives one; 60 days are the least. It may be stopped, and run twice.

        dateline export /data/news --tables all

        dateline retain --bodies 400 --logs 90
    """
    known = settled(warehouse=warehouse, archive=archive, demo=demo)
    ages = Ages(
        _age(bodies, known.retain_bodies_days),
        _age(logs, known.retain_logs_days),
        _age(files, known.retain_archive_days),
    )
    if ages == Ages():
        raise SettingsError("nothing has an age: give --bodies, --logs or --archive-files, or their settings")
    context = opened(known)
    found: dict[str, list[Going]] = defaultdict(list)
    with err.status("Looking for what is old enough"):
        for one in retained(context, ages, delete=delete):
            found[one.kind].append(one)
    if not found:
        out.print("nothing is old enough")
        return
    out.print(_table(found, delete=delete))
    for one in (one for of_kind in found.values() for one in of_kind if one.kept_for):
        out.print(f"kept: {one.kind} {one.name}: {one.kept_for}", highlight=False, soft_wrap=True)
    if not delete:
        out.print("nothing was touched: [bold]--delete[/] does it")


def _age(option: int | None, setting: int | None) -> timedelta | None:
    days = option if option is not None else setting
    return None if days is None else timedelta(days=days)


def _table(found: dict[str, list[Going]], *, delete: bool) -> Table:
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    table.add_column("what")
    for column in ("deleted" if delete else "would go", "size", "kept"):
        table.add_column(column, justify="right")
    for kind, all_ in found.items():
        for name, parts in _by_month(kind, all_).items():
            going = [one for one in parts if one.kept_for is None]
            kept = sum(one.count for one in parts) - sum(one.count for one in going)
            bytes_ = sum(one.size_bytes for one in going)
            counted = f"{sum(one.count for one in going):,}"
            table.add_row(
                f"{kind} {name}", counted, size(bytes_) if bytes_ else "", f"{kept:,}" if kept else ""
            )
    return table


def _by_month(kind: str, parts: list[Going]) -> dict[str, list[Going]]:
    months: dict[str, list[Going]] = defaultdict(list)
    for one in parts:
        months[one.name[:7].replace("/", "-") if kind == FILES else one.name].append(one)
    return dict(sorted(months.items()))
