"""Alarms: which shares are unusual, and what becomes of a row of ``ops.alarm`` while its cause comes and goes."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.warehouse import alarms, schema
from pipeline.warehouse.engine import open_warehouse, transaction
from tests.warehouse.world import NOW, minutes, register

URL = "https://herald.example/a.xml"
ENTRIES = text("""
insert into ops.ledger (feed_id, entry_key, source_id, entry, discovered_at, state, reason, story_id, duplicate_method, settled_at)
select :feed, :key || i, :source, '{}', :at, :state, case when :state = 'rejected' then 'http_404' end,
       case when :state in ('loaded', 'duplicate') then md5(:key || i)::uuid end,
       case when :state = 'duplicate' then 'guid' end, :at
from generate_series(1, :count) i
""")
STORIES = text("""
insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version, word_count,
    published_at, published_flags, modified_flags, first_seen_at, fetched_at, extractor_version, content_hash, loaded_at)
select md5(:key || i)::uuid, :source, md5(:key || i)::uuid, :key || i, '', :key || i, '1', 0,
    case when :is_dated then cast(:at as timestamptz) end, :flags, '{}', :at, :at, 't', '', :at
from generate_series(1, :count) i
""")


@pytest.fixture(scope="module")
def migrated(module_database_url):
    engine = open_warehouse(module_database_url, pooled=False)
    schema.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(migrated):
    """An empty warehouse: emptied, which is quicker than making one."""
    with transaction(migrated) as connection:
        connection.execute(text("truncate news.source, ops.alarm cascade"))
    return migrated


@pytest.fixture
def feed(engine):
    """A feed that was polled just now."""
    feed = register(engine)[URL]
    with transaction(engine) as connection:
        connection.execute(text("update ops.feed_state set last_polled_at = :now"), {"now": NOW})
    return feed


def enter(engine, feed, count, state, *, days=0.0, is_dated=True, flags=()):
    """So many settled entries of one document, received so many days before ``NOW``."""
    key = f"{state}-{days}-{is_dated}-{len(flags)}-"
    row = {
        "feed": feed.feed_id,
        "source": feed.source_id,
        "key": key,
        "count": count,
        "state": state,
        "at": NOW - timedelta(days=days),
    }
    with transaction(engine) as connection:
        if state in ("loaded", "duplicate"):
            connection.execute(STORIES, {**row, "is_dated": is_dated, "flags": list(flags)})
        connection.execute(ENTRIES, row)


def odd(engine):
    """Kind and words of what the view finds."""
    with transaction(engine) as connection:
        return dict(connection.execute(text("select kind, words from ops.feed_alarm")).all())


def unusual(engine, *numbers):
    with transaction(engine) as connection:
        return connection.execute(
            text("select ops.is_unusual_share(:a, :b, :c, :d)"), dict(zip("abcd", numbers, strict=True))
        ).scalar_one()


@pytest.mark.parametrize(
    ("bad", "entries", "usual_bad", "usual_entries", "is_unusual"),
    [
        (19, 19, 0, 200, False),  # too few to judge, whatever they are
        (20, 20, 0, 200, True),
        (0, 40, 0, 200, False),
        (7, 40, 0, 200, False),  # by chance hardly, but it matters little
        (9, 40, 0, 200, True),
        (12, 40, 60, 200, False),  # as ever
        (19, 40, 60, 200, False),  # a little more than ever
        (23, 40, 60, 200, True),
        (6, 20, 0, 0, False),  # of a new feed one in ten is expected
        (8, 20, 0, 0, True),
        (27, 40, 130, 200, False),  # more than half, which it has been for long
        (40, 40, 200, 200, True),  # nothing of it is of use: never usual
    ],
)
def test_what_is_unusual(engine, bad, entries, usual_bad, usual_entries, is_unusual):
    assert unusual(engine, bad, entries, usual_bad, usual_entries) is is_unusual


def test_a_feed_whose_entries_are_rejected_of_late(engine, feed):
    enter(engine, feed, 190, "loaded", days=5)
    enter(engine, feed, 10, "rejected", days=5.5)
    enter(engine, feed, 20, "loaded", days=0.5)
    assert odd(engine) == {}
    enter(engine, feed, 20, "rejected")
    assert odd(engine) == {
        "rejected_share": "20 of its last 40 entries were rejected; of the 200 before them, 10"
    }
    with transaction(engine) as connection:
        assert [row.since for row in connection.execute(text("select since from ops.feed_alarm"))] == [NOW]


def test_a_slow_feed_is_judged_by_a_fortnight_and_a_few_entries_are_no_reason(engine, feed):
    enter(engine, feed, 100, "loaded", days=30)
    enter(engine, feed, 19, "rejected", days=13)
    assert odd(engine) == {}
    enter(engine, feed, 1, "rejected", days=1)
    assert set(odd(engine)) == {"rejected_share"}


def test_what_went_wrong_long_ago_is_no_alarm_today(engine, feed):
    enter(engine, feed, 60, "loaded", days=60)
    enter(engine, feed, 60, "rejected", days=20)
    assert odd(engine) == {}


def test_a_backfill_of_bad_days_says_nothing_about_today(engine, feed):
    enter(engine, feed, 40, "loaded", days=1)
    enter(engine, feed, 300, "rejected", days=400)
    assert odd(engine) == {}


def test_repeats_are_entries_that_were_not_rejected(engine, feed):
    enter(engine, feed, 5, "rejected", days=1)
    enter(engine, feed, 35, "duplicate", days=1)
    assert odd(engine) == {}


def test_stories_without_an_instant(engine, feed):
    enter(engine, feed, 100, "loaded", days=5)
    enter(engine, feed, 28, "loaded", days=2)
    enter(engine, feed, 8, "loaded", is_dated=False)
    assert odd(engine) == {}
    enter(engine, feed, 4, "loaded", days=0.1, flags=("source_zone", "future"))
    assert odd(engine) == {
        "date_coverage": "12 of its last 40 stories have no instant to trust; of the 100 before them, 0"
    }


def test_a_flag_that_only_says_how_a_date_was_read_is_no_reason(engine, feed):
    enter(engine, feed, 40, "loaded", flags=("source_zone", "label_season_mismatch", "hour_slip"))
    assert odd(engine) == {}


def test_paused_publishers_are_not_judged(engine, feed):
    enter(engine, feed, 40, "rejected")
    with transaction(engine) as connection:
        connection.execute(text("update news.source set state = 'paused'"))
    assert odd(engine) == {}


# -- rows -------------------------------------------------------------------------------


def fail(engine, reason):
    with transaction(engine) as connection:
        connection.execute(
            text("""
                update ops.feed_state set last_reason = :reason, failures = 2, last_success_at = :now
                where feed_id = (select feed_id from news.feed where url = :url)
            """),
            {"reason": reason, "now": NOW, "url": URL},
        )


def review(engine, at):
    with transaction(engine) as connection:
        alarms.review(connection, at)


def rows(engine):
    query = """
        select kind, first_seen_at, last_seen_at, words, resolved_at, told_at from ops.alarm order by first_seen_at
    """
    with transaction(engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def tell(engine, at):
    with transaction(engine) as connection:
        new = alarms.untold(connection)
        alarms.mark_told(connection, new, at)
    return [(one.kind, one.source, one.feed) for one in new]


def test_an_alarm_that_lasts_is_one_row_and_told_once(engine, feed):
    fail(engine, "http_404")
    review(engine, minutes(0))
    assert tell(engine, minutes(1)) == [("failing", "The Herald", URL)]
    fail(engine, "http_500")
    review(engine, minutes(60))
    assert tell(engine, minutes(61)) == []
    assert rows(engine) == [
        ("failing", minutes(0), minutes(60), "it fails: http_500", None, minutes(1)),
    ]


def test_the_same_review_again_changes_nothing(engine, feed):
    fail(engine, "dns")
    review(engine, minutes(0))
    before = rows(engine)
    review(engine, minutes(0))
    assert rows(engine) == before


def test_one_that_comes_back_is_another_row_and_told_again(engine, feed):
    fail(engine, "dns")
    review(engine, minutes(0))
    tell(engine, minutes(0))
    fail(engine, None)
    review(engine, minutes(60))
    assert [row[4] for row in rows(engine)] == [minutes(60)]
    fail(engine, "dns")
    review(engine, minutes(120))
    assert tell(engine, minutes(120)) == [("failing", "The Herald", URL)]
    assert [(row[1], row[4]) for row in rows(engine)] == [
        (minutes(0), minutes(60)),
        (minutes(120), None),
    ]


def test_one_that_is_over_before_anybody_was_told_is_not_told(engine, feed):
    fail(engine, "dns")
    review(engine, minutes(0))
    fail(engine, None)
    review(engine, minutes(60))
    assert tell(engine, minutes(60)) == []


def test_what_one_process_tells_another_does_not(engine, feed):
    fail(engine, "dns")
    review(engine, minutes(0))
    with transaction(engine) as first:
        assert len(alarms.untold(first)) == 1
        with transaction(engine) as second:
            assert alarms.untold(second) == ()
        # The first one failed to tell: nothing is marked.
    assert len(tell(engine, minutes(2))) == 1


def late(words, at):
    return alarms.OpenAlarm("news_hourly", alarms.LATE_RUN, at, NOW, words, None, None)


def test_a_late_run_lasts_until_a_run_of_the_dag_ends(engine):
    with transaction(engine) as connection:
        alarms.note_late_run(connection, late("run 1 hangs", minutes(50)))
    assert tell(engine, minutes(50)) == [("late_run", None, None)]
    review(engine, minutes(60))  # is about feeds alone
    with transaction(engine) as connection:
        alarms.note_late_run(connection, late("run 2 hangs", minutes(110)))
        alarms.note_ended_run(connection, "news_marts", minutes(111))
    assert tell(engine, minutes(111)) == []
    assert [row[3:5] for row in rows(engine)] == [("run 2 hangs", None)]
    with transaction(engine) as connection:
        alarms.note_ended_run(connection, "news_hourly", minutes(120))
    assert [row[4] for row in rows(engine)] == [minutes(120)]
