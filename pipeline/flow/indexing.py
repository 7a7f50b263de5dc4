"""An index of sitemaps into the ledger: its sitemaps together are the feed's document, each has its own bytes and row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.errors import WarehouseRefused
from pipeline.flow.asking import CHOICE, Listed, Sitemap, read_sitemap
from pipeline.flow.context import Context
from pipeline.flow.judging import Answered, Question, judge, judge_refused
from pipeline.flow.keeping import copies, kept_of
from pipeline.history.archive import Received
from pipeline.poll.sitemapindex import belongs, carried, likeliest
from pipeline.records import ArchiveRef, Failure, ParsedFeed, Response
from pipeline.warehouse.engine import Connection, transaction
from pipeline.warehouse.feeds import RegisteredFeed
from pipeline.warehouse.hosts import heed, host_of, paused
from pipeline.warehouse.polls import Poll, count_known, record_poll, record_quiet
from pipeline.warehouse.sitemaps import remembered


@dataclass(frozen=True, slots=True)
class Indexed:
    """An index and its sitemaps, archived."""

    feed: RegisteredFeed
    question: Question
    index: Response
    archived: ArchiveRef
    document: ParsedFeed
    """What the index lists."""
    found: Listed
    places: Sequence[ArchiveRef | None]
    """Where the answer of each of ``found.sitemaps`` lies; None: it has no body."""


def enter_index(
    context: Context,
    feed: RegisteredFeed,
    asked: Question,
    index: Response,
    *,
    document: ParsedFeed,
    found: Listed,
) -> tuple[Poll, int, int]:
    """Archives and enters an index and what its sitemaps answered; the poll, entries that are new, and those left out.

    What the database refuses is this feed's failure and no other's.
    """
    before = copies(context, [(feed, index)]).get(feed.feed_id)
    with context.archive.segment("feed", context.clock()) as segment:
        archived = segment.append(index, same_as=before)
        places = [
            segment.append(page, same_as=one.memory.body if one.memory else None)
            if (page := kept_of(one.answer))
            else None
            for one in found.sitemaps
        ]
    with transaction(context.engine) as connection:
        heed(connection, [index, *(one.answer for one in found.sitemaps)], context.clock())
    indexed = Indexed(feed, asked, index, archived, document, found, places)
    try:
        return _record(context, indexed)
    except WarehouseRefused as error:
        shortest = context.settings.feed_interval
        poll = judge_refused(feed, asked, error, at=index.fetched_at, shortest=shortest)
        with transaction(context.engine) as connection:
            record_quiet(connection, [poll])
        return poll, 0, 0


def enter_received(context: Context, feed: RegisteredFeed, received: Received) -> tuple[Poll, int, int]:
    """Enters an index and its sitemaps as the archive has them, as ``enter_index`` did."""
    answer, document = received.response, received.index or ParsedFeed((), None)
    with transaction(context.engine) as connection:
        urls = [one.url for _, one in received.sitemaps]
        known = remembered(connection, feed.feed_id, urls, answer.fetched_at)
    read = [read_sitemap(feed, one.url, one, known.get(one.url)) for _, one in received.sitemaps]
    listings = [document, *(one.document for one in read if one.document)]
    links = [
        link
        for listing in listings
        for link in likeliest(listing.sitemaps, now=answer.fetched_at, most=CHOICE)
        if belongs(link.url, index=answer.final_url, domain=feed.source.domain, others=feed.source.feeds)
    ]
    found = Listed(read, links, sum(len(listing.sitemaps) for listing in listings))
    places = [ref for ref, _ in received.sitemaps]
    return _record(
        context, Indexed(feed, Question.behind(answer), answer, received.ref, document, found, places)
    )


def _record(context: Context, one: Indexed) -> tuple[Poll, int, int]:
    feed, found, document, now = one.feed, one.found, _together(one), context.clock()
    read = {sitemap.url for sitemap in found.sitemaps if sitemap.document}
    with transaction(context.engine) as connection:
        memories = remembered(
            connection, feed.feed_id, [link.url for link in found.links], one.index.fetched_at
        )
        kept = carried(memories, found.links, read)
        left_out = sum(sitemap.left_out for sitemap in found.sitemaps)
        answered = Answered(feed, one.question, one.index, one.archived, document, kept + left_out)
        if (failure := _failure(one)) and not read and not kept:
            answered = replace(answered, answer=failure, document=None)
        host = host_of(one.question.url) or ""
        poll = judge(
            answered,
            known=count_known(connection, feed, document),
            now=now,
            host_free_at=paused(connection, [host], now).get(host),
            shortest=context.settings.feed_interval,
        )
        # An index that stays the same says nothing of its sitemaps: it is asked whole each time.
        poll = replace(poll, state=replace(poll.state, etag=None, last_modified=None))
        return poll, _write(connection, poll, one), left_out


def _together(one: Indexed) -> ParsedFeed:
    """The sitemaps that were read as one document, each entry once."""
    entries = {
        entry.key: entry
        for sitemap in reversed(one.found.sitemaps)
        for entry in (sitemap.document.entries if sitemap.document else ())
    }
    return replace(one.document, entries=tuple(entries.values()), fault=told(one.found))


def _failure(one: Indexed) -> Failure | None:
    """The first failure of a sitemap as the whole poll's; None: none failed."""
    failed = ((at.url, at.answer) for at in one.found.sitemaps if isinstance(at.answer, Failure))
    for url, failure in failed:
        detail = f"{url}: {failure.detail}"
        return replace(
            failure, url=one.index.url, detail=detail, final_url=None, fetched_at=one.index.fetched_at
        )
    return None


