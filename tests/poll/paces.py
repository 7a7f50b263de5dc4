"""Paces and histories to try: a feed that has been watched for weeks, and any that the database may hold."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from pipeline.poll.pace import FLAT, Pace
from pipeline.poll.schedule import FeedHistory


def pace_of(*, a_day: float, window: int) -> Pace:
    """A steady feed that has been watched for three weeks."""
    return Pace(stories=a_day * 20, days=20.0, scatter=1.0, window_entries=window, surge=float(a_day))


paces = st.builds(
    Pace,
    interval_seconds=st.floats(0, 200_000),
    stories=st.floats(0, 20_000),
    days=st.floats(0, 20),
    scatter=st.floats(1, 25),
    surge=st.floats(0, 10_000),
    window_entries=st.integers(0, 500),
    sheds=st.booleans(),
    caution=st.floats(1, 4),
    unread_days=st.floats(0, 30),
    doubt=st.floats(-3, 6),
    asked_in_full=st.booleans(),
    profile=st.just(FLAT) | st.lists(st.floats(0.15, 8), min_size=31, max_size=31).map(tuple),
)


def histories(outcomes=("changed", "unchanged", "failed")) -> st.SearchStrategy[FeedHistory]:
    return st.builds(
        FeedHistory,
        feed_id=st.text(max_size=20),
        outcome=st.sampled_from(list(outcomes)),
        pace=st.none() | paces,
        entries=st.integers(0, 500),
        known=st.integers(0, 500),
        read_before=st.booleans(),
        failures=st.floats(0, 10**6),
        reason=st.sampled_from([None, "dns", "http_410", "http_503"]),
        ttl_minutes=st.none() | st.integers(0, 10**9),
        update_minutes=st.none() | st.integers(0, 10**9),
        skip_hours=st.frozensets(st.integers(0, 23)),
        skip_days=st.frozensets(st.integers(0, 6)),
        fresh_seconds=st.none() | st.floats(0, 1e12),
        retry_after_seconds=st.none() | st.floats(0, 1e12),
        host_free_at=st.none()
        | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
        is_pushed=st.booleans(),
        since_last=st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=400)),
    )
