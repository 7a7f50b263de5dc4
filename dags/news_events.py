"""When feeds have news: fetch, read and load whatever is pending, seconds after it was published.

A watcher a shard polls the feeds that are due, and WebSub hubs push; both write to the ledger and then ring
``dateline_entries``. Of a burst of events Airflow 3.3 hands on the first and leaves the others lying until
the next: that does no harm, because a run drains all that is pending. Every ten minutes it does so unasked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    AssetWatcher,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException
from dateline_watcher import FeedWatcher

from pipeline.errors import Permanent, SettingsError
from pipeline.settings import settings

STORIES = Asset("dateline_stories")
ENTRIES = Asset(
    "dateline_entries",
    watchers=[
        AssetWatcher(
            name=f"feeds_{shard}",
            trigger=FeedWatcher(shard, settings().shards, settings().watch_round_seconds),
        )
        for shard in range(settings().shards)
    ],
)
HOPELESS = RetryRule(exception=[Permanent, SettingsError], action=RetryAction.FAIL)


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("*/10 * * * *", timezone="UTC"), assets=[ENTRIES]
    ),
    start_date=pendulum.datetime(2017, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=2,
    doc_md=__doc__,
    tags=["dateline"],
)
def news_events() -> None:
    """Drain, then tell the marts."""

    @task(
        pool="dateline_ingest",
        retries=3,
        retry_policy=ExceptionRetryPolicy(rules=[HOPELESS]),
        retry_delay=timedelta(seconds=10),
        retry_exponential_backoff=2.0,
    )
    def drain() -> dict[str, Any]:
        from dateline_context import warehouse_context

        from pipeline.flow.ingesting import ingest_pending
        from pipeline.flow.run import summary

        return summary(ingest_pending(warehouse_context()))

    @task(outlets=[STORIES])
    def ring(report: Any) -> None:
        if not report["loaded"] and not report["changed"]:
            raise AirflowSkipException("no story came in")

    ring(drain())


news_events()
