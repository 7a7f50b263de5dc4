"""What a hostile server writes: over HTTP/1.1 an act gets the path and the writer, over HTTP/2 the
connection's state, the stream and the writer.
"""

import asyncio
import gzip
import socket
import struct
import zlib
from functools import cache

import brotli
from backports import zstd

DOMAIN = "hostile.example"


def label_of(name):
    """A host's label for a case of any name, the same in every process."""
    return f"case-{zlib.crc32(name.encode()):08x}"


# -- acts: what the server writes ----------------------------------------------------


def says(data):
    """``data`` and the end; a function is called for it, once."""

    async def act(path, writer):
        writer.write(data() if callable(data) else data)
        writer.close()

    return act


def drips(start, piece):
    """``start``, then ``piece`` again and again, with pauses."""
    return _on_and_on(start, piece, 0.02)


def floods(start, piece):
    """``start``, then ``piece`` as often as the wire takes it."""
    return _on_and_on(start, piece * (1 + 16_000 // len(piece)), 0)


def _on_and_on(start, piece, pause):
    async def act(path, writer):
        writer.write(start)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return act


def resets(start):
    """``start``, then a reset instead of an end."""

    async def act(path, writer):
        writer.write(start)
        await writer.drain()
        await asyncio.sleep(0.05)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return act


def by_path(robots, page=None):
    """``robots`` for robots.txt, ``page`` for all else."""

    async def act(path, writer):
        await (robots if path == "/robots.txt" else page or says(PAGE))(path, writer)

    return act


async def counts(path, writer):
    """A redirect to the next number, for ever."""
    await says(moved(f"/{int(path.strip('/') or 0) + 1}"))(path, writer)


async def goes_round(path, writer):
    """A redirect to where it came from, by way of another path."""
    await says(moved("/b" if path == "/a" else "/a"))(path, writer)


async def comes_home(path, writer):
    """A redirect to the same host on a new connection, and the page there."""
    await says(PAGE if path == "/again" else moved("/again"))(path, writer)


async def leads_elsewhere(path, writer):
    """A redirect to the rules of another host."""
    port = writer.get_extra_info("sockname")[1]
    await says(moved(f"http://{label_of('elsewhere')}.{DOMAIN}:{port}/rules"))(path, writer)


def answer(body=b"", status="200 OK", **headers):
    """A whole answer; ``_`` in a header's name stands for ``-``."""
    named = {"content_length": len(body), "connection": "close"} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1") + body


def moved(location):
    """A redirect."""
    return answer(status="302 Found", location=location)


PAGE = answer(b"<p>news</p>", content_type="text/html")
OPEN = b"HTTP/1.1 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


BOMBS = ("gzip", "br", "zstd", "deflate", "gzip, gzip", "br, gzip", "gzip, br", "zstd, gzip")


@cache
def bomb(coding):
    """Zeros in some codings, the last one outermost: 2.5 GB of them, 16 MB where a coding has no second member."""
    data = bytes(16_000_000)
    packed = {
        "gzip": lambda: gzip.compress(data, 6) * 160,
        "br": lambda: brotli.compress(data, quality=3),
        "zstd": lambda: zstd.compress(data) * 160,
        "deflate": lambda: zlib.compress(data),
    }
    first, *others = coding.split(", ")
    body = packed[first]()
    for outer in others:
        body = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}[outer](body)
    return answer(body, content_encoding=coding)


# -- acts over HTTP/2 ----------------------------------------------------------------


def h2_answers(body=b"<p>news</p>", *headers, then=None):
    """Status 200 with ``body``; ``then`` instead of the end."""

    async def act(link, stream, writer):
        link.send_headers(stream, [(":status", "200"), *headers])
        for at in range(0, min(len(body), 48_000), 16_000):
            link.send_data(stream, body[at : at + 16_000])
        if then is None:
            link.end_stream(stream)
        else:
            await then(link, stream, writer)

    return act


def h2_does(what):
    """``what(link, stream)`` once."""

    async def act(link, stream, writer):
        what(link, stream)

    return act


def h2_floods(what):
    """``what(link, stream)`` again and again."""

    async def act(link, stream, writer):
        while not writer.is_closing():
            for _ in range(100):
                what(link, stream)
            writer.write(link.data_to_send())
            await writer.drain()
            await asyncio.sleep(0)

    return act


def h2_writes(data):
    """Bytes that are no frames."""

    async def act(link, stream, writer):
        writer.write(data)

    return act


def frame(kind, flags, stream, body):
    """A frame of HTTP/2 as bytes."""
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body
