"""Which entry is which story, by real polls: over moves of a feed, GUIDs used twice, and GUIDs that change."""

import random
from datetime import timedelta
from email.utils import format_datetime

import pytest

from pipeline.flow.ingesting import ingest_pending
from pipeline.flow.window import enter_window
from tests.integration.wire import START, Wire
from tests.newsroom.web import Answer, html, redirect

FEED = "http://gazette.example/rss"
WORDS = (
    "council harbour bridge evening residents engineers repairs spring debate fishermen market school river "
    "storm budget mayor ferry island winter teachers harvest railway station tunnel lighthouse orchard"
).split()


def text(name, count=60):
    """A text of that name's own."""
    return " ".join(random.Random(name).choices(WORDS, k=count)).capitalize() + "."


def item(guid, link, headline, hour=None, words=None):
    said = {
        "guid": guid,
        "link": link,
        "title": headline,
        "pubDate": None if hour is None else format_datetime(START + timedelta(hours=hour, minutes=17)),
        "description": words,
    }
    return "".join(f"<{name}>{value}</{name}>" for name, value in said.items() if value is not None)


def rss(*items):
    held = "".join(f"<item>{one}</item>" for one in items)
    body = f"<rss version='2.0'><channel><title>Gazette</title>{held}</channel></rss>"
    return Answer(200, {"Content-Type": "application/rss+xml"}, body.encode())


def page(path):
    """A page with a text of its address's own, whatever stands in the query."""
    name = path.partition("?")[0]
    return html(
        f"<title>{name}</title><article><h1>Story at {name}</h1><p>{text(name)}</p><p>{text(name * 2)}</p></article>"
    )


class Printing(Wire):
    """A house whose feeds, by address, hold these items from some hour on; every other address is a page."""

    def __init__(self, *feeds, feed_only=False, moved=lambda _url, _hours: None, others=()):
        super().__init__(
            self._page, *sorted({url.replace("https:", "http:") for url, _, _ in feeds}), others=others
        )
        self._documents, self._feed_only, self._moved = feeds, feed_only, moved

    def _page(self, host, path, _headers, hours):
        url = f"http://{host}{path}"
        if to := self._moved(url, hours):
            return redirect(to, 301)
        held = [items for feed, since, items in self._documents if feed == url and since <= hours]
        return rss(*held[-1]) if held else page(path)

    def sources(self):
        return [one | {"feed_only": self._feed_only} for one in super().sources()]


@pytest.fixture
def told(poll):
    """Polls and ingests a house at these hours; per hour how many entries were new, and the run."""

    def tell(house, *hours, **options):
        run, at = poll(house, **options)
        new = []
        for hour in hours:
            lines, _ = at(hour)
            assert [line.reason for line in lines] == [None] * len(lines)
            ingest_pending(run.context)
            new.append(sum(line.new for line in lines))
        assert run.conserved() == []
        return new, run

    return tell


def stories(run):
    """The paths of the stories that there are."""
    return run.rows("select regexp_replace(url, '^https?://[^/]+', '') from news.article order by 1")


def paths(*wanted):
    return [(path,) for path in sorted(wanted)]


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize("permalink", [True, False], ids=["address", "number"])
def test_a_guid_survives_https_www_and_another_host(told, dated, permalink):
    """A house moves, its GUIDs and links with it: at first to https, then behind www, then to another domain."""
    homes = {0: "http://gazette.example", 12: "http://www.gazette.example", 24: "http://herald.example"}

    def document(home, hour):
        return [
            item(
                f"{home}/story/bridge-stays-{n}" if permalink else f"{n}",
                f"{home}/story/bridge-stays-{n}",
                f"Story {n}",
                n if dated else None,
            )
            for n in range(1, 5 + bool(hour))
        ]

    def moved(url, hours):
        now = [home for hour, home in homes.items() if hour <= hours][-1]
        home, path = url[: url.index("/", 8)], url[url.index("/", 8) :]
        return None if home == now else now + path

    feeds = [(f"{home}/rss", hour, document(home, hour)) for hour, home in homes.items()]
    house = Printing(*feeds, moved=moved)
    house.sources = lambda: [{"name": "Gazette", "domain": "gazette.example", "feeds": [FEED]}]
    new, run = told(house, 0, 12, 24)
    assert new == [4, 1, 0]
    assert stories(run) == paths(*(f"/story/bridge-stays-{n}" for n in range(1, 6)))
    assert run.rows("select sum(tries) from ops.ledger") == [(5,)]


def test_guids_that_stay_behind_on_the_old_host_cost_requests_and_no_story(told):
    """The house moves, its GUIDs are addresses of the old one for ever: nothing is told twice."""
    old, new_home = "http://gazette.example", "http://herald.example"
    before = [
        item(f"{old}/story/bridge-stays-{n}", f"{old}/story/bridge-stays-{n}", f"Story {n}", n)
        for n in range(1, 5)
    ]
    after = [
        item(f"{old}/story/bridge-stays-{n}", f"{new_home}/story/bridge-stays-{n}", f"Story {n}", n)
        for n in range(1, 6)
    ]

    def moved(url, hours):
        return url.replace(old, new_home) if hours >= 12 and url.startswith(old) else None

    house = Printing((FEED, 0, before), (f"{new_home}/rss", 12, after), moved=moved)
    house.sources = lambda: [{"name": "Gazette", "domain": "gazette.example", "feeds": [FEED]}]
    _, run = told(house, 0, 12, 14)
    assert stories(run) == paths(*(f"/story/bridge-stays-{n}" for n in range(1, 6)))
    assert run.rows("select count(*) from ops.ledger where state = 'loaded'") == [(5,)]


