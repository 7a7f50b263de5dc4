"""The archive read again by today's code: what it reads otherwise is told, then written.

A story is compared by the captures received in a window, and where one of them differs it is loaded
anew from all that it has. So nothing follows from an order, a run that was stopped is finished by
the next one, and a second one finds nothing to write.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.errors import ArchiveDamaged, WarehouseRefused
from pipeline.flow.comparing import Comparison, Damage, Piece, articles_of, compare_piece, name_of
from pipeline.flow.context import Context
from pipeline.flow.ingesting import IngestReport, load_batch
from pipeline.flow.workers import cores, spread
from pipeline.warehouse import schema
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.reloading import Again, reload
from pipeline.warehouse.rereading import Unit, received, standings

STORIES = 64
"""Stories that are compared at once."""
WRITTEN = 16
"""Stories loaded anew in one transaction: their publishers wait for it."""
_ATTEMPTS = 3


@dataclass(slots=True)
class Rewritten:
    """What a replay wrote."""

    stories: int = 0
    """Loaded anew, rejected entries among them."""
    refused: list[Damage] = field(default_factory=list)
    """Those that the database refuses, or that others kept changing: they are as they were."""
    damaged: list[Damage] = field(default_factory=list)

    def add(self, other: Rewritten) -> None:
        """Takes in what another part wrote."""
        self.stories += other.stories
        self.refused += other.refused
        self.damaged += other.damaged


Progress = Callable[[int, int], None]
"""Called with how many stories are done, and how many there are."""


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def compare(
    context: Context,
    since: datetime,
    until: datetime,
    *,
    sources: Collection[uuid.UUID] | None = None,
    jobs: int | None = None,
    progress: Progress = silent,
) -> Comparison:
    """What today's code reads otherwise of the pages received in ``[since, until)``; nothing is written.

    Args:
        context: the warehouse and the archive.
        since: begin of the window, aware.
        until: its end, which is not within it.
        sources: ids of publishers; None: of all.
        jobs: processes; None: as many as the machine has cores.
        progress: told after each batch.

    Raises:
        SchemaMismatch: the warehouse is not at this code's revision.
        ArchiveAway, WarehouseDown: one of them does not answer.
    """
    schema.check(context.engine)
    with transaction(context.engine) as connection:
        units = received(connection, since, until, sources)
    pieces = [Piece(since, until, tuple(units[at : at + STORIES])) for at in range(0, len(units), STORIES)]
    found, done = Comparison(), 0
    for part in spread(context, compare_piece, pieces, cores() if jobs is None else jobs):
        found.add(part)
        done += STORIES
        progress(min(done, len(units)), len(units))
    return found


def rewrite(
    context: Context, units: Sequence[Unit], *, jobs: int | None = None, progress: Progress = silent
) -> Rewritten:
    """Loads these stories anew from the archive, as another reading of the same bytes; see ``reload``.

    Raises:
        ArchiveAway, WarehouseDown: one of them does not answer; what was written by then stands.
    """
    pieces = [tuple(units[at : at + WRITTEN]) for at in range(0, len(units), WRITTEN)]
    written, done = Rewritten(), 0
    for part in spread(context, rewrite_piece, pieces, cores() if jobs is None else jobs):
        written.add(part)
        done += WRITTEN
        progress(min(done, len(units)), len(units))
    _load_what_follows(context)
    return written


def rewrite_piece(context: Context, units: Sequence[Unit]) -> Rewritten:
    """Loads a few stories anew; where the database refuses them together, one by one."""
    written = Rewritten()
    try:
        _rewrite(context, units, written)
    except WarehouseRefused:
        for unit in units:
            try:
                _rewrite(context, [unit], written)
            except WarehouseRefused as error:
                written.refused.append(Damage(str(unit), str(error)))
    return written


def _rewrite(context: Context, units: Sequence[Unit], written: Rewritten) -> None:
    left = list(units)
    for _ in range(_ATTEMPTS):
        again, damaged = _read_all(context, left)
        written.damaged += [one for one in damaged if one not in written.damaged]
        with transaction(context.engine) as connection:
            overtaken = reload(connection, again, context.clock())
        written.stories += len(again) - len(overtaken)
        left = [one.standing.unit for one in overtaken]
        if not left:
            return
    written.refused += [Damage(str(unit), "others keep changing it") for unit in left]


def _read_all(context: Context, units: Sequence[Unit]) -> tuple[list[Again], list[Damage]]:
    again, damaged = [], []
    with transaction(context.engine) as connection:
        standing = standings(connection, units)
    for one in standing:
        try:
            again.append(Again(one, articles_of(context, one.captures())))
        except ArchiveDamaged as damage:
            damaged.append(Damage(name_of(one), str(damage)))
    return again, damaged


def _load_what_follows(context: Context) -> None:
    """Loads what became pending: entries that had stepped back behind a story that is none any more."""
    with worker(context.engine) as number:
        while load_batch(context, number, IngestReport()):
            pass
