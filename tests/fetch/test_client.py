"""What servers do to a client, each with its own reason, in bounded time and memory."""

import asyncio
import gzip
import re
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import brotli
import h2.config
import h2.connection
import h2.events
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.fetch.client import Client
from pipeline.fetch.exchange import REFUSAL_BYTES
from pipeline.fetch.guard import Guard
from pipeline.records import Failure, Response
from pipeline.settings import Settings

pytestmark = pytest.mark.filterwarnings("error")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def fetch(run, serve, client):
    """What a client gets from a handler at the path ``/``."""

    def fetched(handler, *, max_bytes=100_000, timeout_seconds=3.0, headers=None, path="/", **more):
        async def main():
            async with (
                serve(handler) as port,
                client(port, timeout_seconds=timeout_seconds, clock=lambda: NOW) as it,
            ):
                url = f"http://127.0.0.1:{port}{path}"
                return await it.get(url, max_bytes=max_bytes, headers=headers or {}, **more)

        return run(main())

    return fetched


def peak_of(action):
    """What ``action`` gives, and by how many bytes it raised the process's peak memory."""
    Path("/proc/self/clear_refs").write_text("5")

    def peak():
        return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text()).group(1)) * 1024

    before = peak()
    result = action()
    return result, peak() - before


def failed(result, reason, kind):
    assert isinstance(result, Failure), result
    assert (result.reason, result.kind) == (reason, kind), result
    assert result.detail
    assert result.fetched_at == NOW
    return result


# -- what goes well -----------------------------------------------------------------


def test_a_page(fetch, answer):
    asked = []

    async def handler(request, writer):
        asked.append(request)
        writer.write(answer(b"<p>news</p>", content_type="text/html", ETag='"x"'))

    result = fetch(handler, headers={"X-Key": "secret"})
    assert isinstance(result, Response)
    assert (result.status, result.body, result.redirects, result.fetched_at) == (200, b"<p>news</p>", (), NOW)
    assert result.headers["etag"] == '"x"'
    assert result.url == result.final_url
    assert 0 < result.duration_seconds < 3
    sent = asked[0].headers
    assert sent["user-agent"].startswith("Dateline/")
    assert "+https://" in sent["user-agent"]
    assert sent["accept-encoding"] == "gzip, br, zstd"
    assert sent["x-key"] == "secret"
    assert result.request_headers["x-key"] == "(withheld)"


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"text " * 9000, mtime=0)),
        (
            "x-gzip",
            gzip.compress(b"text " * 4000, mtime=0) + gzip.compress(b"text " * 5000, mtime=0) + b"\0\0\0",
        ),
        ("br", brotli.compress(b"text " * 9000)),
        ("zstd", zstd.compress(b"text " * 4000) + zstd.compress(b"text " * 5000)),
        ("deflate", zlib.compress(b"text " * 9000)),
        ("deflate", zlib.compress(b"text " * 9000, wbits=-15)),
        ("gzip, br", brotli.compress(gzip.compress(b"text " * 9000, mtime=0))),
        ("gzip", b"text " * 9000),
        ("identity", b"text " * 9000),
        ("utf-8", b"text " * 9000),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_codings(fetch, answer, coding, packed, step):
    async def handler(request, writer):
        writer.write(answer(content_encoding=coding, content_length=len(packed)))
        for at in range(0, min(len(packed), 400 * step), step):
            writer.write(packed[at : at + step])
            if at < 20 * step:
                await writer.drain()
                await asyncio.sleep(0)
        writer.write(packed[400 * step :])

    assert fetch(handler).body == b"text " * 9000


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", ""])
def test_an_empty_body(fetch, answer, fixed, coding):
    result = fetch(fixed(answer(content_encoding=coding)))
    assert isinstance(result, Response)
    assert result.body == b""


def test_exactly_the_cap(fetch, answer, fixed):
    packed = gzip.compress(b"x" * 1000, mtime=0)
    assert fetch(fixed(answer(packed, content_encoding="gzip")), max_bytes=1000).body == b"x" * 1000
    failed(fetch(fixed(answer(packed, content_encoding="gzip")), max_bytes=999), "too_large", "permanent")