def _write(connection: Connection, poll: Poll, one: Indexed) -> int:
    """The index's row, which has the poll's state, and one for each of its sitemaps; how many entries are new."""
    if poll.outcome == "changed":
        record_poll(connection, replace(poll, document=replace(poll.document or one.document, entries=())))
    else:
        record_quiet(connection, [poll])
    new = 0
    for sitemap, archived in zip(one.found.sitemaps, one.places, strict=True):
        row = _row(poll, sitemap, archived)
        if row.outcome == "changed":
            new += record_poll(connection, row)
        else:
            record_quiet(connection, [row])
    return new


def _row(poll: Poll, sitemap: Sitemap, archived: ArchiveRef | None) -> Poll:
    answer, outcome, reason, detail = sitemap.answer, "changed", None, None
    if isinstance(answer, Failure):
        outcome, reason, detail = "failed", answer.reason, answer.detail
    elif sitemap.document is None:
        outcome = "unchanged" if answer.status == 304 else "same_body"
    elif poll.outcome == "failed":
        outcome, reason, detail = "failed", poll.reason, poll.detail
    return Poll(
        feed=poll.feed,
        answer=answer,
        polled_at=answer.fetched_at or poll.polled_at,
        outcome=outcome,
        asked_url=sitemap.url,
        state=poll.state,
        reason=reason,
        detail=detail,
        document=sitemap.document,
        archived=archived,
        is_conditional=sitemap.is_conditional,
    )


def told(found: Listed) -> str:
    """What was asked of an index's sitemaps, for people."""
    read = sum(one.document is not None for one in found.sitemaps)
    failed = [one for one in found.sitemaps if isinstance(one.answer, Failure)]
    same = len(found.sitemaps) - read - len(failed)
    counts = {
        "read": read,
        "the same": same,
        "not asked, unchanged by lastmod": found.unchanged,
        "of another site or feeds of their own": found.foreign,
        "listed too deep": found.deep,
        "entries left out as no news": sum(one.left_out for one in found.sitemaps),
    }
    said = [f"{len(found.sitemaps)} of {found.listed} sitemaps asked"]
    said += [f"{count} {what}" for what, count in counts.items() if count]
    said += [f"{one.url} failed: {one.answer.reason}" for one in failed if isinstance(one.answer, Failure)]
    return ", ".join(said)


__all__ = ["Indexed", "enter_index", "enter_received", "told"]
