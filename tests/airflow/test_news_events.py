"""The DAG news_events under the real scheduler, triggerer and API server: whatever comes is ingested in seconds."""

import hashlib
import hmac
import json
import socket
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, make_url, text

from pipeline.fetch import Archive
from pipeline.flow.context import Context
from pipeline.flow.run import poll_shard
from pipeline.settings import Settings
from pipeline.warehouse import registry, schema, server
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.tables import SUBSCRIPTION
from tests.newsroom.press import Press

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]  # all four share one start of Airflow

DAG = Path(__file__).resolve().parents[2] / "dags" / "news_events.py"
EVERY_TEN_MINUTES, ONCE_A_YEAR = '"*/10 * * * *"', '"0 0 1 1 *"'
FEEDS = 60


@pytest.fixture(scope="module")
def events(module_airflow, module_database_url):
    """Sixty feeds, and Airflow with no DAG but news_events, which nothing but an event sets to work."""
    own = make_url(module_database_url)
    with Press(FEEDS) as press, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        variables = {
            "DATELINE_WAREHOUSE_URL": "",
            "DATELINE_SHARDS": "2",
            "DATELINE_WATCH_ROUND_SECONDS": "1",
            "DATELINE_WEBSUB_CALLBACK": f"http://127.0.0.1:{port}",
            # Sixty writers at once are too many for SQLite; and the warehouse's server is stopped here.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": rendered(own, "postgresql+psycopg2"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": rendered(own, "postgresql+psycopg"),
        }
        airflow = module_airflow(**variables)
        variables = press.environment(airflow.data_dir)
        airflow.variables.update(variables)
        engine = open_warehouse(server.start(airflow.data_dir).url, pooled=False)
        schema.migrate(engine)
        with transaction(engine) as connection:
            registry.sync(connection, press.sources())
        dags = airflow.data_dir / "dags"
        dags.mkdir()
        code = DAG.read_text()
        assert EVERY_TEN_MINUTES in code
        (dags / "news_events.py").write_text(code.replace(EVERY_TEN_MINUTES, ONCE_A_YEAR))
        up = airflow.call("up", "--port", port, "--dags", dags, timeout=420)
        assert up.returncode == 0, up.stdout + up.stderr
        settings = Settings(
            data_dir=airflow.data_dir,
            resolve_file=variables["DATELINE_RESOLVE_FILE"],
            allowed_addresses=variables["DATELINE_ALLOWED_ADDRESSES"],
        )
        context = Context(engine, Archive(settings.archive_location), settings)
        yield SimpleNamespace(press=press, airflow=airflow, engine=engine, port=port, context=context)
        engine.dispose()


def rendered(url, driver):
    return url.set(drivername=driver).render_as_string(hide_password=False).replace("%2F", "/")


def count(events, sql):
    with transaction(events.engine) as connection:
        return connection.execute(text(sql)).scalar_one()


def wait(events, is_so, seconds=200):
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            states = "select state || ' ' || count(*) from ops.ledger group by state"
            log = (events.airflow.home / "standalone.log").read_text()
            raise AssertionError(f"it did not come: {count(events, states)}\n{log[-3000:]}")
        time.sleep(0.1)


def settled(events, stories):
    """True once so many stories are in, and nothing is pending."""
    pending = "select count(*) from ops.ledger where state in ('discovered', 'fetched', 'waiting')"
    return count(events, "select count(*) from news.article") == stories and not count(events, pending)


def api(events, path, body=None):
    data = json.dumps(body).encode() if body else None
    url = f"http://127.0.0.1:{events.port}/api/v2{path}"
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def make_due(events, feed):
    with transaction(events.engine) as connection:
        at = "update ops.feed_state set next_poll_at = now() where feed_id = (select feed_id from news.feed where url = :url)"
        connection.execute(text(at), {"url": f"{events.press.base(feed)}/feed"})


def test_what_is_published_is_a_row_without_an_hourly_run(events):
    wait(events, lambda: settled(events, FEEDS))  # the stories that the feeds began with
    url = events.press.publish(3)
    make_due(events, 3)
    wait(events, lambda: settled(events, FEEDS + 1))
    assert count(events, f"select count(*) from news.article where url = '{url}'") == 1
    assert {one["dag_id"] for one in api(events, "/dags")["dags"]} == {"news_events"}


def test_the_warehouse_may_go_and_come_back(events):
    stories = count(events, "select count(*) from news.article")
    server.stop(events.airflow.data_dir)
    time.sleep(3)  # a round of each watcher at least
    server.start(events.airflow.data_dir)
    events.press.publish(4)
    make_due(events, 4)
    wait(events, lambda: settled(events, stories + 1))
    wait(events, lambda: count(events, "select min(failed_rounds) from ops.watcher") > 0)


def test_eight_events_at_once_strand_nothing(events):
    stories = count(events, "select count(*) from news.article")
    for feed in range(8):
        events.press.publish(feed)
    assert sum(line.new for line in poll_shard(events.context, every=True)) == 8
    (asset,) = api(events, "/assets?name_pattern=dateline_entries")["assets"]
    with ThreadPoolExecutor(8) as threads:
        body = {"asset_id": asset["id"], "extra": {"new": 1}}
        list(threads.map(lambda _: api(events, "/assets/events", body), range(8)))
    wait(events, lambda: settled(events, stories + 8))


def test_sixty_pushes_at_once_strand_nothing(events):
    stories = count(events, "select count(*) from news.article")
    with transaction(events.engine) as connection:
        feeds = connection.execute(text("select feed_id, url from news.feed")).all()
        connection.execute(insert(SUBSCRIPTION), [subscribed(feed) for feed in feeds])
    for feed in range(FEEDS):
        events.press.publish(feed)

    def push(feed):
        body = events.press.document(int(feed.url.split("/")[-2][1:]))
        signature = "sha256=" + hmac.new(b"key", body, hashlib.sha256).hexdigest()
        url = f"http://127.0.0.1:{events.port}/dateline/websub/{token(feed)}"
        request = urllib.request.Request(url, body, {"X-Hub-Signature": signature})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status

    with ThreadPoolExecutor(FEEDS) as threads:
        assert set(threads.map(push, feeds)) == {202}
    assert count(events, "select count(*) from ops.subscription where pushes = 1") == FEEDS
    wait(events, lambda: settled(events, stories + FEEDS))


def token(feed):
    return feed.feed_id.hex.ljust(43, "0")


def subscribed(feed):
    now = datetime.now(UTC)
    return {
        "feed_id": feed.feed_id,
        "state": "active",
        "hub": "http://hub.example/",
        "topic": feed.url,
        "token": token(feed),
        "secret": "key",
        "asked": "subscribe",
        "verified_at": now,
        "lease_until": now + timedelta(days=1),
        "looked_at": now,
    }
