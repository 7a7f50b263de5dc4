"""Two watchers of one shard in one event loop, as two triggerers have them for a while.

Prints each event as a line of JSON; a watcher that ends, or raises, ends the process.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


async def main(home: str, round_seconds: float) -> None:
    os.environ |= {"AIRFLOW_HOME": home, "_AIRFLOW__AS_LIBRARY": "1"}
    sys.path.insert(0, str(PLUGINS))

    from dateline_watcher import FeedWatcher

    async def watch() -> None:
        async for event in FeedWatcher(0, 1, round_seconds).run():
            print(json.dumps(event.payload), flush=True)
        sys.exit("a watcher came to its end")

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(watch())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
