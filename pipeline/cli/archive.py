"""Commands about the bytes received: ``dateline archive …``."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.session import ArchiveOption, DemoOption, WarehouseOption, err, opened, settled
from pipeline.cli.verifying import alone, size, verify
from pipeline.errors import SettingsError
from pipeline.fetch import Archive
from pipeline.fetch.archive import Move
from pipeline.fetch.faults import phrase
from pipeline.flow.context import utc_now
from pipeline.records import Response
from pipeline.warehouse import archived
from pipeline.warehouse.engine import transaction

out = show.console()
app = typer.Typer(help="The archive of every byte received.", no_args_is_help=True)
app.command()(verify)

_REFERENCE = re.compile(r"(?P<name>\d{4}/\d{2}/\d{2}/[^:]+\.warc\.gz):(?P<offset>\d+)")


@app.command()
def compact(
    before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="First day that is left as it is. Without it, yesterday (UTC)."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be joined.")] = False,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
    demo: DemoOption = False,
) -> None:
    """Joins the many small segments of each day and kind into files of up to 1 GB, byte for byte.

    It may be stopped at any moment: the next one finishes what was begun. Nothing has to be stopped for it.
    """
    latest = utc_now().date() - timedelta(days=1)
    first = before.date() if before else latest
    if first > latest:
        raise SettingsError(
            f"--before is {latest} at the latest: batches of yesterday may still be under way"
        )
    context = opened(settled(warehouse=warehouse, archive=archive, demo=demo))
    if dry_run:
        for joining in context.archive.joinable(first):
            told = f"{joining.name}: {len(joining.segments):,} segments, {size(joining.size_bytes)}"
            out.print(told, highlight=False, soft_wrap=True)
        return
    rows, segments, files, is_whole = 0, 0, 0, True

    def repoint(moves: Sequence[Move]) -> None:
        nonlocal rows
        with transaction(context.engine) as connection:
            rows += archived.repoint(connection, moves)

    with alone(context), err.status("Joining segments"):
        for joined in context.archive.compact(first, repoint, now=utc_now()):
            segments += joined.segments
            files += joined.segments > 0
            for damage in joined.damaged:
                is_whole = False
                err.print(f"[red]left as it is:[/] {damage}", highlight=False, soft_wrap=True)
    out.print(
        f"{segments:,} segments joined into {files:,} files; {rows:,} references of the warehouse follow"
    )
    if not is_whole:
        raise typer.Exit(1)


@app.command()
def stats(warehouse: WarehouseOption = None, archive: ArchiveOption = None, demo: DemoOption = False) -> None:
    """Files, bytes and responses by month and kind, and what the bodies would take unpacked."""
    context = opened(settled(warehouse=warehouse, archive=archive, demo=demo))
    with transaction(context.engine) as connection:
        known = {(one.month, one.kind): one for one in archived.received(connection)}
    files: Counter[tuple[str, str]] = Counter()
    sizes: Counter[tuple[str, str]] = Counter()
    for file in context.archive.files():
        key = file.name[:7], file.name.rpartition("/")[2].partition("-")[0]
        files[key] += 1
        sizes[key] += file.size_bytes
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    for column in ("month", "kind", "files", "bytes", "responses", "bodies unpacked", "ratio"):
        table.add_column(column, justify="left" if column in ("month", "kind") else "right")
    for key in sorted(files.keys() | known.keys()):
        one = known.get(key)
        responses, raw = (one.responses, one.body_bytes) if one else (0, 0)
        ratio = f"{sizes[key] / raw:.0%}" if raw else ""
        table.add_row(*key, f"{files[key]:,}", size(sizes[key]), f"{responses:,}", size(raw), ratio)
    out.print(table)


@app.command()
def cat(
    target: Annotated[
        str,
        typer.Argument(
            metavar="STORY|URL|REF",
            help="A story's id, the address of a page or a feed, or a place as 2026/03/01/page-….warc.gz:1234.",
        ),
    ],
    body: Annotated[bool, typer.Option("--body", help="Only the body.")] = False,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
    demo: DemoOption = False,
) -> None:
    """Writes what was received last of a page or a feed: status, headers and body, byte for byte.

    A page that refuses is written where nothing else was received of it; its place gives it in any case.

        dateline archive cat https://example.org/2024/03/09/rain --body > rain.html

    The statuses and places of all that was received of it, the newest first, go to standard error.
    """
    known = settled(warehouse=warehouse, archive=archive, demo=demo)
    if match := _REFERENCE.fullmatch(target):
        _, response = Archive(known.archive_location).at(match["name"], int(match["offset"]))
    else:
        context = opened(known)
        with transaction(context.engine) as connection:
            found = archived.captures(connection, target)
        if not found:
            raise SettingsError(
                f"nothing was archived of {target!r}: a story's id, or an address as a feed had it?"
            )
        for one in found:
            err.print(
                f"[dim]{one.at:%Y-%m-%d %H:%M:%S}Z  {one.status or '---'}  {one.object}:{one.offset}[/]",
                highlight=False,
                soft_wrap=True,
            )
        best = next((one for one in found if not one.is_refusal), found[0])
        _, response = context.archive.at(best.object, best.offset)
    sys.stdout.buffer.write(response.body if body else _head(response) + response.body)


def _head(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {phrase(response.status)}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "backslashreplace")
