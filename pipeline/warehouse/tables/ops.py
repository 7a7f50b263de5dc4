"""Schema ``ops``: what we did, and the ledger in which every entry has exactly one state."""

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
    ForeignKeyConstraint,
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

REVISIT_OUTCOMES = ("unchanged", "changed", "moved", "gone", "not_an_article", "failed", "missed")
STATES = ("discovered", "fetched", "waiting", "loaded", "duplicate", "rejected")


def _archived() -> list[Column[Any]]:
    return [
        text("archive_object", "WARC segment below the archive's location; NULL: there was no body"),
        optional("archive_offset", BigInteger, "Byte at which the response record starts in the segment"),
        optional("archive_length", BigInteger, "Length of the compressed record in bytes"),
        text("archive_digest", "sha256:<hex> of the decoded body"),
    ]


FEED_STATE = Table(
    "feed_state",
    METADATA,
    column("feed_id", Uuid, "The feed", ForeignKey("news.feed.feed_id"), primary_key=True),
    text("host", "Whom the next request goes to, as in ops.host_slot; NULL: the address names no host"),
    text("etag", "Validator of the last document, sent back exactly as it came"),
    text(
        "last_modified", "Validator of the last document, sent back exactly as it came, whatever date it says"
    ),
    text("validators_url", "Address asked when the validators came: they are sent to no other"),
    instant(
        "validators_lie_until",
        "Until then no validators are sent: they had stayed while the document changed",
    ),
    text("body_digest", "Digest of the last body; the same again is not parsed"),
    instant("last_polled_at", "Last request, whatever came of it"),
    instant("last_success_at", "Last answer that could be read, a 304 included"),
    instant("last_news_at", "Last document with entries not known before"),
    optional(
        "news_every_seconds", Float, "Usual time between two documents with new entries; NULL: not known yet"
    ),
    instant("next_poll_at", "When it is due again; NULL: at once"),
    column(
        "failures",
        Float,
        "Failed polls since the last success, each counted by how lasting its cause is: 1, 0.5 or 0.25",
        server_default="0",
    ),
    text("last_reason", "Reason code of the last failure; NULL: the last poll succeeded"),
    instant(
        "gone_at", "When it said 410 Gone, and so was muted: it is asked once a month; NULL: it is not gone"
    ),
    optional("ttl_minutes", Integer, "What the last document asks for: ttl"),
    optional("update_minutes", Integer, "What it asks for: sy:updatePeriod by sy:updateFrequency"),
    column(
        "skip_hours",
        ARRAY(Integer),
        "What it asks for: hours without polls, in GMT",
        server_default=sql("'{}'"),
    ),
    column(
        "skip_days",
        ARRAY(Integer),
        "What it asks for: days without polls, in GMT, Monday 0",
        server_default=sql("'{}'"),
    ),
    optional(
        "fresh_seconds",
        Float,
        "How long the last answer says it is fresh (a 304 that is silent leaves it); NULL: it does not say",
    ),
    *(
        optional(name, kind, f"Pace: {words}")
        for name, kind, words in (
            ("interval_seconds", Float, "the wait planned by it alone, before wishes and jitter"),
            ("stories", Float, "new stories seen, those of 20 days ago counting 1/e"),
            ("days", Float, "days watched, faded in the same way"),
            ("scatter", Float, "variance of the counts by their mean: 1 is chance, more are bursts"),
            ("surge", Float, "stories a day as of the last hours"),
            ("window_entries", Integer, "entries in the last document read"),
            ("sheds", Boolean, "entries leave the document that no newer one pushed out"),
            ("caution", Float, "by how much the margin is narrowed since stories were lost; 1: not at all"),
            ("unread_days", Float, "days since a document was read, all answers since being 304"),
            ("doubt", Float, "log odds that the 304s are false"),
            ("asked_in_full", Boolean, "the next request sends no validators"),
            ("profile", ARRAY(Float), "weights of the 24 hours and of the 7 weekdays, UTC; 1 is the mean"),
        )
    ),
    text("adopted_url", "Address asked in place of the registered one (news.feed.url), after it was proved"),
    instant("checked_at", "When the registered address last agreed to that, or failed to object"),
    text("candidate_url", "Address that is being proved"),
    text("candidate_kind", "How it was found: redirect, https, announced; refused: it failed its trial"),
    column("candidate_polls", Integer, "Polls in a row that confirmed it", server_default="0"),
    instant("candidate_since", "The first of them; of a refused one, when it failed"),
    optional("lease_worker", Integer, "Worker that polls it now; void once that worker's lock is gone"),
    instant("lease_until", "When the lease ends whatever the worker does"),
    CheckConstraint("candidate_kind in ('redirect', 'https', 'announced', 'refused')", name="candidate_kind"),
    Index(None, "next_poll_at"),
    schema="ops",
    comment="One row a feed: its validators, its pace and clock, and where it is asked",
)

