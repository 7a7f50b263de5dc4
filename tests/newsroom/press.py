"""Publishers on one loopback port, whose feeds have a story more whenever they are told to."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Self

from pipeline.records import Source

SHOWN = 20
"""Stories in a feed's document."""
_NOUNS = (
    "harbour bridge council ferry school market tunnel library tram hospital orchard archive stadium".split()
)
_VERBS = "opens closes moves votes strikes floods reopens expands halts merges burns wins".split()


class Press:
    """``feeds`` publishers of one feed each. A context manager.

    ``named`` gives each a host of its own, found by ``resolve`` alone; else they are folders of one address, which
    others find too. ``hub`` is what their documents name as their WebSub hub.
    """

    def __init__(
        self, feeds: int, *, named: bool = True, hub: str | None = None, domain: str = "press.example"
    ) -> None:
        self.hub, self._named, self._domain = hub, named, domain
        self.published: dict[str, float] = {}
        """When each story was there, by its address; as ``time.time()``."""
        self.requests = 0
        self._stories: list[list[tuple[str, float]]] = [[] for _ in range(feeds)]
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"press": self}))
        self.port = self._server.server_port

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        for feed in range(len(self._stories)):
            self.publish(feed)
        self.published.clear()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def base(self, feed: int) -> str:
        host = self._host(feed) if self._named else f"127.0.0.1:{self.port}"
        return f"http://{host}/f{feed}"

    def sources(self) -> list[Source]:
        """As they are registered."""
        return [
            Source(
                f"Press {feed}",
                self._host(feed),
                feeds=(f"{self.base(feed)}/feed",),
                language="en",
                obey_robots_for_feeds=False,
            )
            for feed in range(len(self._stories))
        ]

    def environment(self, folder: Path) -> dict[str, str]:
        """Settings by which Dateline may ask them, without a pause between two requests."""
        resolve = folder / "resolve"
        lines = (f"{self._host(feed)}:80 127.0.0.1:{self.port}" for feed in range(len(self._stories)))
        resolve.write_text("\n".join(lines) + "\n")
        return {
            "DATELINE_RESOLVE_FILE": str(resolve),
            "DATELINE_ALLOWED_ADDRESSES": f"127.0.0.1:{self.port}",
            "DATELINE_HOST_DELAY_SECONDS": "0",
        }

    def publish(self, feed: int) -> str:
        """One story more; returns its address."""
        with self._lock:
            number, at = len(self._stories[feed]) + 1, time.time()
            url = f"{self.base(feed)}/story/{number}"
            self._stories[feed].append((url, at))
            self.published[url] = at
            return url

    def _host(self, feed: int) -> str:
        return f"f{feed}.{self._domain}"

    def document(self, feed: int) -> bytes:
        """The feed's RSS, the newest story first."""
        with self._lock:
            shown = self._stories[feed][-SHOWN:][::-1]
        hub = f'<atom:link rel="hub" href="{self.hub}"/>' if self.hub else ""
        this = f'<atom:link rel="self" href="{self.base(feed)}/feed"/>'
        items = "".join(
            f"<item><guid>{url}</guid><link>{url}</link><title>{_title(url)}</title>"
            f"<pubDate>{format_datetime(datetime.fromtimestamp(at, UTC))}</pubDate></item>"
            for url, at in shown
        )
        head = f"<title>Press {feed}</title><link>{self.base(feed)}/</link><description>News</description>"
        return (
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
            f"{head}{hub}{this}{items}</channel></rss>"
        ).encode()


def _title(url: str) -> str:
    random = Random(url)
    return f"The {random.choice(_NOUNS)} {random.choice(_VERBS)} in {random.choice(_NOUNS)} town"


def _page(url: str) -> bytes:
    random = Random(url + "#")
    words = [f"{random.choice(_NOUNS)} {random.choice(_VERBS)} {random.randrange(10**6)}" for _ in range(120)]
    text = "".join(f"<p>The {', the '.join(words[at : at + 12])}.</p>" for at in range(0, 120, 12))
    title = _title(url)
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    ).encode()


class _Handler(BaseHTTPRequestHandler):
    press: Press
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        folder, _, rest = self.path.removeprefix("/f").partition("/")
        if rest == "feed":
            self.press.requests += 1
            self._say(200, "application/rss+xml", self.press.document(int(folder)))
        elif rest.startswith("story/"):
            self._say(200, "text/html; charset=utf-8", _page(self.press.base(int(folder)) + "/" + rest))
        else:
            self._say(404, "text/plain", b"")

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""
