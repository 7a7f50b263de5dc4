"""Windows of the past: all that still exists is found, whatever the order and whoever is interrupted, and told once."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipeline.flow.backfilling import DOORS, backfill_window
from pipeline.flow.history import reconcile_window, walk_share
from pipeline.flow.ingesting import ingest_pending
from pipeline.warehouse.backfills import Scope, lines, told_outside
from pipeline.warehouse.engine import transaction
from tests.integration.conftest import Run
from tests.newsroom import Past, World, serve, warcs, web

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2022, 1, 1, tzinfo=UTC)
WINDOW = datetime(2022, 1, 8, tzinfo=UTC), datetime(2022, 1, 18, tzinfo=UTC)
"""Of which the feeds show nothing any more."""
VIA = ("feed_pages", "sitemap", "archive_pages", "wayback")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def past():
    return Past(World(publishers=2, stories=40, start=START, days=60))


@pytest.fixture
def run(past, make_run):
    with serve(past) as server:
        made = make_run(server)
        made.now = past.end
        yield made


def walked(run, since, until, **scope):
    """A window walked and ingested; the report."""
    report = backfill_window(run.context, Scope(since, until, **scope))
    ingest_pending(run.context)
    return report


def tables(run):
    """The stories, and how each entry ended. Which of two entries of one story is its owner may differ: all are due."""
    hashes = {name: value for name, value in run.hashes().items() if name.startswith("news.")}
    query = "select url, state in ('loaded', 'duplicate'), reason from ops.ledger where state <> 'waiting' order by 1, 2, 3"
    return hashes, run.rows(query)


def addresses(run):
    """Addresses under which stories were loaded, and those of entries that ended otherwise, by state."""
    rows = run.rows("select url, final_url, canonical_url from news.article")
    loaded = {address for row in rows for address in row}
    return loaded | {url for (url,) in run.rows("select url from ops.ledger where state = 'duplicate'")}


def asked_documents(run, since=0):
    """Requests for documents of the past, by address: all that are no pages of stories."""
    pages = {url for (url,) in run.rows("select url from ops.fetch")}
    return Counter(
        one.url
        for one in run.server.requests[since:]
        if one.url not in pages and urlsplit(one.url).path != "/robots.txt"
    )


@pytest.fixture(scope="module")
def at_once(past, module_database_url, tmp_path_factory):
    """The window walked at once, after a live hour: what all others must come to."""
    with serve(past) as server:
        run = Run(server, module_database_url, tmp_path_factory.mktemp("window"))
        run.now = past.end
        run.hour()
        report = walked(run, *WINDOW)
        yield run, report, tables(run)
        run.close()


def test_a_window_gives_all_that_any_place_still_has(past, at_once):
    run, report, _ = at_once
    assert report.open == 0
    assert report.new > 0
    assert run.conserved() == []
    truth = {told.number: told for told in past.world.truth(past.end)}
    expected = {number for via in VIA for number in past.found_by(via, *WINDOW)}
    loaded = addresses(run)
    missing = [
        number
        for number in expected
        if truth[number].outcome == "loaded"
        and not loaded & {truth[number].canonical_url, *truth[number].urls}
    ]
    assert len(expected) > 4
    assert missing == []


def test_what_turns_out_to_be_of_another_time_is_kept_and_told(at_once):
    """Sitemaps without dates list stories of all days."""
    run, _, _ = at_once
    since, until = WINDOW
    kept = run.rows(f"""
        select count(distinct a.story_id) from news.article a join ops.ledger l using (story_id)
        join news.feed f on f.feed_id = l.feed_id and f.state = 'past'
        where l.state = 'loaded' and not (a.published_at >= '{since}' and a.published_at < '{until}')
    """)
    with transaction(run.engine) as connection:
        told = told_outside(connection, Scope(*WINDOW), run.now)
    assert told == kept[0][0] > 0


def test_a_page_that_is_gone_is_read_from_its_copy_and_says_so(past, at_once):
    run, _, _ = at_once
    down = [story for story in past.world.stories if past.is_gone(story, past.end)]
    taken_down = {past.address(story) for story in down}
    found = past.found_by("wayback", *WINDOW)
    gone = {past.address(story) for story in down if story.number in found}
    told = run.rows("""
        select a.url, v.archived_by, v.captured_at, a.published_at, f.copy_url, f.archived_by
        from news.article a join news.article_version v using (story_id)
        join ops.ledger l on l.story_id = a.story_id and l.state = 'loaded' join ops.fetch f using (fetch_id)
        where v.archived_by is not null
    """)
    assert gone
    assert gone <= {row.url for row in told} <= taken_down
    for url, archive, captured_at, published_at, copy_url, fetched_from in told:
        assert archive == fetched_from
        assert "web.archive.example" in archive
        assert url in copy_url
        # The archive received it a day after it appeared, long before we asked.
        assert published_at is None or abs(captured_at - published_at - DAY) < timedelta(minutes=2)
        assert captured_at < run.now - 20 * DAY


def test_a_story_that_was_read_while_it_stood_has_no_version_from_its_copy(past, run):
    down = {past.address(story) for story in past.world.stories if past.is_gone(story, past.end)}
    run.now = START + 15 * DAY
    run.server.set_time(run.now)
    run.hour()
    read = down & {url for (url,) in run.rows("select url from news.article")}
    assert read
    run.now = past.end
    run.server.set_time(run.now)
    walked(run, *WINDOW, places=("wayback",))
    versions = run.rows(
        "select a.url, v.archived_by from news.article_version v join news.article a using (story_id)"
    )
    assert sorted(row for row in versions if row.url in read) == sorted((url, None) for url in read)


def test_the_same_window_again_asks_for_nothing_and_changes_nothing(at_once):
    run, _, before = at_once
    asked = len(run.server.requests)
    assert walked(run, *WINDOW).documents == 0
    assert len(run.server.requests) == asked
    assert tables(run) == before


def test_days_in_any_order_among_live_hours_give_the_same_tables(run, at_once):
    _, _, expected = at_once
    chance = random.Random(8)
    days = [WINDOW[0] + DAY * number for number in range((WINDOW[1] - WINDOW[0]).days)]
    chance.shuffle(days)
    run.hour()
    for number, day in enumerate(days):
        backfill_window(run.context, Scope(day, day + DAY))
        if number % 4 == 2:
            run.hour()
    ingest_pending(run.context)
    assert run.conserved() == []
    assert tables(run) == expected


def test_a_document_serves_each_day_of_its_month(run):
    for number in range(4):
        day = WINDOW[0] + DAY * number
        backfill_window(run.context, Scope(day, day + DAY, places=("sitemap",)))
    repeated = {url: count for url, count in asked_documents(run).items() if count > 1}
    assert repeated == {}


def start(run):
    moments = (one.isoformat() for one in (run.now, *WINDOW))
    command = [sys.executable, "-m", "tests.integration.killed_backfill", run.url, str(run.folder)]
    return subprocess.Popen([*command, run.settings.allowed_addresses, *moments], cwd=ROOT)


def test_killed_at_random_and_gone_on_with_it_is_the_same(run, at_once, at_full_length):
    _, _, expected = at_once
    run.hour()
    chance, killed = random.Random(5), 0
    for _ in range(30 if at_full_length else 3):
        worker, mark = start(run), chance.choice((2, 8, 20))
        for _ in range(3000):
            if worker.poll() is not None:
                break
            if run.rows("select coalesce(sum(documents), 0) from ops.backfill")[0][0] >= mark:
                time.sleep(chance.uniform(0, 1.0))
                break
            time.sleep(0.02)
        worker.kill()
        killed += worker.wait() < 0
    assert start(run).wait(180) == 0
    assert killed
    assert run.conserved() == []
    assert tables(run) == expected
    unfinished = run.rows("select count(*) from ops.backfill where state not in ('done', 'failed')")
    assert unfinished == [(0,)]


def test_several_at_once_share_the_work(run):
    """Each document is asked for once, whoever asks."""
    scope = Scope(*WINDOW, places=DOORS)
    with_faults = []

    def work():
        try:
            backfill_window(run.context, scope)
        except Exception as error:  # noqa: BLE001 - told below
            with_faults.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert with_faults == []
    with transaction(run.engine) as connection:
        assert {line.state for line in lines(connection, scope)} == {"done"}
    assert run.conserved() == []
    repeated = [url for (url, count) in asked_documents(run).items() if count > 1]
    assert repeated == []


def test_a_place_waits_for_the_next_day_when_its_requests_are_spent(past, make_run):
    with serve(past) as server:
        run = make_run(server, history_requests_per_day=4)
        run.now = past.end
        scope = Scope(*WINDOW, places=("sitemap", "archive_pages"))
        for day in range(60):
            report = backfill_window(run.context, scope if day == 0 else Scope())
            if not report.open:
                break
            assert report.waiting_until == run.now.replace(hour=0, minute=0) + DAY
            assert any("daily_limit" in fault for fault in report.faults)
            run.now = report.waiting_until
        assert 2 < day < 59
        assert run.rows("select max(requests) from ops.history_quota") == [(4,)]
        with transaction(run.engine) as connection:
            assert {line.state for line in lines(connection, scope)} == {"done"}


def test_pages_found_in_the_past_count_for_their_host_too(past, make_run):
    with serve(past) as server:
        run = make_run(server, history_requests_per_day=8)
        run.now = past.end
        backfill_window(run.context, Scope(*WINDOW, places=("sitemap",)))
        ingest_pending(run.context)
        counted = run.rows("select subject, requests from ops.history_quota")
        assert max(requests for _, requests in counted) == 8
        held = run.rows("select count(*), min(waiting_until) from ops.ledger where reason = 'daily_limit'")
        assert held[0][0] > 0
        run.now = held[0][1]
        before = run.rows("select count(*) from news.article")[0][0]
        ingest_pending(run.context)
        assert run.rows("select count(*) from news.article")[0][0] > before


def test_what_no_feed_brought_is_fetched_and_counted(past, run):
    """Three weeks, polled once in their midst."""
    since = past.world.start + 10 * DAY
    share = {"shard": 0, "of": 1, "since": since.isoformat(), "until": (since + 21 * DAY).isoformat()}
    share |= {"live": True, "again": False, "sources": [], "via": []}
    run.server.set_time(since + 12 * DAY)
    run.now = since + 12 * DAY
    run.hour()
    listed = run.rows("select count(*) from news.article")[0][0]
    run.server.set_time(past.end)
    run.now = past.end
    told = walk_share(run.context, share)
    assert told["window"]["open"] == 0
    ingest_pending(run.context)
    assert run.conserved() == []
    assert run.rows("select count(*) from news.article")[0][0] > listed
    counted = reconcile_window(run.context, share)
    rows = run.rows("select stories, by_feeds, missed, missed_share from ops.reconciliation")
    assert counted == {"stories": sum(row.stories for row in rows), "missed": sum(row.missed for row in rows)}
    assert 0 < counted["missed"] < counted["stories"]
    assert all(row.stories == row.by_feeds + row.missed for row in rows)
    assert all(row.missed_share == (row.missed / row.stories if row.stories else None) for row in rows)
    assert walk_share(run.context, share)["window"]["documents"] == 0


def test_news_warcs_are_read_as_a_place_among_others(make_run, tmp_path):
    world = World(publishers=2, stories=40, start=START, days=60)
    past = Past(world, warcs=tmp_path / "warcs")
    warcs.write(past, tmp_path / "warcs")
    with serve(past) as server:
        run = make_run(server)
        run.now = past.end
        report = walked(run, *WINDOW, places=("news_warc",))
        assert (report.open, report.faults) == (0, [])
        assert report.new > 0
        assert run.conserved() == []
        told = run.rows("select count(*), count(archived_by), max(captured_at) from news.article_version")
        assert told[0][0] == told[0][1] > 0
        assert told[0][2] < WINDOW[1]
        assert walked(run, *WINDOW, places=("news_warc",)).documents == 0


class Ailing:
    """A house whose sitemap is out of service at first, and whose second one never comes."""

    end = datetime(2022, 3, 1, tzinfo=UTC)

    def hosts(self):
        return ["gazette.example"]

    def offline_hosts(self):
        return []

    def sources(self):
        home = "http://gazette.example"
        places = [{"via": "sitemap", "url": f"{home}/{name}.xml"} for name in ("ill", "dead")]
        return [
            {"name": "Gazette", "domain": "gazette.example", "feeds": [f"{home}/feed"], "history": places}
        ]

    def answer(self, request, at, earlier):
        if request.target == "/ill.xml" and earlier > 0:
            entries = "".join(
                f"<url><loc>http://gazette.example/{day}</loc><lastmod>2022-01-{day}</lastmod></url>"
                for day in (10, 12, 25)
            )
            body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
            return web.Answer(200, {"Content-Type": "application/xml"}, body.encode())
        if request.target in {"/ill.xml", "/dead.xml"}:
            return web.Answer(503, {"Retry-After": "120"})
        return web.not_found()


def test_what_fails_for_now_waits_and_is_passed_over_in_the_end(make_run):
    with serve(Ailing()) as server:
        run = make_run(server)
        run.now = Ailing.end
        report = backfill_window(run.context, Scope(*WINDOW))
        assert report.open == 2
        assert run.now + timedelta(minutes=2) <= report.waiting_until <= run.now + timedelta(minutes=5)
        assert all("http_503" in fault for fault in report.faults)
        assert backfill_window(run.context, Scope(*WINDOW)).requests == 0
        for _ in range(6):
            run.later(hours=8)
            report = backfill_window(run.context, Scope())
        assert report.open == 0
        rows = run.rows("select place, state, found, reason from ops.backfill order by 1")
        assert rows[0] == ("sitemap", "done", 3, "http_503")
        assert rows[1][:2] == ("sitemap 2", "failed")
        assert run.conserved() == []
