"""``dateline erase``: a story taken out of the warehouse and the archive, for good."""

from __future__ import annotations

import uuid
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from pipeline.cli import show
from pipeline.cli.session import ArchiveOption, DemoOption, WarehouseOption, err, opened, settled
from pipeline.errors import SettingsError
from pipeline.flow.context import Context
from pipeline.flow.erasing import Finished, erase_documents, erase_story, finish
from pipeline.flow.exporting import STORIES
from pipeline.warehouse import erasing, exporting
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.erased import is_erased
from pipeline.warehouse.erasing import Erasure

out = show.console()


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(erase)


def erase(
    *,
    stories: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STORY", help="The id of a story, or the address of its page; several may be given."
        ),
    ] = None,
    why: Annotated[str | None, typer.Option(help="The reason, kept with the tombstone.")] = None,
    documents: Annotated[
        bool,
        typer.Option(
            "--documents",
            help="Overwrite the feed documents that list it, too, whole; also of stories erased before, by their ids.",
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    warehouse: WarehouseOption = None,
    archive: ArchiveOption = None,
    demo: DemoOption = False,
) -> None:
    """Removes a story: all its rows, and the bytes of its pages in the archive. It does not come back by any door.

    A tombstone of digests stays, which polls, replays and backfills obey. docs/erasure.md says what remains elsewhere:
    feed documents that listed the story (but with --documents), copies at other publishers, exports until they are written again.

    Without a story, it finishes what an earlier one could not: bytes of pages that were under way at that moment.

        dateline erase https://example.org/2024/03/09/rain --why "ticket 4711" --dry-run
    """
    context = opened(settled(warehouse=warehouse, archive=archive, demo=demo))
    before = {uuid.UUID(one) for one in stories or () if documents and _was_erased(context, one)}
    found = [
        _surveyed(context, one) for one in stories or () if not (_is_id(one) and uuid.UUID(one) in before)
    ]
    for one in found:
        out.print(f"[bold]{one.headline or one.url}[/]  {one.domain}  {one.story_id}", highlight=False)
        out.print(_table(one))
    if dry_run:
        return
    if found and not yes:
        typer.confirm(f"Erase {len(found)} of these for good?", abort=True)
    for one in found:
        erase_story(context, one.story_id, why)
        out.print(f"erased: {one.story_id}", highlight=False)
    _report(finish(context), "pages")
    if documents:
        for story in sorted({*before, *(one.story_id for one in found)}):
            _report(erase_documents(context, story), "feed documents")
    if found:
        _tell_exports(context)


def _report(done: Finished, what: str) -> None:
    if not done.is_whole:
        err.print("another command works on the archive: run `dateline erase` again, when it has ended")
        raise typer.Exit(1)
    out.print(f"{done.blanked:,} {what} in the archive overwritten")


def _surveyed(context: Context, wanted: str) -> Erasure:
    with transaction(context.engine) as connection:
        story = erasing.find(connection, wanted)
        found = erasing.survey(connection, story) if story else None
        if found is None:
            gone = _is_id(wanted) and is_erased(connection, uuid.UUID(wanted))
            problem = "was erased before" if gone else "is no story: an id, or an address as a feed had it?"
            raise SettingsError(f"{wanted!r} {problem}")
    return found


def _was_erased(context: Context, wanted: str) -> bool:
    with transaction(context.engine) as connection:
        return _is_id(wanted) and is_erased(connection, uuid.UUID(wanted))


def _is_id(wanted: str) -> bool:
    try:
        uuid.UUID(wanted)
    except ValueError:
        return False
    return True


def _table(one: Erasure) -> Table:
    table = Table(box=SIMPLE_HEAD, show_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for name, count in one.rows.items():
        table.add_row(f"{count:,}", f"rows of news.{name}")
    table.add_row(f"{len(one.entries):,}", "entries of feeds, blanked in the ledger")
    table.add_row(f"{len(one.places):,}", "pages in the archive, overwritten")
    table.add_row(
        f"{one.documents:,}", "feed documents that first listed it stay as they came, but with --documents"
    )
    table.add_row(f"{one.copies_elsewhere:,}", "copies at other publishers stay")
    return table


def _tell_exports(context: Context) -> None:
    with transaction(context.engine) as connection:
        files = exporting.exported(connection, STORIES)
    stale = sorted({one.location for one in files if one.is_stale})
    for location in stale:
        out.print(f"holds it still: run [bold]dateline export {location}[/]", highlight=False)
