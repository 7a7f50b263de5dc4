"""Feeds over weeks of virtual time, by real HTTP: what is asked, what is adopted, who is left alone, what is alarmed."""

from collections import Counter
from datetime import timedelta

from pipeline.flow.run import poll_shard
from pipeline.flow.window import enter_window
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.reports import alarms
from tests.integration.wire import START, Wire, rss
from tests.newsroom.web import Answer, html, not_found, redirect


def state(run):
    return run.rows("select * from ops.feed_state order by feed_id")[0]


def kinds(run):
    with transaction(run.engine) as connection:
        return Counter(alarm.kind for alarm in alarms(connection))


def stories(run):
    return {key for (key,) in run.rows("select entry ->> 'guid' from ops.ledger")}


def test_a_feed_that_moved_for_good_is_adopted_found_in_replay_and_given_up_when_it_ends(poll):
    """Rows 19 and 20: adopted after five polls over two days; undone when the new address stops being a feed."""
    old, new = "http://a.example/rss", "http://b.example/feed"

    def answer(host, path, headers, hours):
        if host == "a.example":
            return redirect(new, 301) if hours < 100 else rss(1, 2, 3, 90)
        return rss(1, 2, int(hours)) if hours < 100 else html("<h1>This domain is for sale</h1>")

    run, at = poll(Wire(answer, old, others=["b.example"]))
    hours = (0, 12, 24, 36, 48, 60)  # at the first nothing is known yet: it shows nothing
    asked = [[one.url for one in at(hour)[1]] for hour in hours]
    assert asked == [[old, new]] * 6
    assert [one.url for one in at(72)[1]] == [new]
    assert kinds(run) == {"moved": 1}
    assert run.rows("select url from news.feed") == [(old,)]
    known = run.hashes()
    assert {line.new for line in enter_window(run.context, START, START + timedelta(hours=99))} == {0}
    assert run.hashes() == known
    (line,), _ = at(101)
    assert (line.outcome, line.reason) == ("failed", "not_a_feed")
    (line,), requests = at(102)
    assert ([one.url for one in requests], line.new) == ([old], 2)
    assert state(run).adopted_url is None
    assert run.conserved() == []


def test_a_page_in_place_of_a_feed_that_moved_leads_to_it(poll):
    """Row 19, autodiscovery: the old address is a page now, and names the new feed among others."""
    old, new = "http://a.example/rss", "http://a.example/feed.xml"
    links = "".join(
        f"<link rel='alternate' type='application/rss+xml' href='{path}'>"
        for path in ("/comments", "/feed.xml")
    )

    def answer(host, path, headers, hours):
        if path == "/feed.xml":
            return rss(1, 2, int(hours))
        if path == "/rss":
            return html(f"<title>Gazette</title>{links}<p>We have moved.</p>") if hours else rss(1, 2)
        return not_found()

    run, at = poll(Wire(answer, old))
    asked = [[one.url for one in at(hour)[1]] for hour in (0, *range(12, 133, 12))]
    assert asked[:2] == [[old], [old]]
    assert asked[-1] == [new]
    assert state(run).adopted_url == new
    assert run.rows("select url from news.feed") == [(old,)]
    assert {"a.example-1", "a.example-2", "a.example-132"} <= stories(run)
    assert run.conserved() == []


def test_a_false_304_is_found_out_and_validators_are_no_longer_sent(poll):
    """Row 26 (liferea#940, #1555; rss-fetcher turned conditional requests off because of it)."""

    def answer(host, path, headers, hours):
        if "if-none-match" in headers:
            return Answer(304, {"ETag": '"always"'})
        latest = int(hours) + 20
        return rss(*range(latest - 19, latest + 1), ETag='"always"')

    run, at = poll(Wire(answer, "http://a.example/rss"))
    for hour in range(0, 40, 4):
        at(hour)
    assert state(run).validators_lie_until is not None
    assert kinds(run)["false_304"] == 1
    assert len(stories(run)) == 36 + 20
    assert all("if-none-match" not in one.headers for hour in (40, 44) for one in at(hour)[1])
    assert run.rows("select bool_or(is_false_304), bool_or(is_conditional) from ops.feed_poll") == [
        (True, True)
    ]


def test_a_304_of_an_honest_server_costs_no_document(poll):
    def answer(host, path, headers, hours):
        return Answer(304) if headers.get("if-none-match") == 'W/"x"' else rss(*range(20), ETag='W/"x"')

    run, at = poll(Wire(answer, "http://a.example/rss"))
    outcomes = [at(half / 2)[0][0].outcome for half in range(7)]
    assert outcomes[0] == "changed"
    assert outcomes.count("unchanged") >= 2
    assert set(outcomes[1:]) <= {"unchanged", "same_body"}
    assert state(run).etag == 'W/"x"'