def test_a_guid_that_is_used_twice_stands_for_two_stories_on_every_day(told):
    """In one document, and again on a later day for a third story; each of them is told once."""
    quay, mill, tram = (
        item("7", f"http://gazette.example/{name}", "Notice", hour)
        for name, hour in (("quay", 1), ("mill", 2), ("tram", 30))
    )
    other = item("8", "http://gazette.example/ferry", "Ferry", 3)
    house = Printing(
        (FEED, 0, [quay, mill, other]),
        (FEED, 48, [tram, other]),
        (FEED, 72, [tram, mill]),
        (FEED, 84, [mill, other]),
    )
    new, run = told(house, 0, 12, 48, 60, 72, 84)
    # Alone in its document on one day and beside others on the next, the third one is seen to repeat itself.
    assert new == [3, 0, 1, 0, 1, 0]
    assert stories(run) == paths("/quay", "/mill", "/tram", "/ferry")
    assert run.rows("select state, count(*), sum(tries) from ops.ledger group by 1 order by 1") == [
        ("duplicate", 1, 0),
        ("loaded", 4, 4),
    ]


@pytest.mark.parametrize("link", ["/quay?utm_source=rss", "/quay?v=2"], ids=["same link", "new link"])
def test_a_guid_that_changes_leaves_the_story_what_it_was(told, link):
    """A system is replaced: every entry has a new GUID, and a parameter that was not there."""
    home, words = "http://gazette.example", "The council keeps the old bridge open until the end of May."
    before = item("tag:gazette,1", f"{home}/quay", "Bridge stays", 1, words)
    after = item("tag:herald,901", f"{home}{link}", "Bridge stays", 1, words)
    template = [
        item(
            f"tag:{n}",
            f"{home}/weather/{n}",
            "Weather",
            24 * n,
            "Rain in the north, sun in the south of the land.",
        )
        for n in range(2)
    ]
    house = Printing((FEED, 0, [before, template[0]]), (FEED, 24, [after, template[1]]))
    new, run = told(house, 0, 24, 30)
    assert new == [2, 2, 0]
    assert stories(run) == paths("/quay", "/weather/0", "/weather/1")
    assert run.rows("select state from ops.ledger where entry ->> 'guid' = 'tag:herald,901'") == [
        ("duplicate",)
    ]


def test_one_guid_in_two_feeds_is_one_story_only_where_the_feeds_say_so(told):
    """Two feeds of a house count from 1 each; and one item of both has an address in each section."""
    home, other = "http://gazette.example", "http://gazette.example/sport.rss"
    top = [
        item("1", f"{home}/quay", "Notice", 1),
        item("2", f"{home}/w/1", "Weather", 2),
        item("3", f"{home}/top/final", "Final", 3),
    ]
    sport = [
        item("1", f"{home}/match", "Match", 1),
        item("2", f"{home}/w/2", "Weather", 26),
        item("3", f"{home}/sport/final", "Final", 3),
    ]
    new, run = told(Printing((FEED, 0, top), (other, 24, sport)), 24, 30)
    assert new == [6, 0]
    (once,) = [path for (path,) in stories(run) if path.endswith("final")]
    assert stories(run) == paths("/quay", "/match", "/w/1", "/w/2", once)


def test_an_edit_that_is_taken_back_leaves_the_first_text_on_show(poll):
    """The entry is the story: no page tells which of its texts holds, only what the feed says last."""
    first, second = (item("1", "http://gazette.example/1", "Bridge", 1, text(turn, 20)) for turn in "ab")
    turns = {0: first, 12: second, 24: first, 36: first}
    others = {
        hour: item(str(hour), f"http://gazette.example/n{hour}", f"Story {hour}", hour, text(str(hour), 20))
        for hour in turns
    }
    feeds = [(FEED, hour, [turns[hour], others[hour]]) for hour in turns]
    run, at = poll(Printing(*feeds, feed_only=True))
    shown = []
    for hour in turns:
        at(hour)
        ingest_pending(run.context)
        shown += run.rows(
            "select body, fetched_at from news.article join news.article_body using (version_id) where url like '%%/1'"
        )
    assert [body for body, _ in shown] == [text(turn, 20) for turn in "abaa"]
    assert [received for _, received in shown] == [START + timedelta(hours=hour) for hour in turns]
    versions = "select captured_at from news.article_version join news.article using (story_id) where url like '%%/1'"
    assert run.rows(f"{versions} order by 1") == [(START,), (START + timedelta(hours=12),)]
    known = run.hashes()
    enter_window(run.context, START, START + timedelta(hours=99))
    ingest_pending(run.context)
    assert run.hashes() == known
    assert run.conserved() == []
