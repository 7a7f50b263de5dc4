"""The command that looks at one page: extract."""

from __future__ import annotations

import json
import uuid
from dataclasses import is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli import show
from pipeline.cli.explain import explained
from pipeline.cli.onepage import article_of, fetch, is_address, read_file, registered
from pipeline.cli.session import SourcesOption, settled
from pipeline.flow.context import utc_now

out = show.console()


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(extract)


def extract(
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE", help="A page: its address, or a saved file (HTML, or the text of one)."
        ),
    ],
    url: Annotated[str, typer.Option(help="Where a saved page came from.")] = "",
    sources: SourcesOption = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Instead of JSON show each field with what every source on the page said of it, which was taken and "
            "why, and a draft of the [bold]hints[/] that would overrule it.",
        ),
    ] = False,
) -> None:
    """Reads one page and prints the article as JSON: every field, its method, every date found.

    An address is fetched as `dateline run` would fetch it, robots.txt and all. Where the publisher stands in
    the sources file, its zone, language and hints are used.

        dateline extract https://example.org/2024/03/09/rain --explain

        dateline extract page.html --url https://example.org/2024/03/09/rain
    """
    known = settled(sources=sources)
    address = target if is_address(target) else url
    source = registered(address, known.sources, required=sources is not None)
    page = fetch(target, source, known) if is_address(target) else read_file(Path(target), url)
    article = article_of(page, source)
    if explain:
        out.print(explained(article, source, today=utc_now().date()))
    else:
        out.print_json(json.dumps(article, default=_plain, ensure_ascii=False))


def as_line(values: dict[str, Any]) -> str:
    """One line of JSON lines."""
    return json.dumps(values, default=_plain, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    return dict(value) if hasattr(value, "items") else str(value)
