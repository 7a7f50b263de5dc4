"""The tables; their comments are the data dictionary.

``news`` holds what publishers said, ``ops`` what we did to learn it. ``HASHED_COLUMNS`` lists, for
each table, the columns that a second load must leave as they were: all but our bookkeeping.
"""

from pipeline.warehouse.tables.alarms import ALARM
from pipeline.warehouse.tables.bridges import (
    ARTICLE_AUTHOR,
    ARTICLE_DATE_CANDIDATE,
    ARTICLE_DATELINE,
    ARTICLE_FIELD_CANDIDATE,
    ARTICLE_HEADING,
    ARTICLE_IMAGE,
    ARTICLE_KEYWORD,
    ARTICLE_LINK,
    ARTICLE_LIVE_POST,
    ARTICLE_METHOD,
    ARTICLE_NOTE,
    ARTICLE_PLACE,
    ARTICLE_PLACE_NAMESAKE,
    ARTICLE_TIMESTAMP,
    ARTICLE_TIMESTAMP_READING,
    BRIDGES,
)
from pipeline.warehouse.tables.erasing import TOMBSTONE, TOMBSTONE_MARK
from pipeline.warehouse.tables.exporting import ARCHIVE_REMOVED, EXPORT, FEED_POLL_SUM
from pipeline.warehouse.tables.history import BACKFILL, HISTORY_QUOTA, RECONCILIATION
from pipeline.warehouse.tables.metadata import METADATA
from pipeline.warehouse.tables.news import (
    ARTICLE,
    ARTICLE_BODY,
    ARTICLE_CHANGE,
    ARTICLE_VERSION,
    FEED,
    SOURCE,
    STORY_ALIAS,
    STORY_CLUSTER,
    STORY_EDGE,
)
from pipeline.warehouse.tables.ops import (
    FEED_POLL,
    FEED_STATE,
    FETCH,
    LEDGER,
    REVISIT,
    STORY_TEXT,
)
from pipeline.warehouse.tables.politeness import HOST_REFUSAL, HOST_SLOT, ROBOTS
from pipeline.warehouse.tables.replays import REPLAY
from pipeline.warehouse.tables.search import STORY_SEARCH
from pipeline.warehouse.tables.subscriptions import SUBSCRIPTION
from pipeline.warehouse.tables.warcs import WARC_FILE
from pipeline.warehouse.tables.watching import WATCHER

_BOOKKEEPING = {
    "loaded_at",
    "settled_at",
    "lease_worker",
    "lease_until",
    "fetch_id",
    "tries",
    "archive_object",
    "archive_offset",
    "feed_object",
    "feed_offset",
    "stated",
    "stated_at",
    "restatements",
    "copies",
}
_HASHED_TABLES = (
    SOURCE,
    FEED,
    ARTICLE,
    ARTICLE_BODY,
    ARTICLE_VERSION,
    ARTICLE_CHANGE,
    STORY_ALIAS,
    STORY_CLUSTER,
    STORY_EDGE,
    *BRIDGES,
    LEDGER,
)
HASHED_COLUMNS: dict[str, tuple[str, ...]] = {
    table.fullname: tuple(column.name for column in table.columns if column.name not in _BOOKKEEPING)
    for table in _HASHED_TABLES
}

__all__ = [
    "ALARM",
    "ARCHIVE_REMOVED",
    "ARTICLE",
    "ARTICLE_AUTHOR",
    "ARTICLE_BODY",
    "ARTICLE_CHANGE",
    "ARTICLE_DATELINE",
    "ARTICLE_DATE_CANDIDATE",
    "ARTICLE_FIELD_CANDIDATE",
    "ARTICLE_HEADING",
    "ARTICLE_IMAGE",
    "ARTICLE_KEYWORD",
    "ARTICLE_LINK",
    "ARTICLE_LIVE_POST",
    "ARTICLE_METHOD",
    "ARTICLE_NOTE",
    "ARTICLE_PLACE",
    "ARTICLE_PLACE_NAMESAKE",
    "ARTICLE_TIMESTAMP",
    "ARTICLE_TIMESTAMP_READING",
    "ARTICLE_VERSION",
    "BACKFILL",
    "BRIDGES",
    "EXPORT",
    "FEED",
    "FEED_POLL",
    "FEED_POLL_SUM",
    "FEED_STATE",
    "FETCH",
    "HASHED_COLUMNS",
    "HISTORY_QUOTA",
    "HOST_REFUSAL",
    "HOST_SLOT",
    "LEDGER",
    "METADATA",
    "RECONCILIATION",
    "REPLAY",
    "REVISIT",
    "ROBOTS",
    "SOURCE",
    "STORY_ALIAS",
    "STORY_CLUSTER",
    "STORY_EDGE",
    "STORY_SEARCH",
    "STORY_TEXT",
    "SUBSCRIPTION",
    "TOMBSTONE",
    "TOMBSTONE_MARK",
    "WARC_FILE",
    "WATCHER",
]
