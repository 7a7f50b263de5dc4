"""``python -m tests.newsroom``: the demo's newsroom, served until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from .captured import Captured, FeedReplay
from .server import Clock, Server, listen
from .tls import Authority
from .web import Site
from .world import World


def moment(text: str) -> datetime:
    """An ISO 8601 instant; one without an offset is UTC."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=found.tzinfo or UTC)


def port(text: str) -> int:
    """A number of a port."""
    number = int(text)
    if not 0 <= number <= 65_535:
        raise ValueError(text)
    return number


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.newsroom", description=__doc__)
    parser.add_argument("--port", type=port, default=0, help="port on 127.0.0.1; 0: any")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--stories", type=int, default=200)
    parser.add_argument(
        "--captured", type=Path, metavar="FOLDER", help="serve <id>.html.gz with gold.jsonl instead"
    )
    parser.add_argument("--replay", type=Path, metavar="FOLDER", help="serve <feed>/<time>.xml instead")
    parser.add_argument(
        "--time", type=moment, metavar="ISO", help="virtual time; default: when all is published"
    )
    parser.add_argument(
        "--speed", type=float, default=0.0, help="virtual seconds a real second; 0: time stands"
    )
    parser.add_argument("--tls", action="store_true", help="also serve https, on a port of its own")
    parser.add_argument(
        "--sources-file", type=Path, metavar="OUT", help="write the sources.yaml of this world"
    )
    parser.add_argument("--resolve-file", type=Path, metavar="OUT", help="write lines host:port address:port")
    parser.add_argument("--ca-file", type=Path, metavar="OUT", help="write the root certificate (with --tls)")
    return parser


def site(chosen: argparse.Namespace) -> Site:
    """What is served."""
    if chosen.captured:
        return Captured.from_gold(chosen.captured)
    if chosen.replay:
        return FeedReplay(chosen.replay)
    return World(chosen.seed, stories=chosen.stories, scheme="https" if chosen.tls else "http")


async def run(server: Server, chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; the files are written before ``ready`` is printed."""
    stop = asyncio.Event()

    def ready() -> None:
        if chosen.sources_file:
            server.sources_yaml(chosen.sources_file)
        if chosen.resolve_file:
            server.resolve_file(chosen.resolve_file)
        if chosen.ca_file:
            server.ca_file(chosen.ca_file)
        print(f"ready {server.url}", flush=True)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await listen(server, chosen.port, stop, ready)


def main() -> int:
    """Exit status."""
    parser = options()
    chosen = parser.parse_args()
    if chosen.ca_file and not chosen.tls:
        parser.error("--ca-file needs --tls")
    served = site(chosen)
    server = Server(
        served, Clock(chosen.time or served.end, chosen.speed), Authority() if chosen.tls else None
    )
    try:
        asyncio.run(run(server, chosen))
    except OSError as error:
        print(f"cannot listen on 127.0.0.1:{chosen.port}: {error}", file=sys.stderr)
        return 1
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
