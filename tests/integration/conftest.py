"""The whole flow against the newsroom: real HTTP on loopback, a real database, a clock that stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.fetch import Archive
from pipeline.flow.context import Context
from pipeline.flow.ingesting import ingest_pending
from pipeline.flow.run import poll_shard
from pipeline.settings import Settings
from pipeline.sources import load_sources
from pipeline.warehouse import registry, schema
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.reports import conservation, table_hashes
from tests.integration.wire import START
from tests.newsroom import serve


class Run:
    """A warehouse and an archive that poll a served world, at whatever time the test says."""

    def __init__(self, server, database_url, folder, **options):
        self.server, self.url, self.folder = server, database_url, folder
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        environment = server.environment(folder)
        self.settings = Settings(
            archive=str(folder / "archive"),
            allowed_addresses=environment["DATELINE_ALLOWED_ADDRESSES"],
            resolve_file=environment["DATELINE_RESOLVE_FILE"],
            ca_file=environment.get("DATELINE_CA_FILE"),
            host_delay_seconds=0,
            **options,
        )
        self.engine = open_warehouse(database_url)
        schema.migrate(self.engine)
        self.sources = [
            replace(one, delay_seconds=0)
            for one in load_sources(server.sources_yaml(folder / "sources.yaml"))
        ]
        with transaction(self.engine) as connection:
            registry.sync(connection, self.sources)

    @property
    def context(self):
        return Context(self.engine, Archive(self.settings.archive_location), self.settings, lambda: self.now)

    def hour(self):
        """One hourly run's work; returns the polls and the ingest report."""
        polls = poll_shard(self.context, every=True)
        return polls, ingest_pending(self.context)

    def later(self, **delta):
        self.now += timedelta(**delta)

    def rows(self, sql):
        with transaction(self.engine) as connection:
            return connection.exec_driver_sql(sql).all()

    def hashes(self):
        with transaction(self.engine) as connection:
            return table_hashes(connection)

    def conserved(self):
        with transaction(self.engine) as connection:
            return [count for count in conservation(connection) if not count.is_conserved]

    def close(self):
        self.engine.dispose()


@pytest.fixture
def make_run(database_url, tmp_path):
    made = []

    def make(server, **options):
        made.append(Run(server, database_url, tmp_path, **options))
        return made[-1]

    yield make
    for run in made:
        run.close()


@pytest.fixture
def poll(make_run):
    """Serves a wire and polls it at hours since the start; the run, and what was asked."""
    opened = []

    def start(wire, **options):
        served = serve(wire, at=START, **options)
        server = served.__enter__()
        opened.append(served)
        run = make_run(server)
        run.now = START

        def at(hours, *, every=True):
            run.now = START + timedelta(hours=hours)
            server.set_time(run.now)
            asked = len(server.requests)
            lines = poll_shard(run.context, every=every)
            return lines, [one for one in server.requests[asked:] if not one.url.endswith("/robots.txt")]

        return run, at

    yield start
    for served in opened:
        served.__exit__(None, None, None)
