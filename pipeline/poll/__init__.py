"""Bytes into entries, and when to poll next.

formats    ``parse_feed``: a document's bytes into a ``ParsedFeed``
identity   ``entry_key``: which entry is which, for ever
schedule   ``next_poll``: when a feed is due, from its history
opml       lists of feeds to and from other programs
"""

from pipeline.poll.formats import parse_feed
from pipeline.poll.identity import entry_key
from pipeline.poll.opml import read_opml, write_opml
from pipeline.poll.schedule import FeedHistory, is_gap, next_interval, next_poll, overlap

__all__ = [
    "FeedHistory",
    "entry_key",
    "is_gap",
    "next_interval",
    "next_poll",
    "overlap",
    "parse_feed",
    "read_opml",
    "write_opml",
]
