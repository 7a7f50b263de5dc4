"""The same work on many pieces, in several processes: each has its own way into the warehouse and the archive."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

from pipeline.fetch import Archive
from pipeline.flow.context import Context
from pipeline.settings import Settings
from pipeline.warehouse.engine import open_warehouse

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_held: list[Context] = []
"""Of a worker process: what it works with."""


def cores() -> int:
    """How many processes this one may run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    context: Context, work: Callable[[Context, Piece], Result], pieces: Sequence[Piece], jobs: int
) -> Iterator[Result]:
    """What ``work`` makes of each piece, in the order of the pieces; with ``jobs`` 1, or one piece, in this process.

    ``work`` is a function of a module, for another process has to find it by its name. The first error
    ends it: what other processes have begun they finish, what is not begun is left.
    """
    if min(jobs, len(pieces)) <= 1:
        for piece in pieces:
            yield work(context, piece)
        return
    url = context.engine.url.render_as_string(hide_password=False)
    # Not forked: a fork would share this process's connections and threads.
    pool = ProcessPoolExecutor(
        min(jobs, len(pieces)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(url, context.settings),
    )
    try:
        yield from pool.map(partial(_work, work), pieces)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(url: str, settings: Settings) -> None:
    _held.append(Context(open_warehouse(url), Archive(settings.archive_location), settings))


def _work(work: Callable[[Context, Piece], Result], piece: Piece) -> Result:
    return work(_held[0], piece)
