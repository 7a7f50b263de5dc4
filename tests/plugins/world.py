"""A warehouse that the newsroom's publishers filled in the two days before a moment."""

from datetime import timedelta
from pathlib import Path

from pipeline.flow.ingesting import ingest_pending
from pipeline.flow.run import poll_shard
from tests.integration.conftest import Run
from tests.newsroom import World, serve

HOURS_BEFORE = (44, 32, 20, 12, 6, 3, 1, 0)
"""When the feeds were polled."""


def filled(database_url: str, folder: Path, now, *, stories: int, polls=HOURS_BEFORE) -> Run:
    """A run whose clock stands at ``now``, after polls at so many hours before; the caller closes it."""
    world = World(stories=stories, start=now - timedelta(days=2), days=2)
    with serve(world, at=world.start) as server:
        run = Run(server, database_url, folder)
        for hours in polls:
            run.now = now - timedelta(hours=hours)
            server.set_time(run.now)
            poll_shard(run.context, every=True)
            ingest_pending(run.context)
    return run
