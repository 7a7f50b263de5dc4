"""A real HTTP server on loopback for any site: all hosts on one port, told apart by Host.

It speaks as much of HTTP/1.1 as polite clients need: GET and HEAD, keep-alive, gzip. A clock of
its own decides what the site has published; ``newsroom.admin`` moves it from another process.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from .connection import Connection
from .tls import Authority
from .web import Answer, Request, Site, html, not_found

ADMIN_HOST = "newsroom.admin"


@dataclass(frozen=True, slots=True)
class Logged:
    """One request as it was answered."""

    at: datetime
    """Virtual time."""
    url: str
    method: str
    headers: Mapping[str, str]
    status: int


class Clock:
    """Virtual time: stands still, or runs ``speed`` seconds for each real one."""

    def __init__(self, start: datetime, speed: float = 0.0) -> None:
        self.speed = speed
        self.set(start)

    def set(self, moment: datetime) -> None:
        """Go on from ``moment``."""
        self._start, self._began = moment.astimezone(UTC), time.monotonic()

    def now(self) -> datetime:
        """The virtual moment, aware, UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self.speed)


class Server:
    """A running server: where it listens, what it was asked, and the files that clients need."""

    def __init__(self, site: Site, clock: Clock, authority: Authority | None) -> None:
        self.site = site
        self.clock = clock
        self.authority = authority
        self.requests: list[Logged] = []
        self.port = 0
        self.tls_port: int | None = None
        # Bound and never listening: an address that refuses every connection.
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))
        self._earlier: Counter[str] = Counter()

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def allowed_addresses(self) -> str:
        """The value of ``DATELINE_ALLOWED_ADDRESSES`` under which a client reaches it."""
        ports = [self.port, self.tls_port, self._closed.getsockname()[1]]
        return ",".join(f"127.0.0.1:{port}" for port in ports if port)

    def set_time(self, moment: datetime) -> None:
        """Move the virtual clock."""
        self.clock.set(moment)

    def reset(self) -> None:
        """Forget what was asked: pages that fail the first time fail again."""
        self.requests.clear()
        self._earlier.clear()

    def sources_yaml(self, path: Path) -> Path:
        """``path``, with the publishers written to it as ``sources.yaml`` lists them."""
        text = yaml.safe_dump({"sources": self.site.sources()}, allow_unicode=True, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        return path

    def resolve_file(self, path: Path) -> Path:
        """``path``, with a line ``host:port address:port`` for each host, as curl's --resolve has them."""
        up, down = [*self.site.hosts(), ADMIN_HOST], list(self.site.offline_hosts())
        closed = self._closed.getsockname()[1]
        rows = [(host, 80, self.port) for host in up] + [(host, 80, closed) for host in down]
        if self.tls_port:
            rows += [(host, 443, self.tls_port) for host in up] + [(host, 443, closed) for host in down]
        lines = "".join(f"{host}:{port} 127.0.0.1:{actual}\n" for host, port, actual in rows)
        path.write_text(lines, encoding="utf-8")
        return path

    def ca_file(self, path: Path) -> Path:
        """``path``, with the root certificate of the test authority."""
        assert self.authority, "the server was started without TLS"
        path.write_bytes(self.authority.root_pem)
        return path

    def environment(self, folder: Path) -> dict[str, str]:
        """The ``DATELINE_…`` variables of a client, their files written to ``folder``."""
        made = {
            "DATELINE_SOURCES": str(self.sources_yaml(folder / "sources.yaml")),
            "DATELINE_RESOLVE_FILE": str(self.resolve_file(folder / "resolve")),
            "DATELINE_ALLOWED_ADDRESSES": self.allowed_addresses,
        }
        return made | ({"DATELINE_CA_FILE": str(self.ca_file(folder / "ca.pem"))} if self.authority else {})

    def close(self) -> None:
        """Give up the closed port and the certificates."""
        self._closed.close()
        if self.authority:
            self.authority.close()

    # -- answering ------------------------------------------------------------------

    def answer(self, request: Request, scheme: str) -> Answer:
        """The answer to one request, which is logged and counted."""
        if request.host == ADMIN_HOST:
            return self._admin(request)
        at, url = self.clock.now(), f"{scheme}://{request.host}{request.target}"
        if request.method not in {"GET", "HEAD"}:
            answer = html("<h1>405</h1>", 405)
        else:
            answer = self.site.answer(request, at, self._earlier[url])
        self._earlier[url] += 1
        self.requests.append(Logged(at, url, request.method, request.headers, answer.status))
        return answer

    def _admin(self, request: Request) -> Answer:
        """``GET /time``, ``POST /time?to=ISO``, ``POST /reset``, ``GET /requests``."""
        path = urlsplit(request.target)
        match request.method, path.path:
            case "POST", "/time":
                moment = datetime.fromisoformat(parse_qs(path.query)["to"][0])
                self.set_time(moment.replace(tzinfo=moment.tzinfo or UTC))
            case "POST", "/reset":
                self.reset()
            case "GET", "/requests":
                rows = [[log.at.isoformat(), log.method, log.url, log.status] for log in self.requests]
                return _json({"requests": rows})
            case "GET", "/time":
                pass
            case _:
                return not_found()
        return _json({"time": self.clock.now().isoformat()})


def _json(value: object) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(value).encode())


async def listen(server: Server, port: int, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Serve until ``stop`` is set; ``ready`` is called once the ports are known."""
    loop = asyncio.get_running_loop()
    clients: set[asyncio.Transport] = set()
    plain = await loop.create_server(
        lambda: Connection(server.answer, "http", clients), "127.0.0.1", port, backlog=512
    )
    server.port = plain.sockets[0].getsockname()[1]
    listeners = [plain]
    if server.authority:
        context = server.authority.server_context()
        secure = await loop.create_server(
            lambda: Connection(server.answer, "https", clients), "127.0.0.1", 0, ssl=context, backlog=512
        )
        server.tls_port = secure.sockets[0].getsockname()[1]
        listeners.append(secure)
    try:
        ready()
        await stop.wait()
    finally:
        for listener in listeners:
            listener.close()
        for client in list(clients):
            client.abort()


@contextmanager
def serve(
    site: Site, *, at: datetime | None = None, speed: float = 0.0, tls: bool = False, port: int = 0
) -> Iterator[Server]:
    """A server for ``site`` in a thread of this process, its clock at ``at`` (default: the site's end)."""
    server = Server(site, Clock(at or site.end, speed), Authority() if tls else None)
    ready, failed = threading.Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run(work: Coroutine[Any, Any, None]) -> None:
        try:
            loop.run_until_complete(work)
        except OSError as error:
            failed.append(error)
            ready.set()

    thread = threading.Thread(
        target=run, args=(listen(server, port, stop, ready.set),), name="newsroom", daemon=True
    )
    thread.start()
    try:
        ready.wait(10)
        if failed:
            raise failed[0]
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
        server.close()
