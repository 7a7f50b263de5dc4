"""The newsroom pages over a real warehouse that the newsroom's publishers filled, asked as a browser asks."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from dateline_newsroom.app import create_app
from fastapi import HTTPException, Request
from fastapi.testclient import TestClient

from pipeline.errors import SettingsError
from pipeline.flow.window import enter_window
from pipeline.warehouse import alarms, backfills, pages, pages_history
from pipeline.warehouse.backfills import Planned, Scope, Step
from pipeline.warehouse.claims import claim_to_fetch
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.leases import worker
from pipeline.warehouse.watchers import Round, Trouble, record_round, record_trouble
from tests.plugins.world import filled

NOW = datetime(2026, 3, 4, 18, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
OWN = {"sec-fetch-site": "same-origin"}
VOID = {"meta", "link", "input", "br", "img", "path", "circle", "line", "rect"}


@pytest.fixture(scope="module")
def run(module_database_url, tmp_path_factory):
    """Two days of the newsroom."""
    run = filled(module_database_url, tmp_path_factory.mktemp("newsroom"), NOW, stories=70, polls=(20, 1))
    with transaction(run.engine) as connection:
        alarms.review(connection, NOW - timedelta(minutes=20))
    yield run
    run.close()


def client_of(warehouse, rights=("read", "write"), now=NOW):
    """A client of the pages whose user has these rights; with none, nobody is signed in."""

    def guard(right):
        def may(request: Request):
            if not rights:
                raise HTTPException(401, "Not authenticated")
            if right not in rights:
                raise HTTPException(403, "Forbidden")

        return may

    app = create_app(warehouse, may_read=guard("read"), may_write=guard("write"), clock=lambda: now)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture(scope="module")
def client(run):
    return client_of(lambda: run.engine)


def one(run, sql):
    (row,) = run.rows(sql + " limit 1")
    return row


class Shape(HTMLParser):
    """Whether elements are closed in order, and what stands in them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.faults, self.tags, self.urls, self.ids = [], [], [], [], []
        self.feed(text)
        self.faults += [f"{tag} is not closed" for tag in self.open]

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append((tag, given))
        self.urls += [given[name] for name in ("href", "src", "action") if given.get(name)]
        self.ids += [given["id"]] if "id" in given else []
        self.faults += ["an inline style, which the policy forbids"] if "style" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def count(self, tag):
        return sum(name == tag for name, _ in self.tags)


def paths(run):
    feed, story = (
        one(run, "select feed_id from news.feed")[0],
        one(run, "select story_id from news.article")[0],
    )
    ailing = one(run, "select feed_id from ops.alarm")[0]
    return [
        "/", "/feeds", f"/feeds/{feed}", f"/feeds/{ailing}", "/alarms", "/alarms?over=true", "/stories",
        f"/stories/{story}", "/ledger", "/history",
    ]  # fmt: skip


def test_each_page_is_sound_whole_and_its_own(client, run):
    for path in paths(run):
        answer = client.get(path)
        assert answer.status_code == 200, path
        shape = Shape(answer.text)
        assert shape.faults == [], path
        assert len(shape.ids) == len(set(shape.ids)), path
        assert (shape.count("main"), shape.count("h1"), shape.count("title")) == (1, 1, shape.count("title"))
        assert not [
            url for url in shape.urls if "//" in url and ".example/" not in url and "data:image" not in url
        ]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        labels = {given.get("for") for tag, given in shape.tags if tag == "label"}
        named = {
            given.get("id")
            for tag, given in shape.tags
            if tag in ("input", "select") and given.get("type") != "hidden"
        }
        assert named <= labels, path


