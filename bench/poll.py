"""Feeds a second on one core: for 304s and for changed feeds, every poll recorded; the library ``reader`` beside it.

    python bench/poll.py [--feeds 5000] [--hosts 1000]

The publishers (``bench/poll_server.py``) serve from a process of their own; feeds are spread over the hosts, whose names
all lead to it. The poller is held to one core and goes the whole way of ``dateline poll``: claim, robots.txt, turns,
guard, request, archive, parser, ledger, with the delay between two requests to a host switched off, for that is
the publishers' wish and not our speed. The database's CPU seconds are told apart: it may have another core. ``client``
asks the same without anything around it. ``reader`` is measured where it is installed (requirements-poll.txt).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.fetch import Archive, Client  # noqa: E402
from pipeline.flow.context import Context  # noqa: E402
from pipeline.flow.run import poll_shard  # noqa: E402
from pipeline.records import Source  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.warehouse import registry, schema, server  # noqa: E402
from pipeline.warehouse.engine import open_warehouse, transaction  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def publishers() -> Iterator[int]:
    """The port of the server."""
    command = [sys.executable, str(ROOT / "bench" / "poll_server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield int(process.stdout.readline())
        process.stdin.close()


def ask(port: int, path: str, data: bytes | None = None) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data)) as answer:
        return answer.read()


def database_seconds(leader: int) -> float:
    """CPU seconds of PostgreSQL, of its processes that have ended too; ``leader`` is the first."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended just now
            fields = stat.read_text().rpartition(") ")[2].split()
            is_leader = leader == int(stat.parent.name)
            if is_leader or leader == int(fields[1]):
                # utime, stime; of the leader also cutime and cstime, those of the children that it saw end
                ticks += sum(map(int, fields[11 : 15 if is_leader else 13]))
    return ticks / TICKS


def warehouse(folder: Path, port: int, feeds: int, hosts: int) -> tuple[Context, int]:
    """An empty warehouse with the feeds registered, and the process of its server."""
    names = [f"paper{n}.example" for n in range(hosts)]
    (folder / "resolve").write_text("".join(f"{name}:80 127.0.0.1:{port}\n" for name in names))
    running = server.start(folder / "data")
    url = running.url
    settings = Settings(
        warehouse_url=url,
        archive=str(folder / "archive"),
        allowed_addresses=f"127.0.0.1:{port}",
        resolve_file=folder / "resolve",
        host_delay_seconds=0,
        data_dir=folder / "data",
    )
    context = Context(open_warehouse(url), Archive(settings.archive_location), settings)
    schema.migrate(context.engine)
    listed = [
        Source(
            name=name, domain=name, feeds=tuple(f"http://{name}/feed/{n}" for n in range(at, feeds, hosts))
        )
        for at, name in enumerate(names)
    ]
    with transaction(context.engine) as connection:
        registry.sync(connection, listed)
    return context, running.pid


async def bare(context: Context, urls: list[str]) -> None:
    """The same requests by the client alone."""
    left = iter(urls)

    async def lane(client: Client) -> None:
        for url in left:
            answer = await client.get(url, headers={"if-none-match": '"1"'}, max_bytes=1_000_000)
            assert answer.status == 304, answer

    async with Client.from_settings(context.settings) as client:
        await asyncio.gather(*(lane(client) for _ in range(context.settings.concurrency)))


def reader_of(folder: Path, urls: list[str], port: int) -> Callable[[], object] | None:
    """Polls all feeds by ``reader``; None: it is not installed."""
    try:
        import reader as library
    except ImportError:
        return None
    known = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *rest, **named: known(
        "127.0.0.1" if str(host).endswith(".example") else host, *rest, **named
    )
    made = library.make_reader(str(folder / "reader.sqlite"))
    for url in urls:
        made.add_feed(url.replace(".example/", f".example:{port}/"))
    return lambda: [0 for _ in made.update_feeds_iter(workers=16, scheduled=False)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=5000)
    parser.add_argument("--hosts", type=int, default=1000)
    asked = parser.parse_args()
    table = Table("feeds a second", title=f"{asked.feeds:,} feeds on {asked.hosts:,} hosts")
    for name in ("of the wall", "of the poller's CPU", "of all CPU", "server's CPU s", "peak MB"):
        table.add_column(name, justify="right")
    with tempfile.TemporaryDirectory() as folder_name, publishers() as port:
        folder = Path(folder_name)
        context, leader = warehouse(folder, port, asked.feeds, asked.hosts)
        urls = [f"http://paper{n % asked.hosts}.example/feed/{n}" for n in range(asked.feeds)]
        os.sched_setaffinity(0, {0})

        def timed(name: str, work: Callable[[], object]) -> None:
            before = time.perf_counter(), time.process_time(), database_seconds(leader), served(port)
            work()
            after = time.perf_counter(), time.process_time(), database_seconds(leader), served(port)
            wall, own, database, theirs = (b - a for a, b in zip(before, after, strict=True))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            rates = (asked.feeds / wall, asked.feeds / own, asked.feeds / (own + database))
            print(f"{name}: {wall:.1f} s", flush=True)
            table.add_row(name, *(f"{rate:,.0f}" for rate in rates), f"{theirs:.1f}", f"{peak:.0f}")

        def polled(outcome: str) -> None:
            lines = poll_shard(context, every=True)
            assert len(lines) == asked.feeds, len(lines)
            assert {line.outcome for line in lines} == {outcome}, {line.outcome for line in lines}

        try:
            ask(port, "/issue", b"")
            timed("first sight: 40 new entries, robots.txt", lambda: polled("changed"))
            timed("304", lambda: polled("unchanged"))
            timed("304, the client alone", lambda: asyncio.run(bare(context, urls)))
            their = reader_of(folder, urls, port)
            if their:
                timed("reader: first sight", their)
                timed("reader: 304", their)
            ask(port, "/issue", b"")
            timed("changed: one of 40 entries new", lambda: polled("changed"))
            if their:
                timed("reader: changed", their)
        finally:
            context.engine.dispose()
            server.stop(folder / "data")
    Console(width=120).print(table)
    if not their:
        print("reader is not installed: pip install -r bench/requirements-poll.txt")


def served(port: int) -> float:
    return float(ask(port, "/cpu"))


if __name__ == "__main__":
    main()
