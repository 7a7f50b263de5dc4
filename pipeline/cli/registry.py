"""Commands about publishers: ``dateline sources …``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.discover import discover
from pipeline.cli.session import WarehouseOption, err, opened, settled
from pipeline.errors import SettingsError
from pipeline.poll import read_opml, write_opml
from pipeline.records import Source
from pipeline.sources import dump_sources, load_sources, parse_sources
from pipeline.warehouse import registry
from pipeline.warehouse.engine import transaction

out = show.console()
app = typer.Typer(
    help="The publishers of a running warehouse: list, discover, add, pause, rename, remove, sync, OPML.",
    no_args_is_help=True,
)

app.command()(discover)

DomainArgument = Annotated[
    str, typer.Argument(help="The publisher's domain, as `dateline sources list` shows it.")
]


@app.command("list")
def show_sources(warehouse: WarehouseOption = None) -> None:
    """Lists the publishers with their state and feeds."""
    context = opened(settled(warehouse=warehouse), migrate=True)
    table = Table(header_style="bold")
    for column in ("domain", "name", "country", "language", "zone", "state", "feeds"):
        table.add_column(column, overflow="fold")
    with transaction(context.engine) as connection:
        known = registry.sources(connection)
    for source in known.values():
        state = "paused" if source.paused else "active"
        row = (
            source.domain,
            source.name,
            source.country or "",
            source.language or "",
            source.zone or "",
            state,
        )
        table.add_row(*row, "\n".join(source.feeds))
    out.print(table if known else "no publishers yet: `dateline sources sync sources.yaml` brings them in")


@app.command()
def sync(
    file: Annotated[Path, typer.Argument(help="A sources file.")] = Path("sources.yaml"),
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave publishers that the file does not name.")
    ] = False,
    warehouse: WarehouseOption = None,
) -> None:
    """Makes the warehouse's publishers those of a file; what is gone from it is marked removed, its stories stay."""
    listed = load_sources(file)
    context = opened(settled(warehouse=warehouse), migrate=True)
    with transaction(context.engine) as connection:
        report = registry.sync(connection, listed, prune=not keep)
    for word, domains in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        if domains:
            out.print(f"{word}: {', '.join(domains)}")
    if not (report.added or report.changed or report.removed):
        out.print("nothing to change")


@app.command()
def add(  # noqa: PLR0917  # options of a command, named when given
    domain: Annotated[str, typer.Argument(help="Registered domain without www, as example.com.")],
    feed: Annotated[list[str], typer.Option("--feed", help="Address of a feed; repeat for more.")],
    name: Annotated[str | None, typer.Option(help="The publisher's name.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP 47.")] = None,
    zone: Annotated[str | None, typer.Option(help="IANA zone of the clocks printed without one.")] = None,
    feed_only: Annotated[
        bool, typer.Option("--feed-only", help="Fetch no page: the entry is the story.")
    ] = False,
    warehouse: WarehouseOption = None,
) -> None:
    """Adds a publisher, or changes a registered one."""
    given = Source(name or domain, domain, country, language, zone, tuple(feed), feed_only)
    checked = parse_sources(dump_sources([given]), name="the options")
    context = opened(settled(warehouse=warehouse), migrate=True)
    with transaction(context.engine) as connection:
        report = registry.sync(connection, checked, prune=False)
    out.print(
        f"{domain} {'added' if report.added else 'changed' if report.changed else 'is registered like that already'}"
    )


@app.command()
def pause(domain: DomainArgument, warehouse: WarehouseOption = None) -> None:
    """Stops polling a publisher until it is resumed."""
    _set_state(domain, "paused", warehouse)


@app.command()
def resume(domain: DomainArgument, warehouse: WarehouseOption = None) -> None:
    """Polls a paused or removed publisher again."""
    _set_state(domain, "active", warehouse)


@app.command()
def remove(domain: DomainArgument, warehouse: WarehouseOption = None) -> None:
    """Removes a publisher from polling and lists; its stories and its history stay."""
    _set_state(domain, "removed", warehouse)


@app.command()
def rename(
    domain: DomainArgument,
    to_domain: Annotated[str | None, typer.Option("--domain", help="Its new domain.")] = None,
    to_name: Annotated[str | None, typer.Option("--name", help="Its new name.")] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Gives a publisher another domain or name; its id and so its stories stay."""
    if not (to_domain or to_name):
        raise SettingsError("say what to change: --domain, --name or both")
    context = opened(settled(warehouse=warehouse), migrate=True)
    with transaction(context.engine) as connection:
        registry.rename(connection, domain, to_domain=to_domain, to_name=to_name)
    out.print(f"{domain} is now {to_name or ''} {to_domain or ''}".replace("  ", " ").rstrip())


@app.command("import")
def import_opml(
    file: Annotated[Path, typer.Argument(help="An OPML file, of a feed reader for example.")],
    warehouse: WarehouseOption = None,
) -> None:
    """Adds the publishers and feeds of an OPML file, and names what in it is no feed."""
    try:
        listed = read_opml(file.read_bytes())
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error
    context = opened(settled(warehouse=warehouse), migrate=True)
    with transaction(context.engine) as connection:
        report = registry.sync(connection, listed.sources, prune=False)
    for line in listed.left_out:
        err.print(f"left out: {line}", highlight=False, markup=False, soft_wrap=True)
    out.print(f"{len(report.added)} publishers added, {len(report.changed)} changed")


@app.command("export")
def export(
    form: Annotated[str, typer.Option("--format", help="opml or yaml.")] = "opml",
    warehouse: WarehouseOption = None,
) -> None:
    """Prints the publishers as OPML, or as a sources file."""
    context = opened(settled(warehouse=warehouse), migrate=True)
    with transaction(context.engine) as connection:
        known = list(registry.sources(connection).values())
    if form not in ("opml", "yaml"):
        raise SettingsError(f"--format is opml or yaml, not {form!r}")
    sys.stdout.write(write_opml(known) if form == "opml" else dump_sources(known))


def _set_state(domain: str, state: str, warehouse: str | None) -> None:
    context = opened(settled(warehouse=warehouse), migrate=True)
    with transaction(context.engine) as connection:
        registry.set_state(connection, domain, state)
    out.print(f"{domain} is {state}")