def test_every_route_wants_a_login_and_the_retry_a_right(run):
    stranger, reader = (
        client_of(lambda: run.engine, rights=()),
        client_of(lambda: run.engine, rights=("read",)),
    )
    asked = [(method, re.sub(r"{\w+}", str(uuid.uuid4()), path)) for method, path in routes(stranger.app)]
    pages = {"/", "/feeds", "/alarms", "/stories", "/ledger", "/ledger/retry", "/history"}
    assert {path for _, path in asked} >= pages
    for method, path in asked:
        assert stranger.request(method, path).status_code == 401, path
    form = {"before": NOW.isoformat(), "reason": "http_404"}
    assert reader.post("/ledger/retry", data=form, headers=OWN).status_code == 403
    for described in ("/docs", "/redoc", "/openapi.json"):
        assert reader.get(described).status_code == 404


def routes(app):
    """Method and path of every route, those of routers within it too."""
    found, left = [], list(app.routes)
    while left:
        route = left.pop()
        inner = getattr(route, "original_router", None)
        left += inner.routes if inner else []
        found += [(method, route.path) for method in getattr(route, "methods", None) or ()]
    return found


def test_the_overview_counts_what_is_there(client, run):
    text = client.get("/").text
    stories = one(
        run,
        f"select count(*) from news.article where published_at >= '{NOW:%Y-%m-%d %H}:00+00'::timestamptz - interval '47 hours'",
    )[0]
    drawn = sum(
        int(number.replace(",", ""))
        for number in re.findall(r'<rect class="c\d"[^>]*><title>[^<]*?: ([\d,]+), \w{3} ', text)
    )
    assert drawn == stories > 30
    assert "nothing is lost" in text
    place, number = one(
        run,
        "select p.name, count(*) from news.article a join news.article_place p using (story_id) "
        f"where p.rel = 'located' and p.lat is not null and a.published_at >= '{NOW - timedelta(hours=47)}' "
        "group by p.name, p.country, p.lat, p.lon order by 2 desc, 1",
    )
    assert f"<title>{place}: {number} stor" in text


def test_a_loss_is_shown(run):
    feed, polled_at = one(run, "select feed_id, polled_at from ops.feed_poll where new_entries > 0")

    def count_more(entries):
        with transaction(run.engine) as connection:
            connection.exec_driver_sql(
                "update ops.feed_poll set new_entries = new_entries + %s where feed_id = %s and polled_at = %s",
                (entries, feed, polled_at),
            )

    count_more(1)
    try:
        looker = client_of(lambda: run.engine)
        assert "✗ 1 feed does not add up" in looker.get("/").text
        assert "Feeds that do not add up" in looker.get("/ledger").text
    finally:
        count_more(-1)
    assert run.conserved() == []


def test_a_backfill_is_seen_while_it_runs(run):
    """A moment in two windows counts once, and a window counts when all its shares are done."""
    client = client_of(lambda: run.engine)
    day = NOW.replace(hour=0, minute=0) - timedelta(days=1)
    assert 'id="backfill"' not in client.get("/history").text
    run.now = NOW - timedelta(minutes=3)
    enter_window(run.context, day, day + timedelta(hours=6))
    enter_window(run.context, day + timedelta(hours=5), day + timedelta(hours=8))
    enter_window(run.context, day + timedelta(hours=12), day + timedelta(hours=13), shard=0, of=2)
    with pages.reading(run.engine) as connection:
        told = pages_history.history(connection, NOW)
    assert (told.backfill.windows, told.backfill.complete) == (3, 2)
    assert told.backfill.new == 0  # the ledger had it all
    assert {one.day: one.replayed_hours for one in told.days if one.replayed_hours} == {day.date(): 8.0}
    shown = client.get("/history").text
    assert "8 of 24" in shown
    assert "the others lack a share" in shown
    enter_window(run.context, day + timedelta(hours=12), day + timedelta(hours=13), shard=1, of=2)
    assert "9 of 24" in client.get("/history").text


