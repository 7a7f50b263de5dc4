"""What to ask of a feed, and what follows from the answer: values in, a ``Poll`` to record out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from pipeline.errors import WarehouseRefused
from pipeline.fetch.freshness import fresh_seconds
from pipeline.poll import FeedHistory, failure_weight, next_poll
from pipeline.poll.moves import Seen, may_speak_for, observe, to_ask
from pipeline.poll.schedule import SHORTEST
from pipeline.records import ArchiveRef, Failure, ParsedFeed, Response
from pipeline.warehouse.feeds import RegisteredFeed
from pipeline.warehouse.feedstate import FeedState
from pipeline.warehouse.polls import Poll

DISTRUST = timedelta(days=14)
"""So long no validators are sent to a server that kept them while the document changed."""
_NEWS_WEIGHT = 0.2
"""Of the latest time between two documents with news, in the moving mean."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: where, and with which validators."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    @classmethod
    def behind(cls, answer: Response) -> Self:
        """What was asked when ``answer`` came, from the request that lies beside it."""
        sent = answer.request_headers
        return cls(answer.url, sent.get("if-none-match"), sent.get("if-modified-since"))

    @property
    def is_conditional(self) -> bool:
        """True if "not modified" is a possible answer."""
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and what came of it."""

    feed: RegisteredFeed
    question: Question
    answer: Response | Failure
    archived: ArchiveRef | None = None
    document: ParsedFeed | None = None
    """The body, read; None: there was none, or that of the feed's last document again."""
    carried: int = 0
    """Entries that the feed shows besides and that are not news: of a sitemap's old pages, of sitemaps unchanged."""
    is_pushed: bool = False
    """The feed's hub delivers, as far as is known before the answer."""


def judge_refused(
    feed: RegisteredFeed,
    asked: Question,
    error: WarehouseRefused,
    *,
    at: datetime,
    shortest: timedelta = SHORTEST,
) -> Poll:
    """The poll whose document, which came ``at`` that time, the database refused: it failed."""
    refused = Failure(feed.url, "permanent", "enter_fault", str(error), fetched_at=at)
    return judge(Answered(feed, asked, refused), known=0, now=at, shortest=shortest)


def question(feed: RegisteredFeed, now: datetime) -> Question:
    """The next request of the feed.

    Validators go back as they came, to the address that they came from; not where the pace wants the
    document whole, nor for a while where they were seen to stay the same while the document changed.
    """
    state = feed.state
    url = to_ask(feed.url, state.address, now)
    is_distrusted = state.validators_lie_until is not None and now < state.validators_lie_until
    if is_distrusted or state.validators_url != url or (state.pace and state.pace.asked_in_full):
        return Question(url)
    return Question(url, state.etag, state.last_modified)


def judge(
    one: Answered,
    *,
    known: int,
    now: datetime,
    host_free_at: datetime | None = None,
    shortest: timedelta = SHORTEST,
) -> Poll:
    """The poll as it is to be recorded, with the feed's state after it.

    ``known``: entries of the document that the feed had before. ``host_free_at``: until when the host wants to be
    left alone. ``shortest``: the least time between two polls. ``now`` counts where the answer does not say when
    it came.
    """
    feed, answer, document = one.feed, one.answer, one.document
    at = answer.fetched_at or now
    seen = _seen(one, known, at)
    outcome, reason, detail = _outcome(one, seen)
    failed = outcome == "failed"
    weight = failure_weight(reason or "", answer.status if isinstance(answer, Failure) else None)
    failures = feed.state.failures + weight if failed else 0.0
    seen = replace(seen, is_feed=not failed, reason=reason, failures=failures)
    changes: dict[str, Any] = {
        "last_polled_at": at,
        "last_reason": reason,
        "failures": failures,
        "gone_at": _gone_at(one, reason, at),
        "address": observe(feed.url, feed.state.address, seen),
    }
    is_false_304 = False
    if not failed and isinstance(answer, Response):
        is_false_304 = outcome == "changed" and _is_false_304(one, answer, known)
        changes |= _after_success(one, answer, outcome, known, at)
        changes |= {"validators_lie_until": at + DISTRUST} if is_false_304 else {}
    state = replace(feed.state, **changes)
    plan = next_poll(_history(one, outcome, state, known, host_free_at), now=at, shortest=shortest)
    return Poll(
        feed=feed,
        answer=answer,
        polled_at=at,
        outcome=outcome,
        asked_url=one.question.url,
        state=replace(state, pace=plan.pace, next_poll_at=plan.next_at),
        reason=reason,
        detail=detail,
        document=document,
        archived=one.archived,
        is_conditional=one.question.is_conditional,
        is_gap=plan.is_gap,
        is_false_304=is_false_304,
    )


