"""Airflow on this machine alone: one run in one process, or the whole of it with its UI.

    python deploy/airflow_local.py run --dag news_hourly --until 2026-03-01T10:00Z
    python deploy/airflow_local.py up | status | down

Everything is below ``<data dir>/airflow``. ``run`` prints a report, one line of JSON: the state of the
run and of each task, and the seconds that each phase took.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from airflow_home import REPOSITORY, airflow_home, enter, environment, prepare, silenced
from airflow_standalone import down, status, up

from pipeline.errors import DatelineError


class Clock:
    """Seconds that each phase took, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - begun, 2)


def run(asked: argparse.Namespace) -> int:
    """One run of a DAG in this process: prints its report as a line of JSON; 0 if it succeeded."""
    clock = Clock()
    with clock.phase("server"):
        home = airflow_home(asked.home)
        enter({**environment(home, asked.dags), "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"})
    log = home / "run.log"
    report: dict[str, Any] = {"dag": asked.dag, "state": "error", "home": str(home), "log": str(log)}
    try:
        with silenced(log):
            report |= _run_dag(asked, home, clock)
    except Exception as error:  # noqa: BLE001 - the report is the only thing that a caller reads
        with log.open("a") as file:
            traceback.print_exc(file=file)
        report["error"] = f"{type(error).__name__}: {error}"
    report["seconds"] = clock.seconds
    print(json.dumps(report))
    if report["state"] == "success":
        return 0
    for task in report.get("tasks", ()):
        if task["state"] == "failed":
            sys.stderr.write(f"task {task['task']} failed: {task['error']}\n")
    if "error" in report:
        sys.stderr.write(f"{report['error']}\n")
    sys.stderr.write(f"{asked.dag} did not succeed; Airflow's log is {log}\n")
    return 1


def _run_dag(asked: argparse.Namespace, home: Path, clock: Clock) -> dict[str, Any]:
    with clock.phase("import"):
        from airflow.dag_processing.dagbag import DagBag
    with clock.phase("prepare"):
        prepare(home)
    with clock.phase("parse"):
        bag = DagBag(dag_folder=os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        dag = bag.dags.get(asked.dag)
        if dag is None:
            broken = "; ".join(f"{path}: {_last_line(text)}" for path, text in bag.import_errors.items())
            raise LookupError(f"no DAG {asked.dag!r} in {asked.dags}" + (f" ({broken})" if broken else ""))
    errors: dict[tuple[str, int], str] = {}

    def remember(context: Mapping[str, Any]) -> None:
        instance, error = context["ti"], context.get("exception")
        errors[instance.task_id, -1 if instance.map_index is None else instance.map_index] = (
            f"{type(error).__name__}: {error}" if error is not None else "no reason given"
        )

    for task in dag.tasks:
        present = task.on_failure_callback or []
        task.on_failure_callback = [*(present if isinstance(present, list | tuple) else [present]), remember]
    # Only a scheduler looks at deadlines, and 3.3.2 cannot end a run of `dag.test` that has one: it takes their
    # definitions for keys of its table.
    dag.deadline = None
    with clock.phase("run"):
        done = dag.test(logical_date=asked.until, run_conf=asked.conf)
    return {
        "state": str(done.state),
        "run_id": done.run_id,
        "interval": [_iso(done.data_interval_start), _iso(done.data_interval_end)],
        "tasks": [_task(instance, errors) for instance in done.get_task_instances()],
    }


def _task(instance: Any, errors: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    name = instance.task_id if instance.map_index < 0 else f"{instance.task_id}[{instance.map_index}]"
    told: dict[str, Any] = {"task": name, "state": str(instance.state), "try": instance.try_number}
    if instance.duration is not None:
        told["seconds"] = round(instance.duration, 2)
    if str(instance.state) == "failed":
        told["error"] = errors.get((instance.task_id, instance.map_index), "see the log")
    return told


def _iso(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None


def _last_line(text: str) -> str:
    return text.strip().rsplit("\n", 1)[-1]


def _hour(text: str) -> datetime:
    """The end of the interval; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    if moment.minute or moment.second or moment.microsecond:
        raise argparse.ArgumentTypeError(f"{text} is not a whole hour")
    return moment


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("it must be a JSON object")
    return value


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", type=Path, help="Airflow's folder (<data dir>/airflow)")
    common.add_argument("--dags", type=Path, default=REPOSITORY / "dags", help="folder of the DAGs")
    parser = argparse.ArgumentParser(description="Airflow on this machine alone.")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("run", parents=[common], help="one run in one process")
    one.add_argument("--dag", required=True)
    one.add_argument(
        "--until", type=_hour, required=True, help="end of the interval, such as 2026-03-01T10:00Z"
    )
    one.add_argument("--conf", type=_object, default={}, help="parameters of the run, a JSON object")
    one.set_defaults(do=run)
    all_of_it = commands.add_parser("up", parents=[common], help="all of Airflow, with its UI, on loopback")
    all_of_it.add_argument("--port", type=int, default=8080)
    all_of_it.set_defaults(do=lambda asked: up(airflow_home(asked.home), asked.dags, asked.port))
    commands.add_parser("down", parents=[common], help="end what up started").set_defaults(
        do=lambda asked: down(airflow_home(asked.home))
    )
    commands.add_parser("status", parents=[common], help="what runs").set_defaults(
        do=lambda asked: status(airflow_home(asked.home))
    )
    return parser


def main() -> int:
    """Exit status: 0 done, 1 failed, 2 wrong arguments or settings, 3 not running."""
    asked = _parser().parse_args()
    try:
        return int(asked.do(asked))
    except DatelineError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Airflow's own exit takes two seconds more
