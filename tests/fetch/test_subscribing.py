"""Forms sent to hubs: within the guard and the caps of every request, and no further than they may go."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from pipeline.fetch.client import _may_carry
from pipeline.fetch.pages import Visit
from pipeline.fetch.politeness import LocalSlots, Turns
from pipeline.fetch.robots import LocalRobotsCache, Robots
from pipeline.fetch.subscribing import subscribe
from pipeline.fetch.target import Target
from pipeline.records import Failure, Response

FIELDS = {"hub.mode": "subscribe", "hub.topic": "https://news.example/atom?a=1&b=ü", "hub.secret": "s+c r&t"}


class Hub:
    """Keeps what it is sent; answers by path: a status, and where a redirect goes."""

    def __init__(self, port):
        self.port, self.answers, self.got = port, {"/": (202, None)}, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def hub_process():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode("ascii")
            hub.got.append((self.path, self.headers, {key: one for key, (one,) in parse_qs(body).items()}))
            status, location = hub.answers.get(self.path, (404, None))
            self.send_response(status)
            if location:
                self.send_header("location", location)
            self.send_header("content-length", "0")
            self.end_headers()

        def do_GET(self):
            hub.got.append((self.path, self.headers, None))
            self.send_error(405)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub = Hub(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hub():
    with hub_process() as served:
        yield served


@pytest.fixture
def ask(client, run):
    def asked(url, *ports):
        table = {("other.example", 80): ("127.0.0.1", ports[0])} if ports else {}

        async def main():
            async with client(*ports, table=table) as opened:
                robots = Robots(opened, LocalRobotsCache(), user_agent="Dateline")
                visit = Visit(opened, robots, Turns(LocalSlots()), delay_seconds=0)
                return await subscribe(url, FIELDS, visit=visit)

        return run(main())

    return asked


def test_the_form_arrives_as_it_was_meant(hub, ask):
    answer = ask(hub.url, hub.port)
    assert isinstance(answer, Response)
    assert answer.status == 202
    ((path, headers, fields),) = hub.got
    assert (path, fields) == ("/", FIELDS)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["user-agent"].startswith("Dateline")


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_a_refusal_is_a_failure_with_its_status(hub, ask, status):
    hub.answers["/"] = (status, None)
    answer = ask(hub.url, hub.port)
    assert isinstance(answer, Failure)
    assert (answer.reason, answer.status) == (f"http_{status}", status)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_same_host_is_followed_with_the_form(hub, ask, status):
    hub.answers["/"] = (status, "/here?x=1")
    hub.answers["/here?x=1"] = (202, None)
    assert ask(hub.url, hub.port).redirects == ((status, hub.url + "here?x=1"),)
    assert [(path, fields) for path, _, fields in hub.got] == [("/", FIELDS), ("/here?x=1", FIELDS)]


@pytest.mark.parametrize(
    ("status", "follows"), [(301, False), (302, False), (303, False), (307, True), (308, True)]
)
def test_to_another_host_only_a_redirect_that_says_so_carries_the_form(hub, ask, status, follows):
    hub.answers["/"] = (status, "http://other.example/there")
    hub.answers["/there"] = (202, None)
    answer = ask(hub.url, hub.port)
    assert isinstance(answer, Response) == follows, answer
    if not follows:
        assert (answer.reason, answer.kind) == ("bad_redirect", "permanent")
    assert [path for path, _, _ in hub.got] == (["/", "/there"] if follows else ["/"])


def test_a_303_is_never_followed_and_no_loop_ends_in_silence(hub, ask):
    hub.answers["/"] = (303, "/other")
    assert ask(hub.url, hub.port).reason == "bad_redirect"
    hub.answers["/"] = (307, "/")
    assert ask(hub.url, hub.port).reason == "redirect_loop"
    assert [path for path, _, _ in hub.got] == ["/", "/"]


def test_no_form_goes_from_https_to_http():
    safe, open_ = Target.parse("https://hub.example/"), Target.parse("http://hub.example/")
    assert not _may_carry(308, safe, open_)
    assert _may_carry(308, open_, safe)
    assert _may_carry(301, open_, safe)


def test_a_hub_inside_the_network_is_not_asked(hub, ask):
    answer = ask(hub.url)
    assert (answer.reason, hub.got) == ("forbidden_address", [])


def test_a_hub_that_is_away_is_a_failure(hub, ask):
    with hub_process() as other:
        gone = other.port
    answer = ask(f"http://127.0.0.1:{gone}/", gone)
    assert (answer.reason, answer.kind, answer.status) == ("connect", "transient", None)
