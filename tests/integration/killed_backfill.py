"""A backfill to be killed: a window walked and ingested with a clock that stands, on the warehouse and newsroom it is told."""

import sys
from datetime import datetime
from pathlib import Path

from pipeline.fetch import Archive
from pipeline.flow.backfilling import backfill_window
from pipeline.flow.context import Context
from pipeline.flow.ingesting import ingest_pending
from pipeline.settings import Settings
from pipeline.warehouse.backfills import Scope
from pipeline.warehouse.engine import open_warehouse


def main(url: str, folder: str, allowed: str, *moments: str) -> None:
    now, since, until = map(datetime.fromisoformat, moments)
    settings = Settings(
        archive=str(Path(folder) / "archive"),
        allowed_addresses=allowed,
        resolve_file=Path(folder) / "resolve",
        host_delay_seconds=0,
    )
    context = Context(open_warehouse(url), Archive(settings.archive_location), settings, lambda: now)
    backfill_window(context, Scope(since, until))
    ingest_pending(context)


if __name__ == "__main__":
    main(*sys.argv[1:])
