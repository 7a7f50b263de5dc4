"""The same bytes are found again where they lie: by feed and by page, among many others."""

from datetime import timedelta

import pytest

from pipeline.records import ArchiveRef, Response, Source
from pipeline.warehouse import ledger, registry
from pipeline.warehouse.claims import claim_to_fetch
from pipeline.warehouse.copies import copies_of_feeds, copies_of_pages
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import feeds_to_poll
from pipeline.warehouse.tables import FEED_POLL
from tests.warehouse.world import NOW, entry

pytestmark = pytest.mark.filterwarnings("error")


def ref(number, digest):
    return ArchiveRef(f"2026/03/01/page-{number}.warc.gz", number, 100 + number, f"sha256:{digest}")


def polled(connection, feed, number, archived):
    row = {
        "feed_id": feed.feed_id,
        "polled_at": NOW + timedelta(minutes=number),
        "outcome": "changed",
        "is_gap": False,
    }
    if archived:
        row |= {
            "archive_object": archived.object, "archive_offset": archived.offset,
            "archive_length": archived.length, "archive_digest": archived.digest,
        }  # fmt: skip
    connection.execute(FEED_POLL.insert().values(row))


def test_each_feed_finds_its_own_latest_copy(engine):
    urls = [f"https://herald.example/{n}.xml" for n in range(12)]
    with transaction(engine) as connection:
        registry.sync(connection, [Source("Herald", "herald.example", feeds=tuple(urls))])
        first, second, *others = feeds_to_poll(connection)
        polled(connection, first, 0, ref(0, "a"))
        polled(connection, first, 1, ref(1, "a"))
        polled(connection, second, 0, ref(2, "b"))
        for number in range(2, 40):
            polled(connection, first, number, None)
        for number, other in enumerate(others):  # as many with the same bytes, and later
            polled(connection, other, 50, ref(10 + number, "a"))
        asked = {one.feed_id: "sha256:a" for one in (first, second)} | {others[0].feed_id: "sha256:c"}
        assert copies_of_feeds(connection, asked) == {first.feed_id: ref(1, "a")}
        for number in range(60, 68):
            polled(connection, first, number, ref(number, f"other {number}"))
        assert copies_of_feeds(connection, asked) == {}
        assert copies_of_feeds(connection, {}) == {}


def test_each_page_finds_its_own_latest_copy(engine):
    with transaction(engine) as connection:
        registry.sync(
            connection, [Source("Herald", "herald.example", feeds=("https://herald.example/a.xml",))]
        )
        (feed,) = feeds_to_poll(connection)
        ledger.discover(
            connection,
            feed_id=feed.feed_id,
            source_id=feed.source_id,
            entries=[entry("1"), entry("2")],
            feed_only=False,
            received_at=NOW,
            archived=None,
        )
        one, two = sorted(claim_to_fetch(connection, 1, 9, NOW), key=lambda claim: claim.entry_key)
        for number, claim in enumerate([one, one, two]):
            page = Response(claim.url, claim.url, 200, {}, b"x", NOW + timedelta(minutes=number))
            ledger.write_fetch(connection, claim, page, ref(number, "ab"[claim is two]), page.fetched_at)
        keys = [(claim.feed_id, claim.entry_key) for claim in (one, two)]
        assert copies_of_pages(connection, dict.fromkeys(keys, "sha256:a")) == {keys[0]: ref(1, "a")}
        assert copies_of_pages(connection, dict.fromkeys(keys, "sha256:b")) == {keys[1]: ref(2, "b")}
        assert copies_of_pages(connection, {}) == {}
