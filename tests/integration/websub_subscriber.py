"""The callback of ``plugins/dateline_websub.py`` in a process of its own, with the test's clock and bell.

The clock is a file that says what time it is; each ring is a line in another. Prints its port.
"""

import os
import socket
import sys
from datetime import datetime
from pathlib import Path


def main(url: str, folder: str) -> None:
    os.environ |= {"AIRFLOW_HOME": f"{folder}/airflow", "_AIRFLOW__AS_LIBRARY": "1"}
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins"))

    import uvicorn
    from dateline_websub import callback_app
    from fastapi import FastAPI

    from pipeline.fetch import Archive
    from pipeline.flow.context import Context
    from pipeline.settings import settings
    from pipeline.warehouse.engine import open_warehouse

    context = Context(
        open_warehouse(url),
        Archive(settings().archive_location),
        settings(),
        lambda: datetime.fromisoformat(Path(folder, "clock").read_text()),
    )

    def ring(told):
        with Path(folder, "bell").open("a") as bell:
            bell.write(f"{told['new']}\n")

    app = FastAPI()
    app.mount("/dateline/websub", callback_app(lambda: context, ring))
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
