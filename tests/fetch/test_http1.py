"""HTTP/1.1 over one connection: the same answer however its bytes are cut up, and never another's."""

import asyncio

import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.http1 import Gone, HeaderFlood, Http1
from pipeline.fetch.message import Request
from pipeline.fetch.wire import Wire

pytestmark = pytest.mark.filterwarnings("error")

ASKED = Request(("http", "news.example", 80), b"/feed?x=1", [(b"host", b"news.example")], 3.0)
OK = b"HTTP/1.1 200 OK\r\n"


class Recorded:
    """The far end of a connection whose bytes are known."""

    is_quiet = property(lambda self: bool(self._pieces) or not self._hangs_up)

    def __init__(self, pieces, *, hangs_up):
        self._pieces, self._hangs_up = list(pieces), hangs_up
        self.sent = b""

    async def write(self, data):
        self.sent += data

    async def read(self):
        if self._pieces:
            return self._pieces.pop(0)
        assert self._hangs_up, "it waits for bytes that the answer does not need"
        return b""


def told(pieces, *, request=ASKED, hangs_up=False):
    """Status, headers, body and whether the connection may go on."""

    async def main():
        connection = Http1(Recorded(pieces, hangs_up=hangs_up))
        reply = await connection.send(request)
        body = b"".join([piece async for piece in reply.body])
        return reply.status, dict(reply.headers), body, connection.is_idle

    return asyncio.run(main())


ANSWERS = {
    "a length": (OK + b"Content-Length: 4\r\n\r\nnews", 200, b"news", True),
    "no body": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    "a 304 that tells the length of what it does not send": (
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n",
        304,
        b"",
        True,
    ),
    "chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nne\r\n2;x=y\r\nws\r\n0\r\n\r\n",
        200,
        b"news",
        True,
    ),
    "chunks with a trailer": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nnews\r\n0\r\nExpires: 0\r\n\r\n",
        200,
        b"news",
        True,
    ),
    "chunks and a length: the chunks count": (
        OK + b"Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnews\r\n0\r\n\r\n",
        200,
        b"news",
        True,
    ),
    "the end of the connection": (OK + b"\r\nnews", 200, b"news", False),
    "an old server": (b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nnews", 200, b"news", False),
    "a server that closes": (OK + b"Connection: close\r\nContent-Length: 4\r\n\r\nnews", 200, b"news", False),
    "more than was announced, at the end": (
        OK + b"Connection: close\r\nContent-Length: 4\r\n\r\nnews and more",
        200,
        b"news",
        False,
    ),
    "interim answers": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        + OK
        + b"Content-Length: 4\r\n\r\nnews",
        200,
        b"news",
        True,
    ),
    "lines that end in LF alone": (b"HTTP/1.1 200 OK\nContent-Length: 4\n\nnews", 200, b"news", True),
    "no reason phrase": (b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nnews", 200, b"news", True),
    "another protocol": (
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n\x00",
        101,
        b"",
        False,
    ),
    "a second answer that nobody asked for": (
        OK + b"Content-Length: 4\r\n\r\nnews" + OK + b"Content-Length: 4\r\n\r\nlies",
        200,
        b"news",
        False,
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer(name):
    data, status, body, goes_on = ANSWERS[name]
    seen = told([data], hangs_up=not goes_on)
    assert (seen[0], seen[2], seen[3]) == (status, body, goes_on)
    assert b"link" not in {header.lower() for header in seen[1]}
    assert b"expires" not in {header.lower() for header in seen[1]}


@given(st.sampled_from([name for name in ANSWERS if "second" not in name]), st.data())
def test_however_it_is_cut_up(name, draw):
    data, status, body, _ = ANSWERS[name]
    cuts = sorted(draw.draw(st.sets(st.integers(1, len(data) - 1), max_size=12)))
    pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    whole = told([data], hangs_up=True)
    assert told(pieces, hangs_up=True)[:3] == whole[:3]
    assert (whole[0], whole[2]) == (status, body)


def test_what_is_sent():
    async def main(request):
        wire = Recorded([OK + b"Content-Length: 0\r\n\r\n"], hangs_up=False)
        await Http1(wire).send(request)
        return wire.sent

    assert asyncio.run(main(ASKED)) == b"GET /feed?x=1 HTTP/1.1\r\nhost: news.example\r\n\r\n"
    posted = asyncio.run(main(ASKED._replace(content=b"a=b")))
    assert posted == b"POST /feed?x=1 HTTP/1.1\r\nhost: news.example\r\n\r\na=b"


@pytest.mark.parametrize("value", [b"a\r\nx-evil: 1", b"a\nb", b"a\rb", b"a\x00b"])
def test_no_value_becomes_a_header_of_its_own(value):
    with pytest.raises(httpcore2.LocalProtocolError):
        told([], request=ASKED._replace(headers=[(b"x-key", value)]))
    with pytest.raises(httpcore2.LocalProtocolError):
        told([], request=ASKED._replace(target=value))


@pytest.mark.parametrize(
    ("pieces", "kind", "said"),
    [
        ([], Gone, "isconnected"),
        ([b"HTTP/1.1 20"], httpcore2.RemoteProtocolError, "isconnected"),
        ([OK + b"Content-Length: 5\r\n\r\nnews"], httpcore2.RemoteProtocolError, "peer closed"),
        (
            [OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nnews\r\n"],
            httpcore2.RemoteProtocolError,
            "peer closed",
        ),
        ([OK + b"X-A: " + b"x" * 60_000] + [b"x" * 60_000] * 5, HeaderFlood, "250000"),
        (
            [OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"] + [b"x: y\r\n" * 10_000] * 5,
            httpcore2.RemoteProtocolError,
            "framing",
        ),
        ([b"SSH-2.0-OpenSSH_9.2\r\n"], httpcore2.RemoteProtocolError, "HTTP"),
        (
            [OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nnewss"],
            httpcore2.RemoteProtocolError,
            "Content-Length",
        ),
    ],
    ids=[
        "nothing",
        "half a line",
        "short",
        "no last chunk",
        "long header",
        "long trailer",
        "no HTTP",
        "two lengths",
    ],
)
def test_what_is_no_answer(pieces, kind, said):
    with pytest.raises(kind, match=said):
        told(pieces, hangs_up=True)


def test_a_wire_holds_a_server_back_that_nobody_reads():
    sent = 0

    async def floods(_, writer):
        nonlocal sent
        try:
            while True:
                writer.write(bytes(65_536))
                await writer.drain()
                sent += 65_536
        except ConnectionError:
            writer.close()

    async def main():
        server = await asyncio.start_server(floods, "127.0.0.1", 0)
        wire = await Wire.open("127.0.0.1", server.sockets[0].getsockname()[1])
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.2)
        held, taken = sum(map(len, wire._come)), 0
        while taken <= before:
            taken += len(await wire.read())
        await wire.aclose()
        server.close()
        await asyncio.sleep(0.05)
        return held

    assert asyncio.run(main()) < 600_000