def test_not_modified_has_no_body(fetch, answer):
    validators = ['W/"a\xe9,b"', "Sun, 99 Foo 2041 00:00:00 GMT"]

    async def handler(request, writer):
        same = [request.headers["if-none-match"], request.headers["if-modified-since"]] == validators
        writer.write(answer(status="304 Not Modified" if same else "500 Wrong", etag=validators[0]))

    result = fetch(
        handler, headers=dict(zip(["if-none-match", "if-modified-since"], validators, strict=True))
    )
    assert isinstance(result, Response), result
    assert (result.status, result.body, result.headers["etag"]) == (304, b"", validators[0])


def test_a_pdf_is_a_response(fetch, answer, fixed):
    result = fetch(fixed(answer(b"%PDF-1.7\0\xff", content_type="application/pdf")))
    assert result.body == b"%PDF-1.7\0\xff"


# -- statuses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [(status, "permanent") for status in (300, 302, 400, 401, 403, 404, 410, 451)]
    + [(status, "transient") for status in (408, 425, 429, 500, 503, 599)],
)
def test_statuses(fetch, answer, fixed, status, kind):
    result = failed(fetch(fixed(answer(b"no", status=f"{status} X"))), f"http_{status}", kind)
    assert result.status == status


@pytest.mark.parametrize("status", [403, 429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9999999999999999999999", 86_400.0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300.0),
        ((NOW + timedelta(minutes=5)).strftime("%A, %d-%b-%y %H:%M:%S GMT"), 300.0),
        ((NOW + timedelta(minutes=5)).strftime("%a %b %d %H:%M:%S %Y"), 300.0),
        (format_datetime(NOW + timedelta(days=400), usegmt=True), 86_400.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("-5", None),
        ("soon", None),
        ("1.5e3", None),
    ],
)
def test_retry_after(fetch, answer, fixed, status, value, seconds):
    result = fetch(fixed(answer(status=f"{status} X", Retry_After=value)))
    assert result.retry_after_seconds == seconds


def test_retry_after_by_the_clock_of_the_server(fetch, answer, fixed):
    theirs = NOW + timedelta(hours=3)
    reply = answer(
        status="503 X",
        Date=format_datetime(theirs, usegmt=True),
        Retry_After=format_datetime(theirs + timedelta(seconds=60), usegmt=True),
    )
    assert fetch(fixed(reply)).retry_after_seconds == 60.0


# -- the page that refuses ----------------------------------------------------------

WALL = b"<h1>Who are you?</h1>" * 200


def refused(result, reason="http_403"):
    """The page that came with a refusal."""
    assert isinstance(result, Failure), result
    assert result.reason == reason
    return result.response


@pytest.mark.parametrize("status", [400, 403, 404, 410, 429, 451, 500, 503])
def test_the_page_that_refuses_is_kept(fetch, answer, fixed, status):
    packed = gzip.compress(WALL, mtime=0)
    reply = answer(packed, f"{status} X", content_encoding="gzip", content_type="text/html")
    result = fetch(fixed(reply), headers={"X-Key": "secret"})
    page = refused(result, f"http_{status}")
    assert (page.status, page.body, page.truncated) == (status, WALL, None)
    assert (page.url, page.final_url, page.fetched_at) == (result.url, result.final_url, NOW)
    assert page.headers["content-type"] == "text/html"
    assert page.request_headers["x-key"] == "(withheld)"


def test_the_page_of_a_bot_check_is_kept_whatever_its_status(fetch, answer, fixed):
    for status in ("200 OK", "403 Forbidden"):
        reply = answer(WALL, status, cf_mitigated="challenge")
        assert refused(fetch(fixed(reply)), "bot_check").body == WALL


@pytest.mark.parametrize("status", ["403 Forbidden", "429 Too Many", "503 Busy", "401 Who"])
def test_a_refusal_is_taken_as_it_is(fetch, answer, status):
    """Peers 2, row 28 (FreshRSS#6533, fundus#309): no second try, no other name, no token of theirs sent back."""
    asked = []

    async def handler(request, writer):
        asked.append(request)
        writer.write(answer(WALL, status, set_cookie="clearance=1", cf_mitigated="challenge"))

    for _ in range(2):
        refused(fetch(handler), "bot_check")
    assert len(asked) == 2
    assert {one.headers["user-agent"] for one in asked} == {
        "Dateline/0.1 (tests; +https://dateline.example/contact)"
    }
    assert not any("cookie" in one.headers for one in asked)


def test_a_refusal_without_a_page_has_none(fetch, answer, fixed):
    assert refused(fetch(fixed(answer(status="403 X")))) is None


def test_the_page_that_refuses_says_where_it_was(fetch, answer):
    async def handler(request, writer):
        here = request.path == "/"
        writer.write(answer(status="302 X", location="/in") if here else answer(b"no", "403 X"))

    page = refused(fetch(handler))
    assert [status for status, _ in page.redirects] == [302]
    assert page.final_url.endswith("/in")
    assert not page.url.endswith("/in")


@pytest.mark.parametrize(
    "packed", [b"x" * 2_000_000, gzip.compress(bytes(200_000_000), 1)], ids=["long", "a bomb"]
)
def test_of_a_long_page_that_refuses_only_its_beginning_is_read(fetch, answer, fixed, packed):
    coding = "identity" if packed.startswith(b"x") else "gzip"
    reply = answer(packed, "403 X", content_encoding=coding)
    result, peak = peak_of(lambda: fetch(fixed(reply), max_bytes=10_000_000))
    page = refused(result)
    assert (len(page.body), page.truncated) == (REFUSAL_BYTES, "length")
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("packed", "headers", "kept", "why"),
    [
        (b"not today", {"content_length": 90}, b"not today", "disconnect"),
        (b"\xff\xff\xff", {"content_encoding": "br"}, None, None),
        (b"\xff", {"content_encoding": "xz"}, None, None),
        (gzip.compress(WALL, mtime=0)[:-8], {"content_encoding": "gzip"}, WALL, "disconnect"),
    ],
    ids=["broken off", "not brotli", "not asked for", "half a gzip"],
)
def test_a_page_that_cannot_be_read_changes_no_reason(fetch, answer, fixed, packed, headers, kept, why):
    page = refused(fetch(fixed(answer(packed, "403 X", **headers))))
    assert (page.body, page.truncated) == (kept, why) if kept else page is None


