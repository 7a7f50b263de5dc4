"""The plugins' folder as Airflow has it on its path; Airflow itself stays out of this process."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins"))
