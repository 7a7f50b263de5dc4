"""The archive read again by today's code: ``dateline replay``."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.moments import moment
from pipeline.cli.session import (
    ArchiveOption,
    DemoOption,
    WarehouseOption,
    err,
    opened,
    settled,
)
from pipeline.errors import SettingsError
from pipeline.flow.comparing import Comparison, Damage
from pipeline.flow.context import Context
from pipeline.flow.redating import choose_again
from pipeline.flow.regrouping import Groups, regroup
from pipeline.flow.replaying import compare, rewrite
from pipeline.warehouse import registry
from pipeline.warehouse.engine import transaction

out = show.console()

_EVERY_SECONDS = 30.0
"""So often a line tells how far it is where there is no terminal."""
_MOST_DAMAGED = 20
Report = Callable[[int, int], None]


class Only(StrEnum):
    """A part of the reading."""

    extract = "extract"
    dateline = "dateline"
    dedup = "dedup"


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(replay)


def replay(  # noqa: PLR0917  # options of a command, named when given
    since: Annotated[
        str, typer.Option("--from", help="First day or moment, ISO 8601; UTC where no offset is given.")
    ],
    until: Annotated[str, typer.Option("--to", help="Last day, or the moment before which to stop.")],
    only: Annotated[
        Only | None,
        typer.Option(
            help="extract: pages alone. dateline: dates and places, chosen again from what is stored. "
            "dedup: keys and clusters. Without it, pages (their dates with them), then clusters."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what differs.")] = False,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="A publisher's domain; may be given several times.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; without it as many as the machine has cores.")
    ] = None,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
    demo: DemoOption = False,
) -> None:
    """Reads the pages received in a window again with today's code, tells by field what differs, and writes that.

    Where the same bytes are read otherwise the rows are replaced: no version of the story is added. It may be
    stopped at any moment and started again; a second replay changes nothing. The status is 1 if bytes are damaged.
    """
    window = moment(since, end=False), moment(until, end=True)
    context = opened(settled(warehouse=warehouse, archive=archive, demo=demo))
    sources = _ids(context, source or [])
    is_whole = True
    if only in (None, Only.extract):
        is_whole = _pages(context, window, sources, jobs, dry_run=dry_run)
    if only is Only.dateline:
        _dates(context, window, sources, jobs, dry_run=dry_run)
    if only in (None, Only.dedup):
        _groups(context, window, sources, dry_run=dry_run)
    if not is_whole:
        raise typer.Exit(1)


Window = tuple[datetime, datetime]
Sources = list[uuid.UUID] | None


def _pages(context: Context, window: Window, sources: Sources, jobs: int | None, *, dry_run: bool) -> bool:
    with counted(err, "Reading again") as report:
        found = compare(context, *window, sources=sources, jobs=jobs, progress=report)
    out.print(f"{found.captures:,} captures of {found.units:,} stories read again")
    _tell(found)
    tell_damaged("left as they are, for their bytes cannot be read", found.damaged)
    if dry_run or not found.differing:
        return not found.damaged
    with counted(err, "Writing") as report:
        written = rewrite(context, found.differing, jobs=jobs, progress=report)
    out.print(f"{written.stories:,} stories written anew")
    tell_damaged("left as they are, for other captures of theirs cannot be read", written.damaged)
    tell_damaged("left as they are", written.refused)
    return not (found.damaged or written.damaged or written.refused)


def _dates(context: Context, window: Window, sources: Sources, jobs: int | None, *, dry_run: bool) -> None:
    with counted(err, "Choosing dates") as report:
        found = choose_again(context, *window, keep=False, sources=sources, jobs=jobs, progress=report)
    out.print(f"dates and places of {found.units - len(found.damaged):,} stories chosen again")
    _tell(found)
    if found.damaged:
        out.print(f"{len(found.damaged):,} stories need their pages: {found.damaged[0].reason}")
    if dry_run or not found.differing:
        return
    with counted(err, "Writing") as report:
        found = choose_again(context, *window, keep=True, sources=sources, jobs=jobs, progress=report)
    out.print(f"{len(found.differing):,} stories written anew")


def _groups(context: Context, window: Window, sources: Sources, *, dry_run: bool) -> None:
    with counted(err, "Comparing texts") as report:
        found = regroup(context, *window, keep=False, sources=sources, progress=report)
    _tell_groups(found)
    if dry_run or not found.counts:
        return
    with counted(err, "Writing") as report:
        regroup(context, *window, keep=True, sources=sources, progress=report)
    out.print("clusters written")


def _tell(found: Comparison) -> None:
    if not found.differing:
        out.print("nothing differs")
        return
    table = Table(header_style="bold", box=SIMPLE_HEAD, title_justify="left")
    table.title = f"{len(found.differing):,} stories are read otherwise"
    for name in ("field", "stories", "before", "now", "for example"):
        table.add_column(name, justify="right" if name == "stories" else "left", overflow="fold")
    for name, count in found.counts.most_common():
        shown = [one for one in found.examples if one.field == name]
        for at, one in enumerate(shown):
            table.add_row(*(("", "") if at else (name, f"{count:,}")), one.before, one.after, one.url)
    out.print(table)


def _tell_groups(found: Groups) -> None:
    words = f"{found.stories:,} stories compared with all others again: "
    if not found.counts:
        out.print(f"{words}nothing differs")
        return
    counts = found.counts
    out.print(
        f"{words}{counts['clusters']:,} are in another cluster, {counts['edges']:,} pairs of texts differ, "
        f"{counts['keys']:,} texts have other keys"
    )
    for story, before, after in found.examples:
        out.print(f"  {story}: {before} before, {after} now", highlight=False)


def tell_damaged(words: str, damaged: Sequence[Damage], what: str = "stories") -> None:
    """Says what was left, and why."""
    if damaged:
        err.print(f"[red]{len(damaged):,} {what} are {words}:[/]")
        for one in damaged[:_MOST_DAMAGED]:
            err.print(f"  {one.url}  {one.reason}", highlight=False, soft_wrap=True)
        if len(damaged) > _MOST_DAMAGED:
            err.print(f"  and {len(damaged) - _MOST_DAMAGED:,} more")


@contextmanager
def counted(screen: Console, words: str) -> Iterator[Report]:
    """A function to report to how many are done of how many: a bar with the time left, or a line now and then."""
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )
    with bars:
        task = bars.add_task(words, total=None)
        began = told = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal told
            bars.update(task, completed=done, total=total)
            now = time.monotonic()
            if not screen.is_terminal and now - told >= _EVERY_SECONDS and done:
                told = now
                left = timedelta(seconds=round((now - began) / done * (total - done)))
                screen.print(f"{words}: {done:,} of {total:,}, {left} left", highlight=False)

        yield report


def _ids(context: Context, domains: Sequence[str]) -> Sources:
    if not domains:
        return None
    with transaction(context.engine) as connection:
        known = {one.domain: key for key, one in registry.sources(connection, every=True).items()}
    if unknown := sorted(set(domains) - known.keys()):
        raise SettingsError(f"no publisher is registered under {', '.join(unknown)}")
    return [known[domain] for domain in domains]