def test_a_page_that_drips_changes_no_reason_and_costs_a_moment(fetch, answer, monkeypatch):
    async def handler(request, writer):
        writer.write(answer(b"no", "429 X", content_length=10_000, Retry_After="60"))
        while True:
            await asyncio.sleep(0.02)
            writer.write(b".")

    monkeypatch.setattr("pipeline.fetch.exchange.REFUSAL_SECONDS", 0.2)
    for seconds in (5.0, 0.1):  # its own time, and that of the request
        result = timed(lambda most=seconds: fetch(handler, timeout_seconds=most), 1.5)
        assert refused(result, "http_429").body.startswith(b"no")
        assert (result.response.truncated, result.retry_after_seconds) == ("time", 60.0)


# -- hostility ----------------------------------------------------------------------


def timed(action, most):
    began = time.monotonic()
    result = action()
    assert time.monotonic() - began < most
    return result


def test_the_time_is_that_of_all_redirects_together(fetch, answer):
    async def handler(request, writer):
        await asyncio.sleep(0.12)
        number = int(request.path.strip("/") or 0)
        writer.write(answer(status="302 Found", location=f"/{number + 1}"))

    result = timed(lambda: fetch(handler, timeout_seconds=0.3), 1.5)
    assert "redirects" in failed(result, "timeout", "transient").detail


def test_no_such_host(run, client):
    async def main():
        async with client(clock=lambda: NOW) as it:
            return await it.get("http://no-such-host.invalid/", max_bytes=10)

    failed(run(main()), "dns", "transient")


