"""What a hub pushes: believed if it is signed, archived, and entered as a poll that nobody had to make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from pipeline.errors import WarehouseRefused
from pipeline.fetch.warcwriting import digest_of
from pipeline.flow.context import Context
from pipeline.flow.judging import Answered, Question, judge
from pipeline.flow.polling import PollLine
from pipeline.poll import FeedHistory, next_poll, parse_feed
from pipeline.poll.websub import Subscription, signature_fault
from pipeline.records import ArchiveRef, ParsedFeed, Response
from pipeline.warehouse import subscriptions
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import RegisteredFeed
from pipeline.warehouse.feedstate import FeedState
from pipeline.warehouse.polls import Poll, count_known, record_poll

REPEATED_WITHIN = timedelta(days=2)
"""A hub repeats what it thinks undelivered for hours; such a push is not archived again."""

_PUSHED_BY = "x-dateline-pushed-by"
"""A header of our own among those of the request, which no server can set."""
_KEPT_HEADERS = ("content-type", "link")
_SAID_BY_SERVER = (
    *("etag", "last_modified", "validators_url", "validators_lie_until", "fresh_seconds", "address"),
    *("failures", "last_reason", "gone_at", "ttl_minutes", "update_minutes", "skip_hours", "skip_days"),
)
"""What of a feed's state a push says nothing of: it does not come from the feed's server, nor need it be whole."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a push."""

    outcome: Literal["entered", "repeated", "refused", "gone"]
    """``gone``: no such subscription, or not any more; the hub may forget it."""
    new: int = 0
    """Entries not known before."""
    reason: str | None = None
    """Why it was refused: ``unsigned``, ``unknown_method``, ``wrong_signature``, ``not_a_feed`` or ``enter_fault``."""


class _Believed(NamedTuple):
    subscription: Subscription
    feed: RegisteredFeed


def receive_push(context: Context, token: str, headers: Mapping[str, str], body: bytes) -> Received:
    """What became of a push to the callback of ``token``: its entries are in the ledger when this returns.

    ``headers`` have their names in lower case. What is not signed with the subscription's secret is counted
    and changes nothing else; the hub is not to be told (section 8 of the Recommendation).
    """
    now = context.clock()
    checked = _checked(context, token, headers.get("x-hub-signature"), body, now)
    if isinstance(checked, Received):
        return checked
    feed = checked.feed
    response = _as_response(checked, headers, body, now)
    document = _read(response)
    if document.format is None:
        return _refused(context, feed, "not_a_feed", now)
    with context.archive.segment("feed", now) as segment:
        archived = segment.append(response)
    try:
        line = _enter(context, Answered(feed, Question(feed.url), response, archived, document), document)
    except WarehouseRefused:
        return _refused(context, feed, "enter_fault", now)
    with transaction(context.engine) as connection:
        subscriptions.count_push(connection, feed.feed_id, new=line.new, at=now)
    return Received("entered", line.new)


def is_awaited(context: Context, token: str) -> bool:
    """True if ``token`` is a subscription's, so that its push is worth reading."""
    with transaction(context.engine) as connection:
        return subscriptions.by_token(connection, token) is not None


def is_push(response: Response) -> bool:
    """True of an archived document that a hub brought: it is entered by ``enter_push``."""
    return _PUSHED_BY in response.request_headers


def enter_push(context: Context, feed: RegisteredFeed, response: Response, archived: ArchiveRef) -> PollLine:
    """Records a pushed document that was archived before, its entries with it, in one transaction.

    Raises:
        WarehouseRefused: the database refused the document.
    """
    document = _read(response)
    return _enter(context, Answered(feed, Question(feed.url), response, archived, document), document)


def _checked(
    context: Context, token: str, signature: str | None, body: bytes, now: datetime
) -> _Believed | Received:
    with transaction(context.engine) as connection:
        one = subscriptions.by_token(connection, token)
        feed = subscriptions.feed_of(connection, one.feed_id) if one else None
        if one is None or feed is None or one.state in ("denied", "unsubscribed"):
            return Received("gone")
        if fault := signature_fault(body, signature, one.secret):
            subscriptions.count_refused(connection, feed.feed_id, fault, now)
            return Received("refused", reason=fault)
        if subscriptions.was_received(connection, feed.feed_id, digest_of(body), now - REPEATED_WITHIN):
            subscriptions.count_repeat(connection, feed.feed_id)
            return Received("repeated")
        return _Believed(one, feed)


def _refused(context: Context, feed: RegisteredFeed, reason: str, now: datetime) -> Received:
    with transaction(context.engine) as connection:
        subscriptions.count_refused(connection, feed.feed_id, reason, now)
    return Received("refused", reason=reason)


def _as_response(checked: _Believed, headers: Mapping[str, str], body: bytes, at: datetime) -> Response:
    """The push as if the feed had been asked for, so that a replay of the archive finds whose it is."""
    return Response(
        url=checked.feed.url,
        final_url=checked.subscription.topic,
        status=200,
        headers={name: headers[name] for name in _KEPT_HEADERS if name in headers},
        body=body,
        fetched_at=at,
        request_headers={_PUSHED_BY: checked.subscription.hub},
    )


def _read(response: Response) -> ParsedFeed:
    return parse_feed(response.body, url=response.final_url, headers=response.headers)


def _enter(context: Context, one: Answered, document: ParsedFeed) -> PollLine:
    with transaction(context.engine) as connection:
        known = count_known(connection, one.feed, document)
        poll = _judge(one, document, known, context.settings.feed_interval)
        new = record_poll(connection, poll)
    return PollLine(
        feed_id=one.feed.feed_id,
        domain=one.feed.source.domain,
        url=one.feed.url,
        outcome=poll.outcome,
        reason=None,
        detail=document.fault,
        entries=len(document.entries),
        new=new,
        is_gap=False,
    )


def _judge(one: Answered, document: ParsedFeed, known: int, shortest: timedelta) -> Poll:
    """The poll to be recorded. A push may hold only what is new: so it shows no gap."""
    before, at = one.feed.state, one.answer.fetched_at
    assert at is not None
    poll = judge(one, known=known, now=at)
    history = _history(one, before, len(document.entries) - known, at)
    plan = next_poll(history, now=at, shortest=shortest)
    pace = plan.pace
    if pace and before.pace:
        pace = replace(pace, unread_days=before.pace.unread_days, doubt=before.pace.doubt)
    state = replace(
        poll.state,
        pace=pace,
        next_poll_at=before.next_poll_at if before.failures else plan.next_at,
        **{name: getattr(before, name) for name in _SAID_BY_SERVER},
    )
    return replace(poll, is_gap=False, is_false_304=False, state=state)


def _history(one: Answered, before: FeedState, new: int, at: datetime) -> FeedHistory:
    """The stories teach the feed's pace; the document it is taken for is as long as the feed's own."""
    window = max(before.pace.window_entries if before.pace else 0, new + 1)
    return FeedHistory(
        feed_id=str(one.feed.feed_id),
        outcome="changed",
        pace=before.pace,
        entries=window,
        known=window - new,
        read_before=True,
        ttl_minutes=before.ttl_minutes,
        update_minutes=before.update_minutes,
        skip_hours=before.skip_hours,
        skip_days=before.skip_days,
        fresh_seconds=before.fresh_seconds,
        is_pushed=new > 0,
        since_last=at - before.last_success_at if before.last_success_at else None,
    )
