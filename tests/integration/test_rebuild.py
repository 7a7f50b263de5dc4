"""The warehouse made again from the archive alone: the same tables, hash for hash."""

import hashlib
import hmac
import random
from datetime import timedelta

import pytest

from pipeline.fetch.archive import Scope
from pipeline.flow.pushing import receive_push
from pipeline.flow.rebuilding import rebuild
from pipeline.warehouse import archived
from pipeline.warehouse.engine import transaction
from tests.conftest import empty_database
from tests.integration.conftest import Run
from tests.integration.test_sitemaps import index, sitemap
from tests.integration.wire import START, Wire, rss
from tests.newsroom import World, serve
from tests.newsroom.web import Answer, html, not_found

DAY = 24


@pytest.fixture
def empty(warehouse_server):
    """Empty warehouses beside the archive of a run."""
    opened = []

    def beside(run):
        database = empty_database(warehouse_server)
        other = Run(run.server, database.__enter__(), run.folder)
        other.now = run.now
        opened.append((other, database))
        return other

    yield beside
    for other, database in opened:
        other.close()
        database.__exit__(None, None, None)


def live(run, *hours):
    for hour in hours:
        run.now = START + timedelta(hours=hour)
        run.server.set_time(run.now)
        run.hour()


def differing(one, other):
    before, after = one.hashes(), other.hashes()
    return {name for name in before if before[name] != after[name]}


def test_a_newsroom_lived_through_comes_back(make_run, empty):
    world = World(stories=30, publishers=5, start=START, days=2)
    with serve(world, at=START) as server:
        run = make_run(server)
        live(run, 26, 54, 8 * DAY)
        requests = len(server.requests)
        other = empty(run)
        done = rebuild(other.context, jobs=1)
        assert len(server.requests) == requests
        assert (done.attached.unknown, done.attached.refusals, done.attached.damaged) == (0, 0, set())
        assert done.ingest.revisited > 0
        assert differing(run, other) == set()
        assert other.conserved() == []


def page(name, more=""):
    dice = random.Random(name)
    words = "council harbour bridge evening voted engineers repairs spring debate market storm budget".split()
    text = " ".join(f"The {' '.join(dice.choices(words, k=9))} of {name}." for _ in range(12))
    return html(
        f"<title>Bridge {name} opens</title><article><h1>Bridge {name} opens</h1><p>{text} {more}</p></article>"
    )


def answer(host, path, _headers, hours):
    """Feeds that share stories, an index of sitemaps, and pages that fail in each way."""
    if host == "b.example" and path.endswith(".xml"):
        return {"/index.xml": index(b_example__map=-1), "/map.xml": sitemap(1, 2, host=host)}.get(
            path, not_found()
        )
    number = path.strip("/").removesuffix(".xml")
    match number:
        case "feed":
            return rss(*range(1, 9), host=host)
        case "second":
            return rss(1, 2, 12, host=host)
        case "3":
            return Answer(410)
        case "4":
            return html("<h1>Not here</h1>" * 90, 404)
        case "5":
            return Answer(503) if hours < 1 else page(number)
        case "6":
            return html("<title>House</title><div id='app'></div>")
        case "7":
            return page(number, "Work starts in May." if hours >= DAY else "")
        case "8":
            return page(number) if hours < DAY else Answer(404)
        case "9":
            return Answer(500, {}, b"broken " * 300)
    return page(f"{host} {number}")


def push(run, feed, body):
    """What a hub brings of a feed that it is subscribed to."""
    run.rows(
        "insert into ops.subscription (feed_id, state, hub, topic, token, secret, looked_at) "
        f"select feed_id, 'active', 'https://hub.example/', url, 'token', 'secret', now() from news.feed where url = '{feed}' "
        "returning 1"
    )
    run.now += timedelta(minutes=7)
    signature = "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature": signature, "content-type": "application/rss+xml"}
    assert receive_push(run.context, "token", headers, body).new == 2


def test_failures_repeats_pushes_and_sitemaps_come_back_too(make_run, empty):
    feed = "http://a.example/feed.xml"
    wire = Wire(
        answer, feed, "http://a.example/second.xml", "http://b.example/index.xml", offline=["gone.example"]
    )
    with serve(wire, at=START) as server:
        run = make_run(server)
        live(run, 0)
        more = rss(9, 10, host="a.example").body.replace(b"http://a.example/10", b"http://gone.example/10")
        push(run, feed, more)
        live(run, 1, 2, 3, DAY + 1, DAY + 3, 8 * DAY)
        states = run.rows("select state, reason, duplicate_method from ops.ledger order by 1, 2, 3")
        assert {state for state, _, _ in states} == {"loaded", "duplicate", "rejected", "waiting"}
        assert {"http_410", "http_404", "not_an_article", "http_500", "connect"} <= {
            reason for _, reason, _ in states
        }
        looks = run.rows("select outcome, count(*) from ops.revisit group by 1 order by 1")
        assert {"changed", "gone", "unchanged"} <= {outcome for outcome, _ in looks}

        # Stopped half way, and gone on with by two processes.
        other = empty(run)

        def stop(step, count):
            if step == "load":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rebuild(other.context, jobs=1, progress=stop)
        rebuild(other.context, jobs=2)
        assert differing(run, other) == set()
        assert other.conserved() == []
        assert other.rows("select outcome, count(*) from ops.revisit group by 1 order by 1") == looks
        with transaction(other.engine) as connection:
            later = run.now + timedelta(days=4000)
            known = archived.references(connection, Scope())
            alone = list(run.context.archive.verify(now=later, known=known))
        assert {str(one) for one in alone if "page" in str(one)} == set()

        # Of a whole warehouse nothing changes; and live runs go on in it as in the first.
        before = other.hashes()
        rebuild(other.context, jobs=1)
        assert other.hashes() == before
