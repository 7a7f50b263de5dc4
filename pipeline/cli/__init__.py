"""The command line: ``dateline --help``."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from pipeline.cli import (
    archive,
    asking,
    demo,
    erasing,
    export,
    past,
    reading,
    rebuild,
    registry,
    replay,
    retaining,
    running,
)
from pipeline.errors import DatelineError, Transient

app = typer.Typer(
    name="dateline",
    help="News feeds into a SQL warehouse that a data team can trust: each story once, at the right instant, "
    "filed from the right place, with the evidence for both, and nothing ever silently lost.",
    epilog="First steps: [bold]dateline demo[/] shows it all on invented publishers; "
    "[bold]dateline run --sources sources.yaml[/] polls real ones; [bold]dateline status[/] accounts for every entry. "
    "Each option of a command is also a variable DATELINE_….",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
running.add_to(app)
past.add_to(app)
reading.add_to(app)
asking.add_to(app)
replay.add_to(app)
rebuild.add_to(app)
export.add_to(app)
erasing.add_to(app)
retaining.add_to(app)
demo.add_to(app)
app.add_typer(registry.app, name="sources")
app.add_typer(archive.app, name="archive")


def main() -> None:
    """Runs the command line; an error of ours is a sentence on stderr and status 1, never a traceback."""
    try:
        app()
    except DatelineError as error:
        again = " (worth another try later)" if isinstance(error, Transient) else ""
        Console(stderr=True).print(f"[bold red]dateline:[/] {error}{again}", highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; what was begun is taken up by the next run")
        sys.exit(130)
