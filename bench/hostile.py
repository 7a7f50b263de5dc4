"""How the client fares with a hostile server: for each trick the reason, the time and the memory it took.

    python bench/hostile.py [--json]

The server (``tests/fetch/hostile_server.py``) runs in a process of its own, so the memory is the client's
alone: the process's peak while a case ran, above what it held before. The table goes through the cases one
by one; its last line is all of them at once, 16 at a time, above the idle process, and so is ``--json``.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.fetch import Client, Guard, LocalRobotsCache, LocalSlots, Robots, Turns, Visit, fetch_page  # noqa: E402
from pipeline.fetch.guard import system_resolver  # noqa: E402
from pipeline.records import Failure, Source  # noqa: E402
from tests.fetch.hostile import CASES, LONG, Case  # noqa: E402
from tests.fetch.hostile_acts import DOMAIN  # noqa: E402

AGENT = "Dateline/0.1 (hostile server; +https://dateline.example/contact)"
MAX_BYTES = 5_000_000
AT_ONCE = 16
SOURCE = Source(name="Hostile", domain=DOMAIN)


@dataclass(frozen=True)
class Outcome:
    """How one case ended."""

    case: str
    end: str
    """The reason, or the status where there was an answer."""
    seconds: float
    retry_after_seconds: float | None
    detail: str


class Resolver:
    """Answers as the cases want; all other names and addresses are the system's."""

    def __init__(self) -> None:
        self._asked = Counter[str]()
        self._answers = {f"{case.label}.{DOMAIN}": case.addresses for case in CASES}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        if host not in self._answers:
            return await system_resolver(host, port)
        answers = self._answers[host]
        if not answers:
            await asyncio.sleep(3600)
        self._asked[host] += 1
        return answers[min(self._asked[host], len(answers)) - 1]


@contextmanager
def hostile_server() -> Iterator[tuple[dict[str, int], str]]:
    """Its ports and its authority's certificate."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fetch.hostile_server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        hello = json.loads(process.stdout.readline())
        yield hello["ports"], hello["authority"]
        process.stdin.close()


def client_of(ports: Iterable[int], ca_file: Path) -> Client:
    """A client with the usual caps that may speak to the server, and to nothing else inside."""
    hosts = ("127.0.0.1", "127.0.0.8", "::1")
    guard = Guard(((host, port) for host in hosts for port in ports), resolver=Resolver())
    return Client(user_agent=AGENT, guard=guard, ca_file=ca_file, timeout_seconds=LONG, concurrency=AT_ONCE)


async def faced(case: Case, client: Client, ports: dict[str, int]) -> Outcome:
    """How ``case`` ends."""
    began = time.monotonic()
    if case.page:
        robots = Robots(client, LocalRobotsCache(), user_agent=AGENT, timeout_seconds=case.cap_seconds)
        visit = Visit(client=client, robots=robots, turns=Turns(LocalSlots()), delay_seconds=0)
        result = await fetch_page(case.url(ports), source=SOURCE, visit=visit, max_bytes=MAX_BYTES)
    else:
        result = await client.get(
            case.url(ports), headers=case.headers, max_bytes=MAX_BYTES, timeout_seconds=case.cap_seconds
        )
    seconds = time.monotonic() - began
    if isinstance(result, Failure):
        return Outcome(case.name, result.reason, seconds, result.retry_after_seconds, result.detail)
    return Outcome(case.name, str(result.status), seconds, None, "")


def peak_bytes() -> int:
    """The most memory that this process held since ``held_bytes``."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text()).group(1)) * 1024


def held_bytes() -> int:
    """What this process holds now, after a collection; its peak begins anew."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return peak_bytes()


async def all_at_once(client: Client, ports: dict[str, int]) -> list[Outcome]:
    """Every case; those that hang only wait, so they go first and do not hold the others up."""
    hanging = [case for case in CASES if case.cap_seconds < LONG]
    room = asyncio.Semaphore(AT_ONCE)

    async def admitted(case: Case) -> Outcome:
        async with room:
            return await faced(case, client, ports)

    first = await asyncio.gather(*map(admitted, hanging))
    return first + await asyncio.gather(*(admitted(case) for case in CASES if case not in hanging))


async def main(as_json: bool) -> None:
    with hostile_server() as (ports, authority), tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(authority)
        file.flush()
        async with client_of(ports.values(), Path(file.name)) as client:
            await faced(next(case for case in CASES if case.name == "TLS"), client, ports)
            idle = held_bytes()
            began = time.monotonic()
            outcomes = await all_at_once(client, ports)
            seconds, above = time.monotonic() - began, peak_bytes() - idle
        if as_json:
            print(json.dumps({"bytes_above_idle": above, "outcomes": [vars(one) for one in outcomes]}))
            return
        print("| case | ends in | seconds | MB |\n|---|---|--:|--:|")
        async with client_of(ports.values(), Path(file.name)) as client:
            for case in CASES:
                idle = held_bytes()
                one = await faced(case, client, ports)
                print(f"| {one.case} | `{one.end}` | {one.seconds:.2f} | {(peak_bytes() - idle) / 1e6:.1f} |")
    print(f"| all {len(CASES)}, {AT_ONCE} at once | | {seconds:.2f} | {above / 1e6:.1f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="all at once, for the test")
    asyncio.run(main(parser.parse_args().json))
