"""Second looks at stories over real HTTP: a day and a week later some have changed, moved or gone."""

import random
from datetime import timedelta

import pytest

from pipeline.warehouse.engine import transaction
from pipeline.warehouse.revisits import claim_due
from tests.newsroom import serve
from tests.newsroom.web import Answer, html, not_found, redirect

HOST = "gazette.example"
NAMES = ("steady", "edited", "twice", "renamed", "swept", "gone", "back", "flaky", "walled")
WORDS = (
    "council harbour bridge evening voted residents engineers repairs spring debate fishermen market school "
    "river storm budget mayor ferry island winter teachers harvest railway station tunnel lighthouse orchard"
).split()


def sentences(name, count=8):
    """A text of that name's own."""
    dice = random.Random(name)
    return " ".join(
        f"The {' '.join(dice.sample(WORDS, 5))} of {name} {' '.join(dice.sample(WORDS, 6))}."
        for _ in range(count)
    )


def page(name, more="", headline=None):
    headline = headline or f"Bridge of {name} stays open"
    return html(
        f"<title>{headline}</title><meta property='article:published_time' content='2026-01-01T08:00:00+00:00'>"
        f"<article><h1>{headline}</h1><p>{sentences(name)} {more}</p><p>{sentences(name + name)}</p></article>"
    )


class Gazette:
    """A house whose pages change with the clock."""

    def __init__(self, start):
        self.end = start
        self.start = start

    def hosts(self):
        return [HOST]

    def offline_hosts(self):
        return []

    def sources(self):
        return [{"name": "Gazette", "domain": HOST, "feeds": [f"http://{HOST}/feed.xml"]}]

    def answer(self, request, at, earlier):
        day = (at - self.start) // timedelta(days=1)
        name = request.target.strip("/")
        if name == "feed.xml":
            items = "".join(f"<item><link>http://{HOST}/{one}</link></item>" for one in NAMES)
            feed = f"<rss version='2.0'><channel><title>Gazette</title>{items}</channel></rss>"
            return Answer(200, {"Content-Type": "application/rss+xml"}, feed.encode())
        return getattr(self, f"_{name}".replace("-", "_"), lambda *_: page(name))(day, earlier)

    def _edited(self, day, _):
        return page("edited", "Work starts in May." if day else "")

    def _twice(self, day, _):
        return page("twice", f"Update {day}.", f"Bridge of twice: update {day // 7}")

    def _renamed(self, day, _):
        return redirect("/renamed-bridge") if day else page("renamed")

    def _renamed_bridge(self, _day, _):
        return page("renamed")

    def _swept(self, day, _):
        return redirect("/steady") if day else page("swept")

    def _gone(self, day, _):
        return not_found() if day else page("gone")

    def _back(self, day, _):
        return Answer(410, {}, b"") if day == 1 else page("back")

    def _flaky(self, day, earlier):
        return Answer(503, {}, b"") if earlier in {1, 2} else page("flaky")

    def _walled(self, day, _):
        return html("<title>Gazette</title><div id='app'></div>") if day else page("walled")


@pytest.fixture
def run(make_run, tmp_path):
    from datetime import UTC, datetime

    start = datetime(2026, 1, 1, tzinfo=UTC)
    with serve(Gazette(start)) as server:
        made = make_run(server)
        made.hour()
        made.start = start
        yield made


def at(run, **delta):
    run.now = run.start + timedelta(**delta)
    run.server.set_time(run.now)
    return run.hour()[1]


def outcomes(run, turn):
    rows = run.rows(
        "select split_part(a.url, '/', 4), r.outcome, r.reason from ops.revisit r "
        f"join news.article a using (story_id) where turn = {turn}"
    )
    return {name: (outcome, reason) for name, outcome, reason in rows}


