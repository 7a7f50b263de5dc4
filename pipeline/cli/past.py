"""Commands for the past: backfill."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.moments import moment
from pipeline.cli.running import print_ingest
from pipeline.cli.session import ArchiveOption, WarehouseOption, err, opened, settled
from pipeline.errors import SettingsError
from pipeline.flow.backfilling import BackfillReport, backfill_window, known_places
from pipeline.flow.context import Context
from pipeline.flow.ingesting import ingest_pending
from pipeline.warehouse import backfills
from pipeline.warehouse.backfills import Scope
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.pages_history import Progress, backfill_progress

out = show.console()


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(backfill)


def backfill(  # noqa: PLR0917 - each is an option
    since: Annotated[
        str | None,
        typer.Option("--from", help="First day or moment, ISO 8601; UTC where no offset is given."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Last day, or the moment before which to stop.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Domain of a publisher; may be repeated. All otherwise."),
    ] = None,
    via: Annotated[
        list[str] | None,
        typer.Option(
            "--via",
            help="A place to look in: archive, feed_pages, sitemap, archive_pages, wayback, news_warc; may be "
            "repeated. Otherwise all that the sources file names for each publisher.",
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Walk also what was walked to its end.")] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Only show how far backfills have come; asks for nothing.")
    ] = False,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Finds the stories of past days wherever they still are, and ingests them.

    Looked for, publisher by publisher, in the places that the sources file names, in that order: our own archive,
    the feed's older pages, sitemaps, dated archive pages, web archives, news WARCs. Each document of each place is
    read once: stop it when you like, the same command goes on where it was, and several may run at once. Without
    --from and --to it goes on with whatever earlier commands or Airflow have left unfinished.

    A place that reached its requests of the day, or refuses, waits; the command says until when and ends. Running
    it twice, or in any order of windows, changes nothing more.

    [dim]dateline backfill --from 2017-12-01 --to 2017-12-31
    dateline backfill --from 2017-12-01 --to 2017-12-31 --source gazette.example --via sitemap
    dateline backfill --status[/]
    """
    scope = _scope(since, until, tuple(source or ()), tuple(via or ()))
    context = opened(settled(warehouse=warehouse, archive=archive), migrate=True)
    if status:
        _print_status(context, scope)
        return
    _check(context, scope)
    began = context.clock()
    with show.progress(err) as progress:
        report = backfill_window(context, scope, again=again, progress=progress)
        ingested = ingest_pending(context, progress)
    _print_backfill(scope, report)
    print_ingest(ingested)
    if scope.since is not None:
        with transaction(context.engine) as connection:
            outside = backfills.told_outside(connection, scope, began)
        if outside:
            out.print(f"{outside:,} of the stories say that they are of another time: they are kept")


def _scope(since: str | None, until: str | None, domains: tuple[str, ...], via: tuple[str, ...]) -> Scope:
    if (since is None) != (until is None):
        message = "--from and --to go together: a window has two ends"
        raise SettingsError(message)
    if since is None or until is None:
        return Scope(places=via, domains=domains)
    window = moment(since, end=False), moment(until, end=True)
    if window[0] >= window[1]:
        message = f"--from {since} is not before --to {until}"
        raise SettingsError(message)
    return Scope(*window, places=via, domains=domains)


def _check(context: Context, scope: Scope) -> None:
    domains, kinds = known_places(context)
    for given, known, option in ((scope.domains, domains, "--source"), (scope.places, kinds, "--via")):
        for name in given:
            if name not in known:
                message = f"{option} {name}: there is none of that name; there are {', '.join(sorted(known))}"
                raise SettingsError(message)


def _print_backfill(scope: Scope, report: BackfillReport) -> None:
    if scope.since is not None and scope.until is not None:
        out.print(f"{scope.since:%Y-%m-%d %H:%M}Z to {scope.until:%Y-%m-%d %H:%M}Z", highlight=False)
    out.print(
        f"{report.documents:,} documents of the past, {report.requests:,} requests; {report.found:,} entries found, "
        f"{report.new:,} not known before; {report.outside:,} of other windows left where they are"
    )
    for fault in report.faults:
        out.print(f"  [yellow]![/] {fault}", highlight=False, soft_wrap=True)
    if report.waiting_until:
        out.print(
            f"[yellow]not finished[/]: {report.open:,} places left, the first may go on at "
            f"{report.waiting_until:%Y-%m-%d %H:%M}Z: run `dateline backfill` then",
            highlight=False,
        )
    elif report.open:
        out.print(f"{report.open:,} places are in the hands of other processes")


def _print_status(context: Context, scope: Scope) -> None:
    with transaction(context.engine) as connection:
        windows = backfill_progress(connection, context.clock())
        walks = backfills.lines(connection, scope) if scope.since or scope.domains or scope.places else []
    if not windows:
        out.print("no backfill yet; `dateline backfill --from 2017-12-01 --to 2017-12-31` begins one")
        return
    out.print(_windows_table(windows))
    if walks:
        out.print(_walks_table(walks))


def _windows_table(windows: tuple[Progress, ...]) -> Table:
    table = Table(title="Backfills", title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    table.add_column("window (UTC)", no_wrap=True)
    for name in ("done", "failed", "waiting", "left", "documents", "found", "new", "requests"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("time left", no_wrap=True)
    for one in windows:
        counts = (
            one.done,
            one.failed,
            one.waiting,
            one.left,
            one.documents,
            one.found,
            one.new,
            one.requests,
        )
        table.add_row(
            f"{one.since:%Y-%m-%d %H:%M} – {one.until:%Y-%m-%d %H:%M}",
            *(f"{count:,}" for count in counts),
            _left(one),
        )
    return table


def _left(one: Progress) -> str:
    if one.seconds_left is not None:
        return str(timedelta(seconds=round(one.seconds_left)))
    return f"waits until {one.waiting_until:%Y-%m-%d %H:%M}Z" if one.waiting_until else ""


def _walks_table(walks: list[backfills.Line]) -> Table:
    table = Table(title="Places", title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for name in ("from", "source", "place", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("documents", "found", "outside", "new", "failed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("last reason", overflow="fold")
    for one in walks:
        counts = (one.documents, one.found, one.outside, one.new, one.failures)
        table.add_row(
            f"{one.since:%Y-%m-%d %H:%M}",
            one.domain,
            one.place,
            one.state,
            *(f"{count:,}" for count in counts),
            one.reason or "",
        )
    return table