STATUS = [
    b"HTTP/1.1 200 OK",
    b"HTTP/1.0 301 ",
    b"HTTP/1.1 304 X",
    b"HTTP/2 200",
    b"HTTP/1.1 100 Go",
    b"\xff\x00",
]
FIELDS = [
    b"Content-Length: 5",
    b"Content-Length: 0x5",
    b"Content-Length: 5, 5",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Content-Encoding: gzip",
    b"Content-Encoding: br, zstd",
    b"Location: /\xe9\xff",
    b"Location: http://[",
    b"Location: //\xc3\xa9..x/",
    b"Location: https://.:443",
    b"Retry-After: Mon, 99 Foo 99999 99:99:99 GMT",
    b"Connection: close",
    b": no name",
    b" folded",
    b"A\x00: \xff",
]


@settings(max_examples=150, deadline=None)
@given(
    status=st.sampled_from(STATUS),
    fields=st.lists(st.sampled_from(FIELDS), max_size=4),
    body=st.binary(max_size=40)
    | st.sampled_from([b"5\r\nhello\r\n0\r\n\r\n", gzip.compress(b"hello", mtime=0)]),
    noise=st.lists(st.tuples(st.integers(0, 150), st.integers(0, 255)), max_size=3),
)
def test_nothing_that_a_server_says_raises(serve, status, fields, body, noise):
    data = bytearray(b"\r\n".join([status, *fields, b"", body]))
    for at, value in noise:
        data[at % len(data)] = value

    async def handler(request, writer):
        writer.write(bytes(data))

    async def main():
        async with serve(handler) as port:
            guard = Guard({("127.0.0.1", port)})
            async with Client(user_agent="x", guard=guard, timeout_seconds=0.5) as it:
                return await it.get(f"http://127.0.0.1:{port}/", max_bytes=1000)

    assert isinstance(asyncio.run(main()), Response | Failure)


@pytest.mark.parametrize("with_lines", [True, False])
def test_a_header_without_end(fetch, with_lines):
    sent = 0

    async def handler(request, writer):
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        while not writer.is_closing() and sent < 50_000_000:
            writer.write(b"x: y\r\n" * 1000 if with_lines else b"x" * 6000)
            sent += 6000
            await writer.drain()

    failed(fetch(handler), "headers_too_large", "permanent")
    assert sent < 10_000_000


def test_ten_gigabytes(fetch):
    sent = 0

    async def handler(request, writer):
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing() and sent < 10_000_000_000:
            writer.write(bytes(100_000))
            sent += 100_000
            await writer.drain()

    result, peak = peak_of(lambda: fetch(handler, max_bytes=5_000_000))
    failed(result, "too_large", "permanent")
    assert sent < 30_000_000
    assert peak < 40_000_000


def test_a_zstd_window_that_would_fill_the_memory(fetch, answer, fixed):
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.checksum_flag: 1}
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(b"x" * 1000) + packer.flush()
    result, peak = peak_of(lambda: fetch(fixed(answer(packed, content_encoding="zstd"))))
    failed(result, "bad_encoding", "transient")
    assert peak < 20_000_000


@pytest.mark.parametrize("coding", ["gzip", ""])
def test_cut_keeps_what_fits(fetch, answer, fixed, coding):
    body = b"0123456789" * 1000
    packed = gzip.compress(body) if coding else body
    result = fetch(fixed(answer(packed, content_encoding=coding)), max_bytes=4321, cut=True)
    assert result.body == body[:4321]


# -- redirects ----------------------------------------------------------------------


def test_redirects_are_recorded(fetch, answer):
    async def handler(request, writer):
        moves = {
            "/": ("301 Moved", "/a#part"),
            "/a": ("307 Temporary", "b?q=1"),
            "/b?q=1": ("302 Found", "/é"),
        }
        if request.path in moves:
            status, location = moves[request.path]
            writer.write(answer(status=status, location=location.encode().decode("latin-1")))
        else:
            writer.write(answer(request.path.encode()))

    result = fetch(handler)
    assert result.body == b"/%C3%A9"
    base = result.url.removesuffix("/")
    assert result.redirects == ((301, base + "/a"), (307, base + "/b?q=1"), (302, base + "/%C3%A9"))
    assert result.final_url == base + "/%C3%A9"