FEED_POLL = Table(
    "feed_poll",
    METADATA,
    column("feed_id", Uuid, "The feed", ForeignKey("news.feed.feed_id"), primary_key=True),
    column("polled_at", DateTime(timezone=True), "When the answer came", primary_key=True),
    column("outcome", Text, "changed, unchanged (304), same_body or failed"),
    optional("status", Integer, "HTTP status; NULL: no answer"),
    text("reason", "Reason code of a failure"),
    text("detail", "The failure in words"),
    text("format", "Format read: rss20, atom10, json1 …; NULL: not read"),
    text("fault", "What was wrong with the document although entries were read"),
    column("entries", Integer, "Entries in the document", server_default="0"),
    column("new_entries", Integer, "Entries not known before", server_default="0"),
    column(
        "entered_entries",
        Integer,
        "Entries of the document that the ledger then held: all, or some are lost",
        server_default="0",
    ),
    column(
        "is_gap",
        Boolean,
        "True: nothing in it was known although the feed had been read: stories may be lost",
    ),
    text("asked_url", "Address asked; NULL: the registered one"),
    text("final_url", "Address that answered after redirects; NULL: the one asked, or none"),
    column("is_conditional", Boolean, "True: validators were sent", server_default=sql("false")),
    column(
        "is_false_304",
        Boolean,
        "True: a changed document with the validators of the last one: the 304s before may have hidden it",
        server_default=sql("false"),
    ),
    optional("retry_after_seconds", Float, "How long the answer asks to be left alone; NULL: it does not"),
    column("body_bytes", BigInteger, "Size of the decoded body", server_default="0"),
    column("duration_seconds", Float, "Time of the request", server_default="0"),
    *_archived(),
    Index(None, "polled_at"),
    Index("ix_feed_poll_gap", "feed_id", "polled_at", postgresql_where=sql("is_gap")),
    Index("ix_feed_poll_changed", "polled_at", postgresql_where=sql("outcome = 'changed'")),
    Index("ix_feed_poll_asked_url", "asked_url", postgresql_where=sql("asked_url is not null")),
    Index(None, "archive_object", postgresql_where=sql("archive_object is not null")),
    CheckConstraint("outcome in ('changed', 'unchanged', 'same_body', 'failed')", name="outcome"),
    CheckConstraint("(outcome = 'failed') = (reason is not null)", name="failed_has_reason"),
    schema="ops",
    comment="Every poll of every feed; append-only",
)

