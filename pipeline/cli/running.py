"""Commands that move stories: migrate, run, poll, ingest, status."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import show
from pipeline.cli.session import (
    ArchiveOption,
    DemoOption,
    SourcesOption,
    WarehouseOption,
    err,
    opened,
    settled,
)
from pipeline.flow.context import Context
from pipeline.flow.ingesting import IngestReport, ingest_pending
from pipeline.flow.polling import PollLine
from pipeline.flow.run import poll_shard
from pipeline.poll.recent import RECENT
from pipeline.sources import load_sources
from pipeline.warehouse import registry, reports, schema, server
from pipeline.warehouse.engine import open_warehouse, transaction

out = show.console()

EveryOption = Annotated[bool, typer.Option("--every", help="Poll every feed, due or not.")]


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    for command in (run, poll, ingest, status, migrate):
        app.command()(command)


def run(
    sources: SourcesOption = None,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
    every: EveryOption = False,
) -> None:
    """Does one hour's work without Airflow: syncs the sources file, polls what is due, ingests what is pending.

    The same code as the DAG news_hourly, so the same rows. The status is 1 only if feeds were due and
    not one could be polled; a feed that fails is a line in the report with its reason.
    """
    known = settled(warehouse=warehouse, archive=archive, sources=sources)
    listed = load_sources(known.sources)
    context = opened(known, migrate=True)
    with transaction(context.engine) as connection:
        registry.sync(connection, listed)
    with show.progress(err) as progress:
        polls = poll_shard(context, every=every, progress=progress)
        report = ingest_pending(context, progress)
    _print_report(context, polls, report)
    if polls and all(line.outcome == "failed" for line in polls):
        raise typer.Exit(1)


def poll(
    warehouse: WarehouseOption = None, archive: ArchiveOption = None, every: EveryOption = False
) -> None:
    """Polls the registered feeds that are due and enters their entries; fetches no page."""
    context = opened(settled(warehouse=warehouse, archive=archive), migrate=True)
    with show.progress(err) as progress:
        polls = poll_shard(context, every=every, progress=progress)
    _print_polls(polls)
    if polls and all(line.outcome == "failed" for line in polls):
        raise typer.Exit(1)


def ingest(warehouse: WarehouseOption = None, archive: ArchiveOption = None) -> None:
    """Fetches, reads and loads whatever is pending, whoever found it. Several may run at once."""
    context = opened(settled(warehouse=warehouse, archive=archive), migrate=True)
    with show.progress(err) as progress:
        print_ingest(ingest_pending(context, progress))


def status(
    warehouse: WarehouseOption = None,
    demo: DemoOption = False,
    feeds: Annotated[
        bool, typer.Option("--feeds", help="A row a feed instead of a row a publisher.")
    ] = False,
) -> None:
    """Accounts for every entry: entries seen = pending + loaded + duplicates + rejected. Status 1 if not."""
    context = opened(settled(warehouse=warehouse, demo=demo))
    with transaction(context.engine) as connection:
        counts, why = reports.conservation(connection), reports.reasons(connection)
        alarms = reports.alarms(connection)
    out.print(show.feeds_table(counts, by_feed=feeds))
    if why:
        out.print(show.reasons_table(why))
    if alarms:
        out.print(show.alarms_table(alarms))
    if not all(count.is_conserved for count in counts):
        err.print("[bold red]entries are missing from the ledger: the rows marked ✗[/]")
        raise typer.Exit(1)


def migrate(warehouse: WarehouseOption = None) -> None:
    """Brings the warehouse's schema to this version's revision."""
    known = settled(warehouse=warehouse)
    url = known.warehouse_url or server.start(known.data_dir.absolute()).url
    out.print(f"schema at revision {schema.migrate(open_warehouse(url))}")


def _print_report(context: Context, polls: list[PollLine], report: IngestReport) -> None:
    _print_polls(polls)
    print_ingest(report)
    with transaction(context.engine) as connection:
        counts, why = reports.conservation(connection), reports.reasons(connection)
    out.print(show.feeds_table(counts))
    if why:
        out.print(show.reasons_table(why))


def _print_polls(polls: list[PollLine]) -> None:
    if not polls:
        out.print("no feed is due; --every polls them all the same")
        return
    failed = [line for line in polls if line.outcome == "failed"]
    new = sum(line.new for line in polls)
    out.print(f"{len(polls):,} feeds polled, {len(failed):,} failed, {new:,} entries not known before")
    for line in failed:
        out.print(
            f"  [red]✗[/] {line.url}  [bold]{line.reason}[/]  {line.detail or ''}",
            highlight=False,
            soft_wrap=True,
        )
    if left_out := sum(line.left_out for line in polls):
        out.print(
            f"  {left_out:,} addresses of sitemaps left out: not known to have changed in {RECENT.days} days"
        )
    for line in polls:
        if line.is_gap:
            out.print(
                f"  [yellow]gap[/] {line.url}: nothing in it was known, stories may have been missed",
                soft_wrap=True,
            )


def print_ingest(report: IngestReport) -> None:
    """Prints what became of what was pending."""
    if report.revisited:
        out.print(f"{report.revisited:,} stories looked at again: {report.changed:,} changed")
    if not (report.loaded or report.duplicate or report.rejected or report.failed):
        out.print("nothing new: no story was loaded")
        return
    out.print(
        f"{report.fetched:,} pages fetched, {report.failed:,} not; {report.loaded:,} stories loaded, "
        f"{report.duplicate:,} duplicates, {report.rejected:,} no articles"
    )
