import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline.fetch.robots import MAX_BYTES, CachedRobots, LocalRobotsCache, Permission, Robots
from pipeline.records import Failure

pytestmark = pytest.mark.filterwarnings("error")

AGENT = "Dateline/0.1 (tests)"


class Clock:
    def __init__(self):
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ask(run, serve, client, clock):
    """Verdicts on paths of a host whose robots.txt a handler gives; the number of times it was asked."""

    def asked(handler, *paths, cache=None, timeout_seconds=3.0, between=lambda: None):
        count = 0

        async def counted(request, writer):
            nonlocal count
            count += 1
            assert request.path == "/robots.txt"
            await handler(request, writer)

        async def main():
            async with serve(counted) as port, client(port, clock=clock) as it:
                robots = Robots(
                    it,
                    cache or LocalRobotsCache(),
                    user_agent=AGENT,
                    timeout_seconds=timeout_seconds,
                    clock=clock,
                )
                verdicts = []
                for path in paths:
                    verdicts.append(await robots.check(f"http://127.0.0.1:{port}{path}"))
                    between()
                return verdicts

        return run(main()), count

    return asked


RULES = b"User-agent: dateline\nDisallow: /private\nAllow: /private/open\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /\n"


def test_rules(ask, fixed, answer):
    verdicts, asked = ask(fixed(answer(RULES)), "/news", "/private/x", "/private/open/x")
    assert verdicts[0] == verdicts[2] == Permission(7.0)
    assert (verdicts[1].reason, verdicts[1].kind) == ("robots", "permanent")
    assert verdicts[1].url.endswith("/private/x")
    assert asked == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_rules_allow_all(ask, fixed, answer, status):
    verdicts, asked = ask(fixed(answer(status=f"{status} X")), "/a", "/b")
    assert verdicts == [Permission(), Permission()]
    assert asked == 1


@pytest.mark.parametrize(
    "body", [b"", b"\xef\xbb\xbf# nothing", b"<html>not found</html>", b"\xff\xfe\0binary", b"*" * 1000]
)
def test_what_is_no_rule_allows_all(ask, fixed, answer, body):
    assert ask(fixed(answer(body)), "/a")[0] == [Permission()]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_in_trouble_is_left_alone_for_a_while(ask, fixed, answer, clock, status):
    def later():
        clock.now += timedelta(minutes=4)

    verdicts, asked = ask(fixed(answer(status=f"{status} X")), "/a", "/b", "/c", "/d", between=later)
    assert {(verdict.reason, verdict.kind) for verdict in verdicts} == {("robots_unreachable", "transient")}
    assert [verdict.retry_after_seconds for verdict in verdicts] == [600, 360, 120, 600]
    assert asked == 2


def test_retry_after_lengthens_it(ask, fixed, answer):
    (verdict,), _ = ask(fixed(answer(status="503 X", Retry_After="3600")), "/a")
    assert verdict.retry_after_seconds == 3600


@pytest.mark.parametrize("had", [False, True], ids=["never had", "had before"])
def test_what_is_away_for_a_month_is_no_reason_to_stay_away_any_more(ask, answer, clock, had):
    """RFC 9309, section 2.3.1.4: then the rules that were had last hold, or none where there never were any."""
    start = clock.now
    visits = [
        (0, "/news"),
        (2, "/news"),
        (17, "/news"),
        (31.9, "/private/x"),
        (32.1, "/news"),
        (32.2, "/private/x"),
    ]
    visits += [(40, "/news"), (41.1, "/news")]
    days = iter([day for day, _ in visits[1:]] + [99])

    def later():
        clock.now = start + timedelta(days=next(days))

    async def handler(request, writer):
        day = (clock.now - start) / timedelta(days=1)
        if day < 2 and had:
            writer.write(answer(RULES))
        elif day < 40:
            writer.write(answer(status="503 X"))
        else:
            writer.write(answer(b"User-agent: *\nDisallow: /news\n"))

    verdicts, _ = ask(handler, *(path for _, path in visits), between=later)
    reasons = [verdict.reason if isinstance(verdict, Failure) else None for verdict in verdicts]
    away = "robots_unreachable"
    if had:
        assert reasons == [None, away, away, away, None, "robots", "robots", "robots"]
    else:
        assert reasons == [away, away, away, None, None, None, "robots", "robots"]


def test_one_that_hangs(ask):
    async def hangs(request, writer):
        await asyncio.sleep(60)

    (verdict, second), asked = ask(hangs, "/a", "/b", timeout_seconds=0.3)
    assert verdict.reason == second.reason == "robots_unreachable"
    assert asked == 1


