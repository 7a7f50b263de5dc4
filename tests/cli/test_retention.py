"""``dateline retain``: what is old enough and stands in an export goes, all else stays and is told."""

import threading
from datetime import timedelta

import pytest
from pyarrow import parquet

from pipeline.fetch.archive import Scope, Tally
from pipeline.flow.context import Context
from pipeline.flow.exporting import export_months
from pipeline.flow.retaining import Ages, retain
from pipeline.settings import Settings, settings
from pipeline.warehouse import archived, reports
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.reports import conservation
from tests.cli.test_archive import AT, Past, Shell
from tests.warehouse.emptied import emptied

LATER = AT + timedelta(days=200)
AGES = Ages(*[timedelta(days=100)] * 3)
ALL = ("stories", "versions", "bodies", "polls", "fetches")


@pytest.fixture
def database_url(module_database_url):
    return emptied(module_database_url)


@pytest.fixture
def past(database_url, tmp_path, monkeypatch, capfdbinary):
    """Six stories of March 2024, and polls that brought no bytes."""
    made = Past(database_url, tmp_path / "archive")
    made.begin()
    with transaction(made.engine) as connection:
        connection.exec_driver_sql(
            "update ops.feed_poll set entries = 2, new_entries = 2, entered_entries = 2"
        )
        connection.exec_driver_sql("update news.article set word_count = 52")
        for minute in range(5):
            connection.exec_driver_sql(
                "insert into ops.feed_poll (feed_id, polled_at, outcome, reason, is_gap) "
                f"values ('{made.feed.feed_id}', '2024-03-01 18:0{minute}Z', 'unchanged', null, false)"
            )
    made.context = Context(made.engine, made.archive, Settings(), lambda: LATER)
    made.export = lambda: export_months(made.engine, str(tmp_path / "out"), now=LATER, tables=ALL)
    made.out = tmp_path / "out"
    yield made
    made.engine.dispose()


def shown(past, *, delete=False):
    return {(one.kind, one.name[:7]): one for one in retain(past.context, AGES, delete=delete)}


def count(past, table):
    with transaction(past.engine) as connection:
        return connection.exec_driver_sql(f"select count(*) from {table}").scalar_one()


def state(past):
    tables = ("news.article_body", "ops.feed_poll", "ops.fetch", "ops.archive_removed")
    return [count(past, table) for table in tables], past.segments()


def conserved(past):
    with transaction(past.engine) as connection:
        return all(one.is_conserved for one in conservation(connection))


def whole(past):
    with transaction(past.engine) as connection:
        known = archived.references(connection, Scope())
        return list(past.archive.verify(now=LATER, known=known, tally=Tally())) == []


def test_nothing_goes_that_no_export_has(past):
    before = state(past)
    kept = shown(past, delete=True)
    assert {kind for kind, _ in kept} == {"bodies", "polls", "archive"}
    assert all(one.kept_for for one in kept.values())
    assert "dateline export" in kept["bodies", "undated"].kept_for
    assert state(past) == before
    # One that has changed since is no export of it.
    past.export()
    with transaction(past.engine) as connection:
        connection.exec_driver_sql(
            "update news.article_version set captured_at = captured_at + interval '1 s'"
        )
        connection.exec_driver_sql("update news.article set content_hash = 'x' || content_hash")
    kept = shown(past, delete=True)
    assert "are in no current export" in kept["archive", "2024/03"].kept_for
    # Nor is one whose files are gone.
    past.export()
    for path in past.out.rglob("*.parquet"):
        path.unlink()
    assert all(one.kept_for for one in shown(past, delete=True).values())
    assert past.segments() == before[1]