FETCH = Table(
    "fetch",
    METADATA,
    column("fetch_id", Uuid, "Made from the entry, the try and the time of the request", primary_key=True),
    column("feed_id", Uuid, "Feed of the entry"),
    column("entry_key", Text, "The entry in its feed"),
    column("url", Text, "Address asked for"),
    text("final_url", "Address that answered, after redirects"),
    optional("status", Integer, "HTTP status; NULL: no answer"),
    text(
        "reason", "Reason code of a failure, whose page may be archived as well; NULL: the page was received"
    ),
    text("detail", "The failure in words"),
    column(
        "fetched_at",
        DateTime(timezone=True),
        "When the answer came; of a copy, when the archive that keeps it received the page",
    ),
    text("copy_url", "Address of the copy that was asked in place of the page that is gone; NULL: the page"),
    text("archived_by", "Archive whose copy it is; NULL: received from the publisher itself"),
    column("duration_seconds", Float, "Time of the request with its redirects", server_default="0"),
    column("redirects", JSONB, "Each hop: status and address", server_default=sql("'[]'::jsonb")),
    text("content_type", "Content-Type as sent"),
    column("body_bytes", BigInteger, "Size of the decoded body", server_default="0"),
    *_archived(),
    ForeignKeyConstraint(["feed_id", "entry_key"], ["ops.ledger.feed_id", "ops.ledger.entry_key"]),
    Index(None, "feed_id", "entry_key"),
    Index(None, "fetched_at"),
    Index(None, "archive_object", postgresql_where=sql("archive_object is not null")),
    schema="ops",
    comment="Every request for a story's page; append-only",
)

LEDGER = Table(
    "ledger",
    METADATA,
    column(
        "feed_id", Uuid, "Feed in which the entry was seen", ForeignKey("news.feed.feed_id"), primary_key=True
    ),
    column(
        "entry_key",
        Text,
        "Identity of the entry in its feed; # and a digest: the GUID has another story too; "
        "@ and a digest: a later statement of an entry that is the story itself",
        primary_key=True,
    ),
    column("source_id", Uuid, "Publisher of the feed", ForeignKey("news.source.source_id")),
    text("url", "Link as printed in the feed, made absolute; NULL: the entry has none"),
    text("canonical_url", "Key of the link; the publisher's entries with the same key are one story"),
    column("entry", JSONB, "The entry as first read"),
    column("discovered_at", DateTime(timezone=True), "When the document that first held it was received"),
    text("feed_object", "WARC segment of that document"),
    optional("feed_offset", BigInteger, "Its offset there"),
    column("state", Text, "discovered, fetched, waiting (these are pending), loaded, duplicate or rejected"),
    text("reason", "Why it was rejected, or why it waits"),
    text("detail", "The reason in words"),
    instant("waiting_until", "Not before this moment is it tried again"),
    column("tries", Integer, "Requests made for its page", server_default="0"),
    optional("fetch_id", Uuid, "The request whose bytes are, or will be, loaded"),
    optional(
        "story_id",
        Uuid,
        "loaded: its story; duplicate: the story that it repeats",
        ForeignKey("news.article.story_id", deferrable=True, initially="DEFERRED"),
    ),
    text(
        "duplicate_method",
        "What showed the repetition: canonical_url, story, text or statement; in rows of before 2026-11-25 also guid",
    ),
    optional(
        "told_story_id", Uuid, "The story that this entry's own page tells; NULL: its page was not read"
    ),
    text("told_text_hash", "Hash of the text that its page has"),
    text(
        "alike",
        "Digest of headline, date and text as first read: another entry of the publisher that has them all "
        "tells the same story; NULL: too little is said to tell",
    ),
    instant("told_at", "The story's date by its page, else by the feed's document"),
    optional(
        "copies",
        JSONB,
        "Where archives on the web keep its page (url, captured_at, archive), asked in this order where the page "
        "is gone; NULL: none is known",
    ),
    text("stated", "Digest of what the feed said of it last; NULL: what the entry says"),
    instant(
        "stated_at",
        "When the document that said so was received; of an entry that is itself the story, the last that did",
    ),
    column(
        "restatements",
        Integer,
        "How often the feed said something else: looks at its page, or rows of its other statements",
        server_default="0",
    ),
    instant("settled_at", "When it was loaded, found duplicate or rejected"),
    optional("lease_worker", Integer, "Worker that has it in hand; void once that worker's lock is gone"),
    instant("lease_until", "When the lease ends whatever the worker does"),
    CheckConstraint(f"state in {STATES}", name="state"),
    CheckConstraint("(state = 'waiting') = (waiting_until is not null)", name="waiting_has_until"),
    CheckConstraint("state <> 'rejected' or reason is not null", name="rejected_has_reason"),
    CheckConstraint("(state in ('loaded', 'duplicate')) = (story_id is not null)", name="settled_has_story"),
    CheckConstraint("(state = 'duplicate') = (duplicate_method is not null)", name="duplicate_has_method"),
    # Hash: an address may be longer than a B-tree takes.
    Index(None, "canonical_url", postgresql_using="hash"),
    Index(None, "source_id", "entry_key"),
    Index(None, "story_id"),
    Index(None, "told_story_id"),
    Index(None, "told_text_hash"),
    Index(None, "alike"),
    Index(None, "feed_object", postgresql_where=sql("feed_object is not null")),
    Index(
        "ix_ledger_claim",
        "state",
        "source_id",
        "waiting_until",
        "discovered_at",
        postgresql_where=sql("state in ('discovered', 'fetched', 'waiting')"),
    ),
    Index("ix_ledger_rejected", "settled_at", postgresql_where=sql("state = 'rejected'")),
    Index(
        "ix_ledger_settled",
        "feed_id",
        "discovered_at",
        postgresql_include=["state", "story_id"],
        postgresql_where=sql("state in ('loaded', 'duplicate', 'rejected')"),
    ),
    Index(
        "ix_ledger_pending",
        "state",
        "discovered_at",
        postgresql_where=sql("state in ('discovered', 'fetched', 'waiting')"),
    ),
    schema="ops",
    comment="Every entry ever seen in any feed, in exactly one state: entries seen = pending + loaded + duplicate + rejected",
)

