"""The publishers of ``bench/poll.py``: any number of feeds on one loopback port, as cheap as Python serves them.

It speaks HTTP/1.1 with keep-alive to clients that send one whole request at a time, as ours and requests do. A feed
has ``ENTRIES`` entries and an ETag; ``POST /issue`` gives each of them one story more and a new ETag, ``GET /cpu``
tells the CPU seconds of this process.
"""

from __future__ import annotations

import asyncio
import sys
import time

ENTRIES = 40
_ITEM = (
    "<item><guid isPermaLink='false'>{feed}-{number}</guid><title>Council votes on bridge {number} of {feed}</title>"
    "<link>http://{host}/story/{feed}/{number}</link><pubDate>Tue, 24 Nov 2026 10:{minute:02d}:00 GMT</pubDate>"
    "<description>The council votes tonight, a spokesman says. The mayor wants the bridge to stay.</description></item>"
)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\netag: %s\r\ncontent-length: %d\r\n\r\n%s"
_SAME = b"HTTP/1.1 304 Not Modified\r\netag: %s\r\n\r\n"
_NONE = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
issue = 0


def document(host: str, feed: str) -> bytes:
    """The RSS document of a feed as of now, the newest entry first."""
    numbers = range(issue + ENTRIES, issue, -1)
    items = "".join(_ITEM.format(feed=feed, host=host, number=n, minute=n % 60) for n in numbers)
    title = f"<title>{feed}</title><link>http://{host}/</link><description>News of {feed}</description>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{title}{items}</channel></rss>".encode()


def answer(request: bytes) -> bytes:
    """The answer to one request."""
    global issue  # noqa: PLW0603 - the state of the world
    first, _, headers = request.partition(b"\r\n")
    method, path, _ = first.split(b" ", 2)
    if path == b"/cpu":
        told = str(time.process_time()).encode()
        return _HEAD % (b'"cpu"', len(told), told)
    if method == b"POST":
        issue += 1
        return _HEAD % (b'"issue"', 0, b"")
    if not path.startswith(b"/feed/"):
        return _NONE
    etag = b'"%d"' % issue
    if b"\r\nif-none-match: " + etag in headers.lower() or b"\r\nIf-None-Match: " + etag in headers:
        return _SAME % etag
    lowered = b"\r\n" + headers.lower()
    host = lowered.partition(b"\r\nhost: ")[2].partition(b"\r\n")[0].decode()
    body = document(host, path.removeprefix(b"/feed/").decode())
    return _HEAD % (etag, len(body), body)


class Connection(asyncio.Protocol):
    """One client's connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._come = b""

    def data_received(self, data: bytes) -> None:
        self._come += data
        while b"\r\n\r\n" in self._come:
            request, _, self._come = self._come.partition(b"\r\n\r\n")
            self._transport.write(answer(request))  # type: ignore[attr-defined]


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