def test_a_host_that_is_not_there_says_why(run, client, clock):
    async def main():
        async with client(9, clock=clock) as it:
            robots = Robots(it, LocalRobotsCache(), user_agent=AGENT, clock=clock)
            return await robots.check("http://127.0.0.1:9/a"), await robots.check(
                "http://no-such-host.invalid/a"
            )

    connect, dns = run(main())
    assert (connect.reason, dns.reason) == ("connect", "dns")


@pytest.mark.parametrize(("hops", "reason"), [(5, "robots"), (6, None)])
def test_rules_are_followed_through_five_redirects(run, serve, client, answer, clock, hops, reason):
    async def handler(request, writer):
        hop = 0 if request.path == "/robots.txt" else int(request.path.strip("/"))
        moved = answer(status="302 Found", location=f"/{hop + 1}")
        writer.write(moved if hop < hops else answer(b"User-agent: *\nDisallow: /\n"))

    async def main():
        async with serve(handler) as port, client(port, clock=clock) as it:
            robots = Robots(it, LocalRobotsCache(), user_agent=AGENT, clock=clock)
            return await robots.check(f"http://127.0.0.1:{port}/a")

    verdict = run(main())
    assert (verdict.reason if isinstance(verdict, Failure) else None) == reason


def test_half_a_line_at_the_cap_is_no_rule(ask, fixed, answer):
    """Cut amid its path, "Disallow: /private" would forbid everything."""
    start = b"User-agent: *\nDisallow: /early\n#"
    for over in range(1, 20):
        filler = b"x" * (MAX_BYTES - len(start) - over - 1) + b"\n"
        verdicts, _ = ask(fixed(answer(start + filler + b"Disallow: /private\n")), "/early", "/news")
        assert [isinstance(verdict, Failure) for verdict in verdicts] == [True, False]


def test_only_the_first_500_kilobytes_count(ask, fixed, answer):
    filler = b"# " + b"x" * 97 + b"\n"
    early = b"User-agent: *\nDisallow: /early\n" + filler * 6000 + b"Disallow: /late\n"
    verdicts, _ = ask(fixed(answer(early)), "/early", "/late")
    assert verdicts[0].reason == "robots"
    assert verdicts[1] == Permission()


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({}, 24 * 60),
        ({"Cache_Control": "public, max-age=7200"}, 120),
        ({"Cache_Control": "max-age=0, no-store"}, 10),
        ({"Cache_Control": "max-age=99999999"}, 24 * 60),
        ({"Cache_Control": "s-maxage=60"}, 24 * 60),
        ({"Expires": format_datetime(datetime(2026, 3, 1, 15, tzinfo=UTC), usegmt=True)}, 180),
        ({"Expires": "0"}, 24 * 60),
        ({"Cache_Control": "max-age=7200", "Age": "3600"}, 60),
        ({"Cache_Control": "no-cache"}, 10),
        ({"Date": "Sat, 01 Jan 2000 00:00:00 GMT", "Expires": "Sat, 01 Jan 2000 05:00:00 GMT"}, 300),
        ({"Expires": "Sun, 01 Mar 2026 15:00:00 -0000"}, 180),
    ],
)
def test_freshness(ask, fixed, answer, clock, headers, minutes):
    cache = LocalRobotsCache()
    ask(fixed(answer(RULES, **headers)), "/a", cache=cache)
    (kept,) = cache._kept.values()
    assert kept.expires_at - clock.now == timedelta(minutes=minutes)


def test_many_at_once_ask_once(run, serve, client, answer, clock):
    asked = 0

    async def handler(request, writer):
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        writer.write(answer(RULES))

    async def main():
        async with serve(handler) as port, client(port, clock=clock) as it:
            robots = Robots(it, LocalRobotsCache(), user_agent=AGENT, clock=clock)
            checks = [robots.check(f"http://127.0.0.1:{port}/{i}") for i in range(20)]
            return await asyncio.gather(*checks), len(robots._asking)

    verdicts, locks = run(main())
    assert verdicts == [Permission(7.0)] * 20
    assert asked == 1
    assert locks == 0


def test_the_local_cache_is_bounded(run, clock):
    async def main():
        cache = LocalRobotsCache(max_hosts=3)
        for number in range(5):
            await cache.put(f"http://{number}", CachedRobots("", clock.now))
        return [await cache.get(f"http://{number}") is not None for number in range(5)]

    assert run(main()) == [False, False, True, True, True]


def test_an_address_that_is_none(run, client, clock):
    async def main():
        async with client() as it:
            return await Robots(it, LocalRobotsCache(), user_agent=AGENT, clock=clock).check(
                "mailto:a@b.example"
            )

    result = run(main())
    assert isinstance(result, Failure)
    assert result.reason == "forbidden_scheme"