def test_what_is_exported_goes_and_the_law_holds(past):
    past.export()
    before = state(past)
    plan = shown(past)
    assert all(one.kept_for is None for one in plan.values())
    assert state(past) == before  # shown, and not touched
    assert plan["bodies", "undated"].count == 6
    assert plan["polls", "2024-03"].count == 5
    done = shown(past, delete=True)
    assert {key: one.count for key, one in done.items() if key[0] != "archive"} == {
        ("bodies", "undated"): 6,
        ("polls", "2024-03"): 5,
    }
    assert count(past, "news.article_body") == 0
    assert past.segments() == []
    assert conserved(past)
    assert whole(past)
    with transaction(past.engine) as connection:
        kept = connection.exec_driver_sql(
            "select count(*), min(word_count) from news.article where text_hash is not null"
        ).one()
        assert tuple(kept) == (6, 52)
        assert connection.exec_driver_sql("select count(*) from ops.story_text").scalar_one() == 6
        assert len(list(reports.stories(connection))) == 6  # without their bodies, but none is missing
    # The requests and documents whose bytes went may go now, but for those that made a story.
    past.export()
    again = shown(past, delete=True)
    assert {key: one.count for key, one in again.items()} == {("polls", "2024-03"): 3}
    assert count(past, "ops.feed_poll") == 0
    assert count(past, "ops.fetch") == 6
    assert conserved(past)
    assert shown(past, delete=True) == {}
    # And whatever was exported is in the files still, however often they are written again.
    with transaction(past.engine) as connection:
        connection.exec_driver_sql(
            "update news.article_version set version_id = version_id, headline = 'New'"
        )
        connection.exec_driver_sql("update news.article set content_hash = 'x' || content_hash")
    (past.out / "bodies/month=undated/bodies.parquet").rename(past.out / "bodies.parquet")
    held = parquet.read_table(past.out / "bodies.parquet")
    (past.out / "bodies.parquet").rename(past.out / "bodies/month=undated/bodies.parquet")
    manifest = past.out / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"fingerprint": "', '"fingerprint": "x'))
    past.export()
    assert parquet.read_table(past.out / "bodies/month=undated/bodies.parquet") == held
    assert None not in held["body"].to_pylist()
    polls = parquet.read_table(past.out / "polls/month=2024-03/polls.parquet")
    assert polls.num_rows == 8


def test_a_file_stays_while_something_needs_it(past):
    past.export()
    with transaction(past.engine) as connection:
        # One entry is to be read again; and of the last document a younger one has the bytes.
        first = "(select entry_key from ops.ledger order by discovered_at, entry_key limit 1)"
        connection.exec_driver_sql(
            f"update ops.ledger set state = 'fetched', story_id = null where entry_key = {first}"
        )
        connection.exec_driver_sql(
            "insert into ops.feed_poll (feed_id, polled_at, outcome, is_gap, archive_object, archive_offset, "
            "archive_length, archive_digest) select feed_id, '2024-09-01', 'same_body', false, "
            "'2024/09/01/feed-000000-x.warc.gz', 0, 9, archive_digest from ops.feed_poll "
            "where archive_object is not null order by polled_at desc limit 1"
        )
    past.export()
    kept = [one for one in retain(past.context, AGES, delete=True) if one.kind == "archive" and one.kept_for]
    assert sorted({one.kept_for for one in kept}) == [
        "a later answer refers to a body in it",
        "entries that are still pending were read from it",
    ]
    assert len(past.segments()) == len(kept) == 3  # of the first entry its page and its document


def test_several_at_once_and_one_that_was_stopped(past):
    past.export()
    names = [str(path.relative_to(past.folder)) for path in past.segments()]
    with transaction(past.engine) as connection:  # stopped after it was said, and before it was done
        connection.exec_driver_sql(
            "insert into ops.archive_removed (object, size_bytes, removed_at) values (%s, 1, now())",
            (names[0],),
        )
    found = []

    def one():
        found.extend(retain(past.context, AGES, delete=True))

    both = [threading.Thread(target=one) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    assert sum(one.count for one in found if one.kind == "bodies" and not one.kept_for) == 6
    list(retain(past.context, AGES, delete=True))
    assert past.segments() == []
    assert count(past, "news.article_body") == 0
    with transaction(past.engine) as connection:
        sums = connection.exec_driver_sql("select sum(polls) from ops.feed_poll_sum").scalar_one()
    assert sums + count(past, "ops.feed_poll") == 8
    assert conserved(past)


def test_the_command_shows_first_and_does_what_it_is_told(past, database_url, monkeypatch, capfdbinary):
    from types import SimpleNamespace

    def decoded():
        shown = capfdbinary.readouterr()
        return SimpleNamespace(out=shown.out.decode(), err=shown.err.decode())

    shell = Shell(
        monkeypatch,
        SimpleNamespace(readouterr=decoded),
        DATELINE_WAREHOUSE_URL=database_url,
        DATELINE_ARCHIVE=str(past.folder),
        COLUMNS="200",
    )
    try:
        assert "nothing has an age" in shell("retain", code=1).err
        assert "60" in shell("retain", "--bodies", "1", code=2).err
        assert "kept: bodies undated: no current export" in shell("retain", "--bodies", "100").out
        shell("export", past.out, "--tables", "all")
        shown = shell("retain", "--bodies", "100", "--logs", "100", "--archive-files", "100").out
        assert "would go" in shown
        assert "--delete" in shown
        assert count(past, "news.article_body") == 6
        assert "deleted" in shell("retain", "--bodies", "100", "--delete").out
        assert count(past, "news.article_body") == 0
        monkeypatch.setenv("DATELINE_RETAIN_LOGS_DAYS", "100")
        settings.cache_clear()
        assert "polls 2024-03" in shell("retain").out
    finally:
        settings.cache_clear()
