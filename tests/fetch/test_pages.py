import asyncio

import pytest

from pipeline.fetch import LocalRobotsCache, LocalSlots, Robots, Turns, Visit, fetch_feed, fetch_page
from pipeline.records import Failure, Response, Source

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def site(run, serve, client, answer):
    """Visits a host that serves ``pages`` (path → bytes, or a function of the request)."""

    def visited(visits, pages, robots=b"", **source):
        asked, waits = [], []

        async def handler(request, writer):
            asked.append(request)
            page = (
                robots if request.path == "/robots.txt" else pages.get(request.path, answer(status="404 X"))
            )
            page = page(request) if callable(page) else page
            writer.write(page if page.startswith(b"HTTP/") else answer(page))

        async def sleep(seconds):
            waits.append(round(seconds))

        async def main():
            async with serve(handler) as port, client(port) as it:
                about = Source(name="The Test", domain="127.0.0.1", **source)
                visit = Visit(
                    client=it,
                    robots=Robots(it, LocalRobotsCache(), user_agent=it.user_agent),
                    turns=Turns(LocalSlots(lambda: 0.0), sleep=sleep),
                    delay_seconds=3.0,
                )
                return await visits(f"http://127.0.0.1:{port}", about, visit)

        return run(main()), asked, waits

    return visited


def page(path, **more):
    async def visits(base, source, visit):
        return await fetch_page(base + path, source=source, visit=visit, max_bytes=9999)

    return visits


def test_a_page(site):
    result, asked, waits = site(page("/a"), {"/a": b"<p>news"})
    assert isinstance(result, Response)
    assert result.body == b"<p>news"
    assert [request.path for request in asked] == ["/robots.txt", "/a"]
    assert asked[1].headers["accept"].startswith("text/html")
    assert waits == [3]


def test_a_page_that_is_forbidden_is_not_asked_for(site):
    result, asked, _ = site(page("/a"), {"/a": b"x"}, robots=b"User-agent: *\nDisallow: /a")
    assert isinstance(result, Failure)
    assert (result.reason, result.kind) == ("robots", "permanent")
    assert [request.path for request in asked] == ["/robots.txt"]


def test_rules_hold_at_the_end_of_a_redirect(site, answer):
    pages = {"/a": answer(status="301 X", location="/b"), "/b": b"x"}
    result, asked, _ = site(page("/a"), pages, robots=b"User-agent: *\nDisallow: /b")
    assert result.reason == "robots"
    assert result.url.endswith("/a")
    assert "/b" in result.detail
    assert [request.path for request in asked] == ["/robots.txt", "/a"]


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "audio/mpeg"])
def test_what_is_no_page_is_still_an_answer(site, answer, kind):
    result, _, _ = site(page("/a"), {"/a": answer(b"\0\1", content_type=kind)})
    assert isinstance(result, Response)
    assert result.headers["content-type"] == kind


@pytest.mark.parametrize(
    ("robots", "delay", "expected"),
    [
        (b"", None, [3, 6, 9]),
        (b"", 1.0, [1, 2, 3]),
        (b"User-agent: *\nCrawl-delay: 10\nDisallow:", 1.0, [1, 11, 21]),
        (b"User-agent: *\nCrawl-delay: 86400\nDisallow:", 1.0, [1, 61, 121]),
    ],
)
def test_requests_to_one_host_are_apart(site, robots, delay, expected):
    """That for robots.txt, the first of them, takes a turn as any other."""

    async def three(base, source, visit):
        for path in ("/a", "/b", "/c"):
            await fetch_page(base + path, source=source, visit=visit, max_bytes=9999)

    _, _, waits = site(three, {}, robots=robots, delay_seconds=delay)
    assert waits == expected


def test_a_host_that_answers_slowly_is_asked_less_often(run, serve, client, answer):
    waits = []

    async def handler(request, writer):
        await asyncio.sleep(0.3 if request.path == "/slow" else 0)
        writer.write(answer(b"x"))

    async def sleep(seconds):
        waits.append(seconds)

    async def main():
        async with serve(handler) as port, client(port) as it:
            visit = Visit(
                client=it,
                robots=Robots(it, LocalRobotsCache(), user_agent=it.user_agent),
                turns=Turns(LocalSlots(lambda: sum(waits)), sleep=sleep),
                delay_seconds=0.1,
            )
            for path in ("/slow", "/quick", "/quick", "/quick"):
                url = f"http://127.0.0.1:{port}{path}"
                source = Source(name="The Test", domain="127.0.0.1")
                await fetch_page(url, source=source, visit=visit, max_bytes=99)

    run(main())
    assert waits[:2] == pytest.approx([0.1, 0.1])
    assert waits[2] >= 0.3
    assert 0.15 <= waits[3] < waits[2]


