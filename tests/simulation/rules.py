"""Rules for the next poll: ours, and those of others from their constants.

A rule is asked after each poll and answers when to come again (POSIX seconds), what it wants to remember, and
whether to come without validators. Where a system has a habit that is no part of its rule and would cost it
stories here, it is left out, and named.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pipeline.poll import FeedHistory, failure_weight, next_poll
from tests.simulation.world import DAY, HOUR, MINUTE, SimulatedFeed


class Seen(NamedTuple):
    """What a poll brought."""

    at: float
    outcome: str
    """``changed``, ``unchanged`` or ``failed``."""
    entries: int
    new: int
    since_last: float | None
    """Seconds since the last poll that succeeded."""
    reason: str | None
    status: int | None
    retry_after: float | None


class Answer(NamedTuple):
    at: float
    memory: Any
    in_full: bool = False
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    first: Callable[[SimulatedFeed, float], float]
    """When a feed registered at that instant is asked for the first time."""
    after: Callable[[SimulatedFeed, Seen, Any], Answer]
    is_conditional: bool
    """True: requests carry validators unless an answer says otherwise."""


# -- ours: the very function that production calls ----------------------------------


def _ours_first(feed: SimulatedFeed, now: float) -> float:
    return next_poll(FeedHistory(feed.name), now=datetime.fromtimestamp(now, UTC)).next_at.timestamp()


def _ours(feed: SimulatedFeed, seen: Seen, memory: Any) -> Answer:
    pace, failures = memory or (None, 0.0)
    failures = failures + failure_weight(seen.reason or "", seen.status) if seen.outcome == "failed" else 0.0
    history = FeedHistory(
        feed_id=feed.name,
        outcome=seen.outcome,  # type: ignore[arg-type]
        pace=pace,
        entries=seen.entries,
        known=seen.entries - seen.new,
        read_before=seen.since_last is not None,
        failures=failures,
        reason=seen.reason,
        ttl_minutes=feed.ttl_minutes,
        update_minutes=feed.update_minutes,
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
        fresh_seconds=feed.fresh_seconds if seen.outcome != "failed" else None,
        retry_after_seconds=seen.retry_after,
        since_last=None if seen.since_last is None else timedelta(seconds=seen.since_last),
    )
    plan = next_poll(history, now=datetime.fromtimestamp(seen.at, UTC))
    return Answer(plan.next_at.timestamp(), (plan.pace, failures), plan.in_full, plan.is_gap)


# -- fixed --------------------------------------------------------------------------


def _spread(interval: float) -> Callable[[SimulatedFeed, float], float]:
    """Feeds start at their own place in the interval."""
    return lambda feed, now: now + hash_fraction(feed.name) * interval


def hash_fraction(name: str) -> float:
    """0 up to 1, the same in every process."""
    seed, _, number = name.partition("-")
    return (int(seed) * 7919 + int(number) * 0.6180339887498949) % 1


def _hourly(feed: SimulatedFeed, seen: Seen, memory: Any) -> Answer:
    return Answer(seen.at + HOUR, None)


# -- Media Cloud's rss-fetcher ------------------------------------------------------


def _media_cloud(feed: SimulatedFeed, seen: Seen, memory: Any) -> Answer:
    """By the share of duplicates in the latest document; minutes.

    Its requests carry no validators, as by default. Left out: feeds are disabled after 30 failures.
    """
    interval, good, failures, newest = memory or (360.0, 0, 0.0, -math.inf)
    if seen.outcome == "failed":
        failures += failure_weight(seen.reason or "", seen.status)
        wait = min(interval * max(failures, 1), 1440.0) * MINUTE
        return Answer(
            seen.at + max(wait, min(seen.retry_after or 0, DAY)), (interval, good, failures, newest)
        )
    newest = seen.at if seen.new else newest
    repeated = 100.0 * (1 - seen.new / seen.entries) if seen.outcome == "changed" and seen.entries else 100.0
    if good >= 2:
        if repeated > 67:
            interval += 10 if repeated < 100 or seen.at - newest <= 31 * DAY else 60
        elif repeated < 33:
            interval -= 60
    interval = min(max(interval, 10.0, feed.update_minutes or 0), 1440.0)
    return Answer(seen.at + interval * MINUTE, (interval, good + 1, 0.0, newest))


# -- Miniflux -----------------------------------------------------------------------


def _miniflux(feed: SimulatedFeed, seen: Seen, memory: Any) -> Answer:
    """A week by the entries of the last one, then the longest of ttl and freshness.

    Left out: only 100 feeds are taken each hour, and a feed is given up after three errors.
    """
    week: deque[float] = memory if memory is not None else deque()
    # The entries' own dates are what it counts: of a first document all that are younger than a week.
    if seen.new:
        end = feed.shown(seen.at)[1]
        week.extend(feed.arrivals[end - seen.new : end])
    while week and week[0] < seen.at - 7 * DAY:
        week.popleft()
    wait = min(max(7 * DAY / len(week), 5 * MINUTE), DAY) if week else DAY
    if seen.outcome == "failed":
        return Answer(seen.at + max(wait, (seen.retry_after or 0) if seen.status == 429 else 0), week)
    asked = [(feed.ttl_minutes or 0) * MINUTE]
    if seen.outcome == "changed":
        asked.append(feed.fresh_seconds or 0)
    return Answer(seen.at + min(max(wait, *asked), DAY), week)


# -- Common Crawl's news-crawl ------------------------------------------------------


def _news_crawl(feed: SimulatedFeed, seen: Seen, memory: Any) -> Answer:
    """Half as long again after no change, a fifth shorter after one; minutes."""
    interval = memory or 720.0
    if seen.outcome == "failed":
        return Answer(seen.at + 4320 * MINUTE, interval)
    interval = min(max(interval * (0.8 if seen.new else 1.5), 90.0), 129_600.0)
    return Answer(seen.at + interval * MINUTE, interval)


OURS = Rule("Dateline", _ours_first, _ours, is_conditional=True)
HOURLY = Rule("fixed hourly", _spread(HOUR), _hourly, is_conditional=False)
MEDIA_CLOUD = Rule("Media Cloud", _spread(6 * HOUR), _media_cloud, is_conditional=False)
MINIFLUX = Rule("Miniflux", _spread(HOUR), _miniflux, is_conditional=True)
NEWS_CRAWL = Rule("news-crawl", _spread(12 * HOUR), _news_crawl, is_conditional=True)
RULES = (OURS, HOURLY, MEDIA_CLOUD, MINIFLUX, NEWS_CRAWL)
