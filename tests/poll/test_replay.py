"""118 real feeds, day by day: nothing lost, nothing twice, nothing crashes."""

import re
import warnings
from collections import Counter

import feedparser
import pytest
from lxml import etree

from pipeline.poll import FeedHistory, is_gap, overlap, parse_feed
from pipeline.poll.texts import plain

pytestmark = pytest.mark.gold

ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
# An address of a feed's own at the places where its identity stands.
ADDRESS = re.compile(rb"(<(?:guid|id|link)\b[^>]*>\s*|rdf:about=\"|<link\b[^>]*href=\")http://(www\.)?")


def address(name: str) -> str:
    return f"http://{name}.example/feed"


@pytest.fixture(scope="module")
def replay(replayed_feeds):
    """Each feed's days: the document's file and what was read of it."""
    return {
        name: [(path, parse_feed(path.read_bytes(), url=address(name))) for path in files]
        for name, files in replayed_feeds.items()
    }


def _printed(body: bytes) -> list[tuple[str, str]]:
    """Each item's GUID and link, read independently of the code under test."""
    root = etree.fromstring(body, etree.XMLParser(recover=True, resolve_entities=False, huge_tree=True))
    found = []
    for node in root.iter("{*}item", "{*}entry"):
        guid = node.findtext("{*}guid") or node.findtext("{*}id") or ""
        link = node.findtext("{*}link") or ""
        if not link.strip():
            alternates = [
                a.get("href", "") for a in node.findall("{*}link") if a.get("rel", "alternate") == "alternate"
            ]
            link = next(filter(None, alternates), "")
        found.append((guid.strip(), link.strip()))
    return found


def test_every_item_of_every_day_is_there(replay):
    faulty = Counter()
    for name, days in replay.items():
        for path, feed in days:
            body = path.read_bytes()
            assert feed.format, (name, feed.fault)
            if feed.fault:
                faulty[f"{name}: {feed.fault[:40]}"] += 1
                assert len(feed.entries) == len(ITEM.findall(body)), (name, feed.fault)
            else:
                assert len(feed.entries) == len(set(_printed(body))), name
            assert len({entry.key for entry in feed.entries}) == len(feed.entries), name
            assert all(entry.headline or entry.summary or entry.content for entry in feed.entries), name
    assert sum(map(len, replay.values())) > 500
    assert 0 < len(faulty) < 10, faulty


def test_the_ledger_of_all_days_holds_each_story_once(replay):
    for name, days in replay.items():
        ledger: dict[str, tuple[str, str]] = {}
        printed: set[str] = set()
        for _, feed in days:
            for entry in feed.entries:
                ledger.setdefault(entry.key, (entry.guid or "", entry.url or ""))
                printed.add(entry.guid or entry.url or f"{entry.headline} {entry.published_raw}")
        assert len(ledger) == len(printed), name


def test_a_move_to_https_without_www_changes_no_key(replay):
    for name, days in replay.items():
        path, before = days[-1]
        after = parse_feed(ADDRESS.sub(rb"\1https://", path.read_bytes()), url=address(name))
        assert [entry.key for entry in after.entries] == [entry.key for entry in before.entries], name


@pytest.mark.parametrize(
    ("what", "put"),
    [
        (rb"</title>", rb"&eacute;</title>"),
        (rb"\sxmlns:\w+=(?:\"[^\"]*\"|'[^']*')", rb""),
        (rb"(</(?:item|entry)>)", rb"<b>\1"),
    ],
    ids=["an entity in every item", "no prefix declared", "a tag left open in every item"],
)
def test_a_feed_that_breaks_keeps_its_keys_links_and_dates(replay, at_length, what, put):
    """With the tag left open, feedparser reads every item."""
    compared, step = 0, 1 if at_length else 8
    for name, days in list(replay.items())[::step]:
        path, sound = days[0]
        broken = parse_feed(re.sub(what, put, path.read_bytes()), url=address(name))
        compared += len(broken.entries) if "read by feedparser" in (broken.fault or "") else 0
        assert [(entry.key, entry.url, entry.published_raw) for entry in broken.entries] == [
            (entry.key, entry.url, entry.published_raw) for entry in sound.entries
        ], name
    assert compared > 100 or b"<b>" not in put


def test_feedparser_reads_the_same_headlines_dates_and_links(replay):
    """Feedparser as a second opinion, where the headline tells which entry is which."""
    compared = Counter()
    for name, days in list(replay.items())[::3]:
        path, feed = days[0]
        if feed.fault:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = feedparser.parse(
                path.read_bytes(),
                response_headers={"content-location": address(name), "content-type": "application/xml"},
                sanitize_html=False,
                resolve_relative_uris=False,
            )
        theirs = Counter(plain(entry.get("title")) for entry in other.entries)
        ours = {entry.headline for entry in feed.entries}
        assert ours <= set(theirs), name
        # The same GUID and link under two headlines is one story.
        told = Counter((entry.get("id"), entry.get("link")) for entry in other.entries)
        assert len(other.entries) - len(told) == len(other.entries) - len(feed.entries), name
        by_headline = {plain(entry.get("title")): entry for entry in other.entries}
        for entry in feed.entries:
            if theirs[entry.headline] > 1 or entry.headline is None:
                continue
            twin = by_headline[entry.headline]
            compared["entries"] += 1
            compared["dates"] += (entry.published_raw or entry.updated_raw) == (
                twin.get("published") or dict.get(twin, "updated")
            )
            link = twin.get("feedburner_origlink") or twin.get("link") or entry.url
            compared["links"] += (entry.url or "").rstrip("#") == link.rstrip("#")
    assert compared["entries"] > 400
    assert compared["dates"] == compared["entries"]
    # One feed states pheedo's original link, which feedparser does not know.
    assert compared["links"] >= compared["entries"] - 10


def test_overlap_finds_the_gaps_of_daily_polling(replay):
    """A seventh of all day pairs share no entry: the corpus was polled once a day, and its fast feeds lost stories.

    Of every third day it is more.
    """
    pairs = gaps = 0
    for name, days in replay.items():
        known: set[str] = set()
        for day, (_, feed) in enumerate(days):
            keys = {entry.key for entry in feed.entries}
            if day and keys:
                share = overlap(len(keys), len(keys & known))
                pairs += 1
                gaps += is_gap(
                    FeedHistory(name, "changed", None, len(keys), len(keys & known), read_before=True)
                )
                assert share is not None
                assert (share == 0) == (not keys & known)
            known |= keys
    assert pairs > 300
    assert 0.02 < gaps / pairs < 0.5, (gaps, pairs)