def _outcome(one: Answered, seen: Seen) -> tuple[str, str | None, str | None]:
    """The outcome, and the reason and its words where it is ``failed``."""
    answer, document = one.answer, one.document
    if isinstance(answer, Failure):
        return "failed", answer.reason, answer.detail
    if document is None:
        return ("unchanged" if answer.status == 304 else "same_body"), None, None
    if document.format is None:
        return "failed", "not_a_feed", document.fault
    is_trial = seen.asked not in {one.feed.url, one.feed.state.address.adopted_url}
    if is_trial and not may_speak_for(one.feed.url, seen):
        return "failed", "foreign_feed", f"{seen.asked} has no entry and no site in common with this feed"
    return "changed", None, None


def _seen(one: Answered, known: int, at: datetime) -> Seen:
    answer, document = one.answer, one.document
    response = answer if isinstance(answer, Response) else None
    is_feed = response is not None and (document is None or document.format is not None)
    return Seen(
        asked=one.question.url,
        at=at,
        is_feed=is_feed,
        final_url=answer.final_url,
        redirects=response.redirects if response else (),
        is_same=is_feed and (document is None or known > 0),
        is_lasting=not isinstance(answer, Failure) or answer.kind == "permanent",
        announced=document.announced if document else (),
    )


def _after_success(one: Answered, answer: Response, outcome: str, known: int, at: datetime) -> dict[str, Any]:
    """What changes of the feed's state, by name."""
    state, document = one.feed.state, one.document
    fresh = fresh_seconds(answer.headers)
    changes: dict[str, Any] = {
        **_validators(one, answer.headers, outcome),
        "last_success_at": at,
        # RFC 9111, section 4.3.4: a 304 updates the headers that it has, and leaves the others.
        "fresh_seconds": state.fresh_seconds if fresh is None and outcome == "unchanged" else fresh,
    }
    if document is None:
        return changes
    changes |= {
        "body_digest": one.archived.digest if one.archived else None,
        "ttl_minutes": document.ttl_minutes,
        "update_minutes": document.update_minutes,
        "skip_hours": document.skip_hours,
        "skip_days": document.skip_days,
    }
    return changes | _news(state, at) if len(document.entries) > known else changes


def _validators(one: Answered, headers: Mapping[str, str], outcome: str) -> dict[str, str | None]:
    """Those of the document that is known now: opaque, whatever date or quotes they hold."""
    state = one.feed.state
    etag, modified, url = headers.get("etag"), headers.get("last-modified"), one.question.url
    if outcome != "changed" and state.validators_url == url:
        # The same document: what this answer leaves out still holds (feedbin#726).
        etag, modified = etag or state.etag, modified or state.last_modified
    return {"etag": etag, "last_modified": modified, "validators_url": url}


def _news(state: FeedState, at: datetime) -> dict[str, Any]:
    every = state.news_every_seconds
    if state.last_news_at is not None:
        latest = (at - state.last_news_at).total_seconds()
        every = latest if every is None else every + _NEWS_WEIGHT * (latest - every)
    return {"last_news_at": at, "news_every_seconds": every}


def _is_false_304(one: Answered, answer: Response, known: int) -> bool:
    """True if the document has news and the validators of the one before: asked with them, it had been a 304."""
    state = one.feed.state
    before = (state.etag, state.last_modified)
    return (
        one.document is not None
        and len(one.document.entries) > known
        and not one.question.is_conditional
        and state.validators_url == one.question.url
        and any(before)
        and before == (answer.headers.get("etag"), answer.headers.get("last-modified"))
    )


def _gone_at(one: Answered, reason: str | None, at: datetime) -> datetime | None:
    if reason is None:
        return None
    is_gone = reason == "http_410" and one.question.url == one.feed.url
    return one.feed.state.gone_at or (at if is_gone else None)


def _history(
    one: Answered, outcome: str, state: FeedState, known: int, host_free_at: datetime | None
) -> FeedHistory:
    failure = one.answer if isinstance(one.answer, Failure) else None
    before, pace, document = one.feed.state, one.feed.state.pace, one.document
    at = state.last_polled_at
    # "Gone" mutes the feed only where the registered address says so: after another one that itself is asked.
    is_elsewhere = one.question.url != one.feed.url and state.last_reason == "http_410"
    changed = outcome == "changed" and document is not None
    found = len({entry.key for entry in document.entries}) - known if changed and document else 0
    return FeedHistory(
        feed_id=str(one.feed.feed_id),
        outcome="changed" if changed else "failed" if outcome == "failed" else "unchanged",
        pace=replace(pace, asked_in_full=not one.question.is_conditional) if pace else None,
        entries=len(document.entries) + one.carried if changed and document else 0,
        known=known + one.carried if changed else 0,
        read_before=before.last_success_at is not None,
        failures=state.failures,
        reason=None if is_elsewhere else state.last_reason,
        ttl_minutes=state.ttl_minutes,
        update_minutes=state.update_minutes,
        skip_hours=state.skip_hours,
        skip_days=state.skip_days,
        fresh_seconds=failure.fresh_seconds if failure else state.fresh_seconds,
        retry_after_seconds=failure.retry_after_seconds if failure else None,
        host_free_at=host_free_at,
        # What is found by asking, the hub has not brought: the feed goes on at its own pace until it does.
        is_pushed=one.is_pushed and found == 0,
        since_last=at - before.last_success_at if at and before.last_success_at else None,
    )
