"""Schema ``news``: the stories, the right instant and place of each, and the evidence for both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from pipeline.warehouse.tables.metadata import METADATA, column, instant, optional, text

SOURCE = Table(
    "source",
    METADATA,
    column("source_id", Uuid, "UUIDv5 of the domain first registered; never changes", primary_key=True),
    column("domain", Text, "Registered domain, lower case, without www", unique=True),
    column("name", Text, "Publisher's name"),
    text("country", "ISO 3166-1 alpha-2"),
    text("language", "BCP 47"),
    text("zone", "IANA zone of the clocks that it prints without one"),
    column("is_feed_only", Boolean, "True: no page is fetched, the entry is the story"),
    column("state", Text, "active, paused or removed; history is kept in each"),
    column("obeys_robots_for_feeds", Boolean, "True: robots.txt is asked for its feeds too"),
    optional("delay_seconds", Float, "Least time between two page requests to a host; NULL: the setting's"),
    column("headers", JSONB, "Extra request headers; secrets by reference only"),
    column("hints", JSONB, "What its pages need said, with days of validity; as in the sources file"),
    column(
        "history",
        JSONB,
        "Where its old stories are looked for, in this order; as in the sources file",
        server_default=sql("'[]'"),
    ),
    CheckConstraint("state in ('active', 'paused', 'removed')", name="state"),
    schema="news",
    comment="Publishers",
)

FEED = Table(
    "feed",
    METADATA,
    column(
        "feed_id",
        Uuid,
        "UUIDv5 of the publisher and the address first registered; never changes",
        primary_key=True,
    ),
    column("source_id", Uuid, "Publisher", ForeignKey("news.source.source_id")),
    column("url", Text, "Address polled; of a place of the past, history:<domain>/<place>", unique=True),
    column(
        "state",
        Text,
        "active, removed, or past: it is never polled, what a place of the publisher's past lists is filed under it",
    ),
    CheckConstraint("state in ('active', 'removed', 'past')", name="state"),
    Index(None, "source_id"),
    schema="news",
    comment="Feeds of the publishers",
)


def _moment(prefix: str, what: str) -> list[Column[Any]]:
    """The eight columns of one dated fact: the instant, the print, the proof."""
    return [
        instant(
            f"{prefix}_at",
            f"{what}: the instant in UTC; NULL where no zone or no clock was printed or registered",
        ),
        optional(
            f"{prefix}_local",
            DateTime(timezone=False),
            f"{what}: wall clock as printed; midnight where only a day is",
        ),
        optional(f"{prefix}_utc_offset_minutes", Integer, f"{what}: offset from UTC of the printed clock"),
        text(f"{prefix}_zone", f"{what}: IANA zone where one was printed or resolved"),
        text(f"{prefix}_precision", f"{what}: second, minute, hour, day, month or year"),
        text(f"{prefix}_method", f"{what}: which source gave it and what completed it"),
        text(f"{prefix}_evidence", f"{what}: the text that was read"),
        column(
            f"{prefix}_flags", ARRAY(Text), f"{what}: what to know before trusting it: docs/timestamps.md"
        ),
    ]


ARTICLE = Table(
    "article",
    METADATA,
    column("story_id", Uuid, "UUIDv5 of the publisher and the canonical key", primary_key=True),
    column("source_id", Uuid, "Publisher", ForeignKey("news.source.source_id")),
    column("version_id", Uuid, "The current version: UUIDv5 of the story and its text"),
    column("url", Text, "Address asked for, as the feed printed it"),
    column("final_url", Text, "Address that answered, after redirects"),
    column("canonical_url", Text, "Canonical key of the story"),
    text("rel_canonical", "The page's own claim of its address, as found"),
    column("canonical_version", Text, "Version of the rule that made the key"),
    text("headline", "Headline"),
    text("alternative_headline", "The other headline that the page states, as for search or sharing"),
    text("byline", "Byline as printed"),
    text("publisher", "Publisher as the page names it"),
    text("description", "Standfirst or summary"),
    text("section", "Section"),
    text("language", "BCP 47"),
    column("word_count", Integer, "Words of the body; characters / 2 where words are not spaced"),
    optional("is_free_access", Boolean, "False: behind a paywall; NULL: not said"),
    *_moment("published", "Publication"),
    *_moment("modified", "Last change as the publisher states it"),
    column(
        "first_seen_at", DateTime(timezone=True), "When the feed document that first held it was received"
    ),
    column("fetched_at", DateTime(timezone=True), "When the bytes of this version were received"),
    column("extractor_version", Text, "Version of the parser"),
    text("text_hash", "sha256 of the normalised body: exact copies share it; NULL: too short to tell"),
    column(
        "content_hash",
        Text,
        "sha256 of every field read of its page: a load with the same hash writes nothing",
    ),
    column("loaded_at", DateTime(timezone=True), "When this row was last written: our bookkeeping"),
    Index(None, "source_id", "published_at"),
    Index(None, "published_at"),
    Index(None, "first_seen_at", "story_id"),
    Index(None, "text_hash"),
    # Hash: an address may be longer than a B-tree takes.
    Index(None, "canonical_url", postgresql_using="hash"),
    CheckConstraint("published_utc_offset_minutes between -720 and 840", name="published_offset"),
    CheckConstraint("modified_utc_offset_minutes between -720 and 840", name="modified_offset"),
    schema="news",
    comment="Each story once a publisher, in its current version",
)


def story(*, primary_key: bool = True, comment: str = "The story") -> Column[Any]:
    """The key of a table that hangs on a story and goes with it."""
    key = ForeignKey("news.article.story_id", ondelete="CASCADE")
    return column("story_id", Uuid, comment, key, primary_key=primary_key)


ARTICLE_VERSION = Table(
    "article_version",
    METADATA,
    column("version_id", Uuid, "UUIDv5 of the story and its text", primary_key=True),
    story(primary_key=False),
    column(
        "captured_at",
        DateTime(timezone=True),
        "When its bytes were first received: by us, or by the archive whose copy it is",
    ),
    text(
        "archived_by",
        "Archive on the web whose copy these bytes are, its host or collection; NULL: received from the publisher",
    ),
    text("headline", "Headline of this version"),
    instant(
        "published_at", "Publication as this version states it: the instant in UTC; NULL where not certain"
    ),
    optional(
        "published_local", DateTime(timezone=False), "Publication as this version states it: the wall clock"
    ),
    text("archive_object", "WARC segment of its bytes; NULL for a feed-only story"),
    optional("archive_offset", BigInteger, "Offset of the record in the segment"),
    text("extractor_version", "Version of the parser that read it"),
    Index(None, "story_id", "captured_at"),
    Index(None, "archive_object", postgresql_where=sql("archive_object is not null")),
    schema="news",
    comment="The texts that a story has had, ordered by capture",
)

ARTICLE_CHANGE = Table(
    "article_change",
    METADATA,
    column(
        "version_id",
        Uuid,
        "The version that brought it",
        ForeignKey("news.article_version.version_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    column("field", Text, "headline, published or body", primary_key=True),
    column("previous_version_id", Uuid, "The version before it, by capture"),
    column("words_removed", Integer, "Words of the earlier text that are gone"),
    column("words_added", Integer, "Words that were not there"),
    column(
        "diff", Text, "Words that went in [-…-], words that came in {+…+}, with a few that stayed around them"
    ),
    CheckConstraint("field in ('headline', 'published', 'body')", name="field"),
    schema="news",
    comment="What each version of a story changed",
)

ARTICLE_BODY = Table(
    "article_body",
    METADATA,
    column(
        "version_id",
        Uuid,
        "The version",
        ForeignKey("news.article_version.version_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    column("body", Text, "Paragraphs and headings joined by blank lines"),
    schema="news",
    comment="Bodies, apart from the articles so that counting stays quick",
)

STORY_CLUSTER = Table(
    "story_cluster",
    METADATA,
    story(),
    column("cluster_id", Uuid, "Story id of the earliest member"),
    column("algorithm_version", Text, "Version of the rule by which it was compared with the others"),
    column(
        "dated_at",
        DateTime(timezone=True),
        "The story's date among copies: publication as its first version states it, else when it was first seen",
    ),
    Index(None, "cluster_id"),
    schema="news",
    comment="Which stories are one text, whole or in part, at several publishers; copies are kept, never dropped",
)


def _end(name: str, what: str) -> list[Column[Any]]:
    """One of the two texts of an edge."""
    version = ForeignKey("news.article_version.version_id", ondelete="CASCADE")
    return [
        column(f"{name}_version_id", Uuid, what, version, primary_key=True),
        column(f"{name}_story_id", Uuid, "The story of that text"),
    ]


STORY_EDGE = Table(
    "story_edge",
    METADATA,
    *_end(
        "part", "The text of which the greater share is common; where the shares are equal, the smaller id"
    ),
    *_end("whole", "The text of which the lesser share is common"),
    column("kind", Text, "same: one is a copy of the other; contains: the one stands in the longer other"),
    column("reason", Text, "What showed it"),
    optional("hours_apart", Float, "Hours between the dates of the two stories"),
    column("shared_of_part", Float, "Share of the words of the part that stand in the whole too, 0 to 1"),
    column("shared_of_whole", Float, "Share of the words of the whole that stand in the part too, 0 to 1"),
    column("shared_words", Integer, "Words in common, in the text where that is less"),
    column("longest_passage", Integer, "Words in a row that are common, at most"),
    column("numbers_kept", Integer, "Words with a digit, in common surroundings, that are equal"),
    column("numbers_replaced", Integer, "Words with a digit, in common surroundings, that are not equal"),
    column("names_replaced", Integer, "Names, in common surroundings, that are not equal"),
    column("is_same_headline", Boolean, "True: nearly all words of the headlines are the same"),
    column("words", Integer, "Words of the shorter text"),
    optional(
        "span_start",
        Float,
        "Where the common words begin in the whole, as a share of its length; NULL: all over",
    ),
    optional("span_end", Float, "Where they end there"),
    column("check_version", Text, "Version of the rule that compared them"),
    CheckConstraint("kind in ('same', 'contains')", name="kind"),
    CheckConstraint("(span_start is null) = (span_end is null)", name="span"),
    Index(None, "whole_version_id"),
    Index(None, "part_story_id"),
    Index(None, "whole_story_id"),
    schema="news",
    comment="Pairs of texts that have a story in common, with what was measured: the evidence for each cluster",
)

STORY_ALIAS = Table(
    "story_alias",
    METADATA,
    column("alias_id", Uuid, "Id that another address of the story would have had", primary_key=True),
    story(primary_key=False),
    column("method", Text, "What showed that they are one: text, statement or redirect"),
    Index(None, "story_id"),
    schema="news",
    comment="Ids merged into a story of the same publisher; an old id is still found",
)
