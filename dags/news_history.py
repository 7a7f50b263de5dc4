"""Every day: look for what the feeds missed; for past days (``airflow backfill create``), for all that still has them.

A run's window is its data interval, whatever the clock says. The newest day is compared with the publishers' own
sitemaps, pages and older feed pages: what they list and no feed brought is fetched, and the rate of misses is a row
of ``ops.reconciliation``. Of an older day every place of the sources file is walked, web archives and WARCs among
them. A place that reached its requests of the day waits; the next daily run goes on with it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
from airflow.sdk import (
    Asset,
    CronDataIntervalTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    get_current_context,
    task,
)

from pipeline.errors import Permanent, SettingsError

DAY = timedelta(days=1)
STORIES = Asset("dateline_stories")
"""Rung when stories have come in; news_marts listens."""
HOPELESS = RetryRule(exception=[Permanent, SettingsError], action=RetryAction.FAIL)
"""What another try cannot mend fails at once; the rest is tried again, and goes on where it was."""
AT_ONCE = 4
"""Of the slots that the hourly runs need as well."""


@dag(
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    start_date=pendulum.datetime(1995, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=2,
    default_args={
        "retries": 3,
        "retry_policy": ExceptionRetryPolicy(rules=[HOPELESS]),
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
    },
    params={
        "again": Param(False, type="boolean", description="Walk also what was walked to its end"),
        "sources": Param([], type="array", description="Domains of publishers; empty: all"),
        "via": Param([], type="array", description="Kinds of places; empty: all of the sources file"),
    },
    doc_md=__doc__,
    tags=["dateline"],
)
def news_history() -> None:
    """Walk the past, ingest what was found, count what the feeds had missed."""

    @task
    def plan() -> list[dict[str, Any]]:
        from pipeline.flow.hours import is_newest
        from pipeline.settings import settings

        context, now = get_current_context(), datetime.now(UTC)
        # A run triggered by hand without a logical date has no interval: it is the newest complete day.
        until = context.get("data_interval_end") or now.replace(hour=0, minute=0, second=0, microsecond=0)
        since = context.get("data_interval_start") or until - DAY
        window = {
            "since": since.isoformat(),
            "until": until.isoformat(),
            "live": is_newest(until, now, DAY),
            **{name: context["params"][name] for name in ("again", "sources", "via")},
        }
        shards = settings().shards
        return [{"shard": shard, "of": shards, **window} for shard in range(shards)]

    @task(pool="dateline_poll", max_active_tis_per_dag=AT_ONCE)
    def walk(share: dict[str, Any]) -> dict[str, Any]:
        from dateline_context import warehouse_context

        from pipeline.flow.history import walk_share

        return walk_share(warehouse_context(), share)

    @task(pool="dateline_ingest", max_active_tis_per_dag=AT_ONCE)
    def ingest(share: dict[str, Any]) -> dict[str, Any]:
        from dateline_context import warehouse_context

        from pipeline.flow.ingesting import ingest_pending
        from pipeline.flow.run import summary

        return summary(ingest_pending(warehouse_context())) | {"shard": share["shard"]}

    @task(outlets=[STORIES])
    def reconcile(shares: Any) -> dict[str, Any]:
        """Counts what the feeds missed of the newest day, and rings once that stories have come in."""
        from dateline_context import warehouse_context

        from pipeline.flow.history import reconcile_window

        return reconcile_window(warehouse_context(), shares[0])

    shares = plan()
    walk.expand(share=shares) >> ingest.expand(share=shares) >> reconcile(shares)


news_history()
