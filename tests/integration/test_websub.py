"""WebSub against a real hub: subscribed, pushed, renewed, refused and given up, over real HTTP on loopback."""

import hashlib
import hmac
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from pipeline.fetch import Archive
from pipeline.flow.context import Context
from pipeline.flow.judging import Answered, Question, judge
from pipeline.flow.pushing import enter_push, is_push
from pipeline.flow.run import poll_shard
from pipeline.flow.websub import renew_subscriptions
from pipeline.flow.window import enter_window
from pipeline.poll import parse_feed
from pipeline.records import Response, Source
from pipeline.settings import Settings
from pipeline.warehouse import registry, schema, subscriptions
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.feeds import feeds_to_poll
from pipeline.warehouse.reports import conservation, table_hashes

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 200_000
HOUR = timedelta(hours=1)


class World:
    """A publisher, a hub, a subscriber and a warehouse. Each test has a feed of its own in it."""

    def __init__(self, database_url, folder):
        self.folder, self.documents = folder, {}
        self.publisher = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.publisher.serve_forever, daemon=True).start()
        self.processes = []
        self.hub = self._started("tests.newsroom.hub")
        self.dead = _closed_port()
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        ports = (self.publisher.server_port, self.hub, self.dead)
        self.settings = Settings(
            archive=str(folder / "archive"),
            allowed_addresses=",".join(f"127.0.0.1:{port}" for port in ports),
            host_delay_seconds=0,
        )
        self.engine = open_warehouse(database_url)
        schema.migrate(self.engine)
        variables = {"DATELINE_ARCHIVE": self.settings.archive, "DATELINE_FEED_MAX_BYTES": str(MOST_BYTES)}
        self.port = self._started(
            "tests.integration.websub_subscriber", database_url, str(folder), **variables
        )

    @property
    def now(self):
        return self._now

    @now.setter
    def now(self, at):
        self._now = at
        new = self.folder / "clock.new"
        new.write_text(at.isoformat())
        new.replace(self.folder / "clock")

    @property
    def context(self):
        archive = Archive(self.settings.archive_location)
        return Context(self.engine, archive, self.settings, lambda: self.now)

    def feed(self, name, *, hubs=None, stories=3):
        """Registers a feed, serves it and polls it once."""
        feed = SimpleNamespace(name=name, url=f"http://127.0.0.1:{self.publisher.server_port}/{name}")
        feed.hubs = hubs or [f"http://127.0.0.1:{self.hub}/"]
        self.serve(feed, range(stories))
        source = Source(name, f"{name}.example", feeds=(feed.url,), obey_robots_for_feeds=False)
        with transaction(self.engine) as connection:
            registry.sync(connection, [source], prune=False)
            (registered,) = [one for one in feeds_to_poll(connection) if one.source.domain == source.domain]
        feed.feed_id = registered.feed_id
        self.poll()
        return feed

    def serve(self, feed, stories):
        self.documents[f"/{feed.name}"] = document(feed, stories)

    def poll(self):
        return {line.url: line for line in poll_shard(self.context, every=True)}

    def renew(self):
        return renew_subscriptions(self.context, f"http://127.0.0.1:{self.port}/")

    def subscribed(self, name, **options):
        """A feed that its hub pushes."""
        feed = self.feed(name, **options)
        self.renew()
        self.wait(lambda: self.row(feed).state == "active")
        self.now += timedelta(minutes=1)  # two answers of one feed never come in the same microsecond
        return feed

    def publish(self, feed):
        """Tells the hub of news, and waits until it has pushed."""
        before = len(self.log(feed, "pushed"))
        fields = {"hub.mode": "publish", "hub.url": feed.url}
        assert self.to_hub("POST", "/", urlencode(fields)).status == 202
        self.wait(lambda: len(self.log(feed, "pushed")) > before)
        return self.log(feed, "pushed")[-1]["status"]

    def rules(self, **rules):
        assert self.to_hub("POST", "/rules", json.dumps(rules)).status == 200

    def log(self, feed, event):
        log = json.loads(self.to_hub("GET", "/state").body)["log"]
        return [one for one in log if one["event"] == event and one["topic"] == feed.url]

    def to_hub(self, method, path, body=None):
        return call(self.hub, method, path, body, {"content-type": "application/x-www-form-urlencoded"})

    def to_callback(self, method, token, body=None, query="", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return call(self.port, method, f"/dateline/websub/{token}{query}", body, named)

    def push(self, feed, body):
        row = self.row(feed)
        signature = "sha256=" + hmac.new(row.secret.encode(), body, hashlib.sha256).hexdigest()
        return self.to_callback("POST", row.token, body, x_hub_signature=signature).status

    def row(self, feed):
        return self.one("select * from ops.subscription where feed_id = %s", feed)

    def hub_of(self, feed):
        sql = "select max(hub) as hub, max(failures) as failures from ops.subscription where feed_id = %s"
        return self.one(sql, feed)

    def state(self, feed):
        return self.one("select * from ops.feed_state where feed_id = %s", feed)

    def wait_planned(self, feed):
        """From its last poll or push to its next poll."""
        state = self.state(feed)
        return state.next_poll_at - state.last_polled_at

    def entries(self, feed):
        return self.one("select count(*) from ops.ledger where feed_id = %s", feed).count

    def one(self, sql, feed):
        with transaction(self.engine) as connection:
            return connection.exec_driver_sql(sql, (feed.feed_id,)).one()

    def rings(self):
        bell = self.folder / "bell"
        return bell.read_text().split() if bell.exists() else []

    def wait(self, is_so):
        until = time.monotonic() + 20
        while not is_so():
            assert time.monotonic() < until, "it did not come"
            time.sleep(0.02)

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait(10)
            process.stdout.close()
        self.publisher.shutdown()
        self.publisher.server_close()
        self.engine.dispose()

    def _started(self, module, *arguments, **variables):
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return int(process.stdout.readline())

    def _handler(self):
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = world.documents.get(self.path)
                self.send_response(200 if body else 404)
                self.send_header("content-type", "application/atom+xml")
                self.send_header("etag", f'"{hashlib.sha256(body or b"").hexdigest()[:8]}"')
                self.send_header("content-length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *args):
                pass

        return Handler


def document(feed, stories):
    links = "".join(f'<link rel="hub" href="{hub}"/>' for hub in feed.hubs)
    entries = "".join(
        f"<entry><id>tag:{feed.name}.example,2026:{number}</id><title>Council of {feed.name} meets again, {number}</title>"
        f'<link href="https://{feed.name}.example/{number}"/><updated>2026-03-02T08:00:00Z</updated></entry>'
        for number in stories
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{feed.name}</title><id>tag:{feed.name}</id>'
        f'<link rel="self" href="{feed.url}"/>{links}{entries}</feed>'
    ).encode()


def call(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(
            method, path, body, headers or {}, encode_chunked=not isinstance(body, bytes | str)
        )
        answer = connection.getresponse()
        return SimpleNamespace(status=answer.status, headers=answer.headers, body=answer.read())
    finally:
        connection.close()


def _closed_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def judged(world, feed, *, is_pushed, new):
    """The poll of an answer, five minutes from now, with so many entries that were not known."""
    soon = world.now + timedelta(minutes=5)
    with transaction(world.engine) as connection:
        registered = subscriptions.feed_of(connection, feed.feed_id)
    response = Response(feed.url, feed.url, 200, {}, world.documents[f"/{feed.name}"], soon)
    read = parse_feed(response.body, url=feed.url, headers={})
    answered = Answered(registered, Question(feed.url), response, None, read, is_pushed=is_pushed)
    return judge(answered, known=len(read.entries) - new, now=world.now)


@contextmanager
def unchanged(world, feed):
    """Nothing of the feed's entries, state or hashed tables is different after the block."""

    def seen():
        with transaction(world.engine) as connection:
            return world.entries(feed), world.state(feed), table_hashes(connection)

    before = seen()
    yield
    assert seen() == before


@pytest.fixture(scope="module")
def world(module_database_url, tmp_path_factory):
    world = World(module_database_url, tmp_path_factory.mktemp("websub"))
    yield world
    world.close()


@pytest.fixture(autouse=True)
def _usual_rules(world):
    world.rules()
    world.now += HOUR


def test_what_the_hub_pushes_is_in_the_ledger_and_the_feed_is_polled_seldom(world):
    feed = world.subscribed("tribune", stories=60)
    pulled, rings = world.state(feed), world.rings()
    for number, algorithm in enumerate(("sha1", "sha256", "sha384", "sha512"), 60):
        world.rules(algorithm=algorithm)
        world.now += timedelta(minutes=10)
        world.serve(feed, [number])  # a hub may push what is new and nothing else
        assert world.publish(feed) == 202
        assert world.entries(feed) == number + 1
    row, pushed = world.row(feed), world.state(feed)
    assert (row.pushes, row.refused, row.pushed_at) == (4, 0, world.now)
    assert world.rings()[len(rings) :] == ["1"] * 4
    assert pushed.next_poll_at - world.now > 2 * (pulled.next_poll_at - pulled.last_polled_at)
    assert (pushed.etag, pushed.window_entries) == (pulled.etag, pulled.window_entries)
    with transaction(world.engine) as connection:
        assert subscriptions.pushed_feeds(connection, [feed.feed_id], world.now) == {feed.feed_id}
        assert not subscriptions.pushed_feeds(connection, [feed.feed_id], world.now + timedelta(days=1))
        assert [count for count in conservation(connection) if not count.is_conserved] == []
    world.now += HOUR
    world.serve(feed, range(4, 64))
    line = world.poll()[feed.url]
    assert (line.outcome, line.entries, line.new, line.is_gap) == ("changed", 60, 0, False)


def test_a_pushed_feed_is_asked_seldom_until_asking_finds_what_no_push_brought(world):
    feed = world.subscribed("telegraph", stories=60)
    own = world.wait_planned(feed)
    world.now += timedelta(minutes=10)
    world.serve(feed, [60])
    assert world.publish(feed) == 202
    world.serve(feed, range(1, 61))
    planned = {
        (is_pushed, new): judged(world, feed, is_pushed=is_pushed, new=new).state.next_poll_at
        for is_pushed in (True, False)
        for new in (0, 1)
    }
    assert planned[True, 0] > planned[False, 0]
    assert planned[True, 1] == planned[False, 1]
    for outcome in ("changed", "same_body"):
        world.now += HOUR
        assert world.poll()[feed.url].outcome == outcome
        assert world.wait_planned(feed) > 2 * own


def test_a_pushed_document_read_again_from_the_archive_changes_nothing(world):
    feed = world.subscribed("evening")
    world.serve(feed, [3])
    assert world.publish(feed) == 202
    with transaction(world.engine) as connection:
        registered = subscriptions.feed_of(connection, feed.feed_id)
    scanned = world.context.archive.scan("feed", world.now - HOUR, world.now + HOUR)
    found = [one for one in scanned if one[1].url == feed.url]
    assert sorted(is_push(response) for _, response in found) == [False, True]
    with unchanged(world, feed):
        for ref, response in found:
            if is_push(response):
                line = enter_push(world.context, registered, response, ref)
                assert (line.outcome, line.new, line.is_gap) == ("changed", 0, False)
        enter_window(world.context, world.now - HOUR, world.now + HOUR)


def test_a_window_brings_back_what_was_pushed_in_it(world):
    feed = world.subscribed("messenger")
    world.serve(feed, [3])
    assert world.publish(feed) == 202
    with transaction(world.engine) as connection:
        for table in ("ops.ledger", "ops.feed_poll"):
            connection.exec_driver_sql(f"delete from {table} where feed_id = %s", (feed.feed_id,))
    lines = enter_window(world.context, world.now - HOUR, world.now + HOUR)
    entered = {line.new: line.is_gap for line in lines if line.url == feed.url}
    assert set(entered) == {3, 1}
    assert not entered[1]  # a push may hold only what is new
    assert world.entries(feed) == 4


def test_the_lease_is_renewed_well_before_its_end(world):
    world.rules(longest_lease=100_000)
    feed = world.subscribed("herald")
    first = world.row(feed)
    assert first.lease_until - first.verified_at == timedelta(seconds=100_000)
    while world.row(feed).lease_until == first.lease_until:
        world.now += HOUR
        assert world.now < first.verified_at + timedelta(seconds=78_000)
        asked = len(world.log(feed, "asked"))
        world.renew()
        if len(world.log(feed, "asked")) > asked:
            world.wait(lambda: world.row(feed).verified_at == world.now)
    assert world.row(feed).token == first.token
    assert len(world.log(feed, "asked")) == 2


def test_a_wrong_signature_changes_nothing_and_nobody_is_told(world):
    feed = world.subscribed("courier")
    world.rules(wrong_key=True)
    world.serve(feed, range(5))
    with unchanged(world, feed):
        assert world.publish(feed) == 202
        row = world.row(feed)
        assert (row.refused, row.refused_reason, row.pushes) == (1, "wrong_signature", 0)
        assert world.to_callback("POST", row.token, b"<feed/>").status == 202
        assert world.row(feed).refused_reason == "unsigned"
        assert world.push(feed, b"<html>Not to be found</html>") == 202
        assert world.row(feed).refused_reason == "not_a_feed"


def test_only_what_was_asked_for_is_confirmed(world):
    feed = world.subscribed("gazette")
    row = world.row(feed)
    right = {
        "hub.mode": "subscribe",
        "hub.topic": feed.url,
        "hub.challenge": "abc",
        "hub.lease_seconds": "60",
    }
    with unchanged(world, feed):
        for wrong in (
            {"hub.topic": feed.url + "?other"},
            {"hub.mode": "unsubscribe"},
            {"hub.mode": "denied", "hub.topic": "x"},
        ):
            query = "?" + urlencode(right | wrong)
            assert world.to_callback("GET", row.token, query=query).status == 404
        assert world.to_callback("GET", "x" * 43, query="?" + urlencode(right)).status == 404
        assert world.to_callback("POST", "x" * 43, b"<feed/>").status == 410
        assert world.to_callback("POST", "x", b"<feed/>").status == 404
    assert world.row(feed) == row
    answer = world.to_callback("GET", row.token, query="?" + urlencode(right))
    assert (answer.status, answer.body) == (200, b"abc")
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_hub_that_says_no_is_asked_again_after_a_week(world):
    feed = world.feed("bulletin")
    world.rules(deny=[feed.url])
    world.renew()
    world.wait(lambda: world.row(feed).state == "denied")
    assert world.row(feed).last_reason == "denied: not here"
    for _ in range(4):
        world.now += timedelta(days=1)
        world.renew()
    assert len(world.log(feed, "asked")) == 1
    world.rules()
    world.now += timedelta(days=4)
    world.renew()
    world.wait(lambda: world.row(feed).state == "active")


def test_where_the_lease_runs_out_the_feed_is_pulled_again(world):
    world.rules(longest_lease=4 * 3600)
    feed = world.subscribed("monitor", stories=60)
    world.rules(silent=[feed.url])
    world.now += timedelta(hours=3, minutes=30)
    world.renew()
    world.serve(feed, [60])
    assert world.publish(feed) == 202
    world.now += timedelta(minutes=20)
    assert world.state(feed).next_poll_at > world.now + HOUR
    world.now += timedelta(minutes=20)
    world.renew()
    assert world.row(feed).state in ("expired", "requested")
    assert world.state(feed).next_poll_at == world.now
    with transaction(world.engine) as connection:
        assert not subscriptions.pushed_feeds(connection, [feed.feed_id], world.now)
    world.serve(feed, range(2, 62))
    assert world.poll()[feed.url].new == 1


def test_a_push_repeated_adds_nothing(world):
    feed = world.subscribed("observer")
    body = document(feed, range(4))
    assert world.push(feed, body) == 202
    first = world.row(feed)
    with unchanged(world, feed):
        for _ in range(2):
            assert world.push(feed, body) == 202
    assert (world.row(feed).repeated, world.row(feed).pushes) == (2, 1)
    # After days it is archived once more, but proves nothing of the hub.
    world.now += timedelta(days=3)
    entries = world.entries(feed)
    assert world.push(feed, body) == 202
    row = world.row(feed)
    assert (world.entries(feed), row.pushes, row.pushed_at) == (entries, 2, first.pushed_at)


def test_a_body_too_long_is_refused_at_once_and_half_way(world):
    feed = world.subscribed("chronicle")
    token = world.row(feed).token
    with unchanged(world, feed):
        assert world.to_callback("POST", token, b"x" * (MOST_BYTES + 1)).status == 413
        pieces = (b"x" * 10_000 for _ in range(MOST_BYTES // 10_000 + 1))
        assert world.to_callback("POST", token, pieces, transfer_encoding="chunked").status == 413
        assert world.to_callback("POST", token, b"x", content_encoding="gzip").status == 415


def test_a_dead_hub_costs_nothing_and_is_left_for_the_next_one(world):
    living = f"http://127.0.0.1:{world.hub}/"
    feed = world.feed("sentinel", hubs=[f"http://127.0.0.1:{world.dead}/", living])
    failed = 0
    while (before := world.hub_of(feed)).hub != living:
        world.renew()
        row = world.row(feed)
        if row.failures > (before.failures or 0):
            assert (row.state, row.last_reason) == ("requested", "connect")
            failed += 1
        world.now += timedelta(hours=27)
        assert failed <= 6
    assert failed == 6
    world.wait(lambda: world.row(feed).state == "active")
    assert world.row(feed).failures == 0
    assert world.poll()[feed.url].outcome in ("changed", "same_body")


def test_a_feed_that_is_paused_is_given_back(world):
    feed = world.subscribed("standard")
    for state, mode, after in (("paused", "unsubscribe", "unsubscribed"), ("active", "subscribe", "active")):
        with transaction(world.engine) as connection:
            registry.set_state(connection, "standard.example", state)
        world.now += HOUR
        world.renew()
        world.wait(lambda wanted=after: world.row(feed).state == wanted)
        assert world.log(feed, "verified")[-1]["mode"] == mode
        if after == "unsubscribed":
            assert world.push(feed, document(feed, range(9))) == 410
    assert world.entries(feed) == 3


def test_a_flood_is_held_back(world):
    feed = world.subscribed("flood")
    row = world.row(feed)
    answers = [world.to_callback("POST", row.token, b"<feed/>") for _ in range(40)]
    held = [one for one in answers if one.status == 429]
    assert {one.status for one in answers} == {202, 429}
    assert len(held) >= 15
    assert all(int(one.headers["retry-after"]) >= 1 for one in held)
    assert world.row(feed).refused == 40 - len(held)
    # Nor does another token each time help.
    answers = [world.to_callback("POST", str(number), b"<feed/>").status for number in range(260)]
    assert set(answers) == {404, 429}