def test_a_429_mutes_its_feed_and_three_in_a_row_the_host(poll):
    """Rows 22 and 23 (reader#376; FreshRSS#7870): each Retry-After is the feed's own, several are the host's."""
    feeds = [f"http://a.example/{number}" for number in range(6)]

    def answer(host, path, headers, hours):
        number = int(path[1:])
        if host == "b.example" or (number > 0 and hours < 2):
            return rss(number, host=host)
        return (
            Answer(429, {"Retry-After": "7200"})
            if number or hours >= 2
            else Answer(503, {"Retry-After": "Sun, 01 Mar 2026 05:00:00 GMT"})
        )

    run, at = poll(Wire(answer, *feeds, "http://b.example/7"))
    lines, _ = at(0)
    assert Counter(line.reason for line in lines) == {None: 6, "http_503": 1}
    assert run.rows("select free_at from ops.host_slot where free_at is not null") == []
    (until,) = run.rows(
        "select s.next_poll_at from ops.feed_state s join news.feed f using (feed_id) where right(f.url, 2) = '/0'"
    )
    assert until[0] >= START + timedelta(hours=5)
    lines, _ = at(3)
    assert Counter(line.reason for line in lines)["http_429"] == 6
    (free,) = run.rows("select free_at from ops.host_slot where host = 'a.example'")
    assert START + timedelta(hours=5) <= free[0] <= START + timedelta(hours=6)
    lines, requests = at(4)
    assert {line.url for line in lines} == {"http://b.example/7"}
    assert {one.url for one in requests} == {"http://b.example/7"}


def test_pages_of_a_host_that_wants_to_be_left_alone_wait_with_a_reason(poll):
    from pipeline.flow.ingesting import ingest_pending

    def answer(host, path, headers, hours):
        if hours < 1:
            return rss(path[-1], host=host)
        return Answer(429, {"Retry-After": "3600"})

    run, at = poll(
        Wire(
            answer,
            "http://a.example/feed",
            "http://a.example/f2",
            "http://a.example/f3",
            "http://a.example/f4",
        )
    )
    at(0)
    at(1)
    assert run.rows("select free_at is not null from ops.host_slot where host = 'a.example'") == [(True,)]
    asked = len(run.server.requests)
    ingest_pending(run.context)
    assert len(run.server.requests) == asked
    assert run.rows("select distinct state, reason, tries from ops.ledger") == [("waiting", "host_paused", 0)]


def test_a_dead_http_host_is_asked_over_https(poll):
    """Row 21: NewsBlur PR#2132."""
    old = "http://a.example/rss"

    def answer(host, path, headers, hours):
        if hours < 1:
            return rss(1, 2)
        return rss(1, 2, int(hours))

    run, at = poll(Wire(answer, old), tls=True)
    at(0)
    plain = run.settings.resolve_file.read_text()
    dead = f"a.example:80 127.0.0.1:{run.server._closed.getsockname()[1]}\n"  # a port that refuses
    run.settings.resolve_file.write_text(
        "".join(
            dead if line.startswith("a.example:80 ") else line for line in plain.splitlines(keepends=True)
        )
    )
    reasons = [at(hour)[0][0].reason for hour in (10, 11, 12)]
    assert reasons == ["connect"] * 3
    lines, requests = at(13)
    assert (lines[0].outcome, [one.url for one in requests]) == ("changed", ["https://a.example/rss"])
    for hour in (26, 39, 52, 65):
        at(hour)
    assert state(run).adopted_url == "https://a.example/rss"
    assert run.conserved() == []


def test_a_feed_that_says_gone_is_muted_and_asked_again_after_a_month(poll):
    def answer(host, path, headers, hours):
        return rss(1, int(hours)) if hours < 1 or hours > 600 else Answer(410)

    run, at = poll(Wire(answer, "http://a.example/rss"))
    at(0)
    at(24)
    assert kinds(run) == {"gone": 1}
    assert at(24 * 20, every=False) == ([], [])
    lines, _ = at(24 * 36, every=False)
    assert [line.new for line in lines] == [1]
    assert kinds(run) == {}


def test_lost_stories_are_a_gap_and_an_alarm(poll):
    """Rows 15 and 17: a document of which nothing is known means that stories went by unseen."""

    def answer(host, path, headers, hours):
        return rss(*range(int(hours) * 5, int(hours) * 5 + 20))

    run, at = poll(Wire(answer, "http://a.example/rss"))
    assert [at(hour)[0][0].is_gap for hour in (0, 1, 30)] == [False, False, True]
    assert kinds(run) == {"gap": 1}


def test_two_pollers_at_once_ask_each_feed_once(poll):
    from concurrent.futures import ThreadPoolExecutor

    feeds = [f"http://h{number}.example/rss" for number in range(40)]
    run, _ = poll(Wire(lambda host, *_: rss(1, host=host), *feeds))
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: poll_shard(run.context), range(2)))
    assert sorted(line.url for lines in both for line in lines) == sorted(feeds)
    asked = Counter(one.url for one in run.server.requests if one.url.endswith("/rss"))
    assert asked == dict.fromkeys(feeds, 1)
    assert run.rows("select count(*) from ops.feed_state where lease_worker is not null") == [(0,)]
