"""Claims: bounded whatever the backlog, fair to publishers, and quiet where a host wants to be left alone."""

import pytest
from sqlalchemy import event, select, text

from pipeline.records import Source
from pipeline.warehouse.claims import claim_to_fetch, claim_to_load
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.tables import LEDGER
from tests.warehouse.world import COURIER, HERALD, NOW, discover, entry, fetch_all, minutes, register

FEED = HERALD.feeds[0]


def pause(engine, host, until):
    with transaction(engine) as connection:
        connection.execute(
            text("insert into ops.host_slot (host, next_at, free_at) values (:host, :now, :until)"),
            {"host": host, "now": NOW, "until": until},
        )


def claim(engine, number=7, limit=24, at=NOW):
    with transaction(engine) as connection:
        return claim_to_fetch(connection, number, limit, at)


def pages(*numbers, host="herald.example"):
    return [entry(number, f"https://{host}/{number}") for number in numbers]


def test_pages_of_a_paused_host_wait_with_a_reason_and_without_a_request(engine):
    """Row 22 and 23: what the host asked of the feeds holds for its pages too."""
    feeds = register(engine)
    discover(engine, feeds[FEED], *pages(*range(30)))
    discover(engine, feeds[COURIER.feeds[0]], *pages(90, host="courier.example"))
    pause(engine, "herald.example", minutes(60))
    found = [one.url for _ in range(6) for one in claim(engine)]
    assert found == ["https://courier.example/90"]
    with transaction(engine) as connection:
        rows = connection.execute(select(LEDGER).where(LEDGER.c.state == "waiting")).all()
    assert len(rows) == 30
    assert {(row.reason, row.waiting_until, row.tries, row.lease_worker) for row in rows} == {
        ("host_paused", minutes(60), 0, None)
    }
    assert claim(engine, at=minutes(59)) == []
    assert len(claim(engine, at=minutes(60))) > 5


def test_each_publisher_has_its_share_and_its_oldest_first(engine):
    sources = [Source(f"P{n}", f"p{n}.example", feeds=(f"https://p{n}.example/feed",)) for n in range(12)]
    feeds = register(engine, *sources)
    for place, source in enumerate(sources):
        for number in range(40 if place == 0 else 3):
            one = entry(number, f"https://{source.domain}/{number}")
            discover(engine, feeds[source.feeds[0]], one, at=minutes(-number))
    claims = claim(engine)
    assert {one.source.domain for one in claims} == {source.domain for source in sources}
    assert all(len([one for one in claims if one.source == source]) <= 8 for source in sources)
    assert {one.entry_key for one in claims if one.source.domain == "p0.example"} <= {
        f"k{number}" for number in range(32, 40)
    }


def test_a_claim_finds_everything_in_the_end_from_whatever_place_it_starts(engine):
    feeds = register(engine)
    discover(engine, feeds[FEED], *pages(*range(20)))
    discover(engine, feeds[COURIER.feeds[0]], *pages(*range(50, 70), host="courier.example"))
    with worker(engine) as one, worker(engine) as two:
        found = [claimed.url for turn in range(12) for claimed in claim(engine, (one, two)[turn % 2], 5)]
    assert len(found) == len(set(found)) == 40


def test_what_waits_comes_again_once_its_time_is_over(engine):
    feeds = register(engine)
    discover(engine, feeds[FEED], *pages(1, 2))
    with transaction(engine) as connection:
        connection.execute(
            text(
                "update ops.ledger set state = 'waiting', waiting_until = :until, reason = 'timeout' where entry_key = 'k1'"
            ),
            {"until": minutes(5)},
        )
    assert [one.entry_key for one in claim(engine, at=minutes(4))] == ["k2"]
    assert [one.entry_key for one in claim(engine, at=minutes(5))] == ["k1"]


@pytest.mark.parametrize("backlog", [3_000, 30_000])
def test_no_claim_looks_through_the_backlog(engine, backlog):
    feed = register(engine)[FEED]
    discover(engine, feed, *pages(1))
    with transaction(engine) as connection:
        connection.execute(
            text("""
                insert into ops.ledger (feed_id, entry_key, source_id, url, canonical_url, entry, discovered_at, state)
                select feed_id, 'b' || n, source_id, url || n, canonical_url || n, entry, discovered_at, 'discovered'
                from ops.ledger, generate_series(1, :backlog) n
            """),
            {"backlog": backlog},
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze ops.ledger")
    assert rows_read(engine) < 1000


def rows_read(engine):
    """Rows of the ledger that the statements of a claim look at, by their plans."""
    statements = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with transaction(engine) as connection:
        assert len(claim_to_fetch(connection, 7, 24, NOW)) == 8
        event.remove(engine, "before_cursor_execute", note)
        connection.rollback()
    with engine.connect() as connection:
        plans = [
            connection.exec_driver_sql(f"explain (analyze, format json) {statement}", parameters).scalar_one()
            for statement, parameters in statements
            if "ops.ledger" in statement
        ]
    return sum(_read(plan[0]["Plan"]) for plan in plans)


def _read(node):
    own = 0
    if node.get("Relation Name") == "ledger" and "Scan" in node["Node Type"]:
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return own + sum(map(_read, node.get("Plans", ())))


def test_what_is_fetched_is_claimed_to_be_loaded(engine):
    feeds = register(engine)
    discover(engine, feeds[FEED], *pages(*range(12)))
    fetch_all(engine)
    with transaction(engine) as connection:
        first = claim_to_load(connection, 8, 64)
    assert len(first) == 12
