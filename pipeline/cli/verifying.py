"""``dateline archive verify``: what is wrong with the bytes received, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.session import ArchiveOption, DemoOption, WarehouseOption, err, opened, settled
from pipeline.errors import SettingsError
from pipeline.fetch import Archive, Finding
from pipeline.fetch.archive import Scope, Tally
from pipeline.fetch.checking import ADVICE, FAULTS
from pipeline.flow.context import Context, utc_now
from pipeline.warehouse import archived
from pipeline.warehouse.engine import transaction

out = show.console()


def verify(
    *,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day, by the time of receipt in UTC.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day.")] = None,
    sample: Annotated[
        str,
        typer.Option(
            metavar="N%",
            help="Read this share of the files, another one each day; of the rest name and size.",
        ),
    ] = "100%",
    alone: Annotated[bool, typer.Option("--alone", help="Do not compare with the warehouse.")] = False,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
    demo: DemoOption = False,
) -> None:
    """Reads the archive, makes every digest again, follows every reference of the warehouse.

    Status 1 if something is wrong: the table says what to do about it.

        dateline archive verify --sample 5%
    """
    scope = Scope(
        since.date() if since else date.min,
        until.date() + timedelta(days=1) if until else date.max,
        _share(sample),
    )
    known, tally = settled(warehouse=warehouse, archive=archive, demo=demo), Tally()
    found: Counter[str] = Counter()
    with _findings(
        None if alone else opened(known), Archive(known.archive_location), scope, tally
    ) as findings:
        for finding in findings:
            found[finding.trouble] += 1
            out.print(f"{finding.object}: {finding.problem}", highlight=False, soft_wrap=True)
    out.print(
        f"{tally.files:,} files read, {size(tally.size_bytes)}: {tally.records:,} responses, {tally.revisits:,} of them "
        f"the same bytes as before; {tally.unread:,} files left out; {tally.references:,} references followed"
    )
    if found:
        out.print(_troubles_table(found))
    if FAULTS & found.keys():
        raise typer.Exit(1)
    out.print("the archive is whole")


@contextmanager
def _findings(
    context: Context | None, archive: Archive, scope: Scope, tally: Tally
) -> Iterator[Iterator[Finding]]:
    with _bar("Reading the archive") as progress:
        if context is None:
            yield archive.verify(now=utc_now(), scope=scope, tally=tally, progress=progress)
            return
        with alone(context), transaction(context.engine) as connection:
            known = archived.references(connection, scope)
            yield archive.verify(now=utc_now(), scope=scope, known=known, tally=tally, progress=progress)


@contextmanager
def alone(context: Context) -> Iterator[None]:
    """Keeps every other command off the archive's files.

    Raises:
        SettingsError: another one works on them already.
    """
    with archived.alone(context.engine) as is_ours:
        if not is_ours:
            raise SettingsError(
                "another 'dateline archive' command works on this archive; wait until it has ended"
            )
        yield


@contextmanager
def _bar(words: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn(words), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        task = bars.add_task(words, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def _troubles_table(found: Counter[str]) -> Table:
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    table.add_column("found", no_wrap=True)
    table.add_column("times", justify="right", no_wrap=True)
    table.add_column("what to do", overflow="fold")
    for trouble, advice in ADVICE.items():
        if found[trouble]:
            table.add_row(trouble, f"{found[trouble]:,}", advice)
    return table


def _share(text: str) -> float:
    try:
        share = float(text.strip().removesuffix("%")) / 100
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise SettingsError(f"--sample is a share of the files, as 5%, not {text!r}")
    return share


def size(size_bytes: int) -> str:
    """In MB or GB.

    >>> size(1_234_000), size(2_500_000_000)
    ('1.2 MB', '2.5 GB')
    """
    return f"{size_bytes / 1e9:,.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:,.1f} MB"
