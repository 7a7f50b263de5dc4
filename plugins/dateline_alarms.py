"""Who is told of alarms: the log always, and whatever the setting ``[dateline] alarm_notifier`` of Airflow names.

That is the import path of one of Airflow's notifiers (an instance, or a class that needs no arguments) or of any
function that takes a callback's context; ``docs/alarms.md`` has examples.
"""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

RUN_LIMIT = timedelta(minutes=50)
"""A run that has waited and worked for so long is late: in ten minutes the next one is due."""
_log = logging.getLogger("dateline.alarms")


def teller(context: Mapping[str, Any]) -> Callable[[Sequence[Any]], None]:
    """What tells of alarms: a warning each, and one call of the notifier, if one is set.

    The notifier gets ``context`` with ``alarms``, a list of dicts, and ``alarm_text``, a line each. What it raises
    is raised: the alarms then count as untold.

    Raises:
        AirflowConfigException: the setting names nothing that can be imported.
    """
    # Here and not above: every process of Airflow imports this module.
    from airflow.sdk.configuration import conf

    notifier = conf.getimport("dateline", "alarm_notifier", fallback=None)
    notifier = notifier() if isinstance(notifier, type) else notifier

    def tell(alarms: Sequence[Any]) -> None:
        from pipeline.flow.alarming import as_text

        told = as_text(alarms)
        for line in told.splitlines():
            _log.warning("Alarm: %s", line)
        if notifier is not None:
            # A notifier of Airflow fills its templates in for good: the next alarm needs them as they were.
            copy.copy(notifier)({**context, "alarms": [_plain(one) for one in alarms], "alarm_text": told})

    return tell


def _plain(alarm: Any) -> dict[str, Any]:
    """The alarm as JSON has it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(alarm).items()
    }


async def run_is_late(context: Mapping[str, Any]) -> None:
    """Airflow's callback of a missed deadline, for the triggerer: leaves an alarm's row and tells.

    The triggerer, because a run is late most often when no executor has a slot free. A run that failed has
    missed its deadline as well. A backfill's runs are all queued when it is made and wait for each other:
    they are no alarm.
    """
    run = context["dag_run"]
    if run["run_type"] != "backfill" and run["state"] != "success":
        # In a thread: the triggerer's loop belongs to all triggers.
        await asyncio.to_thread(_report, context)


def _report(context: Mapping[str, Any]) -> None:
    from dateline_context import warehouse_context

    from pipeline.errors import DatelineError
    from pipeline.flow.alarming import late_run, report_late_run
    from pipeline.flow.context import utc_now

    run, tell = context["dag_run"], teller(context)
    queued_at = datetime.fromisoformat(run["queued_at"]) if run.get("queued_at") else None
    late = late_run(
        run["dag_id"],
        run["dag_run_id"],
        has_failed=run["state"] == "failed",
        queued_at=queued_at,
        now=utc_now(),
    )
    try:
        report_late_run(warehouse_context(), late, tell)
    except DatelineError as error:
        # A warehouse that is away is why runs are late: then nothing can be noted, but somebody must be told.
        tell([replace(late, words=f"{late.words}; {error}")])
