"""Where the old stories of a publisher are looked for, in the order that its settings give.

``archive``        our own archive: the bytes received in a window, replayed exactly (``flow``)
``feed_pages``     older pages of its feeds
``sitemap``        its sitemaps, as robots.txt names them
``archive_pages``  its pages of a day or month, by the pattern of their address
``wayback``        a web archive with a CDX server: snapshots of its feeds, and its pages
``news_warc``      WARC files in the layout of CC-NEWS (``flow``)
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.history.archivepages import ArchivePages
from pipeline.history.feedpages import FeedPages
from pipeline.history.found import Discover
from pipeline.history.sitemaps import Sitemaps
from pipeline.history.wayback import Wayback
from pipeline.records import HistoryPlace, Source
from pipeline.settings import settings

USUAL = (HistoryPlace("archive"), HistoryPlace("feed_pages"), HistoryPlace("sitemap"))
"""Where every publisher's are looked for: nobody but the publisher itself is asked."""


@dataclass(frozen=True, slots=True)
class Place:
    """One source of the past of one publisher."""

    setting: HistoryPlace
    discover: Discover | None
    """None: nothing is asked for one by one; ``flow`` reads what ``setting`` names."""


def places(source: Source) -> list[Place]:
    """The publisher's sources of the past, in the order of its settings.

    >>> [place.setting.via for place in places(Source("A", "a.example"))]
    ['archive', 'feed_pages', 'sitemap']
    """
    return [Place(setting, _discover(setting)) for setting in source.history or USUAL]


def _discover(setting: HistoryPlace) -> Discover | None:
    match setting.via:
        case "feed_pages":
            return FeedPages(setting)
        case "sitemap":
            return Sitemaps(setting)
        case "archive_pages":
            return ArchivePages(setting)
        case "wayback":
            return Wayback(setting, setting.endpoint or settings().wayback_endpoint)
        case "archive" | "news_warc":
            return None
