"""Every hour: poll the feeds that are due, then ingest whatever is pending.

A run's window is its data interval. Feeds serve only their present, so a live poll belongs to the
newest complete interval alone; an older one (``airflow backfill create``) enters what our archive
received then. Draining what is pending knows no window. Work is shared among a few mapped tasks,
never one a feed: each costs a third of a second. Only numbers go through XCom.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
from airflow.sdk import (  # type: ignore[attr-defined]  # the stub of 3.3.2 lacks the deadlines' names
    Asset,
    AsyncCallback,
    CronDataIntervalTimetable,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException
from dateline_alarms import RUN_LIMIT, run_is_late

from pipeline.errors import Permanent, SettingsError

HOUR = timedelta(hours=1)
STORIES = Asset("dateline_stories")
"""Rung when stories have come in; news_marts listens."""
HOPELESS = RetryRule(exception=[Permanent, SettingsError], action=RetryAction.FAIL)
"""What another try cannot mend fails at once; the rest is tried again, later and later."""


@dag(
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=pendulum.datetime(2017, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=4,
    deadline=DeadlineAlert(
        # Counted from here, and not from the logical date: a backfill's lie in the past.
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=RUN_LIMIT,
        callback=AsyncCallback(run_is_late),
    ),
    default_args={
        "retries": 3,
        "retry_policy": ExceptionRetryPolicy(rules=[HOPELESS]),
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
    },
    params={"every": Param(False, type="boolean", description="Poll every feed, due or not")},
    doc_md=__doc__,
    tags=["dateline"],
)
def news_hourly() -> None:
    """Poll, then ingest."""

    @task
    def plan() -> list[dict[str, Any]]:
        from pipeline.flow.hours import is_newest
        from pipeline.settings import settings

        context, now = get_current_context(), datetime.now(UTC)
        # A run triggered by hand without a logical date has no interval: it is the newest complete hour.
        until = context.get("data_interval_end") or now.replace(minute=0, second=0, microsecond=0)
        since = context.get("data_interval_start") or until - HOUR
        window = {
            "since": since.isoformat(),
            "until": until.isoformat(),
            "live": is_newest(until, now, HOUR),
            "every": bool(context["params"]["every"]),
        }
        # Of a past hour each share would read the same files of the archive; its runs are many, and side by side.
        shards = settings().shards if window["live"] else 1
        return [{"shard": shard, "of": shards, **window} for shard in range(shards)]

    @task(pool="dateline_poll")
    def poll(share: dict[str, Any]) -> dict[str, Any]:
        from dateline_context import warehouse_context

        from pipeline.flow.run import poll_share, summary

        return summary(poll_share(warehouse_context(), share))

    @task(pool="dateline_ingest")
    def ingest(share: dict[str, Any]) -> dict[str, Any]:
        from dateline_context import warehouse_context

        from pipeline.flow.ingesting import ingest_pending
        from pipeline.flow.run import summary

        return summary(ingest_pending(warehouse_context())) | {"shard": share["shard"]}

    @task
    def subscribe(shares: Any) -> dict[str, int]:
        """Asks the hubs of the feeds to push, and renews what runs out; whatever became of the polls."""
        from dateline_context import warehouse_context

        from pipeline.flow.websub import renew_subscriptions
        from pipeline.settings import settings

        callback = settings().websub_callback
        if not callback:
            raise AirflowSkipException("DATELINE_WEBSUB_CALLBACK is not set: no hub could call")
        if not shares[0]["live"]:
            raise AirflowSkipException("the window is past: hubs push the present")
        return asdict(renew_subscriptions(warehouse_context(), callback))

    @task(trigger_rule="all_done_min_one_success")
    def alarms(shares: Any) -> int:
        """Tells what is odd about feeds since the last run; whatever became of the ingestion."""
        from dateline_alarms import teller
        from dateline_context import warehouse_context

        from pipeline.flow.alarming import review_alarms

        if not shares[0]["live"]:
            raise AirflowSkipException("the window is past: alarms are about the present")
        context = get_current_context()
        return review_alarms(warehouse_context(), teller(context), ended=context["dag"].dag_id)

    @task(outlets=[STORIES])
    def ring() -> None:
        """One event a run: of a burst of them Airflow would leave all but the first lying."""

    shares = plan()
    poll.expand(share=shares) >> ingest.expand(share=shares) >> [ring(), alarms(shares)]
    subscribe(shares)


news_hourly()
