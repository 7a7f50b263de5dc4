"""Infrastructure that goes away in the middle: said in a sentence, nothing lost, taken up again."""

import pytest

from pipeline.errors import ArchiveAway, WarehouseDown
from pipeline.flow.ingesting import ingest_pending
from pipeline.flow.run import poll_shard
from pipeline.warehouse.engine import transaction
from tests.newsroom import World, serve


@pytest.fixture(scope="module")
def world():
    return World(stories=40)


def states(run):
    return dict(run.rows("select state, count(*) from ops.ledger group by 1"))


def test_an_archive_that_is_away_rejects_nothing(world, make_run, monkeypatch):
    from pipeline.flow import ingesting

    with serve(world) as server:
        run = make_run(server)
        poll_shard(run.context, every=True)
        with monkeypatch.context() as patch:
            patch.setattr(ingesting, "load_batch", lambda *_: 0)
            ingest_pending(run.context)
        fetched = states(run)["fetched"]
        assert fetched > 20
        archive = run.folder / "archive"
        archive.rename(run.folder / "unmounted")
        with pytest.raises(ArchiveAway, match="mounted"):
            ingest_pending(run.context)
        assert states(run)["fetched"] == fetched
        (run.folder / "unmounted").rename(archive)
        ingest_pending(run.context)
        assert "fetched" not in states(run)
        assert run.conserved() == []


def test_a_segment_that_is_gone_is_fetched_again(world, make_run, monkeypatch):
    from pipeline.flow import ingesting

    with serve(world) as server:
        run = make_run(server)
        poll_shard(run.context, every=True)
        with monkeypatch.context() as patch:
            patch.setattr(ingesting, "load_batch", lambda *_: 0)
            ingest_pending(run.context)
        for segment in (run.folder / "archive").rglob("page-*.warc.gz"):
            segment.unlink()
        ingest_pending(run.context)
        found = states(run)
        assert found["loaded"] > 20
        assert "fetched" not in found
        assert run.rows("select count(*) from ops.ledger where reason = 'archive_damaged'") == [(0,)]


def test_a_database_that_ends_the_session_is_one_sentence(world, make_run, monkeypatch):
    from pipeline.flow import ingesting

    with serve(world) as server:
        run = make_run(server)
        poll_shard(run.context, every=True)
        real = ingesting.load_batch

        def cut(context, number, report):
            with transaction(context.engine) as connection:
                connection.exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")
            return real(context, number, report)

        with monkeypatch.context() as patch:
            patch.setattr(ingesting, "load_batch", cut)
            with pytest.raises(WarehouseDown, match="does not answer"):
                ingest_pending(run.context)
        ingest_pending(run.context)
        assert "discovered" not in states(run)
        assert run.conserved() == []
