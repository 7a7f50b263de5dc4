"""A worker to be killed: one hour's work with a clock that stands, on the warehouse and newsroom it is told."""

import sys
from datetime import datetime
from pathlib import Path

from pipeline.fetch import Archive
from pipeline.flow.context import Context
from pipeline.flow.ingesting import ingest_pending
from pipeline.flow.run import poll_shard
from pipeline.settings import Settings
from pipeline.warehouse.engine import open_warehouse


def main(url: str, folder: str, allowed: str, now: str) -> None:
    at = datetime.fromisoformat(now)
    settings = Settings(
        archive=str(Path(folder) / "archive"),
        allowed_addresses=allowed,
        resolve_file=Path(folder) / "resolve",
        host_delay_seconds=0,
    )
    context = Context(open_warehouse(url), Archive(settings.archive_location), settings, lambda: at)
    poll_shard(context, every=True)
    ingest_pending(context)


if __name__ == "__main__":
    main(*sys.argv[1:])