REVISIT = Table(
    "revisit",
    METADATA,
    column(
        "story_id",
        Uuid,
        "The story",
        ForeignKey("news.article.story_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    column(
        "turn",
        Integer,
        "1: a day after its page was first received, 2: a week after, 3 and more: its feed says something else",
        primary_key=True,
    ),
    column("due_at", DateTime(timezone=True), "Not before this moment is the page asked for again"),
    column("tries", Integer, "Requests made for it so far", server_default="0"),
    text(
        "outcome",
        "unchanged, changed, moved (another address tells another story), gone (404 or 410), not_an_article, "
        "failed or missed (too late to tell); NULL: still due",
    ),
    text("reason", "Reason code of a failure, or why the page is no article any more"),
    text("final_url", "Address that answered"),
    optional("version_id", Uuid, "The version that the story has since"),
    instant("answered_at", "When the answer came"),
    optional("fetch_id", Uuid, "The last request"),
    optional("lease_worker", Integer, "Worker that has it in hand; void once that worker's lock is gone"),
    instant("lease_until", "When the lease ends whatever the worker does"),
    CheckConstraint(f"outcome in {REVISIT_OUTCOMES}", name="outcome"),
    CheckConstraint("(outcome is null) = (answered_at is null)", name="answered"),
    Index("ix_revisit_due", "due_at", postgresql_where=sql("outcome is null")),
    schema="ops",
    comment="Second looks at each story's page: what changed, moved or went",
)

STORY_TEXT = Table(
    "story_text",
    METADATA,
    column(
        "version_id",
        Uuid,
        "The version",
        ForeignKey("news.article_version.version_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    column("story_id", Uuid, "Its story"),
    column("dated_at", DateTime(timezone=True), "The story's date, as in news.story_cluster"),
    column("keys", ARRAY(BigInteger), "What a near copy has in common with it: hashes of words in a row"),
    # No pending list: what it saves on writing, every look-up would pay.
    Index(None, "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    schema="ops",
    comment="The keys under which each text is found by its copies",
)
