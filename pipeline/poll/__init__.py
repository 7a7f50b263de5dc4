"""Bytes into entries, and when to poll next.

formats    ``parse_feed``: a document's bytes into a ``ParsedFeed``
identity   ``entry_key``: which entry is which, for ever
schedule   ``next_poll``: when a feed is due, from its history
opml       lists of feeds to and from other programs
discovery  ``find_feeds``: where a site's feeds are
"""

from pipeline.poll.discovery import Candidate, find_feeds, robots_sitemaps, usual_addresses
from pipeline.poll.formats import parse_feed
from pipeline.poll.identity import entry_key
from pipeline.poll.opml import FeedList, read_opml, write_opml
from pipeline.poll.schedule import FeedHistory, Pace, Plan, failure_weight, is_gap, next_poll, overlap

__all__ = [
    "Candidate",
    "FeedHistory",
    "FeedList",
    "Pace",
    "Plan",
    "entry_key",
    "failure_weight",
    "find_feeds",
    "is_gap",
    "next_poll",
    "overlap",
    "parse_feed",
    "read_opml",
    "robots_sitemaps",
    "usual_addresses",
    "write_opml",
]
