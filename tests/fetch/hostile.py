"""What a server can do to a client: each case with the answer that it must end in.

``hostile_acts.py`` has what is written, ``hostile_server.py`` acts it out, ``bench/hostile.py`` goes through them, ``test_hostile.py`` judges.
"""

import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import h2.errors

from tests.fetch.hostile_acts import (
    BOMBS,
    CHUNKED,
    DOMAIN,
    INTERIM,
    OPEN,
    PAGE,
    answer,
    bomb,
    by_path,
    comes_home,
    counts,
    drips,
    floods,
    frame,
    goes_round,
    h2_answers,
    h2_does,
    h2_floods,
    h2_writes,
    label_of,
    leads_elsewhere,
    moved,
    resets,
    says,
)

SHORT = 0.5
"""Seconds for a server that never comes to an end."""
LONG = 10.0
"""Seconds for one that does, however busy the machine is."""


@dataclass(frozen=True)
class Case:
    """One trick and its end."""

    name: str
    end: str
    """The reason of the ``Failure``, or the status of the ``Response``."""
    act: Callable[..., Awaitable[None]]
    cap_seconds: float = LONG
    listener: str = "plain"
    page: bool = False
    """True: asked for as a page, with robots.txt first."""
    retry_after_seconds: float | None = None
    addresses: tuple[tuple[str, ...], ...] = (("127.0.0.1",),)
    """What the resolver answers, one tuple a question, the last one for ever; none at all: it hangs."""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The first label of its host."""
        return label_of(self.name)

    def url(self, ports) -> str:
        """Where it is found."""
        scheme = "http" if self.listener == "plain" else "https"
        return f"{scheme}://{self.label}.{DOMAIN}:{ports[self.listener]}/"


# -- the table -----------------------------------------------------------------------


def _time_and_connection():
    yield Case("silence", "timeout", drips(b"", b""), SHORT)
    yield Case("silence instead of TLS", "timeout", drips(b"", b""), SHORT, "silent")
    yield Case("a resolver that hangs", "timeout", says(PAGE), SHORT, addresses=())
    yield Case("slow header", "timeout", drips(b"HTTP/1.1 200 OK\r\nX-A: ", b"x"), SHORT)
    yield Case("slow body", "timeout", drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"), SHORT)
    yield Case("slow chunks", "timeout", drips(CHUNKED, b"1\r\nx\r\n"), SHORT)
    refusal = b"HTTP/1.1 403 No\r\nContent-Length: 9999\r\n\r\n"
    yield Case("slow refusal", "http_403", drips(refusal, b"x"), SHORT)
    yield Case("slow interim answers", "timeout", drips(b"", INTERIM), SHORT)
    yield Case("reset before the header", "reset", resets(b""))
    yield Case("reset amid the header", "reset", resets(b"HTTP/1.1 200 OK\r\nX-A: b"))
    yield Case("reset amid the body", "reset", resets(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"))
    yield Case("an empty answer", "reset", says(b""))
    yield Case("a closed port", "connect", says(PAGE), addresses=(("127.0.0.8",),))
    yield Case(
        "the first of two addresses refuses", "200", says(PAGE), addresses=(("127.0.0.8", "127.0.0.1"),)
    )
    yield Case("IPv6", "200", says(PAGE), addresses=(("::1",),))
    yield Case("a name without addresses", "dns", says(PAGE), addresses=((),))


def _grammar():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: "
    yield Case("a status that is none", "protocol", says(b"HTTP/1.1 abc OK\r\n\r\n"))
    yield Case("garbage", "protocol", says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))
    yield Case(
        "another protocol", "protocol", says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
    )
    yield Case("length too long", "truncated", says(head + b"1000\r\n\r\nabc"))
    yield Case("length too short", "200", says(head + b"3\r\nConnection: close\r\n\r\nabcdef"))
    yield Case("length negative", "protocol", says(head + b"-4\r\n\r\nabcd"))
    yield Case("length twice", "protocol", says(head + b"4\r\nContent-Length: 5\r\n\r\nabcde"))
    yield Case("length in excess of the cap", "too_large", says(head + b"99999999999\r\n\r\nabc"))
    yield Case("chunk size that is none", "protocol", says(CHUNKED + b"zz\r\nabc"))
    yield Case("chunk shorter than its size", "truncated", says(CHUNKED + b"5\r\nabc"))
    yield Case("chunks without their end", "truncated", says(CHUNKED + b"5\r\nabcde\r\n"))
    yield Case("chunk size without end", "protocol", floods(CHUNKED, b"1"))
    yield Case("trailers without end", "protocol", floods(CHUNKED + b"0\r\n", b"x: y\r\n"))
    yield Case("many header lines", "headers_too_large", floods(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"))
    yield Case("one header line without end", "headers_too_large", floods(b"HTTP/1.1 200 OK\r\nX-A: ", b"x"))
    yield Case("a flood of interim answers", "headers_too_large", floods(b"", INTERIM))
    yield Case("a refusal without end", "http_404", floods(b"HTTP/1.1 404 No\r\n\r\n", b"x"))
    yield Case("a body without end", "too_large", floods(OPEN, b"x"))
    yield Case("false 304", "false_304", says(answer(status="304 Not Modified")))
    yield Case(
        "304 to a validator",
        "304",
        says(answer(status="304 Not Modified")),
        headers={"if-none-match": '"v"'},
    )


def _codings():
    whole = gzip.compress(b"text " * 999, mtime=0)
    yield Case("gzip without its end", "truncated", says(answer(whole[:-9], content_encoding="gzip")))
    yield Case(
        "no gzip after its mark", "bad_encoding", says(answer(b"\x1f\x8bnews", content_encoding="gzip"))
    )
    yield Case("plain text as zstd", "bad_encoding", says(answer(b"<p>news</p>", content_encoding="zstd")))
    yield Case("plain text as br", "bad_encoding", says(answer(b"<p>news</p>", content_encoding="br")))
    yield Case(
        "a coding not asked for", "bad_encoding", says(answer(b"\x1f\x9dx", content_encoding="compress"))
    )
    yield Case("a coding that is none", "200", says(answer(b"<p>news</p>", content_encoding="UTF-8")))
    yield Case("nine codings", "bad_encoding", says(answer(whole, content_encoding=", ".join(["gzip"] * 9))))
    for coding in BOMBS:
        yield Case(f"bomb of {coding.replace(', ', ' in ')}", "too_large", says(lambda it=coding: bomb(it)))
    refusal = b"HTTP/1.1 503 No\r\nContent-Encoding: gzip\r\n\r\n"
    yield Case("a bomb that refuses", "http_503", floods(refusal, gzip.compress(bytes(999_999), 9, mtime=0)))
    empty = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    yield Case("gzip of nothing for ever", "too_large", floods(empty, gzip.compress(b"", mtime=0)))


def _redirects():
    yield Case("redirect loop", "redirect_loop", goes_round)
    yield Case("redirects without end", "redirect_loop", counts)
    inside = (
        "http://127.0.0.1/ http://127.8.8.8:8080/ http://[::1]/ http://10.1.2.3/ http://172.16.0.1/ "
        "http://192.168.1.1/ http://100.64.0.1/ http://169.254.169.254/latest/meta-data/ http://0.0.0.0/ "
        "http://[::ffff:127.0.0.1]/ http://[::ffff:a9fe:a9fe]/ http://[64:ff9b::10.0.0.1]/ "
        "http://[64:ff9b::7f00:1]/ http://[2002:7f00:1::]/ http://[fd00::1]/ http://[fe80::1]/ "
        "http://2130706433/ http://0x7f000001/ http://0x7f.1/ http://127.1/ http://127。0。0。1/ "
        "http://localhost/ http://localhost./ //127.0.0.1/ http://me:pw@127.0.0.1/ "
        "http://93.184.216.34:25/ http://93.184.216.34:22/ https://93.184.216.34:6379/"
    )
    for location in inside.split():
        act = says(moved(location.encode().decode("latin-1")))
        yield Case(f"redirect to {location}", "forbidden_address", act)
    for location in ("file:///etc/passwd", "ftp://93.184.216.34/", "gopher://127.0.0.1/", "data:text/html,x"):
        yield Case(f"redirect to {location}", "forbidden_scheme", says(moved(location)))
    for location in (
        "http://[::1",
        "http://0177.0.0.1/",
        "http://%31%32%37.0.0.1/",
        "http://a.example:99999/",
    ):
        yield Case(f"redirect to {location}", "bad_redirect", says(moved(location)))
    public, private = ("93.184.216.34",), ("10.0.0.1",)
    home = ("127.0.0.1",)  # stands in for the public address: the guard is told to allow it
    yield Case("a name that leads inside", "forbidden_address", says(PAGE), addresses=(private,))
    yield Case("a name of two minds", "forbidden_address", says(PAGE), addresses=(public + private,))
    yield Case("rebinding", "forbidden_address", comes_home, addresses=(home, private))
    yield Case("rebinding after the check", "200", says(PAGE), addresses=(home, private))


def _refusals():
    for status, words in ((401, "Unauthorized"), (403, "Forbidden"), (404, "Not Found"), (410, "Gone")):
        yield Case(f"status {status}", f"http_{status}", says(answer(status=f"{status} {words}")))
    yield Case("withheld by law", "http_451", says(answer(status="451 Unavailable For Legal Reasons")))
    wall = says(answer(b"Just a moment", status="403 Forbidden", cf_mitigated="challenge"))
    yield Case("a wall against robots", "bot_check", wall)
    hidden = says(answer(b"<script>", status="202 Accepted", x_amzn_waf_action="challenge"))
    yield Case("a wall against robots that looks like success", "bot_check", hidden)
    theirs = "Thu, 01 Jan 2026 00:00:00 GMT"
    waits = (
        ("120", 120.0),
        ("0", 0.0),
        ("Thu, 01 Jan 2026 00:05:00 GMT", 300.0),  # by their own clock, which is long past by ours
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("Fri, 01 Jan 2126 00:00:00 GMT", 86_400.0),
        ("99999999999999999999", 86_400.0),
        ("-5", None),
        ("1e9", None),
        ("soon", None),
    )
    for status in ("429 Too Many Requests", "503 Service Unavailable"):
        for value, seconds in waits:
            act = says(answer(status=status, retry_after=value, date=theirs))
            name = f"{status[:3]}, Retry-After {value}"
            yield Case(name, f"http_{status[:3]}", act, retry_after_seconds=seconds)


def _robots():
    def case(name, end, robots, cap_seconds=LONG):
        return Case(f"robots.txt {name}", end, by_path(robots), cap_seconds, page=True)

    rules = b"User-agent: *\nDisallow: /\n"
    many = b"User-agent: *\n" + b"Disallow: /*x*y*z$\n" * 40_000
    yield case("that forbids", "robots", says(answer(rules)))
    yield case("that hangs", "robots_unreachable", drips(b"", b""), SHORT)
    yield case("that drips", "robots_unreachable", drips(OPEN, b"#"), SHORT)
    yield case("of 503", "robots_unreachable", says(answer(status="503 Away")))
    yield case("of 429", "robots_unreachable", says(answer(status="429 Slow down")))
    yield case("of 404", "200", says(answer(status="404 Not Found")))
    yield case("that is huge", "200", says(answer(many)))
    yield case("without end", "200", floods(OPEN, b"# x\n"))
    yield case("that is a bomb", "200", says(lambda: bomb("gzip")))
    yield case("that is HTML", "200", says(answer(b"<html><body>Disallow: /</body></html>")))
    yield case("that is binary", "200", says(answer(bytes(range(256)) * 99)))
    yield case("that goes round", "200", goes_round)
    yield case("that leads inside", "200", says(moved("http://169.254.169.254/")))
    yield case("of another host", "robots", leads_elsewhere)
    yield Case("elsewhere", "200", says(answer(rules)))


def _tls():
    yield Case("TLS", "200", says(PAGE), listener="tls")
    for listener, name, end in (
        ("expired", "certificate of yesterday", "tls_expired"),
        ("early", "certificate of tomorrow", "tls_expired"),
        ("other", "certificate of another host", "tls_wrong_host"),
        ("own", "certificate signed by itself", "tls_untrusted"),
        ("unknown", "certificate of an unknown authority", "tls_untrusted"),
    ):
        yield Case(name, end, says(PAGE), listener=listener)


def _http2():
    def case(name, end, act, cap_seconds=LONG):
        return Case(f"HTTP/2 {name}", end, act, cap_seconds, "h2")

    packed = gzip.compress(bytes(30_000_000))[:48_000]
    yield case("page", "200", h2_answers())
    yield case(
        "GOAWAY", "reset", h2_does(lambda link, _: link.close_connection(h2.errors.ErrorCodes.NO_ERROR))
    )
    yield case("RST_STREAM", "reset", h2_does(lambda link, stream: link.reset_stream(stream, 11)))
    yield case(
        "RST_STREAM amid the body",
        "reset",
        h2_answers(b"abc", then=h2_does(lambda link, stream: link.reset_stream(stream, 2))),
    )
    yield case("garbage", "protocol", h2_writes(frame(4, 0, 0, b"odd")))
    yield case("that turns out to be HTTP/1.1", "timeout", h2_writes(b"HTTP/1.1 200 OK\r\n\r\n"), SHORT)
    yield case(
        "header list too large",
        "headers_too_large",
        h2_answers(b"", *((f"x-{i}", "y" * 900) for i in range(150))),
    )
    yield case(
        "CONTINUATION without end", "protocol", h2_writes(frame(1, 0, 1, b"\x88") + frame(9, 0, 1, b"") * 500)
    )
    yield case("bomb", "too_large", h2_answers(packed, ("content-encoding", "gzip")))
    yield case(
        "interim answers",
        "timeout",
        h2_floods(lambda link, it: link.send_headers(it, [(":status", "103")])),
        SHORT,
    )
    yield case("pings", "timeout", h2_floods(lambda link, _: link.ping(b"12345678")), SHORT)
    yield case(
        "empty frames",
        "timeout",
        h2_answers(b"", then=h2_floods(lambda link, stream: link.send_data(stream, b""))),
        SHORT,
    )


CASES = (
    *_time_and_connection(),
    *_grammar(),
    *_codings(),
    *_redirects(),
    *_refusals(),
    *_robots(),
    *_tls(),
    *_http2(),
)