def test_walks_through_the_past_are_seen_with_what_is_left_and_what_feeds_missed(run):
    client = client_of(lambda: run.engine)
    since = datetime(2017, 12, 1, tzinfo=UTC)
    scope = Scope(since, since + timedelta(days=31))
    sources = [source for (source,) in run.rows("select source_id from news.source order by domain limit 2")]
    walks = [Planned(source, place, 0) for source in sources for place in ("sitemap", "wayback")]
    begun = NOW - timedelta(minutes=10)
    with transaction(run.engine) as connection, worker(run.engine) as number:
        backfills.plan(connection, scope.since, scope.until, walks)
        for cursor in (None, "later"):
            walk = backfills.claim(connection, number, scope, begun)
            backfills.advance(connection, walk, Step(cursor, documents=4, found=31, new=30), NOW)
        connection.exec_driver_sql(
            f"update ops.backfill set lease_until = '{NOW + HOUR}' where cursor = 'later'"
        )
        connection.exec_driver_sql(
            "insert into ops.reconciliation select '2026-03-03Z', '2026-03-04Z', source_id, 8, 6, 2, 0.25, 0, now() "
            "from news.source order by domain limit 1"
        )
    with pages.reading(run.engine) as connection:
        (told,) = pages_history.backfill_progress(connection, NOW)
    assert (told.done, told.left, told.documents, told.found) == (1, 3, 8, 62)
    assert told.seconds_left == pytest.approx(1800)
    shown = " ".join(client.get("/history").text.split())
    assert "about 30 min left" in shown
    assert "1 / 4" in shown
    assert "25 %" in shown


def test_watchers_are_shown_and_a_late_one_is_told(run):
    client = client_of(lambda: run.engine)
    with transaction(run.engine) as connection:
        for shard, minutes in ((0, 1), (1, 30)):
            at = NOW - timedelta(minutes=minutes)
            record_round(connection, Round(shard, 2, at, seconds=0.4, feeds=7, failed=1, new=1))
    shown = " ".join(client.get("/").text.split())
    assert shown.count(">late<") == 1
    assert "7 feeds due" in shown
    assert "1 new entry, 1 failed" in shown


def test_a_watcher_whose_rounds_fail_says_why(run):
    with transaction(run.engine) as connection:
        record_round(connection, Round(0, 3, NOW - timedelta(minutes=9), seconds=0.4))
        record_trouble(connection, 0, 3, Trouble(2, NOW - timedelta(minutes=1), "WarehouseDown: <gone>"))
        record_trouble(connection, 1, 3, Trouble(1, NOW - timedelta(minutes=1), "SettingsError: none"))
        record_trouble(connection, 2, 3, Trouble(1, NOW - timedelta(minutes=5), "over"))
        record_round(connection, Round(2, 3, NOW - timedelta(seconds=30), seconds=0.4))
    shown = " ".join(client_of(lambda: run.engine).get("/").text.split())
    assert "2 rounds failed" in shown
    assert "WarehouseDown: &lt;gone&gt;" in shown
    assert "SettingsError: none" in shown
    assert ": over" not in shown
    with transaction(run.engine) as connection:
        connection.exec_driver_sql('delete from ops.watcher where "of" = 3')


