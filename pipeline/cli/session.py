"""What every command begins with: settings with the options put over them, a warehouse, an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipeline.errors import SchemaMismatch
from pipeline.fetch import Archive
from pipeline.flow.context import Context
from pipeline.settings import Settings, settings
from pipeline.warehouse import schema, server
from pipeline.warehouse.engine import open_warehouse

err = Console(stderr=True)

WarehouseOption = Annotated[
    str | None,
    typer.Option(
        "--warehouse",
        help="URL of a PostgreSQL 15 or newer, postgresql://user:password@host:5432/database. "
        "Without one, an embedded server below the data folder is started and left running.",
    ),
]
ArchiveOption = Annotated[
    str | None, typer.Option("--archive", help="Folder or fsspec URL (s3://bucket/prefix) of the archive.")
]
SourcesOption = Annotated[
    Path | None, typer.Option("--sources", help="The sources file, see sources.yaml of the distribution.")
]
DemoOption = Annotated[bool, typer.Option("--demo", help="The demo's warehouse instead of the real one.")]

DEMO = "demo"


def settled(
    *,
    warehouse: str | None = None,
    archive: str | None = None,
    sources: Path | None = None,
    demo: bool = False,
) -> Settings:
    """The settings of the environment under the options given."""
    known = settings()
    options: dict[str, Any] = {"warehouse_url": warehouse, "archive": archive, "sources": sources}
    if demo:
        options |= {"data_dir": known.data_dir.absolute() / DEMO}
    return known.model_copy(update={name: value for name, value in options.items() if value is not None})


def opened(known: Settings, *, migrate: bool = False) -> Context:
    """A context for the settings; the embedded server is started where no URL is set.

    Args:
        known: the settings.
        migrate: True brings the schema of the embedded server up to date; a server of the user's
            own is migrated by ``dateline migrate`` alone.

    Raises:
        SchemaMismatch: the schema is not of this code's revision.
        WarehouseDown, ServerRefused: there is no server to talk to.
    """
    embedded = known.warehouse_url is None
    if known.warehouse_url is None:
        running = server.start(known.data_dir.absolute())
        for note in running.notes:
            err.print(f"[dim]{note}[/]", highlight=False)
        known = known.model_copy(update={"warehouse_url": running.url})
    engine = open_warehouse(str(known.warehouse_url))
    if embedded and migrate:
        schema.migrate(engine)
    else:
        try:
            schema.check(engine)
        except SchemaMismatch as mismatch:
            if (known.data_dir / DEMO).exists():
                raise SchemaMismatch(f"{mismatch}; for the demo's warehouse add --demo") from None
            raise
    return Context(engine, Archive(known.archive_location), known)
