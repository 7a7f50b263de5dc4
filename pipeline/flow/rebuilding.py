"""A warehouse filled from the archive alone: what was received is entered, loaded and looked at again.

Each step knows what is done already, so a rebuild that was stopped goes on, and one of a whole
warehouse changes nothing. Publishers and their feeds have to be registered, for the archive does not
hold them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipeline.fetch.location import LONGEST_BATCH
from pipeline.flow.attaching import Attached, attach_day, days_of
from pipeline.flow.context import Context
from pipeline.flow.erasing import restore_tombstones
from pipeline.flow.ingesting import IngestReport, load_batch
from pipeline.flow.lookingagain import Looks, look_again
from pipeline.flow.polling import Progress, silent
from pipeline.flow.window import enter_window
from pipeline.flow.workers import cores, spread
from pipeline.warehouse import schema
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.repeats import settle_repeats


@dataclass(slots=True)
class Rebuilt:
    """What came out of the archive."""

    documents: int = 0
    """Feed documents entered."""
    entries: int = 0
    """Entries of theirs that the ledger did not know."""
    attached: Attached = field(default_factory=Attached)
    ingest: IngestReport = field(default_factory=IngestReport)
    """What was loaded; ``revisited`` are the second looks."""


def rebuild(context: Context, *, jobs: int | None = None, progress: Progress = silent) -> Rebuilt:
    """Enters all that the archive has received: feeds and pushes, pages and why others failed, second looks.

    Args:
        context: the archive, and a warehouse with its publishers; empty, or begun.
        jobs: processes that read pages; None: as many as the machine has cores.
        progress: told of ``poll``, ``fetch``, ``load`` and ``revisit``.

    Raises:
        ArchiveDamaged: a file of feed documents cannot be read to its end.
        SchemaMismatch: the warehouse is not at this code's revision.
    """
    schema.check(context.engine)
    restore_tombstones(context)
    jobs = cores() if jobs is None else jobs
    done = Rebuilt()
    days = days_of(context.archive)
    if not days:
        return done
    first = datetime.combine(days[0].day, datetime.min.time(), UTC)
    last = datetime.combine(days[-1].day, datetime.min.time(), UTC) + 2 * LONGEST_BATCH
    lines = enter_window(context, first - timedelta(days=1), last, progress=progress)
    done.documents, done.entries = len(lines), sum(line.new for line in lines)
    with_looks = []
    for day in days:
        if attach_day(context, day, done.attached):
            with_looks.append(day)
        progress("fetch", len(day.pages))
    _load_all(context, jobs, done.ingest, progress)
    pieces = [Looks(tuple(with_looks), shard, jobs) for shard in range(jobs)] if with_looks else []
    for looked, changed, damaged in spread(context, look_again, pieces, jobs):
        done.ingest.revisited += looked
        done.ingest.changed += changed
        done.attached.damaged |= damaged
        progress("revisit", looked)
    return done


def load_share(context: Context, _share: int) -> IngestReport:
    """Loads what is attached until nothing is left, beside others that do the same."""
    report = IngestReport()
    with worker(context.engine) as number:
        while load_batch(context, number, report) or _settled(context, report):
            pass
    return report


def _load_all(context: Context, jobs: int, report: IngestReport, progress: Progress) -> None:
    # The last round is alone: what one of the others has made possible when this one had ended is done then.
    for shares in (range(jobs), range(1)):
        for part in spread(context, load_share, [*shares], jobs):
            report.loaded += part.loaded
            report.duplicate += part.duplicate
            report.rejected += part.rejected
            report.extract_seconds += part.extract_seconds
            progress("load", part.loaded + part.duplicate + part.rejected)


def _settled(context: Context, report: IngestReport) -> int:
    with transaction(context.engine) as connection:
        repeats = settle_repeats(connection, context.clock())
    report.duplicate += repeats
    return repeats