def test_redirect_loops(fetch, answer, fixed):
    async def away(request, writer):
        writer.write(answer(status="302 Found", location=f"/{int(request.path.strip('/') or 0) + 1}"))

    async def round_about(request, writer):
        writer.write(answer(status="302 Found", location={"/": "/a", "/a": "/b", "/b": "/a"}[request.path]))

    assert "10 redirects" in failed(fetch(away), "redirect_loop", "permanent").detail
    failed(fetch(round_about), "redirect_loop", "permanent")
    failed(fetch(fixed(answer(status="301 Moved", location="/"))), "redirect_loop", "permanent")


def test_secrets_stay_with_their_host(run, serve, client, answer):
    seen = {}

    async def second(request, writer):
        seen["second"] = request.headers
        writer.write(answer(b"ok"))

    async def main():
        async with serve(second) as other:

            async def first(request, writer):
                seen["first"] = request.headers
                writer.write(answer(status="302 Found", location=f"http://127.0.0.1:{other}/"))

            async with serve(first) as port, client(port, other) as it:
                url = f"http://me:s%40crat@127.0.0.1:{port}/"
                return await it.get(url, max_bytes=99, headers={"Cookie": "a=b", "If-None-Match": '"v"'})

    result = run(main())
    assert seen["first"]["authorization"] == "Basic bWU6c0BjcmF0"
    assert seen["first"]["cookie"] == "a=b"
    assert not {"authorization", "cookie"} & set(seen["second"])
    assert seen["second"]["if-none-match"] == '"v"'
    assert "crat" not in repr(result)
    assert "me:" not in repr(result)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "bad_url"),
        ("http://.example/", "bad_url"),
        ("http://a..example/", "bad_url"),
        ("http://a.example:0/", "bad_url"),
        ("/a", "bad_url"),
        ("http://", "bad_url"),
        ("http://exa mple/", "bad_url"),
        ("http://me:secret@[::1/", "bad_url"),
        ("http:me:secret@news.example/", "bad_url"),
        ("http:/me:secret@news.example/", "bad_url"),
        ("http:\\\\me:secret@news.example/", "bad_url"),
        ("http://me:pass/secret@news.example/", "bad_url"),
        ("http://me:pass#secret@news.example/", "bad_url"),
        ("me:secret@news.example", "forbidden_scheme"),
        ("http://me:pass secret@127.0.0.1:1/", "forbidden_address"),
        ("ftp://me:secret@news.example/", "forbidden_scheme"),
        ("javascript:alert(1)", "forbidden_scheme"),
        ("http://me:secret@127.0.0.1:1/", "forbidden_address"),
        ("http://" + "a" * 70 + ".example/", "bad_url"),
    ],
)
def test_addresses_that_are_none(run, client, caplog, url, reason):
    caplog.set_level("DEBUG")

    async def main():
        async with client() as it:
            return await it.get(url, max_bytes=10)

    result = run(main())
    assert result.reason == reason
    assert "secret" not in repr(result)
    assert "secret" not in caplog.text


# -- TLS ----------------------------------------------------------------------------


def test_tls(run, serve, client, fixed, answer, certificates):
    pem, context = certificates
    names = []
    server = context()
    server.sni_callback = lambda sock, name, ctx: names.append(name)

    async def main():
        async with serve(fixed(answer(b"safe")), tls=server) as port:
            table = {("news.example", 443): ("127.0.0.1", port), ("other.example", 443): ("127.0.0.1", port)}
            async with client(port, table=table, clock=lambda: NOW) as strict:
                unknown = await strict.get("https://news.example/", max_bytes=10)
            async with client(port, table=table, ca_file=pem, clock=lambda: NOW) as trusting:
                good = await trusting.get("https://news.example/", max_bytes=10)
                other = await trusting.get("https://other.example/", max_bytes=10)
            return unknown, good, other

    unknown, good, other = run(main())
    assert "self-signed" in failed(unknown, "tls_untrusted", "transient").detail
    assert good.body == b"safe"
    assert "other.example" in failed(other, "tls_wrong_host", "transient").detail
    assert names == ["news.example", "news.example", "other.example"]


