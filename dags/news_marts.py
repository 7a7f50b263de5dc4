"""After each ingestion: build the marts with dbt, and test them.

Rung by the asset that ``news_hourly`` updates. The event is a doorbell: a build takes whatever the
warehouse holds. One that comes while another runs may wait for the next, an hour at most.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule, dag, task

from pipeline.errors import Permanent, SettingsError

STORIES = Asset("dateline_stories")
HOPELESS = RetryRule(exception=[Permanent, SettingsError], action=RetryAction.FAIL)


@dag(
    schedule=[STORIES],
    start_date=pendulum.datetime(2017, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["dateline"],
)
def news_marts() -> None:
    """Build the marts."""

    @task(
        retries=2,
        retry_policy=ExceptionRetryPolicy(rules=[HOPELESS]),
        retry_delay=timedelta(seconds=30),
        retry_exponential_backoff=2.0,
        execution_timeout=timedelta(hours=1),
    )
    def build() -> dict[str, int]:
        from dateline_context import warehouse_context

        from pipeline.warehouse import dbt

        context = warehouse_context()
        url = context.engine.url.render_as_string(hide_password=False)
        return dbt.build(url, context.settings.data_dir)

    build()


news_marts()
