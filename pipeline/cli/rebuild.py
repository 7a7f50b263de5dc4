"""The warehouse out of the archive: ``dateline rebuild``."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import show
from pipeline.cli.replay import tell_damaged
from pipeline.cli.session import ArchiveOption, SourcesOption, WarehouseOption, err, opened, settled
from pipeline.flow import rebuilding
from pipeline.flow.comparing import Damage
from pipeline.sources import load_sources
from pipeline.warehouse import registry
from pipeline.warehouse.engine import transaction

out = show.console()


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(rebuild)


def rebuild(
    sources: SourcesOption = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; without it as many as the machine has cores.")
    ] = None,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Fills a warehouse from the archive alone: feeds, pushes, pages, failures, second looks. No request is made.

    Publishers come from the sources file, for the archive does not hold them. It may be stopped at any moment
    and started again; of a warehouse that has all of it nothing changes. The status is 1 if bytes are damaged.
    """
    known = settled(warehouse=warehouse, archive=archive, sources=sources)
    listed = load_sources(known.sources)
    context = opened(known, migrate=True)
    with transaction(context.engine) as connection:
        registry.sync(connection, listed)
    with show.progress(err) as progress:
        done = rebuilding.rebuild(context, jobs=jobs, progress=progress)
    attached, loaded = done.attached, done.ingest
    out.print(f"{done.documents:,} feed documents, {done.entries:,} entries not known before")
    out.print(f"{attached.pages:,} pages and {attached.failures:,} failures put to their entries")
    out.print(
        f"{loaded.loaded:,} stories loaded, {loaded.duplicate:,} duplicates, {loaded.rejected:,} no articles; "
        f"{loaded.revisited:,} looked at again"
    )
    if attached.unknown:
        out.print(f"{attached.unknown:,} pages are of no entry that an archived feed document has")
    if attached.refusals:
        out.print(
            f"{attached.refusals:,} refusals of a time when failures were not kept: they are asked again"
        )
    tell_damaged("not read to their end", [Damage("", one) for one in sorted(attached.damaged)], "files")
    if attached.damaged:
        raise typer.Exit(1)
