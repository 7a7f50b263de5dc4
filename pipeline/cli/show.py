"""What people look at: progress while it works, then tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from pipeline.flow.polling import Progress as Report
from pipeline.warehouse.reports import Alarm, FeedCount

_STEPS = {
    "walk": "Walking places of the past",
    "document": "Reading documents of the past",
    "warc": "Finding pages in WARC files",
    "poll": "Polling feeds",
    "fetch": "Fetching pages",
    "load": "Reading and loading stories",
    "revisit": "Looking at stories again",
}
_OF_THE_PAST = frozenset({"walk", "document", "warc"})
"""Steps that are shown once they have begun: no hourly run has them."""


def console(*, record: bool = False) -> Console:
    """Standard output: as wide as the terminal, 120 columns where it goes into a file or a pipe."""
    return Console(width=shutil.get_terminal_size((120, 40)).columns, record=record)


@contextmanager
def progress(screen: Console) -> Iterator[Report]:
    """A function to report steps to; bars appear where there is a terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", table_column=None),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    ) as bars:
        tasks = {
            step: bars.add_task(words, total=None, visible=step not in _OF_THE_PAST)
            for step, words in _STEPS.items()
        }
        totals = {"feeds": tasks["poll"], "walks": tasks["walk"]}

        def report(step: str, count: int) -> None:
            if step in totals:
                bars.update(totals[step], total=count, visible=True)
            else:
                bars.update(tasks[step], advance=count, visible=True)

        yield report


def feeds_table(counts: Sequence[FeedCount], *, by_feed: bool = False) -> Table:
    """Entries and what became of them, a row a publisher (or a feed), with the law of conservation."""
    table = Table(
        title="Every entry accounted for", title_justify="left", header_style="bold", box=SIMPLE_HEAD
    )
    table.add_column("source", no_wrap=True)
    if by_feed:
        table.add_column("feed", overflow="fold")
    for name in ("entries", "loaded", "dupl.", "rejected", "waiting", "to do"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("sum", justify="center", no_wrap=True)
    table.add_column("feed faults", overflow="fold")
    groups: dict[str, list[FeedCount]] = {}
    for count in counts:
        groups.setdefault(f"{count.domain} {count.feed}" if by_feed else count.domain, []).append(count)
    for group in groups.values():
        names = [group[0].domain] + ([group[0].feed] if by_feed else [])
        table.add_row(*names, *_numbers(group), _mark(group), _faults(group))
    if len(groups) > 1:
        table.add_section()
        table.add_row("all", *([""] if by_feed else []), *_numbers(counts), _mark(counts), "", style="bold")
    return table


def _numbers(counts: Sequence[FeedCount]) -> list[str]:
    return [
        f"{sum(numbers):,}"
        for numbers in (
            [count.entries for count in counts],
            [count.loaded for count in counts],
            [count.duplicates for count in counts],
            [count.rejected for count in counts],
            [count.waiting for count in counts],
            [count.pending - count.waiting for count in counts],
        )
    ]


def _mark(counts: Iterable[FeedCount]) -> str:
    return "[green]✓[/]" if all(count.is_conserved for count in counts) else "[bold red]✗[/]"


def _faults(counts: Iterable[FeedCount]) -> str:
    return ", ".join(sorted({count.last_reason for count in counts if count.last_reason}))


def reasons_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Why entries were rejected or wait."""
    table = Table(
        title="Rejected or waiting, and why", title_justify="left", header_style="bold", box=SIMPLE_HEAD
    )
    for name in ("source", "state", "reason"):
        table.add_column(name, no_wrap=True)
    table.add_column("entries", justify="right", no_wrap=True)
    table.add_column("example", overflow="fold")
    for row in rows:
        table.add_row(
            row["domain"], row["state"], row["reason"], str(row["entries"]), _shortened(row["example"] or "")
        )
    return table


def alarms_table(rows: Sequence[Alarm]) -> Table:
    """Feeds that somebody should look at."""
    table = Table(title="Feeds to look at", title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for name in ("source", "what", "since"):
        table.add_column(name, no_wrap=True)
    table.add_column("feed", overflow="fold")
    table.add_column("in words", overflow="fold")
    for row in rows:
        since = f"{row.since:%Y-%m-%d %H:%M}Z" if row.since else "the start"
        table.add_row(row.domain, row.kind, since, _shortened(row.feed), row.words)
    return table


def _shortened(url: str, most: int = 56) -> str:
    return url if len(url) <= most else url[: most - 1] + "…"


def stories_table(rows: Iterable[Any]) -> Table:
    """A sample of stories: the instant, the offset as printed, the place, and the proof of both."""
    table = Table(
        title="Stories, with the evidence", title_justify="left", header_style="bold", box=SIMPLE_HEAD
    )
    table.add_column("headline", ratio=6)
    table.add_column("instant (UTC)", no_wrap=True)
    table.add_column("offset", no_wrap=True)
    table.add_column("printed as", ratio=5, overflow="fold")
    table.add_column("method", ratio=3, overflow="fold")
    table.add_column("filed from", ratio=4)
    for row in rows:
        place = ", ".join(part for part in (row.place, row.place_country) if part)
        table.add_row(
            f"{row.headline}\n[dim]{row.domain}[/]",
            moment(row.published_at, row.published_local, row.published_precision),
            offset(row.published_utc_offset_minutes),
            (row.published_evidence or "").strip(),
            row.published_method or "",
            f"{place}\n[dim]{row.dateline}[/]" if row.dateline else place,
        )
    return table


def moment(at: datetime | None, local: datetime | None, precision: str | None) -> str:
    """The instant in UTC; where there is none, what is known without one."""
    if at is not None:
        return f"{at:%Y-%m-%d %H:%M}Z"
    if local is None:
        return "[dim]no date printed[/]"
    forms = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
    if precision in forms:
        return f"[dim]{local.strftime(forms[precision])}, {precision} only[/]"
    return f"[dim]{local:%Y-%m-%d %H:%M}, no zone[/]"


def offset(minutes: int | None) -> str:
    """``+03:00``; empty where none is known.

    >>> offset(-210)
    '-03:30'
    """
    if minutes is None:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def rows_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """The result of a query."""
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("[dim]NULL[/]" if value is None else _printed(value) for value in row))
    return table


def _printed(value: Any) -> str:
    if isinstance(value, datetime) and value.utcoffset() == timedelta(0):
        return f"{value:%Y-%m-%d %H:%M:%S}Z"
    return str(value).replace("[", "\\[")
