"""What is asked of a feed, what follows from the answer, and how the lanes share the feeds."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.flow.feedqueue import LANES_A_HOST, FeedQueue
from pipeline.flow.judging import DISTRUST, Answered, Question, judge, question
from pipeline.poll import Pace
from pipeline.poll.moves import Address
from pipeline.records import ArchiveRef, Entry, Failure, ParsedFeed, Response, Source
from pipeline.warehouse.feeds import RegisteredFeed
from pipeline.warehouse.feedstate import FeedState

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://herald.example/rss"
PACE = Pace(stories=50.0, days=10.0, window_entries=20)
KNOWN = FeedState(
    etag='W/"a"',
    last_modified="Sat, 01 Jan 2041 00:00:00 GMT",
    validators_url=URL,
    body_digest="sha256:0",
    last_polled_at=NOW - timedelta(hours=1),
    last_success_at=NOW - timedelta(hours=1),
    last_news_at=NOW - timedelta(hours=5),
    pace=PACE,
)


def feed(state=KNOWN, **changes):
    source = Source("Herald", "herald.example", feeds=(URL,))
    return RegisteredFeed(uuid.UUID(int=1), uuid.UUID(int=2), URL, source, replace(state, **changes))


def document(count=20, **changes):
    entries = tuple(Entry(f"k{n}", f"g{n}", f"https://herald.example/{n}") for n in range(count))
    return ParsedFeed(entries, "rss20", **changes)


def reply(status=200, *, url=URL, at=NOW, redirects=(), **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(url, redirects[-1][1] if redirects else url, status, named, b"<rss/>", at, redirects)


def judged(answer, *, state=KNOWN, known=20, read=None, asked=None, **options):
    one = feed(state)
    archived = ArchiveRef("feed", 0, 1, "sha256:1") if read else None
    return judge(
        Answered(one, asked or question(one, NOW), answer, archived, read), known=known, now=NOW, **options
    )


def refused(reason="http_503", **more):
    return Failure(URL, "transient", reason, fetched_at=NOW, **more)


# -- validators ---------------------------------------------------------------------


def test_validators_go_back_as_they_came_a_date_in_2041_too():
    """Row 4 (FreshRSS#1020: Last-Modified 2041); 1b: ETag and Last-Modified both, where rss-fetcher sends one."""
    assert question(feed(), NOW) == Question(URL, 'W/"a"', "Sat, 01 Jan 2041 00:00:00 GMT")
    after = judged(reply(304)).state
    assert (after.etag, after.last_modified) == (KNOWN.etag, KNOWN.last_modified)


def test_validators_are_saved_also_when_the_body_is_the_same():
    """Row 26: feedbin#726 kept the old ETag and asked for the whole feed for ever."""
    after = judged(reply(etag='"b"')).state
    assert (after.etag, after.last_modified, after.body_digest) == ('"b"', KNOWN.last_modified, "sha256:0")


def test_a_changed_document_without_validators_has_none():
    after = judged(reply(etag='"b"'), read=document(), known=19).state
    assert (after.etag, after.last_modified, after.body_digest) == ('"b"', None, "sha256:1")
    assert question(feed(after), NOW) == Question(URL, '"b"', None)
    assert not question(feed(judged(reply(), read=document()).state), NOW).is_conditional


def test_validators_are_sent_to_no_other_address():
    assert question(feed(address=Address(adopted_url="https://b.example/", checked_at=NOW)), NOW) == Question(
        "https://b.example/"
    )


def test_the_pace_may_want_the_document_whole():
    """Row 26: liferea#940, #1555 and rss-fetcher's changelog, false 304s for ever."""
    assert question(feed(pace=replace(PACE, asked_in_full=True)), NOW) == Question(URL)


def test_quiet_polls_lead_to_one_without_validators_within_a_day_or_so():
    state, at, polls = KNOWN, NOW, 0
    while question(feed(state), at).is_conditional:
        at = judged(reply(304, at=at), state=state).state.next_poll_at
        state = judged(reply(304, at=at), state=state).state
        polls += 1
    assert polls > 1
    assert at - NOW < timedelta(days=2)


def test_a_document_with_news_and_the_same_validators_shows_that_the_304s_may_have_lied():
    same = {"etag": KNOWN.etag, "last_modified": KNOWN.last_modified}
    poll = judged(reply(**same), read=document(), known=15, asked=Question(URL))
    assert poll.is_false_304
    assert not question(feed(poll.state), NOW + DISTRUST - timedelta(seconds=1)).is_conditional
    trusted = replace(poll.state, pace=PACE)
    assert question(feed(trusted), NOW + DISTRUST).is_conditional


@pytest.mark.parametrize(
    ("headers", "known", "conditional"),
    [
        ({"etag": '"b"'}, 15, False),
        ({"etag": KNOWN.etag}, 15, False),
        ({"etag": KNOWN.etag, "last_modified": KNOWN.last_modified}, 20, False),
        ({"etag": KNOWN.etag, "last_modified": KNOWN.last_modified}, 15, True),
    ],
    ids=["another ETag", "one of two", "no news", "told to a request with validators"],
)
def test_an_honest_server_is_not_distrusted(headers, known, conditional):
    asked = question(feed(), NOW) if conditional else Question(URL)
    assert not judged(reply(**headers), read=document(), known=known, asked=asked).is_false_304


# -- freshness and wishes -----------------------------------------------------------


def wait(answer, **options):
    return judged(answer, **options).state.next_poll_at - NOW


def test_freshness_counts_on_a_200_a_304_and_a_503():
    """1g: miniflux ignores the freshness of a 304 and a 503's Retry-After; row 22."""
    assert wait(reply(304)) < timedelta(hours=5)
    assert wait(reply(304, cache_control="max-age=21600")) >= timedelta(hours=6)
    fresh = judged(reply(cache_control="max-age=21600"), read=document(), known=19)
    assert fresh.state.fresh_seconds == 21600
    assert judged(reply(304), state=fresh.state).state.fresh_seconds == 21600
    assert judged(reply(304, cache_control="no-cache"), state=fresh.state).state.fresh_seconds == 0
    assert judged(reply(etag="x"), state=fresh.state).state.fresh_seconds is None
    assert wait(refused(fresh_seconds=21600.0)) >= timedelta(hours=6)


def test_a_year_of_freshness_is_not_a_year_without_news():
    """Row 24: FreshRSS#8928, #6712, stale for days."""
    assert wait(reply(304, cache_control="max-age=31536000")) < timedelta(days=1)


def test_what_the_last_document_wishes_holds_until_the_next_one():
    """1b: ttl, skipHours, skipDays and sy:updatePeriod, which nobody but NewsBlur's like keeps."""
    wishes = {
        "ttl_minutes": 180,
        "update_minutes": 120,
        "skip_hours": frozenset({1}),
        "skip_days": frozenset({6}),
    }
    after = judged(reply(), read=document(**wishes), known=19).state
    assert {name: getattr(after, name) for name in wishes} == wishes
    quiet = judged(reply(304), state=after).state
    assert {name: getattr(quiet, name) for name in wishes} == wishes
    assert judged(reply(), state=quiet, read=document(), known=19).state.ttl_minutes is None


# -- failures -----------------------------------------------------------------------


def test_retry_after_is_the_feeds_own_and_a_paused_hosts_is_everybodys():
    assert wait(refused(retry_after_seconds=14400.0)) >= timedelta(hours=4)
    until = NOW + timedelta(hours=5)
    assert judged(refused(), host_free_at=until).state.next_poll_at >= until


def test_failures_are_weighed_and_forgotten_after_a_success():
    state = judged(refused("dns")).state
    state = judged(refused("http_503", status=503), state=state).state
    assert (state.failures, state.last_reason) == (0.75, "http_503")
    assert (state.etag, state.last_success_at, state.last_polled_at) == (
        KNOWN.etag,
        KNOWN.last_success_at,
        NOW,
    )
    state = judged(reply(304), state=state).state
    assert (state.failures, state.last_reason) == (0.0, None)


def test_410_mutes_the_feed_and_it_comes_back():
    """1b: 410 is a message at Miniflux, nothing at reader (#246)."""
    gone = Failure(URL, "permanent", "http_410", fetched_at=NOW, status=410)
    muted = judged(gone).state
    assert muted.gone_at == NOW
    assert muted.next_poll_at - NOW >= timedelta(days=25)
    assert judged(gone, state=replace(muted, gone_at=NOW - timedelta(days=30))).state.gone_at < NOW
    assert judged(reply(304), state=muted).state.gone_at is None


def test_410_from_an_adopted_address_sends_us_back_to_the_registered_one():
    new = "https://new.example/feed"
    gone = Failure(new, "permanent", "http_410", fetched_at=NOW, status=410)
    after = judged(gone, state=replace(KNOWN, address=Address(new, NOW))).state
    assert (after.gone_at, after.address) == (None, Address())
    assert after.next_poll_at - NOW < timedelta(days=1)


def test_a_page_in_place_of_the_feed_is_a_failure_and_its_feeds_are_tried():
    page = ParsedFeed((), None, fault="not_a_feed: html page", announced=("https://herald.example/new.xml",))
    poll = judged(reply(), read=page, known=0)
    assert (poll.outcome, poll.reason, poll.detail) == ("failed", "not_a_feed", "not_a_feed: html page")
    assert question(feed(poll.state), NOW) == Question("https://herald.example/new.xml")


def test_a_strangers_document_is_not_entered():
    stranger = "https://ads.example/feed"
    state = replace(KNOWN, address=Address(candidate_url=stranger, candidate_kind="announced"))
    poll = judged(reply(url=stranger), state=state, read=document(), known=0)
    assert (poll.outcome, poll.reason) == ("failed", "foreign_feed")
    assert judged(reply(url=stranger), state=state, read=document(), known=3).outcome == "changed"


# -- gaps and silence ---------------------------------------------------------------


def test_a_document_of_which_nothing_is_known_is_a_gap():
    """1b, "gap alarm": nobody has one; 3a: of daily pairs 14 % share nothing."""
    assert judged(reply(), read=document(), known=0).is_gap
    assert not judged(reply(), read=document(), known=1).is_gap
    assert not judged(reply(), state=FeedState(), read=document(), known=0).is_gap


def test_what_a_sitemap_shows_besides_its_news_counts_as_known():
    """Of 50,000 pages three are new: no gap, at first sight and later, and a list that long does not turn over."""
    one = Answered(
        feed(), question(feed(), NOW), reply(), ArchiveRef("f", 0, 1, "sha256:1"), document(3), 49_997
    )
    poll = judge(one, known=0, now=NOW)
    assert (poll.outcome, poll.is_gap, poll.state.pace.window_entries) == ("changed", False, 50_000)
    assert poll.state.last_news_at == NOW
    assert judge(replace(one, carried=0), known=0, now=NOW).is_gap
    first = judge(replace(one, feed=feed(FeedState())), known=0, now=NOW)
    assert (first.is_gap, first.state.pace.window_entries) == (False, 50_000)


def test_an_operator_sets_the_least_time_between_two_polls():
    lively = replace(PACE, stories=14_400.0, window_entries=4)
    one = Answered(feed(pace=lively), Question(URL), reply(), ArchiveRef("f", 0, 1, "sha256:1"), document(4))
    usual = judge(one, known=3, now=NOW).state.next_poll_at
    assert usual >= NOW + timedelta(minutes=10)
    allowed = judge(one, known=3, now=NOW, shortest=timedelta(seconds=30)).state.next_poll_at
    assert NOW + timedelta(seconds=30) <= allowed < usual


def test_how_often_news_come_is_a_moving_mean():
    after = judged(reply(), read=document(), known=19).state
    assert (after.last_news_at, after.news_every_seconds) == (NOW, 5 * 3600)
    later = judged(reply(at=NOW + timedelta(hours=10)), state=after, read=document(), known=19).state
    assert later.news_every_seconds == 6 * 3600
    assert judged(reply(), read=document(), known=20).state.last_news_at == KNOWN.last_news_at


# -- lanes --------------------------------------------------------------------------


def drained(claims, lanes=4, drop=None):
    """What lanes take of a source that gives ``claims`` in turn: pairs of host and number, and the most of a host at once."""
    source, most, taken = iter(claims), {}, []

    async def main():
        async def claim(busy):
            await asyncio.sleep(0)
            found = next(source, [])
            assert not {host for host, _ in found} & set(busy) - {"again"}
            return list(found)

        queue = FeedQueue(claim, lambda one: one[0])
        running = {}

        async def lane():
            while (one := await queue.next()) is not None:
                taken.append(one)
                running[one[0]] = running.get(one[0], 0) + 1
                most[one[0]] = max(most.get(one[0], 0), running[one[0]])
                for _ in range(3):
                    await asyncio.sleep(0)
                running[one[0]] -= 1
                await queue.done(one)
                if one[0] == drop:
                    await queue.drop([drop])

        await asyncio.wait_for(asyncio.gather(*(lane() for _ in range(lanes))), 10)

    asyncio.run(main())
    return taken, most


def test_every_feed_is_taken_once_and_no_host_fills_the_lanes():
    big = [("big", number) for number in range(12)]
    small = [(f"h{number}", number) for number in range(12)]
    taken, most = drained([[*big, *small], [("late", 1)], [("later", 2)]], lanes=6)
    assert sorted(taken) == sorted([*big, *small, ("late", 1), ("later", 2)])
    assert most["big"] == LANES_A_HOST
    assert taken.index(("h11", 11)) < taken.index(("big", 8))


def test_lanes_end_when_nothing_is_left():
    assert drained([]) == ([], {})


def test_idle_lanes_do_not_ask_the_source_again_and_again():
    """The warehouse is asked once when it has none, and once more for each host that comes free."""
    asked = []

    def claims():
        yield [(f"h{number}", number) for number in range(3)]
        while True:
            asked.append(1)
            yield []

    assert len(drained(claims(), lanes=16)[0]) == 3
    assert len(asked) <= 4


def test_what_is_dropped_is_not_begun():
    taken, _ = drained([[("no", number) for number in range(30)], [("yes", 1)]], lanes=1, drop="no")
    assert taken == [("no", 0), ("yes", 1)]