def test_what_changed_moved_and_went_is_kept(run):
    assert run.rows("select count(*) from ops.revisit where outcome is null") == [(2 * len(NAMES),)]
    assert at(run, hours=23).revisited == 0
    before = run.hashes()
    report = at(run, days=1)
    assert (report.revisited, report.changed) == (len(NAMES), 2)
    expected = dict.fromkeys(("steady", "renamed"), ("unchanged", None)) | {
        "edited": ("changed", None),
        "twice": ("changed", None),
        "swept": ("moved", None),
        "gone": ("gone", "http_404"),
        "back": ("gone", "http_410"),
        "flaky": (None, "http_503"),
    }
    found = outcomes(run, 1)
    walled = found.pop("walled")
    assert found == expected
    assert walled[0] == "not_an_article"
    assert walled[1].startswith("not_an_article")
    after = run.hashes()
    assert {name for name in after if after[name] != before[name]} <= {
        "news.article",
        "news.article_body",
        "news.article_change",
        "news.article_field_candidate",
        "news.article_timestamp",
        "news.article_version",
        "news.story_alias",
        "news.story_cluster",
        "news.story_edge",
    }
    assert at(run, days=1, minutes=5).revisited == 0

    at(run, days=1, hours=2)
    at(run, days=1, hours=8)
    assert outcomes(run, 1)["flaky"] == ("unchanged", None)
    assert at(run, days=7, hours=9).revisited == len(NAMES)
    assert outcomes(run, 2)["back"] == ("unchanged", None)
    assert outcomes(run, 2)["twice"] == ("changed", None)
    assert run.conserved() == []
    assert run.rows("select count(*) from news.article") == [(len(NAMES),)]


def test_each_version_says_what_it_changed(run):
    for delta in ({"days": 1}, {"days": 7, "hours": 9}):
        at(run, **delta)
    versions = dict(
        run.rows(
            "select split_part(a.url, '/', 4), count(*) from news.article_version v join news.article a "
            "using (story_id) group by 1 having count(*) > 1"
        )
    )
    assert versions == {"edited": 2, "twice": 3}
    changes = run.rows(
        "select split_part(a.url, '/', 4), c.field, c.diff from news.article_change c "
        "join news.article_version v using (version_id) join news.article a using (story_id) "
        "order by 1, v.captured_at, 2"
    )
    assert [change[:2] for change in changes] == [
        ("edited", "body"),
        ("twice", "body"),
        ("twice", "body"),
        ("twice", "headline"),
    ]
    assert "{+Work starts in May." in changes[0][2]
    assert changes[3][2] == "Bridge of twice: update [-0-] {+1+}"
    # The row of the story is the page received last, its first sight and address those of the entry.
    current = run.rows(
        "select headline, first_seen_at, fetched_at, a.version_id = (select version_id from news.article_version v "
        "where v.story_id = a.story_id order by captured_at desc limit 1) from news.article a where split_part(a.url, '/', 4) = 'twice'"
    )
    assert current[0][0] == "Bridge of twice: update 1"
    assert current[0][1] == run.start
    assert current[0][2] == run.start + timedelta(days=7, hours=9)
    assert current[0][3]


def test_another_address_of_a_story_leads_to_it(run):
    at(run, days=1)
    rows = run.rows("select a.url, s.method from news.story_alias s join news.article a using (story_id)")
    assert rows == [(f"http://{HOST}/renamed", "redirect")]
    assert run.rows("select final_url from news.article where split_part(url, '/', 4) = 'renamed'") == [
        (f"http://{HOST}/renamed-bridge",)
    ]


def test_looks_that_come_too_late_are_said_to_be_missed(run):
    report = at(run, days=8)
    assert report.revisited == len(NAMES)
    assert {outcome for outcome, _ in outcomes(run, 1).values()} == {"missed"}
    at(run, days=8, hours=2)
    at(run, days=8, hours=8)
    assert not any(outcome is None for outcome, _ in outcomes(run, 2).values())
    requests = len(run.server.requests)
    assert at(run, days=60).revisited == 0
    assert len(run.server.requests) <= requests + 2  # the feed, and its host's robots.txt


def test_who_claims_looks_waits_for_nobody_who_answers_one(run):
    """A worker that ends some as missed, while another one writes answers in an order of its own, could meet it crosswise."""
    run.now = run.start + timedelta(days=8)
    with transaction(run.engine) as answering, transaction(run.engine) as claiming:
        locked = "select story_id from ops.revisit where turn = 1 order by story_id limit 3 for update"
        held = {story for (story,) in answering.exec_driver_sql(locked)}
        claiming.exec_driver_sql("set local lock_timeout = '2s'")
        assert len(claim_due(claiming, 1, 99, run.now)) == len(NAMES)
    missed = "select story_id from ops.revisit where turn = 1 and outcome = 'missed'"
    assert len(run.rows(missed)) == len(NAMES) - len(held)
    assert {story for (story,) in run.rows(missed)}.isdisjoint(held)


def test_an_earlier_page_that_is_loaded_again_changes_nothing(run):
    at(run, days=1)
    before = run.hashes()
    run.rows("update ops.ledger set state = 'fetched', story_id = null, duplicate_method = null returning 1")
    at(run, days=1, hours=1)
    assert run.hashes() == before