def test_a_server_without_tls_at_its_port(run, serve, client, fixed, answer):
    async def main():
        async with (
            serve(fixed(b"hello\r\n\r\n")) as port,
            client(port, timeout_seconds=0.5, clock=lambda: NOW) as it,
        ):
            return await it.get(f"https://127.0.0.1:{port}/", max_bytes=10)

    result = run(main())
    assert result.reason in {"tls", "timeout"}
    assert result.kind == "transient"


def test_http2_is_used_where_it_is_offered_and_one_connection_serves_all(run, client, certificates, caplog):
    caplog.set_level("DEBUG")
    pem, context = certificates
    connections = requests = 0

    async def connected(reader, writer):
        nonlocal connections, requests
        connections += 1
        link = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        link.initiate_connection()
        while True:
            writer.write(link.data_to_send())
            data = await reader.read(65536)
            if not data:
                break
            for event in link.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    requests += 1
                    packed = brotli.compress(b"<p>news</p>")
                    link.send_headers(event.stream_id, [(":status", "200"), ("content-encoding", "br")])
                    link.send_data(event.stream_id, packed, end_stream=True)
        writer.close()

    async def main():
        server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context("h2", "http/1.1"))
        port = server.sockets[0].getsockname()[1]
        table = {("news.example", 443): ("127.0.0.1", port)}
        async with client(port, table=table, ca_file=pem) as it:
            first = await it.get("https://news.example/", max_bytes=99, headers={"X-Key": "s3cret"})
            others = await asyncio.gather(
                *(it.get(f"https://news.example/{i}", max_bytes=99) for i in range(10))
            )
        server.close()
        await asyncio.sleep(0.05)
        return [first, *others]

    assert [result.body for result in run(main())] == [b"<p>news</p>"] * 11
    assert (connections, requests) == (1, 11)
    assert "s3cret" not in caplog.text


def test_settings(run, tmp_path, serve, fixed, answer):
    hosts = tmp_path / "hosts"

    async def main():
        async with serve(fixed(answer(b"from the table"))) as port:
            hosts.write_text(f"news.example:80 127.0.0.1:{port}\n")
            settings = Settings(
                allowed_addresses=f"127.0.0.1:{port}", resolve_file=hosts, contact="news@dateline.example"
            )
            async with Client.from_settings(settings) as it:
                assert it.user_agent == settings.user_agent
                return await it.get("http://news.example/", max_bytes=99)

    assert run(main()).body == b"from the table"
    hosts.write_text("no certificate")
    with pytest.raises(SettingsError, match="DATELINE_CA_FILE"):
        Client(user_agent="x", ca_file=hosts)


def test_many_at_once_stay_within_the_concurrency(run, serve, answer):
    under_way = most = 0

    async def handler(request, writer):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        writer.write(answer(b"ok"))

    async def main():
        async with serve(handler) as port:
            guard = Guard({("127.0.0.1", port)})
            async with Client(user_agent="x", guard=guard, timeout_seconds=0.5, concurrency=4) as it:
                gets = [it.get(f"http://127.0.0.1:{port}/{i}", max_bytes=9) for i in range(100)]
                return await asyncio.gather(*gets)

    results = run(main())
    assert all(isinstance(result, Response) for result in results)
    assert most == 4


def test_cancelled_in_the_middle(run, serve, client):
    async def handler(request, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nabc")
        await writer.drain()
        await asyncio.sleep(60)

    async def main():
        async with serve(handler) as port, client(port) as it:
            task = asyncio.create_task(it.get(f"http://127.0.0.1:{port}/", max_bytes=99))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(it._pool) == 0

    run(main())


def test_a_connection_is_used_again(run, client):
    """Also after a 304, which most polls end in."""
    connections = 0

    async def connected(reader, writer):
        nonlocal connections
        connections += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()

    async def main():
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with client(port) as it:
            known = {"if-none-match": '"v"'}
            url = f"http://127.0.0.1:{port}/"
            results = [await it.get(url, max_bytes=99, headers=known) for _ in range(5)]
        server.close()
        await asyncio.sleep(0.05)
        return results

    assert [(result.status, result.body) for result in run(main())] == [(304, b"")] * 5
    assert connections == 1