@pytest.mark.parametrize(
    ("etag", "last_modified"),
    [
        ('"abc"', "Tue, 24 Nov 2026 10:00:00 GMT"),
        ('W/"a, b;\xe9"', "Fri, 30 Feb 2041 99:00:00 Mars"),
        ("unquoted", None),
        (None, "yesterday"),
    ],
)
def test_validators_go_round_untouched(site, answer, etag, last_modified):
    def feed(request):
        sent = (request.headers.get("if-none-match"), request.headers.get("if-modified-since"))
        headers = {"ETag": etag} if etag else {}
        headers |= {"Last_Modified": last_modified} if last_modified else {}
        if sent == (etag, last_modified):
            return answer(status="304 Not Modified", **headers)
        return answer(b"<rss/>", **headers)

    async def twice(base, source, visit):
        first = await fetch_feed(base + "/f", source=source, visit=visit, max_bytes=99)
        headers = first.headers
        second = await fetch_feed(
            base + "/f",
            source=source,
            visit=visit,
            max_bytes=99,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
        )
        return first, second

    (first, second), _, _ = site(twice, {"/f": feed})
    assert (first.status, first.body) == (200, b"<rss/>")
    assert (second.status, second.body) == (304, b"")
    assert second.headers.get("etag") == etag


def test_a_validator_that_no_header_can_carry_is_not_sent(site):
    async def visits(base, source, visit):
        return await fetch_feed(
            base + "/f", source=source, visit=visit, max_bytes=99, etag='"a\r\nX: y"', last_modified="☃"
        )

    result, asked, _ = site(visits, {"/f": b"<rss/>"})
    assert isinstance(result, Response)
    assert not {"if-none-match", "if-modified-since", "x"} & set(asked[-1].headers)


@pytest.mark.parametrize("obey", [True, False])
def test_a_source_may_have_its_feeds_read_in_spite_of_the_rules(site, obey):
    async def visits(base, source, visit):
        return await fetch_feed(base + "/f", source=source, visit=visit, max_bytes=99)

    result, _, _ = site(
        visits, {"/f": b"<rss/>"}, robots=b"User-agent: *\nDisallow: /", obey_robots_for_feeds=obey
    )
    assert isinstance(result, Failure if obey else Response)


def test_headers_of_a_source(site, monkeypatch):
    monkeypatch.setenv("NEWS_TOKEN", "s3cret")
    headers = {"Authorization": "Bearer ${env:NEWS_TOKEN}", "Accept": "text/plain"}
    result, asked, _ = site(page("/a"), {"/a": b"x"}, headers=headers)
    assert asked[1].headers["authorization"] == "Bearer s3cret"
    assert asked[1].headers["accept"] == "text/plain"
    assert "authorization" not in asked[0].headers
    assert "s3cret" not in repr(result)
    result, asked, _ = site(page("/a"), {"/a": b"x"}, headers={"X-Key": "${env:NOT_SET_ANYWHERE}"})
    assert (result.reason, result.kind) == ("secret_missing", "transient")
    assert "NOT_SET_ANYWHERE" in result.detail
    assert not asked


def test_headers_of_a_source_do_not_go_to_other_hosts(site, monkeypatch):
    async def visits(base, source, visit):
        other = Source(name="Other", domain="news.example", headers={"X-Key": "k"})
        return await fetch_page(base + "/a", source=other, visit=visit, max_bytes=99)

    _, asked, _ = site(visits, {"/a": b"x"})
    assert "x-key" not in asked[1].headers


def test_credentials_in_a_feed_url(site):
    async def visits(base, source, visit):
        url = base.replace("http://", "http://me:pw@") + "/f"
        return await fetch_feed(url, source=source, visit=visit, max_bytes=99)

    result, asked, _ = site(visits, {"/f": b"<rss/>"})
    assert asked[1].headers["authorization"].startswith("Basic ")
    assert "authorization" not in asked[0].headers
    assert "me:pw" not in repr(result)
