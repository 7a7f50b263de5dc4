"""What Dateline's work needs is imported once, before the scheduler's local executor forks its workers.

A task is a fork of a worker: each began by importing the pipeline, one and a half seconds of CPU that a story waited
for. And what is imported by then is out of the garbage collector's sight (``gc.freeze``): its rounds would copy these
pages in every fork, and hold up the triggerer's loop, in which all triggers live. Workers of other executors import it
for themselves.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin


@hookimpl
def on_starting(component: Any) -> None:
    """Airflow's hook: a scheduler, triggerer or DAG processor begins; or a task, which has it all by then."""
    if type(component).__name__ == "Job":  # to import its class here would cost each task half a second
        import dateline_context  # noqa: F401

        import pipeline.flow.ingesting
        import pipeline.flow.run
        import pipeline.flow.watching  # noqa: F401

        gc.collect()
        gc.freeze()


class DatelineWarm(AirflowPlugin):
    """Makes the hook known."""

    name = "dateline_warm"
    listeners = [sys.modules[__name__]]  # noqa: RUF012 -- Airflow's way
