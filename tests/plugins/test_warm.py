"""What is imported before Airflow's processes fork, and where not."""

import subprocess
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
CODE = """
import gc, os, sys
os.environ |= {{"AIRFLOW_HOME": {home!r}, "AIRFLOW__CORE__PLUGINS_FOLDER": {plugins!r}}}
from airflow.jobs.job import Job
from airflow.listeners.listener import get_listener_manager
get_listener_manager()
assert "pipeline.flow.ingesting" not in sys.modules
{begin}
print("pipeline.flow.ingesting" in sys.modules, gc.get_freeze_count() > 100_000)
"""


@pytest.mark.airflow
@pytest.mark.parametrize(
    ("begin", "said"),
    [
        ("Job()", "True True"),
        ("get_listener_manager().hook.on_starting(component=object())", "False False"),
    ],
    ids=["a scheduler", "a task"],
)
def test_who_imports_the_pipeline_at_once(tmp_path, begin, said):
    code = CODE.format(home=str(tmp_path), plugins=str(PLUGINS), begin=begin)
    ran = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=120
    )
    assert ran.stdout.strip().splitlines()[-1:] == [said], ran.stderr[-2000:]
