"""A small registered world to load into: two publishers, three feeds, entries by number."""

from datetime import UTC, datetime, timedelta

from pipeline.records import Article, Entry, Response, Source, Timestamp
from pipeline.warehouse import ledger, registry
from pipeline.warehouse.claims import claim_to_fetch, claim_to_load
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import feeds_to_poll
from pipeline.warehouse.rows import Loadable
from pipeline.warehouse.writer import load

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERALD = Source(
    "The Herald", "herald.example", feeds=("https://herald.example/a.xml", "https://herald.example/b.xml")
)
COURIER = Source("Courier", "courier.example", feeds=("https://courier.example/feed",))
TEXT = (
    "The council met again on Tuesday and voted, after four hours of debate, to keep the old bridge number {0} open. "
    * 3
)


def register(engine, *sources):
    with transaction(engine) as connection:
        registry.sync(connection, sources or (HERALD, COURIER))
        return {feed.url: feed for feed in feeds_to_poll(connection)}


def entry(number, url=None, **changes):
    return Entry(
        key=f"k{number}",
        guid=f"g{number}",
        url=url or f"https://herald.example/{number}",
        headline=f"Story {number}",
        **changes,
    )


def discover(engine, feed, *entries, at=NOW, archived=None):
    with transaction(engine) as connection:
        return ledger.discover(
            connection,
            feed_id=feed.feed_id,
            source_id=feed.source_id,
            entries=entries,
            feed_only=feed.source.feed_only,
            received_at=at,
            archived=archived,
        )


def response(claim, at=NOW):
    return Response(claim.url, claim.url, 200, {"content-type": "text/html"}, b"<p>page</p>", at)


def fetch_all(engine, number=1, at=NOW):
    """Claims and answers whatever can be fetched; returns the claims."""
    with transaction(engine) as connection:
        claims = claim_to_fetch(connection, number, 100, at)
        for claim in claims:
            ledger.record_fetch(connection, claim, response(claim, at), None, at)
    return claims


def article(claim, body=None, published=None, **changes):
    moment = published and Timestamp(published, published.replace(tzinfo=None), 0, "UTC", "minute", "printed")
    changes.setdefault("headline", claim.entry.headline)
    body = TEXT.format(claim.entry_key) if body is None else body
    return Article(
        url=claim.url, canonical_url=claim.url, body=body, published=moment, extractor_version="t", **changes
    )


def load_all(engine, make=article, number=1, at=NOW):
    with transaction(engine) as connection:
        claims = claim_to_load(connection, number, 100)
        return load(
            connection, [Loadable(claim, make(claim), claim.fetched_at or at) for claim in claims], at
        )


def minutes(number):
    return NOW + timedelta(minutes=number)