def test_alarms_are_shown_filtered_and_told_apart_from_those_that_are_over(run):
    client = client_of(lambda: run.engine)
    failing = run.rows("select feed_id, words from ops.alarm where kind = 'failing'")
    shown = client.get("/alarms", params={"kind": "failing"}).text
    assert (
        {uuid.UUID(found) for found in re.findall(r'/feeds/([0-9a-f-]{36})"', shown)}
        == {feed for feed, _ in failing}
        != set()
    )
    assert "not yet" in shown
    feed, words = failing[0]
    assert words in client.get(f"/feeds/{feed}").text
    assert words in client.get("/").text
    assert "None was over" in client.get("/alarms?over=true").text
    named = {"q": one(run, f"select url from news.feed where feed_id = '{feed}'")[0]}
    assert client.get("/alarms", params=named).text.count('data-name="Alarm"') == 1
    assert "No alarm is like that" in client.get("/alarms", params={"q": "100%_"}).text
    with transaction(run.engine) as connection:
        words = "scheduled__1 hangs"
        alarms.note_late_run(
            connection, alarms.OpenAlarm("news_hourly", "late_run", NOW, NOW - HOUR, words, None, None)
        )
        alarms.mark_told(connection, alarms.untold(connection), NOW)
    late = client.get("/alarms", params={"kind": "late_run"}).text
    assert "<b>news_hourly</b>" in late
    assert "scheduled__1 hangs" in late
    assert "not yet" not in late
    with transaction(run.engine) as connection:
        alarms.note_ended_run(connection, "news_hourly", NOW)
    assert "scheduled__1 hangs" not in client.get("/alarms").text
    assert "scheduled__1 hangs" in client.get("/alarms?over=true").text


def test_each_kind_of_alarm_has_its_words(run):
    from dateline_newsroom.words import ALARM_WORDS

    (comment,) = one(run, "select obj_description('ops.feed_alarm'::regclass)")
    kinds = re.split(r", | or ", comment.partition("kind: ")[2].partition(";")[0])
    assert {*kinds, "late_run"} == set(ALARM_WORDS)


def test_feeds_are_filtered_sorted_and_paged(client, run):
    failing = client.get("/feeds", params={"health": "failing"}).text
    known = {row[0] for row in run.rows("select feed_id from ops.feed_state where last_reason is not null")}
    assert {uuid.UUID(found) for found in re.findall(r'/feeds/([0-9a-f-]{36})"', failing)} == known != set()
    assert "takes a connection" in failing
    for sort in ("health", "source", "news", "next", "interval", "gaps", "nonsense'; drop table news.feed"):
        for order in ("asc", "desc"):
            assert client.get("/feeds", params={"sort": sort, "order": order}).status_code == 200
    named = client.get("/feeds", params={"q": "harbourpost"}).text
    assert named.count('data-name="Health"') == 3
    assert "No feed is like that" in client.get("/feeds", params={"q": "100%_"}).text
    assert "No feed is like that" in client.get("/feeds", params={"page": 900}).text
    assert client.get("/feeds", params={"page": 0}).status_code == 422


def test_stories_come_newest_first_and_each_once(client):
    seen, path = [], "/stories?live=false"
    while path:
        text = client.get(path).text
        seen += re.findall(r'<li id="s([0-9a-f-]+)"', text)
        following = re.search(r'href="(/stories\?before=[^"]+)"', text)
        path = following[1].replace("&amp;", "&") if following else None
    assert len(seen) == len(set(seen)) > 40
    some = client.get("/stories?q=HARBOURpost").text
    assert set(re.findall(r'<p class="when"><b>([^<]+)', some)) == {"Harbour Post"}
    live = client.get("/stories").text
    assert 'data-live="10"' in live
    assert 'http-equiv="refresh"' in live
    assert 'data-live="' not in client.get("/stories?live=false").text


def test_a_story_shows_its_evidence(client, run):
    story, evidence, method, raw = one(
        run,
        "select a.story_id, a.published_evidence, a.published_method, d.raw from news.article a "
        "join news.article_dateline d using (story_id) join news.article_place p using (story_id) "
        "where a.published_at is not null and a.published_evidence !~ '[<>&''\"]' and d.raw !~ '[<>&''\"]'",
    )
    text = client.get(f"/stories/{story}").text
    assert f"<q>{evidence}</q>" in text
    assert f"<code>{method}</code>" in text
    assert f"<q>{raw}</q>" in text
    copied = one(
        run,
        "select story_id from news.story_cluster c where (select count(*) from news.story_cluster o "
        "where o.cluster_id = c.cluster_id) > 1",
    )[0]
    assert "None is known" not in client.get(f"/stories/{copied}").text


def test_a_change_is_shown_by_its_words(client, run):
    version, story, _at = one(
        run,
        "select v.version_id, v.story_id, v.captured_at from news.article_version v "
        "where not exists (select from news.article_change c where c.version_id = v.version_id)",
    )
    with transaction(run.engine) as connection:
        connection.exec_driver_sql(
            "insert into news.article_change values (%s, 'headline', %s, 1, 2, 'The [-old-] {+new <b>+} bridge')",
            (version, version),
        )
    text = client.get(f"/stories/{story}").text
    assert "The <del>old</del> <ins>new &lt;b&gt;</ins> bridge" in text


def test_a_retry_sets_pending_once_and_keeps_the_law(client, run):
    feed, entry = one(
        run,
        "select feed_id, entry_key from ops.ledger where state = 'rejected' and starts_with(reason, 'http_')",
    )
    form = {"before": NOW.isoformat(), "feed_id": str(feed), "entry_key": entry}
    first = client.post("/ledger/retry", data=form, headers=OWN)
    assert (first.status_code, first.headers["location"]) == (303, "/ledger?retried=1")
    assert "1 entry is pending again" in client.get(first.headers["location"]).text
    assert one(
        run, f"select state, reason, tries from ops.ledger where feed_id = '{feed}' and entry_key = '{entry}'"
    ) == (
        "discovered",
        None,
        0,
    )
    assert client.post("/ledger/retry", data=form, headers=OWN).headers["location"].endswith("retried=0")
    assert run.conserved() == []
    with transaction(run.engine) as connection:
        taken_up = claim_to_fetch(connection, 1, 100, NOW)
    assert (feed, entry) in {(claim.feed_id, claim.entry_key) for claim in taken_up}
    every = {"before": NOW.isoformat(), "reason": "not_an_article"}
    (count,) = one(
        run, "select count(*) from ops.ledger where state = 'rejected' and reason = 'not_an_article'"
    )
    early = {**every, "before": (NOW - timedelta(days=3)).isoformat()}
    assert client.post("/ledger/retry", data=early, headers=OWN).headers["location"].endswith("retried=0")
    assert (
        client.post("/ledger/retry", data=every, headers=OWN).headers["location"].endswith(f"retried={count}")
    )
    assert run.conserved() == []


@pytest.mark.parametrize(
    "said",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"cookie": "_token=stolen"},
    ],
    ids=["cross-site", "sister site", "origin", "sandbox", "cookie alone"],
)
def test_a_form_of_another_site_changes_nothing(client, run, said):
    before = run.rows("select count(*) from ops.ledger where state = 'rejected'")
    answer = client.post("/ledger/retry", data={"before": NOW.isoformat()}, headers=said)
    assert answer.status_code == 403
    assert run.rows("select count(*) from ops.ledger where state = 'rejected'") == before


def test_what_is_not_there_says_so(client):
    for path in (f"/feeds/{uuid.uuid4()}", f"/stories/{uuid.uuid4()}", "/nowhere"):
        assert client.get(path).status_code == 404
    assert client.get("/stories/seven").status_code == 422


def test_without_a_warehouse_the_page_says_what_to_set():
    def none():
        raise SettingsError("no warehouse: set DATELINE_WAREHOUSE_URL")

    answer = client_of(none).get("/")
    assert answer.status_code == 503
    assert "set DATELINE_WAREHOUSE_URL" in answer.text


def test_a_warehouse_without_schema_or_away_says_what_to_do(database_url):
    empty = open_warehouse(database_url, pooled=False)
    answer = client_of(lambda: empty).get("/feeds")
    assert (answer.status_code, "dateline migrate" in answer.text) == (503, True)
    away = open_warehouse("postgresql://nobody@127.0.0.1:1/none", pooled=False)
    answer = client_of(lambda: away).get("/feeds")
    assert (answer.status_code, "is it running" in answer.text) == (503, True)
